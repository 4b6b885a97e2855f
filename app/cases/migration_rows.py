"""A move in rows: the case, its open tasks and its timers, before and after; and back again.

A task keeps its row, and with it draft, assignee, claims and stops of its clock; a timer that goes on keeps its row too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Date, delete, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import what_is_missing
from app.cases import task_rows
from app.cases.errors import Conflict
from app.cases.migration_foresight import Foresight, TaskChange
from app.engine.runner import SetTimer
from app.model import (
    Case,
    CaseMigrationSnapshot,
    CaseParty,
    CaseState,
    Definition,
    Draft,
    Organisation,
    Task,
    TaskStatus,
    Timer,
    TimerKind,
)
from app.model.base import Instant
from app.model.statements import insert_new, table

_KEPT = frozenset({"id", "case_id", "engine_id", "created_at", "revision", "urged_at", "completed_by_id", "decision", "data"})
_MOVED = tuple(column.name for column in table(Task).columns if column.name not in _KEPT)
"""Columns of a task that a move may change, and that taking it back restores."""
_TIMER = tuple(column.name for column in table(Timer).columns if column.name != "case_id")


# -- there ------------------------------------------------------------------------------------------------------------


def apply(session: Session, case: Case, definition: Definition, found: Foresight, run_id: int) -> list[Task]:
    """Writes a move into the rows of a locked case, and what they were before. Gives the tasks that are new."""
    before = _snapshot(session, case, found)
    case.definition_id, case.content_hash = definition.id, definition.content_hash
    case.revision += 1
    for change in found.changes:
        _change(session, case, change)
    for task in found.cancelled:
        task.status, task.completed_at = TaskStatus.CANCELLED, clock.now()
        task.revision += 1
    session.flush()
    session.execute(update(CaseState).where(CaseState.case_id == case.id).values(revision=case.revision, body=found.moved.body))
    gone = [task.engine_id for task in found.cancelled]
    session.execute(delete(Timer).where(Timer.case_id == case.id, Timer.engine_id.in_(gone), Timer.task_id.is_not(None)))
    _set_event_timers(session, case, found.moved.timers)
    opened = task_rows.open_tasks(session, case, found.moved.opened)
    _insert_timers(session, case, [row for task in opened for row in task_rows.timers_of(task)])
    _add_parties(session, case, opened, found.changes)
    _keep(session, case, found, before, opened, run_id)
    return opened


def _change(session: Session, case: Case, change: TaskChange) -> None:
    """One open task in the words, with the form and under the limit of the new version."""
    task, now = change.task, change.moved.now
    handed_over, same_steps = change.handed_over, task.basis == " ".join(now.legal.basis)
    watched = _watched(task)
    for name, value in task_rows.facts_of(now).items():
        setattr(task, name, value)
    if handed_over:
        task.organisation_id = change.organisation_id
        task.waiting_for = None if change.organisation_id is not None else what_is_missing(task.actor, case.region_code)
        task.assignee_id = task.delegated_by_id = None
    _limit(task, change)
    if handed_over or not same_steps:
        office = session.get(Organisation, task.organisation_id) if task.organisation_id else None
        steps = now.legal.basis
        task.promise_due_on = task_rows.promise(session, office, steps, task.due_on) if office is not None and steps else None
    elif task.promise_due_on and task.due_on:
        task.promise_due_on = min(task.promise_due_on, task.due_on)
    task.revision += 1
    session.flush()
    if _watched(task) != watched:
        _watch(session, case, task)


def _watched(task: Task) -> tuple[Any, ...]:
    """What the timers of a task depend on."""
    return task.deadline, task.inherited_due, (task.context or {}).get("_handled")


def _limit(task: Task, change: TaskChange) -> None:
    deadline = change.deadline
    if deadline is None:
        task.deadline = task.due_on = task.warn_on = task.overdue_at = None
        task.sort_due, task.clock_stopped = task_rows.NO_DUE, False
    elif change.moved.recounted or task.deadline is None:
        task_rows.set_deadline(task, deadline)
        if deadline.due_on >= clock.today():
            task.overdue_at = None


def _watch(session: Session, case: Case, task: Task) -> None:
    """The reminder and the miss follow the limit. A miss that is on record is not recorded twice."""
    wanted = {row["kind"]: row for row in task_rows.timers_of(task) if row["kind"] != TimerKind.OVERDUE or task.overdue_at is None}
    rows = session.scalars(select(Timer).where(Timer.case_id == case.id, Timer.task_id == task.id, Timer.kind != TimerKind.EVENT)).all()
    for timer in rows:
        row = wanted.pop(TimerKind(timer.kind), None)
        if row is None:
            session.delete(timer)
        else:
            _at(timer, row["due_at"])
    session.flush()
    _insert_timers(session, case, list(wanted.values()))


def _set_event_timers(session: Session, case: Case, timers: Sequence[SetTimer]) -> None:
    """The rows of the diagram's timers become those that wait in the new version."""
    wanted = {timer.engine_id: timer for timer in timers}
    for row in session.scalars(select(Timer).where(Timer.case_id == case.id, Timer.kind == TimerKind.EVENT)).all():
        timer = wanted.pop(row.engine_id or "", None)
        if timer is None:
            session.delete(row)
        else:
            row.attached_to, row.process_key, row.element_id = timer.attached_to, timer.process_key, timer.element_id
            _at(row, timer.fires_at)
    session.flush()
    _insert_timers(session, case, [task_rows.timer_of_event(timer) for timer in wanted.values()])


def _at(timer: Timer, due_at: dt.datetime | None) -> None:
    if timer.due_at != due_at:
        timer.due_at, timer.fired = due_at, False


