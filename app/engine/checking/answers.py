"""What a person can answer in a form, as far as it may decide where a case goes: fields with a fixed set of values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_NESTED = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("then", "else")


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    name: str
    values: tuple[str | int | float | bool | None, ...]  # empty: free
    titles: Mapping[str, str]  # of the values, as text
    required: bool
    label: str = ""
    type: str = ""

    def title(self, value: object) -> str:
        """A value in the words of the form."""
        return self.titles.get(str(value), str(value))


@lru_cache(maxsize=512)
def fields_of(form: bytes) -> Mapping[str, Field]:
    """The fields of a form file by name; those that people only read are left out. Empty for what is no form."""
    try:
        schema = json.loads(form)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(schema, dict):
        return {}
    required = schema.get("required")
    needed = set(required) if isinstance(required, list) and all(isinstance(r, str) for r in required) else set()
    fields: dict[str, Field] = {}
    for name, found, conditional in _properties(schema, conditional=False, depth=0):
        if found.get("readOnly") is True:
            continue
        values, titles = _values(found)
        known = fields.get(name)
        if known is None:
            fields[name] = Field(name, values, titles, name in needed, *_words(found))
        elif conditional and not known.values:
            fields[name] = Field(name, values, titles, known.required, known.label, known.type)
    return fields


def _words(schema: Mapping[str, Any]) -> tuple[str, str]:
    """What a field is called and of which type it is; nothing where its form does not say so plainly."""
    label, kind = schema.get("title"), schema.get("type")
    return (label if isinstance(label, str) else "", kind if isinstance(kind, str) else "")


def _properties(schema: Mapping[str, Any], *, conditional: bool, depth: int) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """(name, schema, whether it is asked only under a condition) of every field; a condition's own test is none."""
    if depth > 8:
        return
    properties = schema.get("properties")
    for name, found in (properties if isinstance(properties, dict) else {}).items():
        if isinstance(found, dict):
            yield name, found, conditional
    dependent = schema.get("dependentSchemas")
    nested = [
        *(part for key in _NESTED if isinstance(schema.get(key), list) for part in schema[key]),
        *(schema.get(key) for key in _BRANCHES),
        *(dependent.values() if isinstance(dependent, dict) else ()),
    ]
    for part in nested:
        if isinstance(part, dict):
            yield from _properties(part, conditional=True, depth=depth + 1)


def _values(schema: Mapping[str, Any]) -> tuple[tuple[str | int | float | bool | None, ...], dict[str, str]]:
    """The values that a field can take, with their titles; none when it is free."""
    titles: dict[str, str] = {}
    choices = schema.get("oneOf") or schema.get("anyOf")
    consts: list[Any] = []
    for choice in choices if isinstance(choices, list) else ():
        if not isinstance(choice, dict) or "const" not in choice:
            consts = []
            break
        consts.append(choice["const"])
        if isinstance(choice.get("title"), str):
            titles[str(choice["const"])] = choice["title"]
    given = schema["enum"] if isinstance(schema.get("enum"), list) else [schema["const"]] if "const" in schema else consts
    if not given and schema.get("type") == "boolean":
        given = [True, False]
    plain = tuple(value for value in given if value is None or isinstance(value, str | int | float | bool))
    return (plain if len(plain) == len(given) else ()), titles
