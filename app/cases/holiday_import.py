"""Taking over the State Council's arrangement of holidays: every waiting limit that it moves follows.

Only what the new days change is touched: the limits are compared before any case is locked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import advancing, calendars, task_rows
from app.cases.administrators import record, require
from app.cases.advancing import By
from app.cases.errors import CaseError
from app.engine.runner import Run
from app.law.holidays import HolidayTableError, WorkCalendar, parse_holiday_table
from app.law.periods import Deadline
from app.model import Case, CaseStatus, Holiday, Role, Task, TaskStatus, Timer, TimerKind
from app.model.session import DATABASE_AWAY, forget_after_commit


@dataclass(frozen=True)
class Imported:
    """What an import of a year's holidays changed."""

    days: int
    moved: int
    unread: tuple[str, ...] = ()
    """Numbers of suspended cases whose waiting times could not be derived: their fault is in the way."""


def import_holidays(session: Session, principal: Principal, year: int, text: str) -> Imported:
    """Takes over the State Council's arrangement of a year and recomputes the time limits that it moves.

    Raises `CaseError` naming the bad row.
    """
    require(principal, Role.ADMINISTRATOR)
    if not 2000 <= year <= 2099:
        raise CaseError("年份应在 2000 至 2099 之间")
    try:
        table = parse_holiday_table(text, year)
    except HolidayTableError as error:
        raise CaseError(str(error)) from error
    if any(calendars.year_of(day) != year for day in table):
        raise CaseError("12 月的调休属于下一年的安排，请放到下一年的表里")
    session.execute(delete(Holiday).where(Holiday.day.between(dt.date(year - 1, 12, 1), dt.date(year, 11, 30))))
    session.add_all(Holiday(day=day, is_workday=kind.working, name=kind.name) for day, kind in table.items())
    session.flush()
    calendars.changed(session)
    moved, unread = _recompute(session, principal)
    record(session, principal, "holidays_imported", f"{year} 年放假安排", days=len(table), moved=moved, unread=unread)
    return Imported(len(table), moved, tuple(unread))


def _recompute(session: Session, principal: Principal) -> tuple[int, list[str]]:
    """Derives what waits anew: the limits of open tasks and the timers that stand alone, of suspended cases as well.

    Gives how many moved to another day, and the numbers of the cases where that failed.
    """
    calendar, moved, unread = calendars.calendar_in_force(session), 0, dict[str, None]()
    rows: list[tuple[_Recompute, int, int]] = [(_recompute_task, *ids) for ids in _tasks_that_move(session, calendar)]
    rows += [(_recompute_timer, *ids) for ids in _timers_that_stand_alone(session)]
    with calendars.use(session):
        for recompute, row_id, case_id in rows:
            # The case first, as everybody does.
            case = advancing.lock(session, case_id)
            try:
                with session.begin_nested():
                    moved += recompute(session, principal, row_id, case)
            except DATABASE_AWAY:
                raise
            except Exception:  # a case that stands still for a fault must not keep the others from their days
                if case.status != CaseStatus.SUSPENDED:
                    raise
                forget_after_commit(session)
                unread[case.number] = None
    session.flush()
    return moved, list(unread)


_Recompute = Callable[[Session, Principal, int, Case], bool]


def _tasks_that_move(session: Session, calendar: WorkCalendar) -> list[tuple[int, int]]:
    """(task, case) of the limits that the calendar changes; all others are left in peace."""
    rows = session.execute(
        select(Task.id, Task.case_id, Task.deadline)
        .where(Task.status == TaskStatus.OPEN, Task.deadline.is_not(None))
        .order_by(Task.case_id, Task.id)
        .execution_options(yield_per=1000)
    )
    limits = ((task_id, case_id, Deadline.from_dict(deadline)) for task_id, case_id, deadline in rows if deadline is not None)
    return [(task_id, case_id) for task_id, case_id, limit in limits if limit.recomputed(calendar) != limit]


