"""What people see of incidents: administrators by cause and one by one, clerks a sentence. Reads only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy import case as case_when
from sqlalchemy.orm import Session

from app import clock
from app.cases.errors import NotFound
from app.engine import store
from app.model import (
    Case,
    CaseStatus,
    Definition,
    DefinitionStatus,
    Enterprise,
    Event,
    Incident,
    IncidentKind,
    IncidentRun,
    IncidentRunItem,
    IncidentStatus,
    Organisation,
    OutboxMessage,
    RunItemStatus,
    Task,
    TaskStatus,
    User,
)

PAGE = 50
DELIVERY_NAMES = {
    "mail": "邮件",
    "start_case": "开始案件",
    "start_listed": "为名单企业立案",
    "incident": "批量处理故障",
    "open_roster": "建立名单",
}
ACT_NAMES = {"complete": "办理", "timer": "到期事项", "form": "打开表单", "deliver": "投递", "none": "办理"}


@dataclass(frozen=True)
class Cause:
    """Incidents with one cause: what fails, how many, since when. `sample` is the newest."""

    sample: Incident
    definition: Definition | None
    count: int
    first_at: dt.datetime
    last_at: dt.datetime
    retrying: int


@dataclass(frozen=True)
class Row:
    """One incident with what it is about."""

    incident: Incident
    case: Case | None
    enterprise: str
    message: OutboxMessage | None

    @property
    def subject(self) -> str:
        if self.case is not None:
            return self.case.title
        return delivery_subject(self.message) if self.message is not None else ""


def delivery_subject(message: OutboxMessage) -> str:
    """What a delivery is, in words."""
    name = DELIVERY_NAMES.get(message.kind, message.kind)
    subject = message.payload.get("subject") or message.payload.get("title")
    return f"{name}：{subject}" if subject else name


# -- lists ------------------------------------------------------------------------------------------------------------


def causes(session: Session, cause: str | None = None) -> list[Cause]:
    """Unresolved incidents by cause, the most frequent first; those of one cause alone when it is named."""
    waiting = and_(Incident.status != IncidentStatus.RESOLVED, Incident.cause == cause if cause is not None else true())
    retrying = func.sum(case_when((Incident.status == IncidentStatus.RETRYING, 1), else_=0))
    grouped = (
        select(
            Incident.cause, func.max(Incident.id).label("newest"), func.count().label("count"),
            func.min(Incident.opened_at).label("first_at"), func.max(Incident.failed_at).label("last_at"), retrying.label("retrying"),
        )
        .where(waiting)
        .group_by(Incident.cause)
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        select(Incident, Definition, grouped.c.count, grouped.c.first_at, grouped.c.last_at, grouped.c.retrying)
        .join(grouped, grouped.c.newest == Incident.id)
        .outerjoin(Definition, Definition.id == Incident.definition_id)
        .order_by(grouped.c.count.desc(), Incident.id.desc())
        .limit(PAGE * 4)
    ).all()
    return [Cause(*row) for row in rows]


def of_cause(session: Session, cause: str, after: int | None = None) -> list[Row]:
    """Unresolved incidents of a cause in order of id, a page after an id. Raises `NotFound` when there never was one."""
    if after is None and session.scalar(select(Incident.id).where(Incident.cause == cause).limit(1)) is None:
        raise NotFound()
    query = _rows().where(Incident.cause == cause, Incident.status != IncidentStatus.RESOLVED).order_by(Incident.id).limit(PAGE + 1)
    return [Row(*row) for row in session.execute(query.where(Incident.id > after) if after is not None else query)]


def found(session: Session, q: str) -> list[Row]:
    """Unresolved incidents by case number, title or enterprise, newest first."""
    wanted: ColumnElement[bool] = or_(
        Case.title.contains(q, autoescape=True), Enterprise.name.contains(q, autoescape=True), Enterprise.uscc == q.upper()
    )
    number = q.rpartition("-")[2]
    if number.isdigit() and len(number) < 18:
        wanted = or_(wanted, Case.id == int(number))
    query = _rows().where(wanted, Incident.status != IncidentStatus.RESOLVED).order_by(Incident.id.desc()).limit(PAGE)
    return [Row(*row) for row in session.execute(query)]


def resolved(session: Session, before: int | None = None) -> list[tuple[Row, str]]:
    """What is settled, newest first, with who did it; a page before an id."""
    query = (
        select(Incident, Case, func.coalesce(Enterprise.name, ""), OutboxMessage, func.coalesce(User.name, "系统"))
        .outerjoin(Case, Case.id == Incident.case_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == Incident.outbox_id)
        .outerjoin(User, User.id == Incident.resolved_by_id)
        .where(Incident.status == IncidentStatus.RESOLVED)
        .order_by(Incident.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(Incident.id < before)
    return [(Row(*row[:4]), row[4]) for row in session.execute(query)]


def _rows() -> Any:
    return (
        select(Incident, Case, func.coalesce(Enterprise.name, ""), OutboxMessage)
        .outerjoin(Case, Case.id == Incident.case_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == Incident.outbox_id)
    )


def count_open(session: Session, kind: IncidentKind | None = None) -> int:
    """Incidents that wait for somebody."""
    where = [Incident.status == IncidentStatus.OPEN, *([Incident.kind == kind] if kind is not None else [])]
    return session.scalar(select(func.count()).where(*where)) or 0


# -- one incident -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pending:
    """The act that waits, in words: what, by whom, when."""

    act: str
    task: Task | None
    who: str
    at: dt.datetime | None
    submitted: dict[str, Any]


@dataclass(frozen=True)
class Page:
    """One incident with all that an administrator needs to decide."""

    row: Row
    definition: Definition | None
    process_name: str
    pending: Pending
    same: int  # other unresolved incidents of the cause
    happened: Sequence[tuple[Event, str]]
    resolved_by: str
    newer: bool  # the process has a later version in use
    missed: Sequence[Task]  # open tasks whose limit ran out while the case was suspended

    @property
    def incident(self) -> Incident:
        return self.row.incident


def page(session: Session, incident_id: int) -> Page:
    """An incident. Raises `NotFound`."""
    row = session.execute(_rows().where(Incident.id == incident_id)).first()
    if row is None:
        raise NotFound()
    incident, case = row[0], row[1]
    definition_id = case.definition_id if case is not None else incident.definition_id
    definition = session.get(Definition, definition_id) if definition_id else None
    same = session.scalar(
        select(func.count()).where(
            Incident.cause == incident.cause, Incident.status == IncidentStatus.OPEN, Incident.id != incident.id
        )
    )  # fmt: skip
    who = session.get(User, incident.resolved_by_id) if incident.resolved_by_id else None
    return Page(
        Row(*row), definition, _process_name(session, definition, incident.process_key), _pending(session, incident), same or 0,
        _happened(session, incident), who.name if who else "系统", _has_newer(session, definition), _missed(session, incident),
    )  # fmt: skip


def _process_name(session: Session, definition: Definition | None, process_key: str) -> str:
    if definition is None:
        return ""
    process = store.compiled(session, definition).processes.get(process_key)
    return process.name if process is not None else definition.name


def _pending(session: Session, incident: Incident) -> Pending:
    pending = incident.pending
    user = session.get(User, pending["user_id"]) if pending.get("user_id") else None
    office = session.get(Organisation, pending["organisation_id"]) if pending.get("organisation_id") else None
    submitted = pending.get("submitted")
    return Pending(
        act=ACT_NAMES.get(pending["act"], ""),
        task=session.get(Task, pending["task_id"]) if pending.get("task_id") else None,
        who=" ".join(part for part in (office.name if office else "", user.name if user else "") if part),
        at=dt.datetime.fromisoformat(pending["at"]) if pending.get("at") else None,
        submitted=submitted if isinstance(submitted, dict) else {},
    )


def _happened(session: Session, incident: Incident) -> list[tuple[Event, str]]:
    """What was done about an incident, oldest first."""
    query = select(Event, func.coalesce(User.name, "系统")).outerjoin(User, User.id == Event.user_id).order_by(Event.id)
    if incident.case_id is not None:
        kinds = ("incident", "incident_retried", "incident_data_edited", "time_excluded", "incident_resolved")
        rows = session.execute(query.where(Event.case_id == incident.case_id, Event.kind.in_(kinds))).tuples()
        return [(event, who) for event, who in rows if event.detail.get("incident") == incident.id]
    key = select(func.substr(OutboxMessage.key, 1, 200)).where(OutboxMessage.id == incident.outbox_id).scalar_subquery()
    about = query.where(Event.kind.in_(("delivery_retried", "delivery_dropped")), Event.name == key, Event.at >= incident.opened_at)
    return list(session.execute(about).tuples())


def _missed(session: Session, incident: Incident) -> Sequence[Task]:
    """Time stood still for the system, not for the law: these are recorded as late when the case goes on."""
    if incident.case_id is None or incident.status == IncidentStatus.RESOLVED:
        return ()
    waits = incident.task_id if incident.pending["act"] == "complete" else None
    return session.scalars(
        select(Task)
        .where(
            Task.case_id == incident.case_id, Task.status == TaskStatus.OPEN, Task.optional.is_(False), Task.clock_stopped.is_(False),
            Task.due_on < clock.today(), Task.overdue_at.is_(None), Task.id != (waits or 0),
        )
        .order_by(Task.due_on, Task.id)
    ).all()  # fmt: skip


def _has_newer(session: Session, definition: Definition | None) -> bool:
    if definition is None:
        return False
    newer = select(Definition.id).where(
        Definition.key == definition.key, Definition.version != definition.version, Definition.status == DefinitionStatus.DEPLOYED
    )
    return session.scalar(newer.limit(1)) is not None


# -- runs -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One act on many, with how far it is."""

    run: IncidentRun
    who: str
    waiting: int
    done: int
    failed: int

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.failed


