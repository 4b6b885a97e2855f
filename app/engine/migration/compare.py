"""Two versions of a process side by side: what each place became, what is new, what changed; and the plan that follows from it.

Places are matched by id first, then by the legal steps that they carry out, by name, and by their neighbours (SpiffWorkflow's diff).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.bpmn.util.diff import SpecDiff
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.specs.defaults import ServiceTask

from app.engine.definition import CompiledDefinition
from app.engine.migration.places import Kind, Place, label_of, places_of, specs_of
from app.engine.migration.plan import GIVEN_UP, Pair, Plan
from app.engine.scripting import OperatorTask
from app.engine.timers import LegalTimer


class Change(StrEnum):
    """What is different about a place in the new version."""

    ADDED = "added"
    REMOVED = "removed"
    ID = "id"
    KIND = "kind"
    NAME = "name"
    ACTOR = "actor"
    LIMIT = "limit"
    FORM = "form"
    BASIS = "basis"
    CALLED = "called"  # calls another process
    PARTS = "parts"  # tells a called process other facts


class Found(StrEnum):
    """How the proposal came to a match."""

    ID = "id"
    BASIS = "basis"
    NAME = "name"
    NEIGHBOURS = "neighbours"


@dataclass(frozen=True)
class Row:
    """A place of the old version and what becomes of it, or a place that only the new version has."""

    pair: Pair
    old: Place | None
    new: Place | None
    changes: tuple[Change, ...]
    found: Found | None = None
    decided: bool = True  # False: the plan does not say what becomes of it

    @property
    def kind(self) -> Kind:
        place = self.old or self.new
        assert place is not None
        return place.kind


@dataclass(frozen=True)
class Section:
    """One diagram or sub-process of the two versions."""

    pair: Pair
    label: str
    rows: tuple[Row, ...]
    targets: tuple[Place, ...]  # what a place of the old version may become here
    elsewhere: tuple[str, ...]  # names of scripts, services and gateways on the way that are new, gone or different


@dataclass(frozen=True)
class Comparison:
    """All diagrams of two versions, the main one first, with the plan that they were compared under."""

    sections: tuple[Section, ...]
    plan: Plan


def compare(old: CompiledDefinition, new: CompiledDefinition, decided: Plan | None = None) -> Comparison:
    """Compares two versions under what somebody decided; what is left open is proposed."""
    sections, tables = [], {}
    pending: list[Pair] = [(old.spec.name, new.spec.name)]
    seen = set(pending)
    while pending:
        pair = pending.pop(0)
        section = _section(old, new, pair, (decided or Plan()).tables.get(pair, {}))
        sections.append(section)
        tables[pair] = {
            row.old.id: row.new.id if row.new is not None else GIVEN_UP for row in section.rows if row.old is not None and row.decided
        }
        for inner in _inside(old, new, section.rows):
            if inner not in seen:
                seen.add(inner)
                pending.append(inner)
    return Comparison(tuple(sections), Plan(tables))


def _inside(old: CompiledDefinition, new: CompiledDefinition, rows: tuple[Row, ...]) -> list[Pair]:
    """The pairs behind activities that stay activities."""
    return [
        (inner_spec(old, row.old), inner_spec(new, row.new))
        for row in rows
        if row.old is not None and row.new is not None and row.old.kind == row.new.kind == Kind.ACTIVITY
    ]


def inner_spec(definition: CompiledDefinition, place: Place) -> str:
    """The name of the spec that runs inside an activity."""
    name: str = specs_of(definition)[place.scope].task_specs[place.id].spec
    return name


def _section(old: CompiledDefinition, new: CompiledDefinition, pair: Pair, decided: Mapping[str, str]) -> Section:
    before, after = places_of(old, pair[0]), places_of(new, pair[1])
    diff = SpecDiff(_registry(), specs_of(old)[pair[0]], specs_of(new)[pair[1]])
    proposed = _propose(before, after, {was.name: now.name for was, now in diff.alignment.items() if now is not None})
    rows = []
    for place in before.values():
        target, found = proposed.get(place.id, (None, None))
        chosen = decided.get(place.id, target)
        if chosen is None or (chosen != GIVEN_UP and chosen not in after):
            rows.append(Row(pair, place, None, (Change.REMOVED,), decided=False))
        elif chosen == GIVEN_UP:
            rows.append(Row(pair, place, None, (Change.REMOVED,)))
        else:
            changes = changes_of(old, new, place, after[chosen])
            rows.append(Row(pair, place, after[chosen], changes, found if chosen == target else None))
    taken = {row.new.id for row in rows if row.new is not None}
    rows += [Row(pair, None, place, (Change.ADDED,)) for place in after.values() if place.id not in taken]
    targets = tuple(place for place in after.values() if place.kind != Kind.LOOP)
    return Section(pair, label_of(new, pair[1]), tuple(rows), targets, _elsewhere(old, new, pair, diff))


@lru_cache(maxsize=1)
def _registry() -> Any:
    """SpiffWorkflow's converters, ours among them: its diff compares what they give."""
    ours = {LegalTimer: SPIFF_CONFIG[TimeDateEventDefinition], OperatorTask: SPIFF_CONFIG[ServiceTask]}
    return BpmnWorkflowSerializer.configure({**SPIFF_CONFIG, **ours})


