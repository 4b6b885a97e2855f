"""A second person's word on a version: submitted, approved or sent back. Each act locks the version first, as deploying does."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access.principal import Principal
from app.cases import library, second_person
from app.cases.administrators import record, require
from app.cases.errors import CaseError, Conflict, NotFound, Undeployable
from app.engine.checking import gate
from app.model import Approval, ApprovalStatus, Definition, DefinitionStatus, Role

MIN_NOTE = 4  # characters


def submit(session: Session, principal: Principal, key: str, version: int, note: str) -> Approval:
    """Asks another administrator to approve a draft. Raises `Conflict`, `Undeployable` while checks fail, `CaseError` without a note."""
    definition = _draft(session, principal, key, version)
    if not second_person.is_required(session):
        raise Conflict("没有要求第二人审批，可以直接部署")
    if len(note.strip()) < MIN_NOTE:
        raise CaseError("请写明这一版改了什么、为什么改")
    last = latest(session, definition)
    if last is not None and last.status == ApprovalStatus.WAITING:
        raise Conflict("这一版已经提交，正在等待审批")
    if second_person.is_approved(session, definition):
        raise Conflict("这一版已经批准，可以部署")
    problems = gate.errors(library.faults(session, definition))
    if problems:
        raise Undeployable(problems)
    made = Approval(
        definition_id=definition.id, content_hash=definition.content_hash, status=ApprovalStatus.WAITING,
        submitted_by_id=principal.user_id, submitted_at=clock.now(), note=note.strip()[:500],
    )  # fmt: skip
    session.add(made)
    _record(session, principal, "version_submitted", definition, note)
    return made


def withdraw(session: Session, principal: Principal, key: str, version: int) -> None:
    """Takes a submission back. Raises `Conflict` for what is not one's own or no longer waits."""
    definition = _draft(session, principal, key, version)
    approval = _waiting(session, definition)
    if approval.submitted_by_id != principal.user_id:
        raise Conflict("只有提交的人可以撤回")
    approval.status, approval.decided_by_id, approval.decided_at = ApprovalStatus.WITHDRAWN, principal.user_id, clock.now()
    _record(session, principal, "version_withdrawn", definition, "")


def approve(session: Session, principal: Principal, key: str, version: int, reason: str = "") -> Approval:
    """Lets a version be deployed. Raises `Conflict` for one's own work and for what no longer waits."""
    return _decide(session, principal, key, version, ApprovalStatus.APPROVED, reason)


def send_back(session: Session, principal: Principal, key: str, version: int, reason: str) -> Approval:
    """Sends a version back to be changed. Raises `Conflict` as `approve`, `CaseError` without a reason."""
    if len(reason.strip()) < MIN_NOTE:
        raise CaseError("请写明退回的原因")
    return _decide(session, principal, key, version, ApprovalStatus.RETURNED, reason)


def _decide(session: Session, principal: Principal, key: str, version: int, status: ApprovalStatus, reason: str) -> Approval:
    definition = _draft(session, principal, key, version)
    approval = _waiting(session, definition)
    refusal = why_not(session, principal, approval)
    if refusal:
        raise Conflict(refusal)
    if approval.content_hash != definition.content_hash:
        raise Conflict("内容在提交之后改过，要重新提交")
    approval.status, approval.decided_by_id, approval.decided_at = status, principal.user_id, clock.now()
    approval.reason = reason.strip()[:500]
    kind = "version_approved" if status == ApprovalStatus.APPROVED else "version_sent_back"
    _record(session, principal, kind, definition, reason)
    return approval


def why_not(session: Session, principal: Principal, approval: Approval) -> str:
    """Why a person may not decide on a submission; empty when they may."""
    if approval.submitted_by_id == principal.user_id:
        return "这一版是您提交的，要由另一名管理员审批"
    if principal.user_id in second_person.authors(session, approval.definition_id):
        return "您参与修改过这一版，要由没有参与修改的管理员审批"
    return ""


def latest(session: Session, definition: Definition) -> Approval | None:
    """The last submission of a version, with its people."""
    wanted = select(Approval).where(Approval.definition_id == definition.id).order_by(Approval.id.desc()).limit(1)
    return session.scalars(
        wanted.options(joinedload(Approval.submitted_by).lazyload("*"), joinedload(Approval.decided_by).lazyload("*"))
    ).first()


def waiting(session: Session) -> list[tuple[Approval, Definition]]:
    """What waits for a second person, the oldest first."""
    rows = session.execute(
        select(Approval, Definition)
        .join(Definition, Definition.id == Approval.definition_id)
        .where(Approval.status == ApprovalStatus.WAITING)
        .options(joinedload(Approval.submitted_by).lazyload("*"))
        .order_by(Approval.id)
    )
    return [(approval, definition) for approval, definition in rows]


def _draft(session: Session, principal: Principal, key: str, version: int) -> Definition:
    """A draft, locked until the end of the transaction."""
    require(principal, Role.ADMINISTRATOR)
    wanted = select(Definition).where(Definition.key == key, Definition.version == version)
    definition = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if definition is None:
        raise NotFound("没有这个版本")
    if definition.status != DefinitionStatus.DRAFT:
        raise Conflict("这一版已经不是草稿")
    return definition


def _waiting(session: Session, definition: Definition) -> Approval:
    approval = session.scalars(
        select(Approval)
        .where(Approval.definition_id == definition.id, Approval.status == ApprovalStatus.WAITING)
        .execution_options(populate_existing=True)
    ).first()
    if approval is None:
        raise Conflict("这一版没有等待审批的提交：可能已经有人处理")
    return approval


def _record(session: Session, principal: Principal, kind: str, definition: Definition, reason: str) -> None:
    name = f"{definition.name} 第 {definition.version} 版"
    record(session, principal, kind, name, key=definition.key, version=definition.version, reason=reason.strip()[:500])
