"""Other data for a case that stands still: which variables may be set, what follows from setting them, and the record of it.

Only variables that expressions of the version read can be set. What follows (time limits, timers, who has a task) is worked out on a copy that is
thrown away before anything is stored, so that the page can say beforehand what will happen; storing it does the same once more.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import resolve_actor, what_is_missing
from app.access.principal import Principal
from app.cases import advancing, failures, incident_state, incidents, task_rows
from app.cases.advancing import By
from app.cases.errors import CaseError, FieldProblem, InvalidForm
from app.cases.forms import unstorable
from app.cases.incidents import Outcome
from app.cases.manual_start import FIXED
from app.engine import repair, store
from app.engine.definition import CompiledDefinition
from app.engine.errors import EngineError
from app.engine.repair import Reckoned
from app.engine.runner import OpenedTask, Run
from app.law.periods import Deadline
from app.model import Case, CaseParty, Incident, Organisation, Task, TaskStatus, Timer, TimerKind
from app.model.statements import insert_new, table

MAX_VALUE = 20_000  # characters of a value as JSON


@dataclass(frozen=True)
class Variable:
    """A variable as the administrator sees it: its value where the case stands, and whether the failing element reads it."""

    name: str
    title: str  # what forms call it; empty where none does
    value: Any
    known: bool
    read_here: bool


@dataclass(frozen=True)
class Change:
    """One variable before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class NewLimit:
    """A task whose time limit is reckoned anew."""

    task: Task
    before: dt.date | None
    deadline: Deadline | None
    inherited: bool


@dataclass(frozen=True)
class NewOffice:
    """A task that falls to another organisation."""

    task: Task
    actor: str
    organisation: Organisation | None


@dataclass(frozen=True)
class NewTime:
    """A timer event that fires at another time."""

    timer: Timer
    name: str
    before: dt.datetime | None
    fires_at: dt.datetime | None


@dataclass
class Plan:
    """What setting variables changes."""

    changes: list[Change] = field(default_factory=list)
    limits: list[NewLimit] = field(default_factory=list)
    offices: list[NewOffice] = field(default_factory=list)
    times: list[NewTime] = field(default_factory=list)


# -- what there is ----------------------------------------------------------------------------------------------------


def variables(session: Session, incident: Incident, case: Case) -> list[Variable]:
    """The variables that may be set, those that the failing element reads first. Empty when the state of the case cannot be read at all."""
    compiled = store.of_case(session, case)
    now = current(session, incident, case, incident_state.looked_at(session, case))
    place = incidents.place_of(compiled, incident)
    here = repair.read_at(compiled, place) if place is not None else frozenset()
    titles = form_titles(compiled)
    rows = [Variable(name, titles.get(name, ""), now.get(name), name in now, name in here) for name in sorted(compiled.variables - FIXED)]
    return sorted(rows, key=lambda v: (not v.read_here, not v.known))


def form_titles(compiled: CompiledDefinition) -> dict[str, str]:
    """What the forms of a version call the fields that they collect. A form that cannot be read says nothing: it may be what failed."""
    found: dict[str, str] = {}
    for path in sorted(compiled.files):
        if path.endswith(".json") and not path.endswith(".ui.json"):
            try:
                properties = json.loads(compiled.files[path]).get("properties", {})
                found.update({name: rule["title"] for name, rule in properties.items() if name not in found and "title" in rule})
            except (ValueError, AttributeError, TypeError):
                continue
    return found


def current(session: Session, incident: Incident, case: Case, run: Run) -> dict[str, Any]:
    """The variables where the case stands, with what the act that waits submitted and what was set since."""
    pending = incident.pending
    task = session.get(Task, pending["task_id"]) if pending.get("task_id") else None
    found = repair.variables_at(run, task.engine_id if task is not None and task.case_id == case.id else None)
    submitted = pending.get("submitted")
    if isinstance(submitted, dict):
        found.update({name: value for name, value in submitted.items() if name in run.definition.variables})
    return {**found, **pending.get("overrides", {})}


