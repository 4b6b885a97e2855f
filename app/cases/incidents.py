"""What administrators do about an incident: try again, lead the case to another element, end it, give up a delivery.

Each act happens once: whoever comes second is told who was first. Each leaves its reason in the record, and says honestly what came of it.
Other data is in `incident_data`, the same act on many cases in `incident_runs`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import advancing, failures, forms, suspension, time_passing, work
from app.cases.administrators import record, require
from app.cases.advancing import By, Steer, straight
from app.cases.errors import CaseError, Conflict, NotFound
from app.cases.failures import Failure, Subject
from app.engine import repair, store
from app.engine.definition import CompiledDefinition
from app.engine.errors import CannotMove, EngineError, NotWaiting
from app.engine.repair import Place
from app.engine.runner import Run
from app.model import (
    Case,
    CaseParty,
    CaseStatus,
    Incident,
    IncidentStatus,
    Organisation,
    OutboxMessage,
    OutboxStatus,
    Role,
    Task,
    TaskStatus,
    Timer,
    TimerKind,
    User,
)
from app.model.session import DATABASE_AWAY, forget_after_commit
from app.services.notices import Message, contact_of, handling_office, tell

ABANDONED = "因故终止"
RESOLUTIONS = {
    "retried": "重试成功", "moved": "转到其他环节", "cancelled": "终止案件", "delivered": "已送达", "dropped": "不再投递",
}  # fmt: skip
MAX_REASON = 500


@dataclass(frozen=True)
class Outcome:
    """What came of an act: a sentence for the administrator, and whether the incident is settled."""

    done: bool
    message: str


def locked(session: Session, principal: Principal, incident_id: int) -> tuple[Incident, Case | None]:
    """An incident that waits for somebody, with its case, both locked. Raises `Forbidden`, `NotFound`, `Conflict`."""
    require(principal, Role.ADMINISTRATOR)
    found = session.execute(select(Incident.case_id, Incident.outbox_id).where(Incident.id == incident_id)).first()
    if found is None:
        raise NotFound()
    # First what the incident is about, as everybody does: two that each held what the other needs would wait for ever.
    case = advancing.lock(session, found.case_id) if found.case_id is not None else None
    if found.outbox_id is not None:
        session.get_one(OutboxMessage, found.outbox_id, with_for_update=True, populate_existing=True)
    incident = session.scalars(
        select(Incident).where(Incident.id == incident_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if incident.status == IncidentStatus.RESOLVED:
        raise Conflict(_settled_sentence(session, incident))
    if incident.status == IncidentStatus.RETRYING:
        raise Conflict("已经重新排队，正在投递，请等一会儿再看结果")
    return incident, case


def _settled_sentence(session: Session, incident: Incident) -> str:
    who = session.get(User, incident.resolved_by_id) if incident.resolved_by_id else None
    when = incident.resolved_at.astimezone(clock.SHANGHAI).strftime("%m月%d日 %H:%M") if incident.resolved_at else ""
    how = RESOLUTIONS.get(incident.resolution or "", "处理完毕")
    return f"这个故障已由{who.name if who else '系统'}于{when}处理（{how}），您的操作没有生效"


def reason_of(text: str) -> str:
    """A reason as it is recorded. Raises `CaseError` when there is none."""
    clean = text.strip()
    if not clean:
        raise CaseError("请写明原因，它会记入操作记录")
    return clean[:MAX_REASON]


# -- try again --------------------------------------------------------------------------------------------------------


def retry(session: Session, principal: Principal, incident_id: int, reason: str, excluding: str = "") -> Outcome:
    """Carries out once more what failed: as the person who did it, or puts a delivery back in line. What fails again stays, with what it says now.

    `excluding` is why the time of suspension does not count towards the limits of the case; left out, it counts.
    """
    why = reason_of(reason)
    incident, case = locked(session, principal, incident_id)
    if case is None:
        return _requeue(session, principal, incident, why)
    return attempt(session, case, incident, By(principal.user_id), why, excluding)


def attempt(session: Session, case: Case, incident: Incident, by: By, reason: str, excluding: str = "") -> Outcome:
    """Tries the pending act of a locked incident in a savepoint."""
    subject = replace(Subject.of(session, case), at=(incident.process_key, incident.element_id, incident.element_name))
    try:
        with session.begin_nested():
            case.status = CaseStatus.ACTIVE
            if excluding:
                suspension.exclude(session, case, incident, by, excluding, pending_task(incident))
            said = _carry_out(session, case, incident)
            resolve(session, case, incident, by, "retried", reason)
            return Outcome(True, said)
    except DATABASE_AWAY:
        raise
    except Exception as error:  # whatever it is: the case stays where it was, with what it says now
        forget_after_commit(session)
        failure = subject.describe(error)
    _fail_again(session, case, incident, by, reason, failure)
    return Outcome(False, failure.message)


def pending_task(incident: Incident) -> int | None:
    """The task whose completion waits: it was done when it was submitted."""
    return incident.task_id if incident.pending["act"] == "complete" else None


def _fail_again(session: Session, case: Case, incident: Incident, by: By, reason: str, failure: Failure) -> None:
    incident.failed_at, incident.failures = clock.now(), incident.failures + 1
    failures.rewrite(incident, failure)
    session.flush()
    failures.record(session, case, "incident_retried", by, failure, incident=incident.id, reason=reason, message=failure.message)


def _carry_out(session: Session, case: Case, incident: Incident) -> str:
    """The pending act of an active case; what to say of it."""
    pending, steer = incident.pending, _steer(incident)
    match pending["act"]:
        case "complete":
            if work.complete_again(session, case, pending, steer):
                return "已按原来的提交办结，案件继续办理"
            return "原来提交的任务已不在待办，案件恢复办理"
        case "timer":
            timer = session.get(Timer, pending["timer_id"])
            due = timer is not None and timer.due_at is not None and timer.due_at <= clock.now()
            if timer is not None and due and timer.case_id == case.id:  # a case that moved on may have lost it, and another case got its id
                time_passing.carry_out(session, case, timer, steer)
            return "案件已恢复，到期的事项已处理"
        case "form":
            task = session.get(Task, pending["task_id"])
            if task is not None and task.status == TaskStatus.OPEN:
                forms.prefilled(session, task, case, forms.form_of(session, task, case)[0])
            return "表单已能打开，案件恢复办理"
        case _:
            return "案件恢复办理"


def _steer(incident: Incident) -> Steer:
    """The act as it is, or with the values that an administrator set meanwhile."""
    values = incident.pending.get("overrides")
    if not values:
        return straight
    return lambda run, act: repair.with_values(run, act, place_of(run.definition, incident), values)


def place_of(definition: CompiledDefinition, incident: Incident) -> Place | None:
    """Where the case stands on the version that it runs on now."""
    scope = incident.detail.get("scope") or incident.process_key
    return repair.failing_place(definition, scope, incident.element_id)


def resolve(session: Session, case: Case, incident: Incident, by: By, resolution: str, reason: str, **detail: Any) -> None:
    """An incident is over, and the record says how."""
    incident.status, incident.resolution, incident.reason = IncidentStatus.RESOLVED, resolution, reason
    incident.resolved_at, incident.resolved_by_id = clock.now(), by.user_id
    session.flush()
    advancing.record(
        session, case, "incident_resolved", by, process_key=incident.process_key or None, element_id=incident.element_id or None,
        name=incident.element_name, public_to_enterprise=False,
        detail={"incident": incident.id, "act": RESOLUTIONS[resolution], "reason": reason, "message": incident.message, **detail},
    )  # fmt: skip


# -- another element --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """Where a case is to go on: `target` stands beside the failing place, or beside the activity that many levels around it.

    With `source`, the engine id of something that waits, that is left instead, and the act that failed is not done.
    """

    target: str
    outward: int = 0
    source: str | None = None


def move(session: Session, principal: Principal, incident_id: int, where: Move, reason: str, excluding: str = "") -> Outcome:
    """Leads a case around the element that failed; `excluding` as in `retry`.

    Raises `CaseError` when that cannot be, or fails too: then nothing is changed.
    """
    why = reason_of(reason)
    incident, case = locked(session, principal, incident_id)
    if case is None:
        raise CaseError("这是一次投递，没有可以转到的环节")
    by = By(principal.user_id)
    case.status = CaseStatus.ACTIVE
    try:
        if excluding:
            suspension.exclude(session, case, incident, by, excluding, pending_task(incident) if where.source is None else None)
        _lead(session, case, incident, by, where)
    except (CaseError, *DATABASE_AWAY):
        raise
    except (CannotMove, NotWaiting) as error:
        raise Conflict(str(error)) from error
    except EngineError as error:
        raise CaseError(f"没有转到：{error}") from error
    elements = store.of_case(session, case).by_spec.values()
    target = next((element.name for element in elements if element.id == where.target), "") or where.target
    resolve(session, case, incident, by, "moved", why, target=target)
    return Outcome(True, "案件已转到所选的环节，继续办理")


def _lead(session: Session, case: Case, incident: Incident, by: By, where: Move) -> None:
    source = where.source
    if source is not None:
        advancing.advance(session, case, lambda run: repair.move(run, source, where.target), by)
        return

    def around(run: Run, act: Callable[[Run], object] | None) -> None:
        place = place_of(run.definition, incident)
        if place is None:
            raise CannotMove("出故障的环节不在案件现在的版本里，请改选正在等待的环节")
        repair.divert(run, act, place, where.target, where.outward)

    match incident.pending["act"]:
        case "complete" if work.complete_again(session, case, incident.pending, around):
            return
        case "timer" if (timer := session.get(Timer, incident.pending["timer_id"])) is not None and timer.kind == TimerKind.EVENT:
            time_passing.carry_out(session, case, timer, around)
        case _:
            advancing.advance(session, case, lambda run: around(run, None), by)


# -- the end ------------------------------------------------------------------------------------------------------------


def cancel(session: Session, principal: Principal, incident_id: int, reason: str) -> Outcome:
    """Ends a case where it stands: open tasks fall away, timers too, and every party is told why. The engine is not asked: it may be what failed."""
    why = reason_of(reason)
    incident, case = locked(session, principal, incident_id)
    by = By(principal.user_id)
    if case is None:
        return _drop(session, principal, incident, why)
    now = clock.now()
    case.status, case.ended_at, case.outcome = CaseStatus.ENDED, now, ABANDONED
    case.revision += 1
    session.execute(
        update(Task)
        .where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)
        .values(status=TaskStatus.CANCELLED, completed_at=now, revision=Task.revision + 1)
    )
    session.execute(delete(Timer).where(Timer.case_id == case.id))
    resolve(session, case, incident, by, "cancelled", why)
    advancing.record(session, case, "case_ended", by, name=ABANDONED, detail={"reason": why})
    _tell_parties(session, case, why)
    return Outcome(True, "案件已终止，各方已收到通知")


def _tell_parties(session: Session, case: Case, reason: str) -> None:
    parties = session.scalars(
        select(Organisation).join(CaseParty, CaseParty.organisation_id == Organisation.id).where(CaseParty.case_id == case.id)
    ).all()
    latest = session.scalars(select(Task.context).where(Task.case_id == case.id).order_by(Task.id.desc()).limit(1)).first()
    contact = contact_of(handling_office(session, case, latest or {}))
    messages = [
        Message(
            key=f"abandoned:{case.id}:{party.id}", organisation=party, kind="case_ended", title=f"案件终止：{case.title}",
            body=f"{case.title}（{case.number}）已终止，不再办理。原因：{reason}。", contact=contact,
        )
        for party in parties
    ]  # fmt: skip
    tell(session, case, messages)


# -- deliveries -------------------------------------------------------------------------------------------------------


def _requeue(session: Session, principal: Principal, incident: Incident, reason: str) -> Outcome:
    """Puts a delivery back in line. Attempts go on counting, so that one that was given up says after one more attempt what came of it."""
    message = session.get_one(OutboxMessage, incident.outbox_id)
    message.status, message.next_at = OutboxStatus.READY, clock.now()
    incident.status, incident.reason = IncidentStatus.RETRYING, reason
    record(session, principal, "delivery_retried", message.key, case_id=message.case_id, reason=reason, error=message.last_error)
    return Outcome(True, "已重新排队，几秒钟内会再投递；仍不成功时会回到故障列表")


def _drop(session: Session, principal: Principal, incident: Incident, reason: str) -> Outcome:
    message = session.get_one(OutboxMessage, incident.outbox_id)
    message.status = OutboxStatus.DROPPED
    incident.status, incident.resolution, incident.reason = IncidentStatus.RESOLVED, "dropped", reason
    incident.resolved_at, incident.resolved_by_id = clock.now(), principal.user_id
    record(session, principal, "delivery_dropped", message.key, case_id=message.case_id, reason=reason, error=message.last_error)
    return Outcome(True, "不再投递")
