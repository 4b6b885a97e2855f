"""Reading one case: where it stands on its diagrams, what happened, its deadlines, papers and related cases. Changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import scope
from app.access.principal import Principal
from app.cases.errors import NotFound
from app.cases.migration_words import changes_in_words
from app.law.periods import Deadline, PeriodError, format_date
from app.model import (
    Case,
    ClockStop,
    Definition,
    Document,
    Enterprise,
    Event,
    Notice,
    Organisation,
    Role,
    Roster,
    Task,
    TaskStatus,
    User,
)

PAGE = 50

# What an event is called in a timeline. The rest is for machines and left out.
EVENT_WORDS = {
    "case_started": "立案",
    "task_created": "进入环节",
    "task_completed": "办结",
    "task_claimed": "认领",
    "task_released": "放回待领",
    "task_transferred": "转办",
    "task_delegated": "委派",
    "task_withdrawn": "撤回",
    "task_urged": "催办",
    "task_overdue": "逾期",
    "clock_stopped": "暂停计时",
    "clock_resumed": "恢复计时",
    "deadline_extended": "延长期限",
    "time_excluded": "挂起期间不计入期限",
    "roster_edited": "修改名单",
    "case_ended": "案件办结",
    "incident": "发生故障，案件挂起",
    "incident_resolved": "故障处理完毕",
    "incident_data_edited": "管理员修改案件数据",
    "case_migrated": "改按另一版本办理",
    "case_migration_undone": "退回原来的版本",
    "notice_sent": "发出通知",
    "published": "公布",
    "register_act": "名录",
    "experts_drawn": "专家",
    "expert_attendance": "专家",
    "expert_opinion": "专家意见",
}


@dataclass(frozen=True)
class CaseHead:
    """A case with what its page shows on top."""

    case: Case
    definition: Definition
    enterprise: Enterprise | None
    roster: Roster | None
    open_tasks: Sequence[OpenTask]

    @property
    def next_due(self) -> Task | None:
        """The open task that is due first."""
        dated = [t.task for t in self.open_tasks if t.task.due_on is not None]
        return min(dated, key=lambda t: t.sort_due, default=None)


@dataclass(frozen=True)
class OpenTask:
    """An open task with who has it."""

    task: Task
    organisation: str
    assignee: str

    @property
    def holder(self) -> str:
        return " ".join(part for part in (self.organisation, self.assignee) if part) or self.task.waiting_for or ""


@dataclass(frozen=True)
class Happening:
    """One item of the timeline, in words."""

    at: dt.datetime
    kind: str
    title: str
    who: str
    lines: tuple[str, ...]
    article: str


@dataclass(frozen=True)
class DoneTask:
    """A completed task: who, for whom, when, with what decision and data."""

    task: Task
    organisation: str
    person: str
    stood_in_for: str

    @property
    def who(self) -> str:
        for_whom = f"（代{self.stood_in_for}）" if self.stood_in_for else ""
        return f"{self.organisation} {self.person}".strip() + for_whom

    @property
    def opinion(self) -> str:
        data = self.task.data or {}
        return str(data.get("opinion") or "")

    @property
    def returned_reason(self) -> str:
        return str((self.task.data or {}).get("returned_reason") or "")


@dataclass(frozen=True)
class TimeLimit:
    """A task's time limit with its derivation and the times in which the clock stood."""

    task: Task
    organisation: str
    lines: tuple[str, ...]
    stops: tuple[ClockStop, ...]


@dataclass(frozen=True)
class Paper:
    """An uploaded file with who brought it at which step."""

    document: Document
    organisation: str
    person: str
    step: str


@dataclass(frozen=True)
class Letter:
    """A notice of the case with its recipient."""

    notice: Notice
    organisation: str