# -- what follows -----------------------------------------------------------------------------------------------------


def plan(session: Session, incident: Incident, case: Case, values: Mapping[str, Any]) -> Plan:
    """What setting `values` would change. Stores nothing. Raises `InvalidForm`, `CaseError`."""
    return _plan(session, incident, case, values, incident_state.looked_at(session, case))


def _plan(session: Session, incident: Incident, case: Case, values: Mapping[str, Any], run: Run) -> Plan:
    """Sets values in a run, and says what that changes."""
    _check(run.definition, values)
    now = current(session, incident, case, run)
    found = Plan([Change(n, now.get(n), v) for n, v in values.items() if n not in now or now[n] != v])
    if not found.changes:
        raise CaseError("没有改动任何数据")
    before = repair.reckon(run)
    repair.set_variables(run, {change.name: change.after for change in found.changes})
    _compare(session, case, found, before, repair.reckon(run))
    return found


def _check(definition: CompiledDefinition, values: Mapping[str, Any]) -> None:
    problems = []
    for name, value in values.items():
        if name not in definition.variables or name in FIXED:
            problems.append(FieldProblem(f"/{name}", "流程不读取这个变量，不能在这里修改"))
        elif any(unstorable(value)) or len(json.dumps(value, ensure_ascii=False)) > MAX_VALUE:
            problems.append(FieldProblem(f"/{name}", "内容过长或含有不能保存的字符"))
    if problems:
        raise InvalidForm(problems)


def _compare(session: Session, case: Case, found: Plan, before: Reckoned, after: Reckoned) -> None:
    lost = [opened.legal.name for engine_id, opened in before.tasks.items() if engine_id not in after.tasks]
    if lost:
        raise CaseError(f"这样改之后，“{lost[0]}”的期限算不出来，请检查日期一类的内容")
    rows = session.scalars(select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN).order_by(Task.id)).all()
    limits: dict[str, Deadline | None] = {}
    for row in rows:
        old, new = before.tasks.get(row.engine_id), after.tasks.get(row.engine_id)
        if new is None:
            continue
        if not row.optional and _limit(old) != _limit(new):
            limits[row.engine_id] = deadline = _as_kept(row, new.deadline)
            found.limits.append(NewLimit(row, row.due_on, deadline, new.inherited))
        if new.legal.actor and new.legal.actor != row.actor:
            found.offices.append(NewOffice(row, new.legal.actor, resolve_actor(session, new.legal.actor, case)))
    timers = session.scalars(select(Timer).where(Timer.case_id == case.id, Timer.kind == TimerKind.EVENT).order_by(Timer.id)).all()
    for timer in timers:
        was, will = before.timers.get(timer.engine_id or ""), after.timers.get(timer.engine_id or "")
        if was is not None and will is None:
            raise CaseError("这样改之后，等待中的到期时间算不出来，请检查日期一类的内容")
        if was == will or timer.due_at is None:  # a stopped clock stays stopped
            continue
        moved = limits.get(timer.attached_to or "")
        fires_at = will if moved is None else None if moved.is_stopped else moved.expires_at
        found.times.append(NewTime(timer, after.names[timer.engine_id or ""], timer.due_at, fires_at))


def _limit(opened: OpenedTask | None) -> tuple[Any, ...] | None:
    return (opened.deadline, opened.inherited) if opened is not None else None


def _as_kept(row: Task, new: Deadline | None) -> Deadline | None:
    """A new limit keeps what was excluded or granted under the old one."""
    if new is None or row.deadline is None:
        return new
    return new.keeping(Deadline.from_dict(row.deadline))


# -- the act ------------------------------------------------------------------------------------------------------------


