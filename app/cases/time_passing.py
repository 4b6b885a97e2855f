"""What happens by itself when time passes: timer events, missed limits, reminders. Each due row in a transaction of its own."""

from __future__ import annotations

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases import advancing, failures, work
from app.cases.advancing import SYSTEM, Steer, straight
from app.model import Case, CaseStatus, Organisation, Task, TaskStatus, Timer, TimerKind
from app.model.session import DATABASE_AWAY, Database, forget_after_commit
from app.services import client_record
from app.services.notices import Message, tell

FIRED_AT_ONCE = 5_000


def fire_due(database: Database) -> int:
    """Marks the timers whose time has come, for workers to carry out. Reads first: mostly there are none. Gives how many."""
    due = Timer.fired.is_(False), Timer.due_at <= clock.now()
    with database.session() as session:
        if not session.scalar(select(exists().where(*due))):
            return 0
    with database.transaction() as session:
        # Rows that somebody is moving or clearing just now are left for the next second.
        ids = session.scalars(select(Timer.id).where(*due).order_by(Timer.id).limit(FIRED_AT_ONCE).with_for_update(skip_locked=True)).all()
        session.execute(update(Timer).where(Timer.id.in_(ids)).values(fired=True))
        return len(ids)


def handle_due(database: Database, limit: int = 1000) -> int:
    """Carries out fired timers, in order of due time, until there are none. Gives how many were handled.

    A row that fails suspends its case as an incident, so that the next ones go on.
    """
    handled = 0
    while handled < limit:
        with database.transaction() as session:
            timer = _take(session)
            if timer is None:
                return handled
            timer_id, case = timer.id, advancing.lock(session, timer.case_id)
            subject = failures.Subject.of(session, case)
            try:
                with session.begin_nested():
                    carry_out(session, case, timer)
            except DATABASE_AWAY:  # not the case: the row is tried again
                raise
            except Exception as error:  # whatever it is, it must not keep the other rows from their turn
                forget_after_commit(session)
                # The row stays, and is taken again once the case is active.
                failures.open_incident(session, case, subject.describe(error), {"act": "timer", "timer_id": timer_id})
        handled += 1
    return handled


def _take(session: Session) -> Timer | None:
    """The fired row that is longest overdue and whose case no one else holds.

    Everybody locks the case first: two that each held what the other needs would wait for ever. Once the case is ours, the row is read again: it may
    have gone meanwhile.
    """
    while True:
        found = session.execute(
            select(Timer.id)
            .join(Case, Case.id == Timer.case_id)
            .where(Timer.fired, Timer.due_at <= clock.now(), Case.status == CaseStatus.ACTIVE)
            .order_by(Timer.due_at, Timer.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=Case, key_share=True)
        ).scalar()
        if found is None:
            return None
        timer = session.scalars(select(Timer).where(Timer.id == found).execution_options(populate_existing=True)).first()
        if timer is not None and timer.fired and timer.due_at is not None and timer.due_at <= clock.now():
            return timer


def carry_out(session: Session, case: Case, timer: Timer, steer: Steer = straight) -> None:
    """Lets happen what a timer stands for, and deletes its row. The case is locked and active."""
    kind, engine_id, task_id = timer.kind, timer.engine_id, timer.task_id
    session.delete(timer)
    session.flush()
    if kind == TimerKind.EVENT:
        fired = advancing.event_row(case, "timer_fired", SYSTEM, detail={"engine_id": engine_id})
        advancing.advance(session, case, lambda run: steer(run, lambda run: run.fire(engine_id or "")), SYSTEM, [fired])
        return
    task = session.get(Task, task_id) if task_id else None
    if task is None or task.status != TaskStatus.OPEN:
        return
    if kind == TimerKind.OVERDUE:
        _overdue(session, case, task)
    else:
        _remind(session, case, task)


def _overdue(session: Session, case: Case, task: Task) -> None:
    """Records the miss. Where the diagram does not say what follows, the superior is told (督办)."""
    work.mark_overdue(session, task)
    advancing.record(
        session, case, "task_overdue", SYSTEM,
        process_key=task.process_key, element_id=task.element_id, basis=task.basis, name=task.name, task_id=task.id,
        organisation_id=task.organisation_id, detail={"due": task.due_on.isoformat() if task.due_on else None},
    )  # fmt: skip
    client_record.after_miss(session, case, task)
    if not (task.context or {}).get("_handled"):
        work.supervise_late(session, case, task)


def _remind(session: Session, case: Case, task: Task) -> None:
    organisation = session.get(Organisation, task.organisation_id) if task.organisation_id else None
    if organisation is None or task.due_on is None:
        return
    message = Message(
        key=f"reminder:{task.engine_id}:{task.due_on}",
        organisation=organisation,
        kind="reminder",
        title=f"临期提醒：{task.name}",
        body=f"{case.title}（{case.number}）的“{task.name}”应于 {task.due_on} 前办结。",
        due_on=task.due_on,
        task_id=task.id,
    )
    tell(session, case, [message])