def head(session: Session, principal: Principal, case_id: int) -> CaseHead:
    """A case that the person may see. Raises `NotFound`."""
    row = session.execute(
        select(Case, Definition, Enterprise, Roster)
        .join(Definition, Definition.id == Case.definition_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .outerjoin(Roster, Roster.id == Case.roster_id)
        .where(Case.id == case_id, scope.cases(principal))
    ).first()
    if row is None:
        raise NotFound()
    return CaseHead(row[0], row[1], row[2], row[3], open_tasks(session, case_id))


def open_tasks(session: Session, case_id: int) -> list[OpenTask]:
    rows = session.execute(
        select(Task, Organisation.name, User.name)
        .outerjoin(Organisation, Organisation.id == Task.organisation_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
        .order_by(Task.sort_due, Task.id)
    )
    return [OpenTask(task, organisation or "", assignee or "") for task, organisation, assignee in rows]


def timeline(session: Session, principal: Principal, case: Case) -> list[Happening]:
    """What happened in a case, oldest first, as far as the person may know it."""
    rows = session.execute(
        select(Event, User.name, Organisation.name, Task.article)
        .outerjoin(User, User.id == Event.user_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(Task, Task.id == Event.task_id)
        .where(Event.case_id == case.id, scope.events(principal))
        .order_by(Event.id)
    ).all()
    details = {event.id: scope.detail_of(principal, event) for event, *_ in rows}
    people = _people_named(session, list(details.values()))
    found = []
    for event, person, organisation, article in rows:
        title = _title(event)
        if title:
            who = " ".join(part for part in (organisation, person if scope.sees_inside(principal, event) else None) if part)
            found.append(Happening(event.at, event.kind, title, who, lines_of(event.kind, details[event.id], people), article or ""))
    return found


def _title(event: Event) -> str:
    """An event in words; empty for what only the machine cares about."""
    if event.kind == "element_passed":
        tag = event.detail.get("tag")
        if tag == "serviceTask":
            return event.name
        return f"{event.name}（完成）" if tag == "callActivity" and event.name else ""
    word = EVENT_WORDS.get(event.kind)
    if word is None:
        return ""
    return f"{word}：{event.name}" if event.name else word


def _people_named(session: Session, details: Sequence[dict[str, Any]]) -> dict[int, str]:
    ids = {d[key] for d in details for key in ("to", "delegated_by") if isinstance(d.get(key), int)}
    if not ids:
        return {}
    return {user.id: user.name for user in session.execute(select(User.id, User.name).where(User.id.in_(ids)))}


def lines_of(kind: str, detail: dict[str, Any], people: dict[int, str]) -> tuple[str, ...]:
    """What an event's detail says, a line a fact."""
    lines = []
    if detail.get("due"):
        label = "期限" if kind in ("task_created", "task_overdue") else "期限改为"
        lines.append(f"{label} {format_date(dt.date.fromisoformat(detail['due']))}")
    if detail.get("decision"):
        lines.append(f"结论：{decision_word(detail['decision'])}")
    if detail.get("opinion"):
        lines.append(f"意见：{detail['opinion']}")
    if detail.get("to") in people:
        lines.append(f"交给 {people[detail['to']]}")
    if detail.get("delegated_by") in people:
        lines.append(f"受 {people[detail['delegated_by']]} 委派办理")
    if detail.get("reason"):
        lines.append(f"原因：{detail['reason']}")
    if kind == "incident_resolved" and detail.get("act"):
        lines.append(f"处理：{detail['act']}{'“' + detail['target'] + '”' if detail.get('target') else ''}")
    if kind == "case_migrated":
        lines += changes_in_words(detail)
    if kind == "incident_data_edited":
        lines += [
            f"“{name}”由“{'（没有）' if before is None else before}”改为“{after}”"
            for name, (before, after) in detail.get("changed", {}).items()
        ]
    if detail.get("legal_basis"):
        lines.append(f"依据：{detail['legal_basis']}")
    return tuple(lines)


DECISION_WORDS = {
    "approve": "同意", "return": "退回", "reject": "不同意", "pass": "通过", "fail": "不通过", "excellent": "优秀", "qualified": "合格",
    "yes": "是", "no": "否", "confirm": "确认", "correct": "更正", "refuse": "拒绝", "accept": "受理",
}  # fmt: skip


def decision_word(value: str | None, words: dict[str, str] | None = None) -> str:
    """A decision in the words of its form, else in general ones."""
    return {**DECISION_WORDS, **(words or {})}.get(value or "", value or "")


def done_tasks(session: Session, case_id: int, organisation_ids: frozenset[int] | None = None) -> list[DoneTask]:
    """Completed tasks, newest first; only those of some organisations when they are given."""
    delegator = select(User.id, User.name).subquery()
    query = (
        select(Task, Organisation.name, User.name, delegator.c.name)
        .outerjoin(Organisation, Organisation.id == Task.organisation_id)
        .outerjoin(User, User.id == Task.completed_by_id)
        .outerjoin(delegator, delegator.c.id == Task.delegated_by_id)
        .where(Task.case_id == case_id, Task.status == TaskStatus.COMPLETED)
        .order_by(Task.completed_at.desc(), Task.id.desc())
    )
    if organisation_ids is not None:
        query = query.where(Task.organisation_id.in_(organisation_ids))
    return [DoneTask(task, o or "", p or "", d or "") for task, o, p, d in session.execute(query)]


# -- deadlines and papers -------------------------------------------------------------------------------------------------


def time_limits(session: Session, case_id: int) -> list[TimeLimit]:
    """Every task of the case that has a limit, the open ones first."""
    rows = session.execute(
        select(Task, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Task.organisation_id)
        .where(Task.case_id == case_id, Task.due_on.is_not(None))
        .order_by((Task.status != TaskStatus.OPEN), Task.sort_due, Task.id)
    ).all()
    stops: dict[int, list[ClockStop]] = {}
    for stop in session.scalars(
        select(ClockStop).join(Task, Task.id == ClockStop.task_id).where(Task.case_id == case_id).order_by(ClockStop.id)
    ):
        stops.setdefault(stop.task_id, []).append(stop)
    return [TimeLimit(task, name or "", tuple(derivation(task)), tuple(stops.get(task.id, ()))) for task, name in rows]


def derivation(task: Task) -> list[str]:
    """How the due date of a task was counted, in short lines."""
    if task.deadline is None:
        return []
    try:
        return Deadline.from_dict(task.deadline).explain()
    except PeriodError as error:
        return [str(error)]


def papers(session: Session, principal: Principal, case_id: int) -> list[Paper]:
    """Files of a case. An enterprise, consultant or expert finds those that their own side brought."""
    query = (
        select(Document, Organisation.name, User.name, Task.name)
        .outerjoin(Organisation, Organisation.id == Document.organisation_id)
        .outerjoin(User, User.id == Document.uploaded_by_id)
        .outerjoin(Task, Task.id == Document.task_id)
        .where(Document.case_id == case_id, scope.documents(principal))
        .order_by(Document.id)
    )
    if sees_own_side_only(principal):
        query = query.where(Document.organisation_id.in_(principal.organisation_ids))
    return [Paper(document, o or "", p or "", step or "") for document, o, p, step in session.execute(query)]


def letters(session: Session, principal: Principal, case_id: int) -> list[Letter]:
    """Notices of a case: all of them for an authority, one's own for others."""
    query = (
        select(Notice, Organisation.name)
        .join(Organisation, Organisation.id == Notice.organisation_id)
        .where(Notice.case_id == case_id)
        .order_by(Notice.id.desc())
    )
    if sees_own_side_only(principal):
        query = query.where(scope.notices(principal))
    return [Letter(notice, name) for notice, name in session.execute(query)]


def sees_own_side_only(principal: Principal) -> bool:
    """Whether a person sees, of submissions and letters, only those of their own organisation."""
    return not (principal.is_authority or principal.has(Role.ADMINISTRATOR))