def edit(
    session: Session,
    principal: Principal,
    incident_id: int,
    values: Mapping[str, Any],
    reason: str,
    *,
    and_retry: bool = True,
    excluding: str = "",
) -> Outcome:
    """Sets variables of a suspended case, with what follows from it, and tries the act that failed once more; `excluding` as in `incidents.retry`.

    Raises `InvalidForm` and `CaseError`; then nothing is changed. A retry that fails leaves the new data.
    """
    why = incidents.reason_of(reason)
    incident, case = incidents.locked(session, principal, incident_id)
    if case is None:
        raise CaseError("这是一次投递，没有可以修改的案件数据")
    by = By(principal.user_id)
    found = _store(session, incident, case, values, by)
    changed = {change.name: [change.before, change.after] for change in found.changes}
    advancing.record(
        session, case, "incident_data_edited", by, process_key=incident.process_key or None, element_id=incident.element_id or None,
        name=incident.element_name, public_to_enterprise=False, detail={"incident": incident.id, "reason": why, "changed": changed},
    )  # fmt: skip
    return incidents.attempt(session, case, incident, by, why, excluding) if and_retry else Outcome(False, "数据已修改，案件仍挂起")


def _store(session: Session, incident: Incident, case: Case, values: Mapping[str, Any], by: By) -> Plan:
    found = Plan()

    def act(run: Run) -> None:
        nonlocal found
        found = _plan(session, incident, case, values, run)
        for one in found.times:
            run.move_timer(one.timer.engine_id or "", one.fires_at)

    try:
        advancing.advance(session, case, act, by, suspended=True)
    except EngineError as error:
        raise CaseError(f"没有改成：{failures.said(error)}") from error
    pending = copy.deepcopy(incident.pending)
    pending["overrides"] = {**pending.get("overrides", {}), **{change.name: change.after for change in found.changes}}
    incident.pending = pending
    _follow(session, case, found)
    return found


def _follow(session: Session, case: Case, found: Plan) -> None:
    """The rows that show what the engine holds: open tasks, their limits and offices, the timers."""
    changed = {change.name: change.after for change in found.changes}
    for task in session.scalars(select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)):
        task.context = {**(task.context or {}), **changed}
        task.revision += 1
    for limit in found.limits:
        _set_limit(session, case, limit)
    for office in found.offices:
        _hand_over(session, case, office)
    for time in found.times:
        time.timer.due_at, time.timer.fired = time.fires_at, False
    session.flush()


def _hand_over(session: Session, case: Case, office: NewOffice) -> None:
    task, organisation = office.task, office.organisation
    task.actor, task.assignee_id, task.delegated_by_id, task.promise_due_on = office.actor, None, None, None
    task.organisation_id = organisation.id if organisation else None
    task.waiting_for = None if organisation else what_is_missing(office.actor, case.region_code)
    if organisation is not None:
        insert_new(session, CaseParty, [{"case_id": case.id, "organisation_id": organisation.id}])
        task.promise_due_on = task_rows.promise(session, organisation, tuple(task.basis.split()), task.due_on)


def _set_limit(session: Session, case: Case, limit: NewLimit) -> None:
    task, deadline = limit.task, limit.deadline
    task.inherited_due = limit.inherited
    if deadline is None:
        task_rows.clear_deadline(task)
    else:
        task_rows.set_deadline(task, deadline)
        task.overdue_at = None if deadline.due_on >= clock.today() else task.overdue_at
        task.promise_due_on = min(task.promise_due_on, deadline.due_on) if task.promise_due_on else None
    session.execute(delete(Timer).where(Timer.task_id == task.id, Timer.kind != TimerKind.EVENT))
    # A miss that is on record is not recorded twice.
    rows = [row for row in task_rows.timers_of(task) if row["kind"] != TimerKind.OVERDUE or task.overdue_at is None]
    if rows:
        session.execute(insert(table(Timer)), [{"case_id": case.id, "fired": False, **row} for row in rows])
