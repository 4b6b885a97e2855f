"""Lints `forms/`: every schema is valid JSON Schema, every field has a Chinese title, every UI schema lays out its fields."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

WIDGETS = frozenset(
    {
        *("agree", "checkboxes", "date", "decision", "files", "grid", "lines", "money", "month", "opinion", "organisation", "radio"),
        *("score-sheet", "select", "textarea", "veto-list", "yesno"),
    }
)
"""What the renderer knows (frontend/README.md)."""
FORMS = Path(__file__).resolve().parent.parent / "forms"


def problems() -> Iterator[str]:
    """A line a problem."""
    for path in sorted(FORMS.rglob("*.json")):
        name = path.relative_to(FORMS).as_posix()
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            yield f"{name}: not JSON ({error})"
            continue
        if name.endswith(".ui.json"):
            schema = path.with_name(path.name.removesuffix(".ui.json") + ".json")
            if not schema.exists():
                yield f"{name}: its form {schema.name} does not exist"
            else:
                yield from _ui(name, content, json.loads(schema.read_text(encoding="utf-8")))
        else:
            yield from _schema(name, content)


def _schema(name: str, schema: dict[str, Any]) -> Iterator[str]:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"{name}: {error.message}"
    if not schema.get("title"):
        yield f"{name}: no title"
    for field, about in schema.get("properties", {}).items():
        if not about.get("title"):
            yield f"{name}: field {field} has no title"
    values = {c["value"] for c in _choices(schema)}
    for value in schema.get("x-consequences", {}):
        if value not in values:
            yield f"{name}: says what follows “{value}”, which cannot be chosen"


def _choices(schema: dict[str, Any]) -> list[dict[str, str]]:
    from app.cases.forms import choices

    return choices(schema)


def _ui(name: str, ui: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    known = set(_fields(schema))
    for field, about in ui.items():
        if field.startswith("ui:"):
            continue
        if field not in known:
            yield f"{name}: dresses {field}, which the form does not have"
        widget = about.get("ui:widget")
        if widget is not None and widget not in WIDGETS:
            yield f"{name}: {field} has the widget {widget}, which does not exist"
    yield from _sections(name, ui, known)


def _sections(name: str, ui: dict[str, Any], known: set[str]) -> Iterator[str]:
    """Every field of the form, conditional ones included, stands in exactly one section, which alone says the order."""
    for old in ("ui:groups", "ui:order"):
        if old in ui:
            yield f"{name}: says {old}; the order is that of ui:sections"
    sections = ui.get("ui:sections", [])
    for section in sections:
        if not section.get("title"):
            yield f"{name}: a section has no title"
    placed = Counter(field for section in sections for field in section.get("fields", []))
    for field in placed.keys() - known:
        yield f"{name}: places {field}, which the form does not have"
    for field in sorted(known - placed.keys()):
        yield f"{name}: no section has {field}"
    for field in (field for field, times in placed.items() if times > 1):
        yield f"{name}: {field} stands in more than one section"


def _fields(schema: Any) -> Iterator[str]:
    """Fields of the form's root, conditional ones included."""
    if not isinstance(schema, dict):
        return
    yield from schema.get("properties", {})
    for key in ("if", "then", "else"):
        yield from _fields(schema.get(key))
    for key in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(key, []):
            yield from _fields(part)
    for part in schema.get("dependentSchemas", {}).values():
        yield from _fields(part)


if __name__ == "__main__":
    found = list(problems())
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"forms: {len(found)} problems\n")
    sys.exit(1 if found else 0)
