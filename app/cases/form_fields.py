"""Which fields a form has, and what of a draft it has no place for: after a change of the form, what was typed before must not get lost or in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def names_in(schema: Mapping[str, Any]) -> set[str]:
    """The fields of a form, those included that only appear after some answer."""
    return {name for part in _parts(schema) for name in part.get("properties", {})}


def left_over(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a draft the form has no field for, and would refuse."""
    if schema.get("additionalProperties", True) is not False and schema.get("unevaluatedProperties", True) is not False:
        return {}
    known = names_in(schema)
    return {name: value for name, value in data.items() if name not in known}


def fitting(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a draft goes into the form: with the rest nobody could submit it."""
    left = left_over(schema, data)
    return {name: value for name, value in data.items() if name not in left}


def title_of(schema: Mapping[str, Any], name: str) -> str:
    """What a field is called on the form."""
    titles = (part["properties"][name].get("title") for part in _parts(schema) if name in part.get("properties", {}))
    return str(next((title for title in titles if title), name))


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    for key in ("if", "then", "else"):
        if isinstance(schema.get(key), dict):
            yield from _parts(schema[key])
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key, ()):
            if isinstance(part, dict):
                yield from _parts(part)
    for part in schema.get("dependentSchemas", {}).values():
        yield from _parts(part)
