"""The example diagrams of this folder, and what the checks say of a diagram."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from app.cases import library
from app.config import ROOT
from app.engine.errors import Problem
from tests.support.diagrams import bpmn

FOLDER = Path(__file__).parent / "diagrams"
BROKEN = {path.stem: path for path in sorted((FOLDER / "broken").glob("*.bpmn"))}
SUSPICIOUS = {path.stem: path for path in sorted((FOLDER / "suspicious").glob("*.bpmn"))}
FORMS = {f"forms/checking/{path.name}": path.read_bytes() for path in sorted((FOLDER / "forms/checking").glob("*.json"))}
TABLES = {f"broken/{path.name}": path.read_bytes() for path in sorted((FOLDER / "broken").glob("*.dmn"))}
PATH = "processes/t/main.bpmn"


@cache
def shared() -> Mapping[str, bytes]:
    """Forms and tables of the examples, and the sub-processes of the library that they call."""
    return (
        {path: body for path, body in library.files_in(ROOT).items() if path.startswith(("processes/common/", "forms/common/"))}
        | FORMS
        | TABLES
    )


def problems_of(files: Mapping[str, bytes]) -> list[Problem]:
    """What the checks say of some diagrams, with the shared sub-processes and forms at hand."""
    found = library.read_files({**shared(), **files})
    keys = [key for key, diagram in found.diagrams.items() if diagram.path in files]
    return [problem for problem in library.check(found, keys) if problem.file in files]


def form(*decisions: str, **fields: object) -> bytes:
    """A form with a decision and further fields."""
    choices = [{"const": value, "title": f"«{value}»"} for value in decisions]
    properties = {**({"decision": {"type": "string", "oneOf": choices}} if choices else {}), **fields}
    return json.dumps({"type": "object", "properties": properties, "required": sorted(properties)}).encode()


def check(body: str, *, forms: Mapping[str, bytes] | None = None, starts: str = "manual", **others: str) -> list[Problem]:
    """What the checks say of a diagram written as text; `forms` by name, `others` are called processes `t.<name>`."""
    files = {PATH: bpmn("t.main", body, starts=starts)}
    files |= {f"processes/t/{name}.bpmn": bpmn(f"t.{name}", other, starts="called") for name, other in others.items()}
    return problems_of({**files, **{f"forms/t/{name}.json": given for name, given in (forms or {}).items()}})


def walked(body: str, **more: object) -> dict[str, str]:
    """Code → message of what the walk says; what only the drawing lacks is left out."""
    given = check(body, **more)  # type: ignore[arg-type]  # the same arguments
    return {p.code: p.message for p in given if p.code in WALK}


WALK = frozenset(
    {
        "deadlock", "livelock", "automatic-loop", "lack-of-synchronisation", "uncovered-decision", "no-default-flow", "never-taken",
        "boundary-never-fires", "waits-for-optional", "state-space-too-large",
    }
)  # fmt: skip
"""Codes that only walking can give."""