def _insert_timers(session: Session, case: Case, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert(table(Timer)), [{"case_id": case.id, "fired": False, **row} for row in rows])


def _add_parties(session: Session, case: Case, opened: Iterable[Task], changes: Iterable[TaskChange]) -> None:
    found = {task.organisation_id for task in opened} | {c.organisation_id for c in changes if c.handed_over}
    insert_new(session, CaseParty, [{"case_id": case.id, "organisation_id": i} for i in sorted(i for i in found if i is not None)])


# -- what it was before -----------------------------------------------------------------------------------------------


def _snapshot(session: Session, case: Case, found: Foresight) -> dict[str, Any]:
    tasks = [*(change.task for change in found.changes), *found.cancelled]
    timers = session.scalars(select(Timer).where(Timer.case_id == case.id).order_by(Timer.id)).all()
    return {
        "tasks": {task.id: {name: _plain(getattr(task, name)) for name in _MOVED} for task in tasks},
        "timers": [{name: _plain(getattr(timer, name)) for name in _TIMER} for timer in timers],
    }


def _keep(session: Session, case: Case, found: Foresight, before: dict[str, Any], opened: Sequence[Task], run_id: int) -> None:
    after = {task.id: task for task in [*(change.task for change in found.changes), *found.cancelled]}
    tasks = [{"id": i, "before": columns, "after": _touchable(after[i])} for i, columns in before["tasks"].items()]
    tasks += [{"id": task.id, "before": None, "after": _touchable(task)} for task in opened]
    session.add(
        CaseMigrationSnapshot(
            run_id=run_id, case_id=case.id, revision=case.revision, body=found.body, tasks=tasks, timers=before["timers"]
        )
    )  # fmt: skip
    session.flush()


def _touchable(task: Task) -> dict[str, Any]:
    """What people may change about an open task without moving the case on."""
    return {"status": task.status, "deadline": task.deadline, "organisation_id": task.organisation_id}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


# -- and back ---------------------------------------------------------------------------------------------------------


def put_back(session: Session, case: Case, definition: Definition, snapshot: CaseMigrationSnapshot) -> None:
    """Restores a locked case as it was before a move. Raises `Conflict` when it has moved on since."""
    if case.revision != snapshot.revision:
        raise Conflict("案件在迁移之后已经继续办理，不能退回")
    rows = {task.id: task for task in session.scalars(select(Task).where(Task.id.in_([row["id"] for row in snapshot.tasks])))}
    for row in snapshot.tasks:
        _check_untouched(session, rows[row["id"]], row)
    case.definition_id, case.content_hash = definition.id, definition.content_hash
    case.revision += 1
    for row in snapshot.tasks:
        _restore(rows[row["id"]], row)
    session.flush()
    session.execute(update(CaseState).where(CaseState.case_id == case.id).values(revision=case.revision, body=snapshot.body))
    _restore_timers(session, case, snapshot.timers)
    # An earlier move can be taken back again: the case is where that one had brought it.
    earlier = CaseMigrationSnapshot.case_id == case.id, CaseMigrationSnapshot.revision == snapshot.revision - 1
    session.execute(update(CaseMigrationSnapshot).where(*earlier).values(revision=case.revision))


def _check_untouched(session: Session, task: Task, row: Mapping[str, Any]) -> None:
    """Claims, hand-overs within an office and drafts survive; nothing else may have happened to a task."""
    after = row["after"]
    if (task.status, task.deadline, task.organisation_id) != (after["status"], after["deadline"], after["organisation_id"]):
        raise Conflict(f"“{task.name}”在迁移之后有变动（办理、期限或承办单位），不能退回")
    changed_hands = row["before"] is None or row["before"]["organisation_id"] != task.organisation_id
    begun = task.assignee_id is not None or session.get(Draft, task.id) is not None
    if changed_hands and task.status == TaskStatus.OPEN and begun:
        raise Conflict(f"“{task.name}”的新承办单位已经着手办理，不能退回")


def _restore(task: Task, row: Mapping[str, Any]) -> None:
    task.revision += 1
    if row["before"] is None:
        task.status, task.completed_at = TaskStatus.CANCELLED, clock.now()
        return
    stays = {"assignee_id", "delegated_by_id"} if row["before"]["organisation_id"] == task.organisation_id else set()
    for name, value in row["before"].items():
        if name not in stays:
            setattr(task, name, _typed(Task, name, value))


def _restore_timers(session: Session, case: Case, timers: Sequence[Mapping[str, Any]]) -> None:
    """The timers as they were, with the ids by which an incident may know them; an id that another case's timer got meanwhile is not taken back."""
    known = {timer.id: timer for timer in session.scalars(select(Timer).where(Timer.case_id == case.id))}
    wanted = {row["id"]: {name: _typed(Timer, name, value) for name, value in row.items()} for row in timers}
    for timer_id, timer in known.items():
        if timer_id not in wanted:
            session.delete(timer)
            continue
        for name, value in wanted.pop(timer_id).items():
            setattr(timer, name, value)
    session.flush()
    taken = set(session.scalars(select(Timer.id).where(Timer.id.in_(wanted))))
    for timer_id, values in wanted.items():
        session.add(Timer(case_id=case.id, **{**values, "id": None if timer_id in taken else timer_id}))
    session.flush()


def _typed(model: type[Task] | type[Timer], name: str, value: Any) -> Any:
    """A value of a snapshot as its column holds it."""
    if not isinstance(value, str):
        return value
    match table(model).c[name].type:
        case Instant():
            return dt.datetime.fromisoformat(value)
        case Date():
            return dt.date.fromisoformat(value)
        case _:
            return value
