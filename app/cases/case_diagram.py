"""Where a case stands on its diagrams: which elements are done, current, late; and the drawings themselves. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases import case_file, case_versions
from app.cases.actor_captions import captions
from app.cases.errors import NotFound
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.diagram import GATEWAY_TAGS, Element, Process, read_xml
from app.law.periods import distance, format_date
from app.model import (
    Case,
    CaseStatus,
    Definition,
    Event,
    Incident,
    IncidentStatus,
    Organisation,
    Role,
    Task,
    User,
)


@dataclass
class Level:
    """A process of a definition that can be shown: the main one or one that it calls."""

    process: str
    name: str


@dataclass
class DiagramState:
    """What the diagram of one process shows of a case."""

    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)  # who acts, see `actor_captions`
    current_process: str = ""


# -- finding --------------------------------------------------------------------------------------------------------------


def diagram_xml(session: Session, principal: Principal, definition_id: int, process_key: str) -> bytes:
    """The drawing of a process of a version, for administrators and for people with a case that runs on it. Raises `NotFound`."""
    definition = session.get(Definition, definition_id)
    if definition is None:
        raise NotFound()
    if not principal.has(Role.ADMINISTRATOR):
        seen = select(Case.id).where(and_(Case.definition_id == definition_id, scope.cases(principal))).limit(1)
        if session.scalar(seen) is None:
            raise NotFound()
    return _drawing(store.compiled(session, definition), process_key)


def _drawing(compiled: CompiledDefinition, process_key: str) -> bytes:
    wanted = re.compile(rb'<(?:\w+:)?process\b[^>]*\bid="' + re.escape(process_key.encode()) + b'"')
    for path, body in compiled.files.items():
        if path.endswith(".bpmn") and wanted.search(body):
            return body
    raise NotFound()


def levels(compiled: CompiledDefinition) -> list[Level]:
    """The processes of a definition, the main one first."""
    keys = [compiled.key, *(key for key in compiled.processes if key != compiled.key)]
    return [Level(key, compiled.processes[key].name) for key in keys]


def diagram_state(session: Session, principal: Principal, case: Case, process_key: str) -> DiagramState:
    """What is done, under way, late or failed in one process of a case. Raises `NotFound` when the version has no such process."""
    compiled = store.compiled(session, session.get_one(Definition, case.definition_id))
    process = compiled.processes.get(process_key)
    if process is None:
        raise NotFound()
    state = DiagramState(actors=captions(compiled, process_key))
    _mark_passed(session, principal, case, compiled, process_key, state)
    _mark_open(session, case, compiled, process_key, state)
    _mark_gateways(compiled, process_key, state)
    if case.status == CaseStatus.SUSPENDED:
        _mark_failed(session, case, process, state)
    for element_id, info in state.elements.items():
        called = process.elements[element_id].called
        if called:
            info["calls"] = called
    return state


def _mark_failed(session: Session, case: Case, process: Process, state: DiagramState) -> None:
    """The element at which a suspended case stands, in the process in which it does."""
    incident = session.scalars(select(Incident).where(Incident.case_id == case.id, Incident.status != IncidentStatus.RESOLVED)).first()
    if incident is None or incident.element_id not in process.elements or incident.process_key not in ("", process.key):
        return
    info = state.elements.setdefault(incident.element_id, _info(process.elements[incident.element_id]))
    info["state"] = "failed"
    info["lines"].append("出了故障，案件挂起在这里")


def _info(element: Element, name: str = "", article: str = "") -> dict[str, Any]:
    given = element.properties.get("article", "")
    return {"title": name or element.name, "lines": [], "article": article or ("" if given.startswith("{") else given)}


def _mark_passed(
    session: Session, principal: Principal, case: Case, compiled: CompiledDefinition, process_key: str, state: DiagramState
) -> None:
    elements = compiled.processes[process_key].elements
    rows = session.execute(
        select(Event, User.name, Organisation.name, Task.article, Task.overdue_at)
        .outerjoin(User, User.id == Event.user_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(Task, Task.id == Event.task_id)
        .where(Event.case_id == case.id, Event.kind.in_(("element_passed", "task_completed")), scope.events(principal))
        .order_by(Event.id)
    )
    names = case_versions.names_today(session, case)
    for event, person, organisation, article, overdue_at in rows:
        callers, (event_process, element_id) = names.of(event)
        for owner, caller_id in _owners(compiled, callers):
            if owner == process_key and caller_id in elements:
                state.elements.setdefault(caller_id, {**_info(elements[caller_id]), "state": "done"})
        if event_process != process_key or element_id not in elements:
            continue
        info = state.elements.setdefault(element_id, _info(elements[element_id], event.name, article or ""))
        info["state"] = "done"
        at = event.at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
        who = " ".join(part for part in (organisation, person if scope.sees_inside(principal, event) else None) if part) or "系统"
        info["lines"].append(f"{at} {who}")
        info["lines"] += [
            line for line in case_file.lines_of(event.kind, scope.detail_of(principal, event), {}) if not line.startswith("期限")
        ]
        if overdue_at is not None:
            info["lines"].append("逾期后办结")


def _mark_open(session: Session, case: Case, compiled: CompiledDefinition, process_key: str, state: DiagramState) -> None:
    elements = compiled.processes[process_key].elements
    today = clock.today()
    for one in case_file.open_tasks(session, case.id):
        task = one.task
        late = task.due_on is not None and not task.clock_stopped and today > task.due_on
        mark = "late" if late else "current"
        path = list(_owners(compiled, (task.context or {}).get("_callers") or ()))
        if not task.optional or not state.current_process:
            state.current_process = task.process_key
        for owner, caller_id in path:
            if owner == process_key and caller_id in elements:
                info = state.elements.setdefault(caller_id, _info(elements[caller_id]))
                info["state"] = "late" if late or info.get("state") == "late" else "current"
                info["lines"].append(f"正在办理：{task.name}（{one.holder}）")
        if task.process_key == process_key and task.element_id in elements:
            info = state.elements.setdefault(task.element_id, _info(elements[task.element_id], task.name, task.article))
            info.update(state=mark, title=task.name)
            info["lines"].append(f"办理单位：{one.holder}")
            if task.due_on is not None:
                away = "计时暂停" if task.clock_stopped else distance(today, task.due_on)
                info["lines"].append(f"期限：{format_date(task.due_on)}，{away}")


def _owners(compiled: CompiledDefinition, callers: Sequence[str]) -> list[tuple[str, str]]:
    """Each call activity on the way in, outermost first, with the process in which it stands."""
    found, key = [], compiled.key
    for caller_id in callers:
        process = compiled.processes.get(key)
        element = process.elements.get(caller_id) if process else None
        if element is None:
            break
        found.append((key, caller_id))
        key = element.called or key
    return found


def _mark_gateways(compiled: CompiledDefinition, process_key: str, state: DiagramState) -> None:
    """A gateway with a visited element before and behind it was passed; the record holds only gateways with a legal basis."""
    elements = compiled.processes[process_key].elements
    root = read_xml(process_key, _drawing(compiled, process_key))
    flows = [(f.get("sourceRef"), f.get("targetRef")) for f in root.iter("{*}sequenceFlow")]
    gateways = {i for i, e in elements.items() if e.tag in GATEWAY_TAGS and i not in state.elements}
    reached: set[str] = set()
    changed = True
    while changed:
        changed = False
        for source, target in flows:
            before_done = source in reached or state.elements.get(source, {}).get("state") == "done"
            if target in gateways and target not in reached and before_done:
                reached.add(target)
                changed = True
    for source, target in reversed(flows):
        if source in reached and target in state.elements:
            state.elements.setdefault(source, {**_info(elements[source]), "state": "done"})
