"""What a form is filled with: the scenario's values, facts of the case, and for the rest what lets the case go its ordinary way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.cases import forms
from app.cases.samples import FileMaker, sample

CHOICE = "decision"
FAVOURABLE = ("approve", "pass", "yes", "confirm", "excellent", "qualified", "correct")
"""The decision that is taken where a scenario says none: the first of these that a form knows, else the form's own first one."""


def usual_choice(schema: Mapping[str, Any], *wanted: object) -> str | None:
    """The first of the wanted decisions that a form knows, else the one that lets a case go its ordinary way. None where nothing is decided."""
    choices = [choice["value"] for choice in forms.choices(schema)]
    return next((str(value) for value in (*wanted, *FAVOURABLE) if value in choices), choices[0] if choices else None)


def field_names(schema: Mapping[str, Any]) -> Iterator[str]:
    """The fields of a form, those included that only a condition adds."""
    return (name for branch in branches(schema) for name in branch.get("properties", {}))


def branches(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A form and the parts that its conditions add."""
    yield schema
    for inner in (*schema.get("allOf", ()), schema.get("then"), schema.get("else")):
        if isinstance(inner, Mapping):
            yield from branches(inner)


def filled(schema: Mapping[str, Any], given: Mapping[str, Any], make_file: FileMaker | None = None) -> dict[str, Any]:
    """Valid data for a form with the values that are given; scoring sheets get full marks where nothing else is said. Raises `NoSample`."""
    return sample(schema, _merged(_full_marks(schema), given), make_file=make_file)


def kept(made: Any, given: Any) -> bool:
    """Whether a value is what was given, or an object that holds it."""
    if isinstance(made, dict) and isinstance(given, Mapping):
        return all(name in made and kept(made[name], value) for name, value in given.items())
    return bool(made == given)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the second over the first, objects within objects as well."""
    merged = {**base, **over}
    for name in base.keys() & over.keys():
        if isinstance(base[name], Mapping) and isinstance(over[name], Mapping):
            merged[name] = _merged(base[name], over[name])
    return merged


def _full_marks(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A scoring sheet with full marks and without veto; nothing for other forms."""
    rule = schema.get("x-scoring")
    if rule is None:
        return {}
    fields = schema.get("properties", {})
    points = fields.get(rule["scores"], {}).get("properties", {})
    marks = {rule["scores"]: {name: item["maximum"] for name, item in points.items() if "maximum" in item}}
    if "vetoes" not in rule:
        return marks
    return {**marks, rule["vetoes"]: dict.fromkeys(fields.get(rule["vetoes"], {}).get("properties", {}), False)}
