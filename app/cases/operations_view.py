"""How the system is doing: what runs, what is late, what waits for an office, what could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.cases import incident_view, process_view
from app.model import (
    Approval,
    ApprovalStatus,
    Case,
    CaseStatus,
    Incident,
    IncidentKind,
    IncidentStatus,
    OutboxMessage,
    OutboxStatus,
    Task,
    TaskStatus,
    Timer,
)

PAGE = 50


@dataclass(frozen=True)
class Overview:
    """How the system is doing, in numbers."""

    active_cases: int
    open_tasks: int
    late_tasks: int
    waiting_tasks: int
    incidents: int
    failed: int
    due_timers: int
    expired: int
    approvals: int  # versions that wait for a second person


def overview(session: Session) -> Overview:
    def count(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(*where)) or 0

    open_tasks = Task.status == TaskStatus.OPEN, Task.optional.is_(False)
    return Overview(
        active_cases=count(Case.status == CaseStatus.ACTIVE),
        open_tasks=count(*open_tasks),
        late_tasks=count(*open_tasks, Task.due_on < clock.today(), Task.clock_stopped.is_(False)),
        waiting_tasks=count(*open_tasks, Task.organisation_id.is_(None)),
        incidents=incident_view.count_open(session, IncidentKind.ELEMENT),
        failed=incident_view.count_open(session, IncidentKind.DELIVERY),
        due_timers=count(Timer.due_at <= clock.now(), Timer.case_id.in_(select(Case.id).where(Case.status == CaseStatus.ACTIVE))),
        expired=len(process_view.expired(session)),
        approvals=count(Approval.status == ApprovalStatus.WAITING),
    )


def waiting_tasks(session: Session) -> list[tuple[Task, Case]]:
    """Open tasks that wait for an organisation to be set up."""
    rows = session.execute(
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(Task.organisation_id.is_(None), Task.status == TaskStatus.OPEN)
        .order_by(Task.id)
        .limit(PAGE)
    ).all()
    return [(task, case) for task, case in rows]


def deliveries(session: Session) -> list[tuple[OutboxMessage, int | None]]:
    """Failed deliveries with their incident, then those that wait and have failed at least once."""
    return list(
        session.execute(
            select(OutboxMessage, Incident.id)
            .outerjoin(Incident, (Incident.outbox_id == OutboxMessage.id) & (Incident.status != IncidentStatus.RESOLVED))
            .where(
                or_(
                    OutboxMessage.status == OutboxStatus.FAILED, (OutboxMessage.status == OutboxStatus.READY) & (OutboxMessage.attempts > 0)
                )
            )
            .order_by(OutboxMessage.status, OutboxMessage.id)
            .limit(200)
        ).tuples()
    )