def run(session: Session, run_id: int) -> Run:
    """A run. Raises `NotFound`."""
    row = session.execute(
        select(IncidentRun, User.name).join(User, User.id == IncidentRun.requested_by_id).where(IncidentRun.id == run_id)
    ).first()
    if row is None:
        raise NotFound()
    counted = session.execute(
        select(IncidentRunItem.status, func.count()).where(IncidentRunItem.run_id == run_id).group_by(IncidentRunItem.status)
    )
    numbers: dict[str, int] = dict(counted.tuples().all())
    return Run(row[0], row[1], *(numbers.get(status, 0) for status in (RunItemStatus.WAITING, RunItemStatus.DONE, RunItemStatus.FAILED)))


def recent_runs(session: Session) -> list[tuple[IncidentRun, str]]:
    """The last runs with who decided them."""
    query = select(IncidentRun, User.name).join(User, User.id == IncidentRun.requested_by_id).order_by(IncidentRun.id.desc()).limit(5)
    return list(session.execute(query).tuples())


def run_items(session: Session, run_id: int, status: str = "", after: int | None = None) -> list[tuple[IncidentRunItem, Row]]:
    """What became of each incident of a run, a page after an incident's id; one outcome alone when it is named."""
    query = (
        select(IncidentRunItem, Incident, Case, func.coalesce(Enterprise.name, ""), OutboxMessage)
        .join(Incident, Incident.id == IncidentRunItem.incident_id)
        .outerjoin(Case, Case.id == Incident.case_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == Incident.outbox_id)
        .where(IncidentRunItem.run_id == run_id)
        .order_by(IncidentRunItem.incident_id)
        .limit(PAGE + 1)
    )
    if status:
        query = query.where(IncidentRunItem.status == status)
    if after is not None:
        query = query.where(IncidentRunItem.incident_id > after)
    return [(row[0], Row(*row[1:])) for row in session.execute(query)]


