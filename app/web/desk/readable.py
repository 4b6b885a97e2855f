"""Submitted form data as people read it: titles of the schema, words of its choices, files as links."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.law.periods import format_date


@dataclass(frozen=True)
class Field:
    """A line of a submission: its title with a text, files, or a small table."""

    title: str
    text: str = ""
    files: tuple[dict[str, Any], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=())


def fields(schema: Mapping[str, Any], ui: Mapping[str, Any], data: Mapping[str, Any]) -> list[Field]:
    """The answers in the order of the form; what nobody answered is left out."""
    known = dict(_properties(schema))
    ordered = [name for section in ui.get("ui:sections", ()) for name in section.get("fields", ())]
    names = [name for name in dict.fromkeys([*ordered, *known, *data]) if name in data]
    return [one for name in names if (one := _field(schema, name, known.get(name, {}), data[name])) is not None]


def _properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All properties, those behind conditions included."""
    for part in schema.get("allOf", ()):
        for branch in ("then", "else"):
            yield from _properties(part.get(branch, {}))
    yield from schema.get("properties", {}).items()


def _field(schema: Mapping[str, Any], name: str, given: Mapping[str, Any], value: Any) -> Field | None:
    spec = _resolved(schema, given)
    title = str(spec.get("title") or name)
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, list) and all(_is_file(item) for item in value):
        return Field(title, files=tuple(value))
    if _is_file(value):
        return Field(title, files=(value,))
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        columns = dict(_properties(_resolved(schema, spec.get("items", {}))))
        keys = [k for k in columns if any(isinstance(row, dict) and row.get(k) not in (None, "") for row in value)]
        head = tuple(str(_resolved(schema, columns[k]).get("title") or k) for k in keys)
        cells = tuple(tuple(text_of(schema, columns[k], row.get(k)) for k in keys) for row in value if isinstance(row, dict))
        return Field(title, head=head, rows=cells)
    if isinstance(value, dict):
        inner = dict(_properties(spec))
        specs = {key: _resolved(schema, inner.get(key, {})) for key in value}
        rows = tuple((str(specs[key].get("title") or key), text_of(schema, specs[key], item)) for key, item in value.items())
        return Field(title, rows=rows)
    return Field(title, text=text_of(schema, spec, value))


def text_of(schema: Mapping[str, Any], given: Mapping[str, Any], value: Any) -> str:
    """One value in words."""
    spec = _resolved(schema, given)
    for option in spec.get("oneOf", ()):
        if option.get("const") == value:
            return str(option.get("title", value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(text_of(schema, spec.get("items", {}), item) for item in value)
    if _is_file(value):
        return str(value["name"])
    if isinstance(value, dict):
        return "，".join(f"{k} {text_of(schema, {}, v)}" for k, v in value.items())
    if spec.get("format") == "date" and isinstance(value, str):
        return _day(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _day(value: str) -> str:
    try:
        return format_date(dt.date.fromisoformat(value))
    except ValueError:
        return value


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"id", "name", "size"}


def _resolved(schema: Mapping[str, Any], spec: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = spec.get("$ref", "")
    if not reference.startswith("#/$defs/"):
        return spec
    found: Mapping[str, Any] = schema.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {})
    return {**found, **{k: v for k, v in spec.items() if k != "$ref"}}
