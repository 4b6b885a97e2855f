"""What administrators look at. Reads only; who may read what is decided by the pages' roles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, lazyload

from app import clock
from app.access.organisations import region_prefix
from app.cases import incident_view, library
from app.cases.errors import NotFound
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.diagram import Element
from app.law.catalogue import Catalogue, Step, catalogue
from app.law.labels import actor_label
from app.model import (
    Approval,
    ApprovalStatus,
    Case,
    CaseStatus,
    Definition,
    DefinitionFile,
    DefinitionStatus,
    Event,
    Incident,
    IncidentKind,
    IncidentStatus,
    Organisation,
    OrganisationKind,
    OutboxMessage,
    OutboxStatus,
    ServicePromise,
    Task,
    TaskStatus,
    Timer,
    User,
)

PAGE = 50
KIND_NAMES = {
    OrganisationKind.AUTHORITY.value: "主管部门",
    OrganisationKind.SUPPORT_BODY.value: "技术依托单位",
    OrganisationKind.ASSOCIATION.value: "行业协会",
    OrganisationKind.EXPERT_GROUP.value: "专家组",
    OrganisationKind.CONSULTANT.value: "咨询服务机构",
    OrganisationKind.ENTERPRISE.value: "企业",
    OrganisationKind.SYSTEM.value: "系统管理",
}
BODY_NAMES = {
    "environment": "生态环境", "coordinator": "清洁生产综合协调", "finance": "财政", "science": "科技", "safety": "应急管理",
    "government": "人民政府", "other": "其他",
}  # fmt: skip
STATE_NAMES = {"draft": "草稿", "deployed": "在用", "retired": "停用"}
EVENT_NAMES = {
    "case_started": "案件开始", "case_ended": "案件办结", "task_created": "任务下达", "task_completed": "任务办结",
    "task_overdue": "任务逾期", "task_claimed": "领取任务", "task_released": "放回任务", "task_transferred": "转办",
    "task_delegated": "委派", "task_withdrawn": "撤回", "task_urged": "催办", "timer_fired": "到时", "element_passed": "经过环节",
    "clock_stopped": "暂停计时", "clock_resumed": "恢复计时", "deadline_extended": "延长期限", "deadline_recomputed": "期限重算",
    "time_excluded": "挂起期间不计入期限",
    "incident": "故障挂起", "incident_retried": "重试未成功", "incident_resolved": "故障处理完毕", "incident_data_edited": "修改案件数据",
    "incident_run": "批量处理故障", "delivery_retried": "重新投递", "delivery_dropped": "不再投递", "process_drafted": "上传流程草稿",
    "design_begun": "开始修改流程", "design_finished": "流程定稿", "design_discarded": "放弃设计稿", "design_restored": "恢复设计稿的早先保存",
    "version_submitted": "提交流程版本审批", "version_approved": "批准流程版本", "version_sent_back": "退回流程版本",
    "version_withdrawn": "撤回流程版本的提交", "version_rolled_back": "退回到早先版本", "second_person_on": "要求部署前第二人审批",
    "second_person_off_proposed": "提出不再要求第二人审批", "second_person_off": "不再要求第二人审批", "second_person_kept": "继续要求第二人审批",
    "library_exported": "导出流程库", "library_sent": "上传流程库待核对", "library_imported": "导入流程库", "library_import_dropped": "放弃导入流程库",
    "trial_kept": "保存试运行方案", "trial_accepted": "改写试运行方案的结果",
    "process_deployed": "部署流程", "regulation_extended": "登记延续有效", "organisation_saved": "保存机构",
    "organisation_activated": "启用机构", "organisation_deactivated": "停用机构", "user_created": "新增用户",
    "user_activated": "启用用户", "user_deactivated": "停用用户", "password_reset": "重设密码", "role_granted": "授予角色",
    "role_revoked": "取消角色", "promise_set": "设定承诺时限", "promise_removed": "取消承诺时限", "holidays_imported": "导入放假安排",
    "case_migrated": "迁移到另一版本", "case_migration_undone": "迁移退回", "migration_planned": "拟定迁移计划", "migration_started": "开始迁移案件",
    "migration_undo_started": "开始退回迁移", "migration_finished": "迁移结束", "version_retired": "停用流程版本",
    "clock_moved": "调整演示时间", "roster_edited": "修改名单", "register_act": "名录办理",
    "experts_drawn": "抽取专家", "expert_attendance": "专家到场", "expert_opinion": "专家意见",
}  # fmt: skip

DETAIL_NAMES = {
    "ground": "情形", "reason": "原因", "since": "自", "due": "期限", "decision": "决定", "opinion": "意见", "legal_basis": "依据",
    "role": "角色", "organisation": "单位", "changed": "改动", "given": "随之下达任务", "key": "标识", "version": "版本", "count": "数量",
    "days": "天数", "moved": "调整期限", "step": "环节", "value": "时限",
    "unit": "单位", "message": "故障", "element": "环节", "error": "错误",
    "from": "原期限", "to": "交给", "delegated_by": "委派人", "entries": "企业", "act": "操作", "target": "转到",
    "proposed_by": "提出人", "files": "文件",
    "from_version": "原版本", "to_version": "新版本",
}  # fmt: skip


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
        expired=len(expired(session)),
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


# -- processes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProcessRow:
    """A process: its newest deployed version, its drafts, and how many cases run."""

    current: Definition
    drafts: Sequence[Definition]
    versions: int
    running: int
    expired: bool


def processes(session: Session) -> dict[str, list[ProcessRow]]:
    """All processes by jurisdiction, then by kind."""
    counted = session.execute(select(Case.process_key, func.count()).where(Case.status != CaseStatus.ENDED).group_by(Case.process_key))
    running: dict[str, int] = {row[0]: row[1] for row in counted}
    versions: dict[str, list[Definition]] = {}
    for definition in session.scalars(
        select(Definition).order_by(Definition.jurisdiction, Definition.kind, Definition.key, Definition.version)
    ):
        versions.setdefault(definition.key, []).append(definition)
    found: dict[str, list[ProcessRow]] = {}
    for key, rows in versions.items():
        deployed = [d for d in rows if d.status == DefinitionStatus.DEPLOYED]
        current = deployed[-1] if deployed else rows[-1]
        drafts = [d for d in rows if d.status == DefinitionStatus.DRAFT]
        past = not library.is_in_force(current, clock.today())
        found.setdefault(current.jurisdiction, []).append(ProcessRow(current, drafts, len(rows), running.get(key, 0), past))
    return found


def expired(session: Session) -> list[Definition]:
    """Deployed versions whose regulation is past its expiry without a recorded extension."""
    return list(
        session.scalars(
            select(Definition)
            .where(
                Definition.status == DefinitionStatus.DEPLOYED,
                Definition.in_force_to < clock.today(),
                Definition.extension_note.is_(None),
            )
            .order_by(Definition.key)
        )
    )


def versions(session: Session, key: str) -> list[Definition]:
    """All versions of a process, newest first. Raises `NotFound`."""
    found = list(session.scalars(select(Definition).where(Definition.key == key).order_by(Definition.version.desc())))
    if not found:
        raise NotFound("没有这个流程")
    return found


@dataclass(frozen=True)
class ElementRow:
    """An element of a diagram with its legal facts."""

    element: Element
    basis: tuple[str, ...]
    steps: tuple[Step, ...]
    actor: str
    due: str
    form: str


def compiled(session: Session, definition: Definition) -> CompiledDefinition:
    return store.compiled(session, definition)


def elements(definition: CompiledDefinition, process_key: str) -> list[ElementRow]:
    """Elements that carry out something, in the order of the file; shared ones show the parts that callers give."""
    law = catalogue()
    rows = []
    for element in definition.processes[process_key].elements.values():
        facts = element.properties
        if not (element.is_human or facts.get("basis") or element.called):
            continue
        basis = tuple(facts.get("basis", "").split())
        steps = tuple(step for one in basis if (step := _step(law, one)) is not None)
        actor = facts.get("actor", "")
        rows.append(
            ElementRow(
                element, basis, steps, "由案件确定" if actor.startswith("{") else actor_label(actor) if actor else "",
                facts.get("due", ""), facts.get("formJsonSchemaFilename", ""),
            )
        )  # fmt: skip
    return rows


def _step(law: Catalogue, step_id: str) -> Step | None:
    return None if step_id.startswith("{") else law.step(step_id)


def call_order(definition: CompiledDefinition) -> list[str]:
    """The processes of a version, each followed by those that it calls."""
    found: list[str] = []
    pending = [definition.key]
    while pending:
        key = pending.pop(0)
        if key not in found:
            found.append(key)
            pending = [e.called for e in definition.processes[key].elements.values() if e.called] + pending
    return found


def callers_of(session: Session, definition: Definition) -> list[str]:
    """Names of the processes in use that have the diagram of a process pinned: they go on with what they have until they are deployed anew."""
    own = f"processes/{definition.key.replace('.', '/', 1)}.bpmn"
    rows = select(Definition.key, Definition.name).join(DefinitionFile, DefinitionFile.definition_id == Definition.id)
    rows = rows.where(DefinitionFile.path == own, Definition.key != definition.key, Definition.status == DefinitionStatus.DEPLOYED)
    return sorted(set(dict(session.execute(rows.order_by(Definition.version)).tuples().all()).values()))


def diagram_body(definition: CompiledDefinition, process_key: str) -> bytes:
    """The BPMN file of a process of a version. Raises `NotFound`."""
    from app.engine.diagram import read_diagram

    for path, body in definition.files.items():
        if path.endswith(".bpmn") and process_key.encode() in body and process_key in read_diagram(path, body).processes:
            return body
    raise NotFound("没有这张流程图")


# -- organisations and people -----------------------------------------------------------------------------------------


def organisations(session: Session, *, region: str = "", kind: str = "", q: str = "", page: int = 1) -> tuple[list[Organisation], int]:
    """Organisations other than enterprises by region, and how many there are."""
    conditions: list[ColumnElement[bool]] = [Organisation.kind.not_in([OrganisationKind.ENTERPRISE, OrganisationKind.SYSTEM])]
    if region:
        conditions.append(Organisation.region_code.startswith(region_prefix(region), autoescape=True))
    if kind:
        conditions.append(Organisation.kind == kind)
    if q:
        conditions.append(Organisation.name.contains(q, autoescape=True))
    total = session.scalar(select(func.count()).select_from(Organisation).where(*conditions)) or 0
    rows = session.scalars(
        select(Organisation).where(*conditions)
        .order_by(Organisation.region_code, Organisation.kind, Organisation.body.desc(), Organisation.id)
        .limit(PAGE).offset((page - 1) * PAGE)
    )  # fmt: skip
    return list(rows), total


def regions(session: Session) -> list[str]:
    """Cities and provinces that have organisations."""
    codes = session.scalars(
        select(Organisation.region_code)
        .where(Organisation.kind == OrganisationKind.AUTHORITY)
        .distinct()
        .order_by(Organisation.region_code)
    )
    return [code for code in codes if code.endswith("00")]


def organisation(session: Session, organisation_id: int) -> Organisation:
    found = session.get(Organisation, organisation_id)
    if found is None or found.kind in (OrganisationKind.ENTERPRISE, OrganisationKind.SYSTEM):
        raise NotFound()
    return found


def users(session: Session, *, q: str = "", page: int = 1) -> tuple[list[User], int]:
    """Users with their roles, and how many there are."""
    where = [or_(User.username.contains(q, autoescape=True), User.name.contains(q, autoescape=True))] if q else []
    total = session.scalar(select(func.count()).select_from(User).where(*where)) or 0
    rows = session.scalars(select(User).where(*where).order_by(User.username).limit(PAGE).offset((page - 1) * PAGE))
    return list(rows.unique()), total


def user(session: Session, user_id: int) -> User:
    found = session.get(User, user_id)
    if found is None:
        raise NotFound()
    return found


def assignable(session: Session, q: str) -> list[Organisation]:
    """Organisations in which a role may be given, by part of their name."""
    query = select(Organisation).where(Organisation.active)
    query = (
        query.where(Organisation.name.contains(q, autoescape=True)) if q else query.where(Organisation.kind != OrganisationKind.ENTERPRISE)
    )
    return list(session.scalars(query.order_by(Organisation.region_code, Organisation.name).limit(200)))


# -- time limits ------------------------------------------------------------------------------------------------------


def promises(session: Session) -> list[tuple[ServicePromise, Organisation, Step | None]]:
    law = catalogue()
    rows = session.execute(
        select(ServicePromise, Organisation)
        .join(Organisation, Organisation.id == ServicePromise.organisation_id)
        .order_by(Organisation.region_code, Organisation.id, ServicePromise.step)
    ).all()
    return [(promise, organisation, law.step(promise.step)) for promise, organisation in rows]


def promise_steps(session: Session) -> list[Step]:
    """Steps of authorities with a time limit that deployed processes carry out."""
    slugs = set(session.scalars(select(Definition.jurisdiction).where(Definition.status == DefinitionStatus.DEPLOYED).distinct()))
    found = []
    for jurisdiction in catalogue().jurisdictions():
        if jurisdiction.slug in slugs:
            found += [s for s in jurisdiction.steps.values() if s.deadlines and s.actor.partition("_")[0] in ("county", "city", "province")]
    return found


def authorities(session: Session) -> list[Organisation]:
    return list(
        session.scalars(
            select(Organisation)
            .where(Organisation.kind == OrganisationKind.AUTHORITY, Organisation.active)
            .order_by(Organisation.region_code, Organisation.id)
        )
    )


# -- running the system -----------------------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class EventRow:
    """An entry of the record with the names behind its numbers."""

    event: Event
    who: str
    organisation: str
    case: str


def events(
    session: Session,
    *,
    kind: str = "",
    who: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    before: int | None = None,
) -> list[EventRow]:
    """The record, newest first, a page before an id."""
    query = (
        select(Event, User, Organisation, Case)
        .join(User, User.id == Event.user_id, isouter=True)
        .join(Organisation, Organisation.id == Event.organisation_id, isouter=True)
        .join(Case, Case.id == Event.case_id, isouter=True)
        .options(lazyload(User.memberships))  # names are enough
    )
    if kind:
        query = query.where(Event.kind == kind)
    if who:
        query = query.where(or_(User.username == who, User.name == who))
    if since:
        query = query.where(Event.at >= dt.datetime.combine(since, dt.time(), clock.SHANGHAI))
    if until:
        query = query.where(Event.at < dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), clock.SHANGHAI))
    if before:
        query = query.where(Event.id < before)
    rows = session.execute(query.order_by(Event.id.desc()).limit(PAGE)).all()
    return [
        EventRow(
            event,
            f"{user.name}（{user.username}）" if user else "系统",
            organisation.name if organisation else "",
            case.number if case else "",
        )
        for event, user, organisation, case in rows
    ]


def detail_in_words(detail: dict[str, Any]) -> str:
    """The details of an entry as they were recorded."""
    return "；".join(
        f"{DETAIL_NAMES[name]}：{_in_words(name, value)}"
        for name, value in detail.items()
        if name in DETAIL_NAMES and value not in (None, "", [], {})
    )


def _in_words(name: str, value: Any) -> str:
    """A value as it was recorded; what was changed with both values."""
    if name == "changed" and isinstance(value, dict):
        return "，".join(f"{what} 由“{_shown(before)}”改为“{_shown(after)}”" for what, (before, after) in value.items())
    return str(value)


def _shown(value: Any) -> str:
    return "（没有）" if value in (None, "") else str(value)
