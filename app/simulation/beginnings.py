"""What a trial of a process can begin with: places, grounds, who starts it, and the facts that it reads and nothing in it sets."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.cases import library
from app.cases.roster_entries import counties_within
from app.engine import store
from app.engine.definition import CompiledDefinition, compile_definition
from app.engine.diagram import Process
from app.engine.errors import DiagramError, Problem
from app.law.catalogue import catalogue
from app.law.labels import ACTOR_LABELS, actor_label
from app.services.context import OPERATORS
from app.services.list_kinds import ListKind
from app.simulation.opening import PUBLISHING, unset_days
from app.simulation.preparing import usual_region
from app.simulation.stage import read_library
from app.simulation.values import field_names

_REGION = re.compile(r"[1-9]\d{5}")
_SET_BY_THE_SYSTEM = frozenset({"region", "levels", "started_by", "grounds", "year", "list_published_on", "mandatory"})


def beginning_of(files: Mapping[str, bytes], key: str) -> dict[str, Any]:
    """What the page asks before a trial of a process begins. Raises `DiagramError` when it cannot be executed."""
    _, own = read_library(files)
    if key not in own.diagrams:
        raise DiagramError(list(own.problems) or [Problem("", "", key, "no-diagram", f"流程图里没有可执行的流程“{key}”")])
    process = own.process(key)
    compiled = compile_definition(key, store.bundle(key, own.diagrams, own.bodies))
    region = usual_region(key)
    return {
        "region": region,
        "provinces": _provinces(key),
        "counties": counties(region),
        "about_none": process.properties.get("about") == "none",
        "lists": _kind(process),
        "grounds": _grounds(own, process),
        "starters": _starters(process),
        "facts": list(_facts(compiled)),
    }


def counties(region: str) -> list[dict[str, str]]:
    """The counties of the province in which a region lies; none for what is no region."""
    if not _REGION.fullmatch(region):
        return []
    return [{"value": code, "label": name} for code, name in counties_within(f"{region[:2]}0000")]


def _provinces(key: str) -> list[dict[str, str]]:
    """The provinces to choose from: that of the process, or all that have processes of their own."""
    slug = key.split(".")[0]
    known = [j for j in catalogue().jurisdictions() if j.code != "000000"]
    own = [j for j in known if j.slug == slug]
    return [{"value": j.code, "label": j.name} for j in own or known]


def _kind(process: Process) -> str:
    """What the case begins with: a list (`roster`), approved lists (`publication`), or a single case."""
    if "roster" in process.properties.get("starts", ""):
        return "roster"
    return "publication" if any(operator == PUBLISHING for _, operator in process.operators) else ""


def _grounds(own: library.Library, process: Process) -> list[dict[str, str]]:
    """On which grounds enterprises stand on the lists behind a process, in the words of its jurisdiction's lists."""
    kinds = [ListKind.of(process)] if "roster" in process.properties.get("starts", "") else []
    for key in () if kinds else sorted(own.diagrams):
        other = own.process(key)
        if other.jurisdiction == process.jurisdiction and "roster" in other.properties.get("starts", ""):
            kinds.append(ListKind.of(other))
    found = {ground.value: ground for kind in kinds for ground in kind.grounds.values()}
    return [
        {"value": value, "label": f"{ground.name}：{ground.meaning}" if ground.meaning else ground.name}
        for value, ground in sorted(found.items())
    ]


def _starters(process: Process) -> list[dict[str, str]]:
    if "manual" not in process.properties.get("starts", "").split():
        return []
    return [{"value": actor, "label": actor_label(actor)} for actor in process.properties.get("starter", "").split()]


def _facts(compiled: CompiledDefinition) -> Iterator[dict[str, Any]]:
    """Variables that the process reads and nothing in it sets: whoever starts it gives them."""
    actors = {
        value[1:-1]
        for p in compiled.processes.values()
        for e in p.elements.values()
        if (value := e.properties.get("actor", "")).startswith("{")
    }
    parts = {part for p in compiled.processes.values() for e in p.elements.values() for part in e.parts}
    titles = _titles(compiled)
    days = unset_days(compiled)
    for name in sorted(compiled.variables - _set_inside(compiled) - _SET_BY_THE_SYSTEM - parts):
        kind = "actor" if name in actors else "day" if name in days or name.endswith("_on") else "text"
        yield {"name": name, "label": titles.get(name, name), "kind": kind, "options": _actors() if kind == "actor" else []}


def _actors() -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in ACTOR_LABELS.items()]


def _set_inside(compiled: CompiledDefinition) -> set[str]:
    """Variables that forms, scripts, services and tables of a process set."""
    names: set[str] = set()
    for process in compiled.processes.values():
        for _, kind, source in process.expressions:
            names |= _assigned(source) if kind == "script" else set()
        for _, operator in process.operators:
            names.update(getattr(OPERATORS.get(operator), "gives", ()))
    for table in compiled.decisions.values():
        names.update(table.outputs)
    for schema in _forms(compiled):
        names.update(field_names(schema))
    return names


def _assigned(source: str) -> set[str]:
    try:
        return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    except SyntaxError:
        return set()


def _titles(compiled: CompiledDefinition) -> dict[str, str]:
    """What forms call the facts that they show."""
    found: dict[str, str] = {}
    for schema in _forms(compiled):
        for name, field in schema.get("properties", {}).items():
            source = str(schema.get("x-prefill", {}).get(name, name)).removeprefix("case.")
            if isinstance(field, dict) and "title" in field:
                found.setdefault(source, str(field["title"]))
    return found


def _forms(compiled: CompiledDefinition) -> Iterator[Mapping[str, Any]]:
    for path, body in compiled.files.items():
        if path.startswith("forms/") and not path.endswith(".ui.json"):
            schema = json.loads(body)
            if isinstance(schema, dict):
                yield schema
