"""One step of one case, from the engine to rows.

Every act on a case goes through `advance`: it locks the case, takes its workflow from memory or storage, lets the act move it, and writes state, tasks,
timers, events and notices in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.cases import task_rows, telling
from app.cases.errors import Conflict
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.runner import Advance, Run, WorkflowCache, resume
from app.engine.scripting import ServiceCall
from app.law.periods import Stop
from app.model import Case, CaseParty, CaseState, CaseStatus, Event, Task, TaskStatus, Timer
from app.model.session import after_commit
from app.model.statements import insert_new, table
from app.services.context import ServiceContext, carry_out

EventRow = dict[str, Any]

_workflows: WeakKeyDictionary[Pool, WorkflowCache] = WeakKeyDictionary()
"""Live workflows by database: the number of a case means nothing in another one, and a simulation has a database of its own."""

# Every step executes these: built once, they cost what the database costs.
_STATES, _TIMERS = table(CaseState), table(Timer)
_STORE_STATE = (
    update(_STATES).where(_STATES.c.case_id == bindparam("of_case")).values(revision=bindparam("revision"), body=bindparam("body"))
)
_CLEAR_TIMERS = delete(_TIMERS).where(_TIMERS.c.case_id == bindparam("of_case"), _TIMERS.c.engine_id.in_(bindparam("gone", expanding=True)))
_ADD_TIMERS, _ADD_EVENTS = insert(_TIMERS), insert(table(Event))


@dataclass(frozen=True)
class By:
    """Who acts: a user for an organisation, or nobody (a timer, the outbox)."""

    user_id: int | None = None
    organisation_id: int | None = None


SYSTEM = By()

Steer = Callable[[Run, Callable[[Run], object]], object]
"""How an act on a workflow is let run: straight, or by a repair with other data or around an element."""


def straight(run: Run, act: Callable[[Run], object]) -> None:
    """The act as it is."""
    act(run)


def excluded(case: Case) -> tuple[Stop, ...]:
    """The times of suspension that the limits of a case leave out."""
    return tuple(Stop.from_dict(row) for row in case.excluded)


def live_workflows(session: Session) -> WorkflowCache:
    """The workflows of this database that the process keeps in memory."""
    return _workflows.setdefault(session.get_bind().engine.pool, WorkflowCache())


def lock(session: Session, case_id: int) -> Case:
    """The case, locked until the transaction ends, with its enterprise."""
    query = select(Case).where(Case.id == case_id).options(joinedload(Case.enterprise))
    return session.scalars(query.with_for_update(of=Case, key_share=True).execution_options(populate_existing=True)).one()


def begin(session: Session, case: Case, variables: dict[str, Any], by: By, events: Sequence[EventRow] = ()) -> Advance:
    """Runs a new case to its first wait. The case row exists already; `events` are recorded before what follows."""
    compiled = store.of_case(session, case)
    run = Run.start(compiled, variables, _operators(session, case, by))
    return _write(session, case, compiled, run, by, events, new=True)


def advance(
    session: Session, case: Case, act: Callable[[Run], object], by: By, events: Sequence[EventRow] = (), *, suspended: bool = False
) -> Advance:
    """Lets `act` move a locked case; `events` are recorded before what follows. With `suspended` also one that stands still, for an act that only
    sets data or timers.

    Raises what the act raises; then nothing is written and nothing stays in memory.
    """
    if case.status != CaseStatus.ACTIVE and not (suspended and case.status == CaseStatus.SUSPENDED):
        raise Conflict("案件已结束" if case.status == CaseStatus.ENDED else "案件因故障挂起，管理员处理后可以继续")
    compiled = store.of_case(session, case)

    def body() -> bytes:
        return session.scalars(select(CaseState.body).where(CaseState.case_id == case.id)).one()

    cached = live_workflows(session).take(case.id, case.revision, compiled.content_hash)
    run = resume(compiled, body, _operators(session, case, by), cached, excluded(case))
    act(run)
    return _write(session, case, compiled, run, by, events)


def _operators(session: Session, case: Case, by: By) -> Callable[[ServiceCall], dict[str, Any] | None]:
    return lambda call: carry_out(ServiceContext(session, case, call, by.user_id, by.organisation_id))


def _write(
    session: Session, case: Case, compiled: CompiledDefinition, run: Run, by: By, events: Sequence[EventRow], *, new: bool = False
) -> Advance:
    """Stores what changed, and keeps the live workflow for the next step once the transaction has committed."""
    step = run.finish()
    case.revision += 1
    revision = case.revision
    if step.ended:
        case.status, case.ended_at, case.outcome = CaseStatus.ENDED, clock.now(), step.outcome
    session.flush()
    if new:
        session.execute(insert(table(CaseState)), [{"case_id": case.id, "revision": revision, "body": step.body}])
    else:
        session.execute(_STORE_STATE, {"of_case": case.id, "revision": revision, "body": step.body})
    _close(session, case, step)
    opened = task_rows.open_tasks(session, case, step.opened)
    _set_timers(session, case, step, opened)
    _record(session, case, step, opened, by, events)
    telling.tell_about(session, case, step, opened, by.organisation_id, quiet=compiled.process.properties.get("kind") == "penalty")

    if not step.ended:
        live = live_workflows(session)
        after_commit(session, lambda: live.put(case.id, revision, compiled.content_hash, run.workflow))
    return step


def _close(session: Session, case: Case, step: Advance) -> None:
    """Tasks that the engine no longer waits for, other than the one being completed, are cancelled."""
    cancelled = [i for i in step.closed if i not in step.completed]
    if cancelled:
        session.execute(
            update(Task)
            .where(Task.engine_id.in_(cancelled), Task.case_id == case.id, Task.status == TaskStatus.OPEN)
            .values(status=TaskStatus.CANCELLED, completed_at=clock.now())
            .execution_options(synchronize_session=False)
        )
    gone = [*step.timers_cleared, *step.closed]
    if gone:
        session.execute(_CLEAR_TIMERS, {"of_case": case.id, "gone": gone})


def _set_timers(session: Session, case: Case, step: Advance, opened: list[Task]) -> None:
    rows = [task_rows.timer_of_event(timer) for timer in step.timers_set]
    for task in opened:
        rows.extend(task_rows.timers_of(task))
    if rows:
        session.execute(_ADD_TIMERS, [{"case_id": case.id, "fired": False, **row} for row in rows])


def _record(session: Session, case: Case, step: Advance, opened: list[Task], by: By, events: Sequence[EventRow]) -> None:
    now = clock.now()
    rows = list(events)
    for passed in step.passed:
        if passed.legal.element.is_human:
            continue  # the act that completed it records it, with who and what
        rows.append(
            event_row(
                case, "element_passed", by,
                process_key=passed.legal.process_key, element_id=passed.legal.id, basis=" ".join(passed.legal.basis),
                name=passed.legal.name, detail={"callers": list(passed.callers), "tag": passed.legal.element.tag, "engine_id": passed.engine_id},
            )
        )  # fmt: skip
    for task in opened:
        rows.append(
            event_row(
                case, "task_created", SYSTEM,
                process_key=task.process_key, element_id=task.element_id, basis=task.basis, name=task.name, task_id=task.id,
                organisation_id=task.organisation_id, detail={"due": task.due_on.isoformat() if task.due_on else None},
                public_to_enterprise=not task.optional,
            )
        )  # fmt: skip
    if step.ended:
        rows.append(event_row(case, "case_ended", by, name=step.outcome or "办结"))
    if rows:
        session.execute(_ADD_EVENTS, [{**row, "at": now} for row in rows])
    _add_parties(session, case, opened, by)


def _add_parties(session: Session, case: Case, opened: list[Task], by: By) -> None:
    """Whoever has a task takes part in the case from then on. The enterprise does so from its start, and whoever acts had a task before."""
    own = case.enterprise.organisation_id if case.enterprise_id is not None and case.enterprise is not None else None
    parties = {task.organisation_id for task in opened} - {None, own, by.organisation_id}
    insert_new(session, CaseParty, [{"case_id": case.id, "organisation_id": i} for i in sorted(parties, key=lambda i: i or 0)])


def event_row(case: Case, kind: str, by: By, **values: Any) -> EventRow:
    """One event of a case, to be recorded with the step that it belongs to."""
    row = {
        "case_id": case.id, "at": clock.now(), "kind": kind, "process_key": None, "element_id": None, "basis": "", "name": "",
        "task_id": None, "user_id": by.user_id, "organisation_id": by.organisation_id, "public_to_enterprise": True, "detail": {},
    }  # fmt: skip
    return {**row, **values}


def record(session: Session, case: Case, kind: str, by: By, **values: Any) -> None:
    """Appends one event to a case, apart from any step."""
    session.execute(insert(table(Event)), [event_row(case, kind, by, **values)])