# -- the proposal -----------------------------------------------------------------------------------------------------


def _propose(before: Mapping[str, Place], after: Mapping[str, Place], neighbours: Mapping[str, str]) -> dict[str, tuple[str, Found | None]]:
    """The likely target of each place, and how it was found. A boundary event follows its activity, and ends with it."""
    found: dict[str, tuple[str, Found | None]] = {}
    old = {i: p for i, p in before.items() if p.kind not in (Kind.BOUNDARY, Kind.LOOP)}
    for element_id, place in old.items():
        if element_id in after and after[element_id].kind == place.kind:
            found[element_id] = element_id, Found.ID
    free = {i: p for i, p in after.items() if i not in before and p.kind not in (Kind.BOUNDARY, Kind.LOOP)}
    for how, key in ((Found.BASIS, _basis), (Found.NAME, _name)):
        left = {i: p for i, p in old.items() if i not in found}
        for element_id, target in _unique(left, free, key).items():
            found[element_id] = target, how
            del free[target]
    for element_id, place in old.items():
        beside = neighbours.get(element_id, "")
        if element_id not in found and beside in free and free[beside].kind == place.kind:
            found[element_id] = beside, Found.NEIGHBOURS
            del free[beside]
        elif element_id not in found and element_id in after:
            found[element_id] = element_id, Found.ID  # the same element, of another kind
    for element_id, place in before.items():
        if place.kind == Kind.BOUNDARY:
            found[element_id] = _boundary(place, after, found)
    return found


def _unique(old: Mapping[str, Place], new: Mapping[str, Place], key: Callable[[Place], Any]) -> dict[str, str]:
    """Places that share a key which no other place of their version has."""
    counted = Counter(key(p) for p in old.values()), Counter(key(p) for p in new.values())
    by_key = {key(p): i for i, p in new.items()}
    return {i: by_key[key(p)] for i, p in old.items() if key(p) is not None and counted[0][key(p)] == counted[1][key(p)] == 1}


def _basis(place: Place) -> Any:
    steps = place.element.properties.get("basis", "").split()
    return (place.kind, *sorted(steps)) if steps else None


def _name(place: Place) -> Any:
    return (place.kind, place.element.name) if place.element.name else None


def _boundary(place: Place, after: Mapping[str, Place], found: Mapping[str, tuple[str, Found | None]]) -> tuple[str, Found | None]:
    activity = found.get(place.element.attached_to or "", (GIVEN_UP, None))[0]
    there = [p for p in after.values() if p.kind == Kind.BOUNDARY and p.element.attached_to == activity]
    if any(p.id == place.id for p in there):
        return place.id, Found.ID
    alike = [p for p in there if p.element.interrupting == place.element.interrupting]
    return (alike[0].id, Found.NEIGHBOURS) if len(alike) == 1 else (GIVEN_UP, None)


# -- what changed -----------------------------------------------------------------------------------------------------


def changes_of(old: CompiledDefinition, new: CompiledDefinition, was: Place, now: Place) -> tuple[Change, ...]:
    """What is different between a place and the one that it becomes."""
    a, b = was.element, now.element
    differs = {
        Change.KIND: was.kind != now.kind,
        Change.ID: a.id != b.id,
        Change.NAME: a.name != b.name,
        Change.ACTOR: _fact(a.properties, "actor") != _fact(b.properties, "actor"),
        Change.LIMIT: _limit(old, was) != _limit(new, now),
        Change.FORM: _forms(old, a.properties) != _forms(new, b.properties),
        Change.BASIS: any(_fact(a.properties, name) != _fact(b.properties, name) for name in ("basis", "article")),
        Change.CALLED: a.called != b.called,
        Change.PARTS: a.parts != b.parts,
    }
    return tuple(change for change, different in differs.items() if different)


def _fact(properties: Mapping[str, str], name: str) -> str:
    return properties.get(name, "")


def _limit(definition: CompiledDefinition, place: Place) -> tuple[str, str]:
    spec = specs_of(definition)[place.scope].task_specs[place.id]
    timer = getattr(spec, "event_definition", None)
    return _fact(place.element.properties, "due"), str(getattr(timer, "expression", ""))


def _forms(definition: CompiledDefinition, properties: Mapping[str, str]) -> list[bytes | str]:
    names = [_fact(properties, name) for name in ("formJsonSchemaFilename", "formUiSchemaFilename")]
    return [definition.files.get(f"forms/{name}", name) for name in names]


_NEIGHBOURS = frozenset({"inputs", "outputs"})


def _elsewhere(old: CompiledDefinition, new: CompiledDefinition, pair: Pair, diff: SpecDiff) -> tuple[str, ...]:
    """What runs by itself on the way and is different itself, not only beside something else: people decide about places, but should know."""
    names = []
    changed = [spec for spec, attributes in diff.changed.items() if set(attributes) - _NEIGHBOURS]
    for definition, scope, specs in ((old, pair[0], [*diff.removed, *changed]), (new, pair[1], diff.added)):
        places = places_of(definition, scope)
        for spec in specs:
            element = definition.by_spec.get((scope, spec.name))
            if element is not None and element.id not in places:
                names.append(element.name or element.id)
    return tuple(dict.fromkeys(names))
