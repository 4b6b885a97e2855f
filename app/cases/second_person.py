"""Whether a version needs another administrator's approval before it is deployed: the rule, who made a version, and the rule's own life.

Off at first. Once on, turning it off takes two administrators as well: one proposes, another confirms.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.access.principal import Principal
from app.cases.administrators import record, require
from app.cases.errors import CaseError, Conflict
from app.model import Approval, ApprovalStatus, Definition, DefinitionAuthor, Membership, Role, Setting, User
from app.model.statements import insert_new

REQUIRED: Final = "second_person_required"
OFF_PROPOSED: Final = "second_person_off_proposed"
MIN_REASON: Final = 4  # characters
_ON, _OFF = "on", "off"


@dataclass(frozen=True)
class Proposal:
    """Somebody wants to do without the second person."""

    user_id: int
    name: str
    at: dt.datetime
    reason: str


# -- the rule ---------------------------------------------------------------------------------------------------------


def is_required(session: Session) -> bool:
    """Whether versions need a second person's approval before they are deployed."""
    return session.scalar(select(Setting.value).where(Setting.key == REQUIRED)) == _ON


def ensure_approved(session: Session, definition: Definition) -> None:
    """Refuses what another administrator has not approved as it is, where that is asked for. Raises `Conflict`."""
    if is_required(session) and not is_approved(session, definition):
        raise Conflict("这一版还没有经另一名管理员批准，不能部署：请先提交审批")


def is_approved(session: Session, definition: Definition) -> bool:
    """Whether somebody has approved the content of a version, and nothing came after."""
    last = session.scalars(select(Approval).where(Approval.definition_id == definition.id).order_by(Approval.id.desc()).limit(1)).first()
    return last is not None and last.status == ApprovalStatus.APPROVED and last.content_hash == definition.content_hash


# -- who made a version -----------------------------------------------------------------------------------------------


def add_authors(session: Session, definition: Definition, user_ids: Iterable[int]) -> None:
    """Notes whose work a version is."""
    insert_new(session, DefinitionAuthor, [{"definition_id": definition.id, "user_id": user_id} for user_id in sorted(set(user_ids))])


def authors(session: Session, definition_id: int) -> set[int]:
    """Users whose work a version is."""
    return set(session.scalars(select(DefinitionAuthor.user_id).where(DefinitionAuthor.definition_id == definition_id)))


# -- its own life -----------------------------------------------------------------------------------------------------


def turn_on(session: Session, principal: Principal) -> None:
    """From now on every version needs a second person. Raises `Conflict` when it does already, or when there is nobody else."""
    require(principal, Role.ADMINISTRATOR)
    setting = _locked(session)
    if setting.value == _ON:
        raise Conflict("已经要求第二人审批")
    if _administrators(session) < 2:
        raise Conflict("至少要有两名在用的系统管理员，否则没有人可以批准")
    setting.value = _ON
    record(session, principal, "second_person_on", "部署前须经第二人审批")


def propose_off(session: Session, principal: Principal, reason: str) -> None:
    """Asks to do without the second person; somebody else has to confirm. Raises `Conflict`, `CaseError` without a reason."""
    require(principal, Role.ADMINISTRATOR)
    if _locked(session).value != _ON:
        raise Conflict("没有要求第二人审批")
    if len(reason.strip()) < MIN_REASON:
        raise CaseError("请写明不再要求审批的原因")
    if proposal(session) is not None:
        raise Conflict("已经有人提出关闭，正在等另一名管理员确认")
    value = {"user": principal.user_id, "at": clock.now().isoformat(), "reason": reason.strip()[:500]}
    session.add(Setting(key=OFF_PROPOSED, value=json.dumps(value, ensure_ascii=False)))
    record(session, principal, "second_person_off_proposed", "提出不再要求第二人审批", reason=reason.strip()[:500])


def proposal(session: Session) -> Proposal | None:
    """What waits for a second administrator, if anything."""
    text = session.scalar(select(Setting.value).where(Setting.key == OFF_PROPOSED))
    if text is None:
        return None
    value = json.loads(text)
    name = session.scalar(select(User.name).where(User.id == value["user"])) or ""
    return Proposal(value["user"], name, dt.datetime.fromisoformat(value["at"]), value["reason"])


def confirm_off(session: Session, principal: Principal) -> None:
    """Does without the second person from now on. Raises `Conflict` where nobody else has asked for it."""
    require(principal, Role.ADMINISTRATOR)
    setting, asked = _locked(session), proposal(session)
    if setting.value != _ON or asked is None:
        raise Conflict("没有等待确认的关闭申请")
    if asked.user_id == principal.user_id:
        raise Conflict("关闭审批要由另一名管理员确认，不能由提出的人自己确认")
    setting.value = _OFF
    _forget_proposal(session)
    record(session, principal, "second_person_off", "不再要求第二人审批", reason=asked.reason, proposed_by=asked.name)


def keep_on(session: Session, principal: Principal) -> None:
    """Drops the proposal: the second person stays. Anybody may, the proposer too. Raises `Conflict` where there is none."""
    require(principal, Role.ADMINISTRATOR)
    _locked(session)
    if proposal(session) is None:
        raise Conflict("没有等待确认的关闭申请")
    _forget_proposal(session)
    record(session, principal, "second_person_kept", "继续要求第二人审批")


def _locked(session: Session) -> Setting:
    """The rule, held until the end of the transaction: one act on it at a time."""
    insert_new(session, Setting, [{"key": REQUIRED, "value": _OFF}])
    return session.scalars(select(Setting).where(Setting.key == REQUIRED).with_for_update().execution_options(populate_existing=True)).one()


def _forget_proposal(session: Session) -> None:
    session.delete(session.get_one(Setting, OFF_PROPOSED))


def _administrators(session: Session) -> int:
    counted = (
        select(func.count(func.distinct(User.id)))
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.role == Role.ADMINISTRATOR, User.active.is_(True))
    )
    return session.scalar(counted) or 0
