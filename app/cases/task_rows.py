"""Rows of human tasks: to whom, by when, and the timers that watch the time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import resolve_actor, what_is_missing
from app.engine.runner import OpenedTask, SetTimer
from app.law import periods
from app.law.periods import Deadline
from app.model import Case, Event, Organisation, ServicePromise, Task, TaskStatus, TimerKind

NO_DUE = dt.date(9999, 12, 31)
REMINDER_TIME = dt.time(8, 30)
"""When on its day a reminder goes out, in China."""


def open_tasks(session: Session, case: Case, opened: list[OpenedTask]) -> list[Task]:
    """Adds a row for each task that waits from now on. A task whose organisation is not set up waits and says what is missing."""
    moved = _moved_limits(session, case) if case.limits_moved else []
    tasks = [_row(session, case, one, _as_moved(one.deadline, moved)) for one in opened]
    session.add_all(tasks)
    session.flush()
    return tasks


def _moved_limits(session: Session, case: Case) -> list[Deadline]:
    """Limits of earlier tasks of the case whose clock was stopped or that were extended, the latest first."""
    touched = select(Event.task_id).where(Event.case_id == case.id, Event.kind.in_(("clock_resumed", "deadline_extended")))
    rows = session.scalars(select(Task.deadline).where(Task.case_id == case.id, Task.id.in_(touched)).order_by(Task.id.desc()))
    return [Deadline.from_dict(row) for row in rows if row is not None]


def _as_moved(deadline: Deadline | None, moved: list[Deadline]) -> Deadline | None:
    """A limit that an earlier step shares keeps the time that did not count there: 20 workdays for three steps are counted once."""
    if deadline is None:
        return None
    same = (deadline.keeping(m) for m in moved if (m.rule, m.since) == (deadline.rule, deadline.since) and not m.is_stopped)
    return next(same, deadline)


def facts_of(one: OpenedTask) -> dict[str, Any]:
    """The columns of a task that follow from its element and from the case, apart from its organisation and its limit."""
    legal = one.legal
    return {
        "process_key": legal.process_key,
        "element_id": legal.id,
        "name": legal.name,
        "basis": " ".join(legal.basis),
        "article": legal.article,
        "actor": legal.actor or "county_environment",
        "optional": legal.element.properties.get("optional") == "true",
        "panel": legal.panel,
        "form": legal.form,
        "ui_form": legal.ui_form,
        "inherited_due": one.inherited,
        "context": {**one.variables, "_callers": list(one.callers), "_handled": one.handled},
    }


def _row(session: Session, case: Case, one: OpenedTask, deadline: Deadline | None) -> Task:
    facts = facts_of(one)
    organisation = resolve_actor(session, facts["actor"], case)
    task = Task(
        case_id=case.id,
        engine_id=one.engine_id,
        organisation=organisation,
        waiting_for=None if organisation else what_is_missing(facts["actor"], case.region_code),
        status=TaskStatus.OPEN,
        created_at=clock.now(),
        **facts,
    )
    task.sort_due = NO_DUE
    if deadline is not None and not task.optional:
        set_deadline(task, deadline)
    if organisation is not None and one.legal.basis:
        task.promise_due_on = promise(session, organisation, one.legal.basis, task.due_on)
    return task


def set_deadline(task: Task, deadline: Deadline) -> None:
    """Writes a time limit with its derivation into a task."""
    task.deadline = deadline.to_dict()
    task.due_on = deadline.due_on
    task.warn_on = periods.warn_on(deadline)
    task.sort_due = deadline.due_on
    task.clock_stopped = deadline.is_stopped


def clear_deadline(task: Task) -> None:
    """Takes the time limit from a task."""
    task.deadline = task.due_on = task.warn_on = task.overdue_at = task.promise_due_on = None
    task.sort_due, task.clock_stopped = NO_DUE, False


def promise(session: Session, organisation: Organisation, steps: tuple[str, ...], due_on: dt.date | None) -> dt.date | None:
    """The bureau's own shorter limit, counted from today; never later than the legal one."""
    if organisation.level is None:
        return None
    found = session.scalars(
        select(ServicePromise).where(ServicePromise.organisation_id == organisation.id, ServicePromise.step.in_(steps)).limit(1)
    ).first()
    if found is None:
        return None
    count = periods.workdays if found.unit == "workday" else periods.days
    promised = count(found.value, since=clock.today(), since_label="环节开始").due_on
    return min(promised, due_on) if due_on else promised


def timers_of(task: Task) -> list[dict[str, Any]]:
    """The timers that watch a task's time limit: a reminder when it turns yellow, the miss when it is over.

    The limit of an enclosing activity is watched at whoever has it in hand, unless the diagram itself says what follows.
    """
    if task.deadline is None or task.clock_stopped:
        return []
    deadline = Deadline.from_dict(task.deadline)
    warning = dt.datetime.combine(periods.warn_on(deadline), REMINDER_TIME, clock.SHANGHAI).astimezone(dt.UTC)
    by_diagram = task.inherited_due and (task.context or {}).get("_handled")
    rows = [] if by_diagram else [{"kind": TimerKind.OVERDUE, "due_at": deadline.expires_at}]
    if clock.now() < warning < deadline.expires_at:
        rows.append({"kind": TimerKind.WARNING, "due_at": warning})
    of_task = {"engine_id": task.engine_id, "attached_to": None, "process_key": None, "element_id": None, "task_id": task.id}
    return [{**of_task, **row} for row in rows]


def timer_of_event(timer: SetTimer) -> dict[str, Any]:
    """The row of a timer event that waits."""
    return {
        "kind": TimerKind.EVENT, "engine_id": timer.engine_id, "attached_to": timer.attached_to, "process_key": timer.process_key,
        "element_id": timer.element_id, "task_id": None, "due_at": timer.fires_at,
    }  # fmt: skip