def _recompute_task(session: Session, principal: Principal, task_id: int, case: Case) -> bool:
    # The task as it is now: somebody may have completed it or stopped its clock.
    task = session.scalars(select(Task).where(Task.id == task_id).execution_options(populate_existing=True)).one()
    if task.status != TaskStatus.OPEN or task.deadline is None:
        return False
    old = Deadline.from_dict(task.deadline)
    new = old.recomputed(calendars.calendar_in_force(session))
    task_rows.set_deadline(task, new)
    if new.due_on == old.due_on:
        return False
    _move(session, principal, task, case, old, new)
    return True


_not_yet_happening = or_(Timer.fired.is_(False), Case.status == CaseStatus.SUSPENDED)
"""What came due while its case stood still has not happened, and may come due later after all."""


def _timers_that_stand_alone(session: Session) -> list[tuple[int, int]]:
    """(timer, case) of the diagrams' own waiting times, such as a public notice: no task has their limit."""
    return list(
        session.execute(
            select(Timer.id, Timer.case_id)
            .join(Case, Case.id == Timer.case_id)
            .where(
                Timer.kind == TimerKind.EVENT, Timer.attached_to.is_(None), Timer.due_at.is_not(None), _not_yet_happening,
            )
            .order_by(Timer.case_id, Timer.id)
        ).tuples()
    )  # fmt: skip


def _recompute_timer(session: Session, principal: Principal, timer_id: int, case: Case) -> bool:
    timer = session.scalars(select(Timer).where(Timer.id == timer_id).execution_options(populate_existing=True)).first()
    if timer is None or case.status == CaseStatus.ENDED or (timer.fired and case.status == CaseStatus.ACTIVE):
        return False
    before, engine_id = timer.due_at, timer.engine_id or ""

    def act(run: Run) -> None:
        timer.due_at = run.set_timer_anew(engine_id)

    advancing.advance(session, case, act, By(principal.user_id), suspended=True)
    if timer.due_at != before:
        timer.fired = False
    if timer.due_at == before or before is None or timer.due_at is None:
        return False
    days = {"from": _last_day(before), "due": _last_day(timer.due_at)}
    advancing.record(session, case, "deadline_recomputed", By(principal.user_id), name="等待期", detail=days)
    return True


def _last_day(instant: dt.datetime) -> str:
    """The day that ends at an instant."""
    return (instant.astimezone(clock.SHANGHAI) - dt.timedelta(seconds=1)).date().isoformat()


def _move(session: Session, principal: Principal, task: Task, case: Case, old: Deadline, new: Deadline) -> None:
    """The timers that watch a limit follow it, those of the diagram too."""
    task.revision += 1
    task.overdue_at = None if new.due_on >= clock.today() else task.overdue_at
    session.execute(delete(Timer).where(Timer.task_id == task.id, Timer.kind != TimerKind.EVENT))
    rows = task_rows.timers_of(task)
    if rows:
        session.execute(insert(Timer), [{"case_id": case.id, "fired": False, **row} for row in rows])
    if not new.is_stopped:
        # Boundary timers of the task and of the activities around it that share its limit.
        timers = session.scalars(
            select(Timer).where(
                Timer.case_id == case.id, Timer.kind == TimerKind.EVENT, Timer.due_at == old.expires_at, Timer.attached_to.is_not(None)
            )
        ).all()

        def act(run: Run) -> None:
            for timer in timers:
                run.move_timer(timer.engine_id or "", new.expires_at)
                timer.due_at, timer.fired = new.expires_at, False

        if timers:
            advancing.advance(session, case, act, By(principal.user_id), suspended=True)
    advancing.record(
        session, case, "deadline_recomputed", By(principal.user_id),
        process_key=task.process_key, element_id=task.element_id, basis=task.basis, name=task.name, task_id=task.id,
        detail={"from": old.due_on.isoformat(), "due": new.due_on.isoformat()},
    )  # fmt: skip
