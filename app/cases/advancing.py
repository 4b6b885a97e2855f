"""One step of one case, from the engine to rows.

Every act on a case goes through `advance`: it locks the case, takes its workflow from memory or storage, lets the act move it, and writes state, tasks,
timers, events and notices in the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.cases import task_rows, telling
from app.cases.errors import Conflict
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.runner import Advance, Run, WorkflowCache, resume
from app.engine.scripting import ServiceCall
from app.model import Case, CaseParty, CaseState, CaseStatus, Definition, Event, Task, TaskStatus, Timer, TimerKind
from app.services.context import ServiceContext, carry_out

workflows = WorkflowCache()


@dataclass(frozen=True)
class By:
    """Who acts: a user for an organisation, or nobody (a timer, the outbox)."""

    user_id: int | None = None
    organisation_id: int | None = None


SYSTEM = By()


def lock(session: Session, case_id: int) -> Case:
    """The case, locked until the transaction ends, with its definition."""
    case = session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
    return case


def begin(session: Session, case: Case, definition: Definition, variables: dict[str, Any], by: By) -> Advance:
    """Runs a new case to its first wait. The case row exists already."""
    compiled = store.compiled(session, definition)
    run = Run.start(compiled, variables, _operators(session, case, by))
    return _write(session, case, compiled, run, by, new=True)


def advance(session: Session, case: Case, act: Callable[[Run], object], by: By) -> Advance:
    """Lets `act` move a locked case. Raises what the act raises; then nothing is written and nothing stays in memory."""
    if case.status != CaseStatus.ACTIVE:
        raise Conflict("案件已结束" if case.status == CaseStatus.ENDED else "案件因故障挂起，管理员处理后可以继续")
    definition = session.get_one(Definition, case.definition_id)
    compiled = store.compiled(session, definition)

    def body() -> bytes:
        return session.scalars(select(CaseState.body).where(CaseState.case_id == case.id)).one()

    cached = workflows.take(case.id, case.revision, compiled.content_hash)
    run = resume(compiled, body, _operators(session, case, by), cached)
    act(run)
    return _write(session, case, compiled, run, by)


def _operators(session: Session, case: Case, by: By) -> Callable[[ServiceCall], dict[str, Any] | None]:
    return lambda call: carry_out(ServiceContext(session, case, call, by.user_id, by.organisation_id))


def _write(session: Session, case: Case, compiled: CompiledDefinition, run: Run, by: By, *, new: bool = False) -> Advance:
    """Stores what changed, and keeps the live workflow for the next step once the transaction has committed."""
    step = run.finish()
    case.revision += 1
    revision = case.revision
    if step.ended:
        case.status, case.ended_at, case.outcome = CaseStatus.ENDED, clock.now(), step.outcome
    session.flush()
    if new:
        session.execute(insert(CaseState), [{"case_id": case.id, "revision": revision, "body": step.body}])
    else:
        session.execute(update(CaseState).where(CaseState.case_id == case.id).values(revision=revision, body=step.body))
    _close(session, case, step)
    opened = task_rows.open_tasks(session, case, step.opened)
    _set_timers(session, case, step, opened)
    _record(session, case, step, opened, by)
    telling.tell_about(session, case, step, opened)

    def keep(_session: Session) -> None:
        workflows.put(case.id, revision, compiled.content_hash, run.workflow)

    if not step.ended:
        event.listen(session, "after_commit", keep, once=True)
    return step


def _close(session: Session, case: Case, step: Advance) -> None:
    """Tasks that the engine no longer waits for, other than the one being completed, are cancelled."""
    if step.closed:
        session.execute(
            update(Task)
            .where(Task.engine_id.in_(step.closed), Task.case_id == case.id, Task.status == TaskStatus.OPEN)
            .values(status=TaskStatus.CANCELLED, completed_at=clock.now())
        )
    if step.closed or step.timers_cleared:
        gone = [*step.timers_cleared, *step.closed]
        session.execute(delete(Timer).where(Timer.case_id == case.id, Timer.engine_id.in_(gone)))


def _set_timers(session: Session, case: Case, step: Advance, opened: list[Task]) -> None:
    rows: list[dict[str, Any]] = [
        {"kind": TimerKind.EVENT, "engine_id": t.engine_id, "attached_to": t.attached_to, "task_id": None, "due_at": t.fires_at}
        for t in step.timers_set
    ]
    for task in opened:
        rows.extend(task_rows.timers_of(task))
    if rows:
        session.execute(insert(Timer), [{"case_id": case.id, "fired": False, "attempts": 0, **row} for row in rows])


def _record(session: Session, case: Case, step: Advance, opened: list[Task], by: By) -> None:
    now = clock.now()
    rows: list[dict[str, Any]] = []
    for passed in step.passed:
        if passed.legal.element.is_human:
            continue  # the act that completed it records it, with who and what
        rows.append(
            _event_row(
                case, now, "element_passed", by,
                process_key=passed.legal.process_key, element_id=passed.legal.id, basis=" ".join(passed.legal.basis),
                name=passed.legal.name, detail={"callers": list(passed.callers), "tag": passed.legal.element.tag},
            )
        )  # fmt: skip
    for task in opened:
        rows.append(
            _event_row(
                case, now, "task_created", SYSTEM,
                process_key=task.process_key, element_id=task.element_id, basis=task.basis, name=task.name, task_id=task.id,
                organisation_id=task.organisation_id, detail={"due": task.due_on.isoformat() if task.due_on else None},
            )
        )  # fmt: skip
    if step.ended:
        rows.append(_event_row(case, now, "case_ended", by, name=step.outcome or "办结"))
    if rows:
        session.execute(insert(Event), rows)
    parties = {task.organisation_id for task in opened if task.organisation_id is not None}
    if parties:
        known = set(session.scalars(select(CaseParty.organisation_id).where(CaseParty.case_id == case.id)))
        fresh = [{"case_id": case.id, "organisation_id": i} for i in sorted(parties - known)]
        if fresh:
            session.execute(insert(CaseParty), fresh)


def _event_row(case: Case, at: dt.datetime, kind: str, by: By, **values: Any) -> dict[str, Any]:
    row = {
        "case_id": case.id, "at": at, "kind": kind, "process_key": None, "element_id": None, "basis": "", "name": "", "task_id": None,
        "user_id": by.user_id, "organisation_id": by.organisation_id, "public_to_enterprise": True, "detail": {},
    }  # fmt: skip
    return {**row, **values}


def record(session: Session, case: Case, kind: str, by: By, **values: Any) -> None:
    """Appends one event to a case."""
    session.execute(insert(Event), [_event_row(case, clock.now(), kind, by, **values)])
