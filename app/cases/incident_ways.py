"""The ways out of an incident, as an administrator chooses among them: where the case can go, which data can be set and what follows. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases import incident_data, incident_state, incidents, suspension
from app.cases.errors import CaseError
from app.cases.incident_data import Plan, Variable
from app.cases.suspension import Foresight
from app.engine import elsewhere, repair, store
from app.engine.definition import CompiledDefinition
from app.engine.repair import Place, Standing
from app.model import Case, Incident


@dataclass(frozen=True)
class Level:
    """Where one may go from a place: the failing element, or an activity around it."""

    outward: int
    place: Place
    name: str
    process_name: str
    targets: Sequence[elsewhere.Target]


def case_of(session: Session, incident: Incident) -> Case:
    """The case of an incident that waits. Raises `CaseError` for a delivery, `NotFound`."""
    if incident.case_id is None:
        raise CaseError("这是一次投递，只能重试或不再投递")
    return session.get_one(Case, incident.case_id)


def levels(session: Session, incident: Incident) -> list[Level]:
    """From the failing place outward, where the case can be led. Empty when the place is not in its version."""
    case = case_of(session, incident)
    compiled = store.of_case(session, case)
    place = incidents.place_of(compiled, incident)
    if place is None:
        return []
    found = [_level(compiled, place, 0)]
    for outward, (around, name) in enumerate(_around(session, incident, case, compiled, place), start=1):
        found.append(_level(compiled, around, outward, name))
    return found


def _level(compiled: CompiledDefinition, place: Place, outward: int, name: str = "") -> Level:
    element = compiled.by_spec[place.scope, place.element_id]
    process = compiled.processes[element.process_key]
    return Level(
        outward, place, name or element.name or element.id, process.name, elsewhere.targets(compiled, place.scope, place.element_id)
    )


def _around(session: Session, incident: Incident, case: Case, compiled: CompiledDefinition, place: Place) -> list[tuple[Place, str]]:
    """The activities around the failing place, innermost first, as they are around the task from which the act comes."""
    standing = waiting(session, case)
    inner = [s for s in standing if s.place.scope == place.scope]
    if not inner:
        return []
    wanted, found = inner[0], []
    for outer in sorted((s for s in standing if s.depth < wanted.depth), key=lambda s: -s.depth):
        element = outer.element
        if wanted.place.scope in (element.called, element.id):
            found.append((outer.place, outer.name))
            wanted = outer
    return found


def waiting(session: Session, case: Case) -> list[Standing]:
    """What waits in a case as it is stored."""
    return repair.standings(incident_state.looked_at(session, case))


def other_places(session: Session, incident: Incident) -> list[tuple[Standing, Sequence[elsewhere.Target]]]:
    """What else waits in the case and could be left instead, with where one may go from it."""
    case = case_of(session, incident)
    compiled = store.of_case(session, case)
    return [(s, elsewhere.targets(compiled, s.place.scope, s.place.element_id)) for s in waiting(session, case)]


def time_out(session: Session, incident: Incident, source: str | None = None) -> Foresight | None:
    """What leaving the time of suspension out of the limits would change; none where it has not lasted to another day.

    `source` is a place that is left instead of doing what failed. A case whose state cannot be read has nothing to foresee.
    """
    if incident.case_id is None:
        return None
    done = incidents.pending_task(incident) if source is None else None
    return suspension.foresee(session, incident, case_of(session, incident), done)


def variables(session: Session, incident: Incident) -> list[Variable]:
    """The variables that may be set."""
    return incident_data.variables(session, incident, case_of(session, incident))


def foresee(session: Session, incident: Incident, values: dict[str, Any]) -> Plan:
    """What setting variables would change."""
    return incident_data.plan(session, incident, case_of(session, incident), values)
