"""The life of a version after its deployment: taken out of use, taken up again as a draft, put back into force. Running cases stay on their version."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases import administration, approvals, library, second_person
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.engine import store
from app.model import Approval, ApprovalStatus, Case, CaseStatus, Definition, DefinitionStatus, Event, Role

MIN_REASON = 4  # characters


def retire(session: Session, principal: Principal, key: str, version: int, reason: str) -> Definition:
    """Takes a deployed version out of use: no new case takes it. Raises `NotFound`, `Conflict`, `CaseError` without a reason."""
    definition = _version(session, principal, key, version)
    if definition.status != DefinitionStatus.DEPLOYED:
        raise Conflict("只有在用的版本可以停用")
    if len(reason.strip()) < MIN_REASON:
        raise CaseError("请写明停用的原因")
    definition.status = DefinitionStatus.RETIRED
    _record(session, principal, "version_retired", definition, reason.strip())
    return definition


def draft_again(session: Session, principal: Principal, key: str, version: int) -> Definition:
    """A draft with the content of an earlier version, to be deployed like any other: the way back. Raises `NotFound`, `Conflict`."""
    definition = _version(session, principal, key, version)
    if definition.status == DefinitionStatus.DRAFT:
        raise Conflict("这一版还是草稿，可以直接部署")
    files = store.files_of(session, definition.id)
    draft = store.save(session, store.compiled(session, definition).process, files, definition.content_hash, DefinitionStatus.DRAFT)
    draft.extension_note = definition.extension_note
    second_person.add_authors(session, draft, [principal.user_id])
    _record(session, principal, "process_drafted", draft, f"内容同第 {version} 版")
    return draft


def roll_back(session: Session, principal: Principal, key: str, version: int, reason: str) -> Definition:
    """Puts the content of an earlier version back into force as a new one; where a second person is asked for, it is submitted for approval.

    Raises `NotFound`, `Conflict` for the version in use and while one waits, `Undeployable` when the checks of today refuse the content, `CaseError`
    without a reason.
    """
    definition = _version(session, principal, key, version)
    if len(reason.strip()) < MIN_REASON:
        raise CaseError("请写明退回的原因")
    refusal = why_not_back(session, definition)
    if refusal:
        raise Conflict(refusal)
    draft = draft_again(session, principal, key, version)
    _record(session, principal, "version_rolled_back", draft, f"退回到第 {version} 版：{reason.strip()}")
    if second_person.is_required(session):
        approvals.submit(session, principal, key, draft.version, f"退回到第 {version} 版：{reason.strip()}")
        return draft
    return administration.deploy(session, principal, key, draft.version)


def why_not_back(session: Session, definition: Definition) -> str:
    """Why the content of a version cannot be put back into force; empty when it can."""
    if definition.status == DefinitionStatus.DRAFT:
        return "这一版还是草稿，可以直接部署"
    newest = library.newest_deployed(session, definition.key)
    if newest is not None and newest.content_hash == definition.content_hash:
        return f"在用的第 {newest.version} 版就是这个内容"
    waiting = select(Definition.version).join(Approval, Approval.definition_id == Definition.id)
    waiting = waiting.where(
        Definition.key == definition.key, Definition.content_hash == definition.content_hash, Approval.status == ApprovalStatus.WAITING
    )
    version = session.scalar(waiting)
    return f"同样的内容已作为第 {version} 版提交审批" if version is not None else ""


def running(session: Session, key: str) -> dict[int, int]:
    """How many cases of a process are under way on each version, by definition id."""
    rows = session.execute(
        select(Case.definition_id, func.count())
        .join(Definition, Definition.id == Case.definition_id)
        .where(Definition.key == key, Case.status != CaseStatus.ENDED)
        .group_by(Case.definition_id)
    )
    return dict(rows.tuples().all())


def _version(session: Session, principal: Principal, key: str, version: int) -> Definition:
    if not principal.has(Role.ADMINISTRATOR):
        raise Forbidden("这项工作由系统管理员负责")
    found = session.scalars(select(Definition).where(Definition.key == key, Definition.version == version).with_for_update()).first()
    if found is None:
        raise NotFound("没有这个版本")
    return found


def _record(session: Session, principal: Principal, kind: str, definition: Definition, reason: str) -> None:
    detail = {"key": definition.key, "version": definition.version, "reason": reason}
    name = f"{definition.name} 第 {definition.version} 版"
    session.add(Event(at=clock.now(), kind=kind, name=name, user_id=principal.user_id, public_to_enterprise=False, detail=detail))
    session.flush()
