"""The time for which a case was suspended, and whether it counts.

The law's days go on while a fault is mended. Whoever mends it may decide, with a reason, that they do not count: then every limit of the case leaves
them out, those of open tasks and waiting timers at once, later ones when they begin (`Case.excluded`). Until that is decided nothing that came due
meanwhile happens: the timers of a suspended case wait (`time_passing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.cases import advancing, incident_state, task_rows
from app.cases.advancing import By
from app.cases.clock_stops import FAULT
from app.engine import repair
from app.engine.runner import Run
from app.law.periods import Deadline, Stop, format_date
from app.model import Case, ClockStop, Enterprise, Incident, Organisation, Task, TaskStatus, Timer, TimerKind, User
from app.model.statements import table
from app.services.notices import Message, contact_of, handling_office, tell


@dataclass(frozen=True)
class Later:
    """An open task whose limit ends later."""

    task: Task
    before: Deadline
    after: Deadline


@dataclass(frozen=True)
class LaterTimer:
    """A waiting time of the diagram that ends later and that no open task shows."""

    name: str
    before: dt.datetime
    after: dt.datetime


@dataclass(frozen=True)
class Foresight:
    """What leaving the time out would change; `since` is the first day that would not count, `until` the first that would again."""

    since: dt.date
    until: dt.date
    limits: Sequence[Later]
    timers: Sequence[LaterTimer]

    @property
    def days(self) -> int:
        return (self.until - self.since).days


def foresee(session: Session, incident: Incident, case: Case, apart_from: int | None = None) -> Foresight | None:
    """What leaving out the time of suspension up to today would change. None where it has not lasted to another day. Stores nothing.

    `apart_from` is the task that is about to be completed as it was submitted.
    """
    stop = _stop(incident, "", "")
    if stop is None or stop.resumed_on is None:
        return None
    limits = _later(session, case, stop, apart_from)
    return Foresight(stop.stopped_on, stop.resumed_on, limits, _later_timers(session, case, stop, limits))


def exclude(session: Session, case: Case, incident: Incident, by: By, reason: str, apart_from: int | None = None) -> bool:
    """Leaves the time of suspension out of the limits of a locked, active case. False where it has not lasted to another day.

    The parties are told in writing, each task records it, and its derivation says so.
    """
    who = session.get_one(User, by.user_id)
    stop = _stop(incident, reason, who.name)
    if stop is None:
        return False
    limits, before = _later(session, case, stop, apart_from), advancing.excluded(case)
    case.excluded = [*case.excluded, stop.to_dict()]
    _move_timers(session, case, limits, before, by)
    for limit in limits:
        _set(session, case, limit)
        session.add(
            ClockStop(
                task_id=limit.task.id, ground=FAULT.key, reason=stop.reason, legal_basis=FAULT.legal_basis,
                stopped_on=stop.stopped_on, stopped_by_id=who.id, resumed_on=stop.resumed_on, resumed_by_id=who.id,
            )
        )  # fmt: skip
    session.flush()
    moved = {limit.task.name: [limit.before.due_on.isoformat(), limit.after.due_on.isoformat()] for limit in limits}
    detail = {
        "incident": incident.id, "reason": reason, "legal_basis": FAULT.legal_basis, "changed": moved,
        "since": stop.stopped_on.isoformat(), "until": str(stop.resumed_on),
    }  # fmt: skip
    advancing.record(session, case, "time_excluded", by, name=FAULT.name, detail=detail)
    _inform(session, case, incident, stop, reason, limits)
    return True


def _stop(incident: Incident, reason: str, by: str) -> Stop | None:
    """From the day on which the case was suspended to today, which counts again."""
    since, today = incident.opened_at.astimezone(clock.SHANGHAI).date(), clock.today()
    if since >= today:
        return None
    return Stop(f"{FAULT.name}，案件挂起：{reason}", since, today, by, FAULT.legal_basis)


def _later(session: Session, case: Case, stop: Stop, apart_from: int | None) -> list[Later]:
    """Open tasks that get more time. One whose clock stands still gets it when that runs on."""
    query = (
        select(Task)
        .where(Task.case_id == case.id, Task.status == TaskStatus.OPEN, Task.deadline.is_not(None))
        .order_by(Task.due_on, Task.id)
    )
    tasks = [task for task in session.scalars(query) if task.id != apart_from and not task.clock_stopped]
    limits = [(task, Deadline.from_dict(task.deadline)) for task in tasks if task.deadline is not None]
    found = [Later(task, before, before.excluding([stop])) for task, before in limits]
    return [later for later in found if later.after != later.before]


def _later_timers(session: Session, case: Case, stop: Stop, limits: Sequence[Later]) -> list[LaterTimer]:
    """The waiting times that no task shows, on a copy of the case that is thrown away."""
    before = advancing.excluded(case)
    run = incident_state.looked_at(session, case, [*before, stop])
    anew, names = repair.instants_without(run, before), repair.reckon(run).names
    watched = {limit.before.expires_at for limit in limits}
    found = []
    for timer in _event_timers(session, case):
        fires_at, shown = anew.get(timer.engine_id or ""), timer.attached_to is not None and timer.due_at in watched
        if fires_at is not None and timer.due_at is not None and fires_at != timer.due_at and not shown:
            found.append(LaterTimer(names[timer.engine_id or ""], timer.due_at, fires_at))
    return found


def _move_timers(session: Session, case: Case, limits: Sequence[Later], before: Sequence[Stop], by: By) -> None:
    """The timers of the diagram follow their expression; one that had been moved follows the limit of the task that it watches."""
    timers = _event_timers(session, case)
    followed = {limit.before.expires_at: limit.after.expires_at for limit in limits}

    def act(run: Run) -> None:
        anew = repair.instants_without(run, before)
        for timer in timers:
            watched = followed.get(timer.due_at) if timer.attached_to and timer.due_at else None
            fires_at = anew.get(timer.engine_id or "", watched)
            if fires_at is not None and fires_at != timer.due_at:
                run.move_timer(timer.engine_id or "", fires_at)
                timer.due_at, timer.fired = fires_at, False

    if timers:
        advancing.advance(session, case, act, by)


def _event_timers(session: Session, case: Case) -> Sequence[Timer]:
    return session.scalars(select(Timer).where(Timer.case_id == case.id, Timer.kind == TimerKind.EVENT).order_by(Timer.id)).all()


def _set(session: Session, case: Case, limit: Later) -> None:
    """The limit on its task, with reminder and miss."""
    task = limit.task
    task_rows.set_deadline(task, limit.after)
    task.revision += 1
    session.execute(delete(Timer).where(Timer.task_id == task.id, Timer.kind != TimerKind.EVENT))
    rows = task_rows.timers_of(task)
    if rows:
        session.execute(insert(table(Timer)), [{"case_id": case.id, "fired": False, **row} for row in rows])


def _inform(session: Session, case: Case, incident: Incident, stop: Stop, reason: str, limits: Sequence[Later]) -> None:
    """The enterprise, and every office whose limit moves."""
    context = next((limit.task.context for limit in limits), None) or {}
    office = handling_office(session, case, context)
    enterprise = session.get(Enterprise, case.enterprise_id) if case.enterprise_id else None
    ids = {limit.task.organisation_id for limit in limits} - {None}
    offices = session.scalars(select(Organisation).where(Organisation.id.in_(ids)).order_by(Organisation.id)).all()
    parties = dict.fromkeys(o for o in (enterprise.organisation if enterprise else None, *offices) if o is not None)
    assert stop.resumed_on is not None
    moved = "；".join(f"“{m.task.name}”的期限由 {format_date(m.before.due_on)} 顺延至 {format_date(m.after.due_on)}" for m in limits)
    text = (
        f"{case.title}（{case.number}）因系统故障自 {format_date(stop.stopped_on)} 挂起，{format_date(stop.resumed_on)} 恢复办理，"
        f"其间的时间不计入期限。原因：{reason}。依据：{FAULT.legal_basis}。{f'{moved}。' if moved else ''}"
    )
    messages = [
        Message(
            key=f"fault:{incident.id}:{stop.resumed_on}:{party.id}", organisation=party, kind="clock_stop",
            title=f"挂起期间不计入期限：{case.title}", body=text, contact=contact_of(office), template="clock_stop",
        )
        for party in parties
    ]  # fmt: skip
    tell(session, case, messages)
