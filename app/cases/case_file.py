"""Reading one case: where it stands on its diagrams, what happened, its deadlines, papers and related cases. Changes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases.errors import NotFound
from app.cases.worklist import case_id_of, region_within
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.diagram import GATEWAY_TAGS, Element, read_xml
from app.law.periods import Deadline, PeriodError, distance, format_date
from app.model import (
    Case,
    CaseStatus,
    ClockStop,
    Definition,
    Document,
    Enterprise,
    EnterpriseRecord,
    Event,
    Notice,
    Organisation,
    Publication,
    PublicationEntry,
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
    "roster_edited": "修改名单",
    "case_ended": "案件办结",
    "incident": "发生故障，案件挂起",
    "incident_resolved": "故障排除，案件恢复",
    "notice_sent": "发出通知",
    "published": "公布",
}
RECORD_KINDS = {"order": "责令改正", "fine": "罚款", "credit": "信用记录", "restriction": "限制享受优惠政策", "filing": "备案"}


@dataclass(frozen=True)
class CaseRow:
    """A case in a list: what it is about, where it stands, what is due next."""

    case: Case
    procedure: str
    subject: str
    uscc: str
    stages: tuple[str, ...] = ()
    due_on: dt.date | None = None
    warn_on: dt.date | None = None
    clock_stopped: bool = False


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


@dataclass
class Level:
    """A process of a definition that can be shown: the main one or one that it calls."""

    process: str
    name: str


@dataclass
class DiagramState:
    """What the diagram of one process shows of a case."""

    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    current_process: str = ""


# -- finding --------------------------------------------------------------------------------------------------------------


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


def page(
    session: Session, principal: Principal, *, q: str = "", process: str = "", region: str = "", status: str = "", below: int = 0,
    size: int = PAGE,
) -> tuple[list[CaseRow], int]:  # fmt: skip
    """Cases that the person may see, newest first, with the id below which the next page lies (0: there is none)."""
    query = _case_query(principal)
    if q:
        query = query.where(_case_matches(q))
    if process:
        query = query.where(Case.process_key == process)
    if region:
        query = query.where(region_within(Case.region_code, region))
    if status in set(CaseStatus):
        query = query.where(Case.status == status)
    if below:
        query = query.where(Case.id < below)
    found = session.execute(query.order_by(Case.id.desc()).limit(size + 1)).all()
    rows = with_stages(session, [CaseRow(r.Case, r.procedure, r.enterprise or r.Case.title, r.uscc or "") for r in found[:size]])
    return rows, rows[-1].case.id if len(found) > size else 0


def _case_query(principal: Principal) -> Select[Any]:
    return (
        select(Case, Definition.name.label("procedure"), Enterprise.name.label("enterprise"), Enterprise.uscc)
        .join(Definition, Definition.id == Case.definition_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(scope.cases(principal))
    )


def _case_matches(q: str) -> Any:
    case_id = case_id_of(q)
    clauses = [_enterprise_matches(q), Case.title.like(_pattern(q), escape="!")]
    return or_(*clauses, Case.id == case_id) if case_id is not None else or_(*clauses)


def _enterprise_matches(q: str) -> Any:
    return or_(Enterprise.name.like(_pattern(q), escape="!"), Enterprise.uscc.like(_pattern(q.upper()), escape="!"))


def _pattern(q: str) -> str:
    return "%" + re.sub(r"([!%_])", r"!\1", q) + "%"


def with_stages(session: Session, rows: list[CaseRow]) -> list[CaseRow]:
    """The rows with the open steps of their cases and the limit that comes first, in one more statement for all of them."""
    ids = [row.case.id for row in rows if row.case.status != CaseStatus.ENDED]
    if not ids:
        return rows
    found: dict[int, list[Any]] = {}
    for task in session.execute(
        select(Task.case_id, Task.name, Task.due_on, Task.warn_on, Task.clock_stopped, Task.optional)
        .where(Task.case_id.in_(ids), Task.status == TaskStatus.OPEN)
        .order_by(Task.case_id, Task.sort_due, Task.id)
    ):
        found.setdefault(task.case_id, []).append(task)
    filled = []
    for row in rows:
        tasks = found.get(row.case.id, [])
        names = tuple(dict.fromkeys(t.name for t in tasks if not t.optional)) or tuple(dict.fromkeys(t.name for t in tasks))
        first = next((t for t in tasks if t.due_on is not None), None)
        due = (first.due_on, first.warn_on, first.clock_stopped) if first else (None, None, False)
        filled.append(CaseRow(row.case, row.procedure, row.subject, row.uscc, names, *due))
    return filled


def search_enterprises(session: Session, principal: Principal, q: str, limit: int = PAGE) -> list[Enterprise]:
    """Enterprises by name or code."""
    query = select(Enterprise).where(scope.enterprises(principal), _enterprise_matches(q))
    return list(session.scalars(query.order_by(Enterprise.name, Enterprise.id).limit(limit)))


def enterprises(
    session: Session, principal: Principal, *, q: str = "", region: str = "", above: int = 0, size: int = PAGE
) -> tuple[list[Enterprise], int]:
    """Enterprises that the person may see, in the order of their entry, with the id above which the next page lies."""
    query = select(Enterprise).where(scope.enterprises(principal), Enterprise.id > above)
    if q:
        query = query.where(_enterprise_matches(q))
    if region:
        query = query.where(region_within(Enterprise.region_code, region))
    found = list(session.scalars(query.order_by(Enterprise.id).limit(size + 1)))
    return found[:size], found[size - 1].id if len(found) > size else 0


# -- what happened --------------------------------------------------------------------------------------------------------


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
    people = _people_named(session, [event.detail for event, *_ in rows])
    found = []
    for event, person, organisation, article in rows:
        title = _title(event)
        if title:
            who = " ".join(part for part in (organisation, person) if part)
            found.append(Happening(event.at, event.kind, title, who, _lines(event, people), article or ""))
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


def _lines(event: Event, people: dict[int, str]) -> tuple[str, ...]:
    detail = event.detail
    lines = []
    if detail.get("due"):
        label = "期限" if event.kind in ("task_created", "task_overdue") else "期限改为"
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


def related(session: Session, principal: Principal, case: Case) -> list[tuple[str, CaseRow]]:
    """The case that this one came from, those that came from it, and others about the same enterprise."""
    same = [Case.parent_id == case.id]
    if case.parent_id is not None:
        same.append(Case.id == case.parent_id)
    if case.enterprise_id is not None:
        same.append(Case.enterprise_id == case.enterprise_id)
    found = session.execute(_case_query(principal).where(or_(*same), Case.id != case.id).order_by(Case.id.desc()).limit(200)).all()
    rows = with_stages(session, [CaseRow(r.Case, r.procedure, r.enterprise or r.Case.title, r.uscc or "") for r in found])

    def how(row: CaseRow) -> str:
        if row.case.id == case.parent_id:
            return "来源案件"
        return "由本案发起" if row.case.parent_id == case.id else "同一企业"

    return [(how(row), row) for row in rows]


# -- one enterprise -------------------------------------------------------------------------------------------------------


def enterprise(session: Session, principal: Principal, enterprise_id: int) -> Enterprise:
    """An enterprise that the person may see. Raises `NotFound`."""
    found = session.scalars(select(Enterprise).where(Enterprise.id == enterprise_id, scope.enterprises(principal))).first()
    if found is None:
        raise NotFound()
    return found


def cases_of(session: Session, principal: Principal, enterprise_id: int) -> list[CaseRow]:
    found = session.execute(_case_query(principal).where(Case.enterprise_id == enterprise_id).order_by(Case.id.desc())).all()
    return with_stages(session, [CaseRow(r.Case, r.procedure, r.enterprise or "", r.uscc or "") for r in found])


def records_of(session: Session, enterprise_id: int) -> list[tuple[EnterpriseRecord, Case]]:
    """Sanctions, credit records, restrictions and filings, newest first."""
    rows = session.execute(
        select(EnterpriseRecord, Case)
        .join(Case, Case.id == EnterpriseRecord.case_id)
        .where(EnterpriseRecord.enterprise_id == enterprise_id)
        .order_by(EnterpriseRecord.recorded_on.desc(), EnterpriseRecord.id.desc())
    )
    return [(record, case) for record, case in rows]


def listings_of(session: Session, enterprise_id: int) -> list[tuple[Publication, PublicationEntry]]:
    """The published lists that name an enterprise."""
    rows = session.execute(
        select(Publication, PublicationEntry)
        .join(PublicationEntry, PublicationEntry.publication_id == Publication.id)
        .where(PublicationEntry.enterprise_id == enterprise_id)
        .order_by(Publication.published_on.desc())
    )
    return [(publication, entry) for publication, entry in rows]


# -- the live diagram -----------------------------------------------------------------------------------------------------


def diagram_xml(session: Session, principal: Principal, definition_id: int, process_key: str) -> bytes:
    """The drawing of a process of a version, for administrators and for people with a case that runs on it. Raises `NotFound`."""
    definition = session.get(Definition, definition_id)
    if definition is None:
        raise NotFound()
    if not principal.has(Role.ADMINISTRATOR):
        seen = select(Case.id).where(and_(Case.definition_id == definition_id, scope.cases(principal))).limit(1)
        if session.scalar(seen) is None:
            raise NotFound()
    return _drawing(store.compiled(session, definition), process_key)


def _drawing(compiled: CompiledDefinition, process_key: str) -> bytes:
    wanted = re.compile(rb'<(?:\w+:)?process\b[^>]*\bid="' + re.escape(process_key.encode()) + b'"')
    for path, body in compiled.files.items():
        if path.endswith(".bpmn") and wanted.search(body):
            return body
    raise NotFound()


def levels(compiled: CompiledDefinition) -> list[Level]:
    """The processes of a definition, the main one first."""
    keys = [compiled.key, *(key for key in compiled.processes if key != compiled.key)]
    return [Level(key, compiled.processes[key].name) for key in keys]


def diagram_state(session: Session, principal: Principal, case: Case, process_key: str) -> DiagramState:
    """What is done, under way, late or failed in one process of a case. Raises `NotFound` when the version has no such process."""
    compiled = store.compiled(session, session.get_one(Definition, case.definition_id))
    process = compiled.processes.get(process_key)
    if process is None:
        raise NotFound()
    state = DiagramState()
    _mark_passed(session, principal, case, compiled, process_key, state)
    _mark_open(session, case, compiled, process_key, state)
    _mark_gateways(compiled, process_key, state)
    failed = (case.incident or {}).get("element") if case.status == CaseStatus.SUSPENDED else None
    if failed in process.elements:
        state.elements.setdefault(failed, _info(process.elements[failed]))["state"] = "failed"
    for element_id, info in state.elements.items():
        called = process.elements[element_id].called
        if called:
            info["calls"] = called
    return state


def _info(element: Element, name: str = "", article: str = "") -> dict[str, Any]:
    given = element.properties.get("article", "")
    return {"title": name or element.name, "lines": [], "article": article or ("" if given.startswith("{") else given)}


def _mark_passed(
    session: Session, principal: Principal, case: Case, compiled: CompiledDefinition, process_key: str, state: DiagramState
) -> None:
    elements = compiled.processes[process_key].elements
    rows = session.execute(
        select(Event, User.name, Organisation.name, Task.article, Task.overdue_at)
        .outerjoin(User, User.id == Event.user_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .outerjoin(Task, Task.id == Event.task_id)
        .where(Event.case_id == case.id, Event.kind.in_(("element_passed", "task_completed")), scope.events(principal))
        .order_by(Event.id)
    )
    for event, person, organisation, article, overdue_at in rows:
        for owner, caller_id in _owners(compiled, event.detail.get("callers") or ()):
            if owner == process_key and caller_id in elements:
                state.elements.setdefault(caller_id, {**_info(elements[caller_id]), "state": "done"})
        if event.process_key != process_key or event.element_id not in elements:
            continue
        info = state.elements.setdefault(event.element_id, _info(elements[event.element_id], event.name, article or ""))
        info["state"] = "done"
        at = event.at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
        who = " ".join(part for part in (organisation, person) if part) or "系统"
        info["lines"].append(f"{at} {who}")
        info["lines"] += [line for line in _lines(event, {}) if not line.startswith("期限")]
        if overdue_at is not None:
            info["lines"].append("逾期后办结")


def _mark_open(session: Session, case: Case, compiled: CompiledDefinition, process_key: str, state: DiagramState) -> None:
    elements = compiled.processes[process_key].elements
    today = clock.today()
    for one in open_tasks(session, case.id):
        task = one.task
        late = task.due_on is not None and not task.clock_stopped and today > task.due_on
        mark = "late" if late else "current"
        path = list(_owners(compiled, (task.context or {}).get("_callers") or ()))
        if not task.optional or not state.current_process:
            state.current_process = task.process_key
        for owner, caller_id in path:
            if owner == process_key and caller_id in elements:
                info = state.elements.setdefault(caller_id, _info(elements[caller_id]))
                info["state"] = "late" if late or info.get("state") == "late" else "current"
                info["lines"].append(f"正在办理：{task.name}（{one.holder}）")
        if task.process_key == process_key and task.element_id in elements:
            info = state.elements.setdefault(task.element_id, _info(elements[task.element_id], task.name, task.article))
            info.update(state=mark, title=task.name)
            info["lines"].append(f"办理单位：{one.holder}")
            if task.due_on is not None:
                away = "计时暂停" if task.clock_stopped else distance(today, task.due_on)
                info["lines"].append(f"期限：{format_date(task.due_on)}，{away}")


def _owners(compiled: CompiledDefinition, callers: Sequence[str]) -> list[tuple[str, str]]:
    """Each call activity on the way in, outermost first, with the process in which it stands."""
    found, key = [], compiled.key
    for caller_id in callers:
        process = compiled.processes.get(key)
        element = process.elements.get(caller_id) if process else None
        if element is None:
            break
        found.append((key, caller_id))
        key = element.called or key
    return found


def _mark_gateways(compiled: CompiledDefinition, process_key: str, state: DiagramState) -> None:
    """A gateway with a visited element before and behind it was passed; the record holds only gateways with a legal basis."""
    elements = compiled.processes[process_key].elements
    root = read_xml(process_key, _drawing(compiled, process_key))
    flows = [(f.get("sourceRef"), f.get("targetRef")) for f in root.iter("{*}sequenceFlow")]
    gateways = {i for i, e in elements.items() if e.tag in GATEWAY_TAGS and i not in state.elements}
    reached: set[str] = set()
    changed = True
    while changed:
        changed = False
        for source, target in flows:
            before_done = source in reached or state.elements.get(source, {}).get("state") == "done"
            if target in gateways and target not in reached and before_done:
                reached.add(target)
                changed = True
    for source, target in reversed(flows):
        if source in reached and target in state.elements:
            state.elements.setdefault(source, {**_info(elements[source]), "state": "done"})