# -- for the clerk ----------------------------------------------------------------------------------------------------


def of_suspended(session: Session, case: Case) -> Incident | None:
    """The incident for which a case is suspended."""
    if case.status != CaseStatus.SUSPENDED:
        return None
    return session.scalars(select(Incident).where(Incident.case_id == case.id, Incident.status != IncidentStatus.RESOLVED)).first()


def sentence_for(incident: Incident | None, task: Task, *, own: bool) -> str:
    """What the page of a task says of the incident of its case; `own`: to the office that has the task."""
    if incident is None:
        return ""
    about_this = incident.task_id == task.id
    if about_this and own and incident.pending["act"] == "complete":
        further = incident.element_id != task.element_id
        behind = f"流程在后面的环节“{incident.element_name}”遇到故障" if further else "这一环节遇到系统故障"
        return f"已收到您的办理，{behind}，管理员处理后自动继续，无需重新提交。"
    if about_this and incident.pending["act"] == "form":
        return "这项任务的表单出了故障，已报告管理员，处理后可以继续办理；已暂存的内容仍然保留。"
    kept = "已暂存的内容仍然保留，不需要重新填写"
    return f"这个案件因系统故障挂起，管理员处理后可以继续办理；{kept}。法定期限照常计算，决定扣除这段时间的会书面告知。"
