"""What people do about drawn experts: say that one cannot come, draw again, name some without a lot, and write down what each thinks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.cases.registers import refusals
from app.model import (
    Case,
    CaseStatus,
    DrawMember,
    Enterprise,
    ExpertDraw,
    ExpertInterest,
    MemberStatus,
    Organisation,
    OrganisationKind,
    Register,
    RegisterEntry,
)
from app.model.statements import insert_unless_there
from app.services import experts
from app.services.experts import REPLACING
from app.services.register_book import Hand

WORDS = {
    MemberStatus.DRAWN: "参加", MemberStatus.RECUSED: "回避", MemberStatus.UNAVAILABLE: "不能参加", MemberStatus.ABSENT: "无故未到",
}  # fmt: skip


def may_organise(principal: Principal) -> Organisation | None:
    """The person's organisation that may organise experts: an office, a support body, an association or the group itself."""
    kinds = (OrganisationKind.AUTHORITY, OrganisationKind.SUPPORT_BODY, OrganisationKind.ASSOCIATION, OrganisationKind.EXPERT_GROUP)
    return next((o for o in principal.organisations if o.kind in kinds), None)


def _case(session: Session, principal: Principal, case_id: int) -> Case:
    case = session.scalars(select(Case).where(Case.id == case_id, scope.cases(principal)).with_for_update(key_share=True)).first()
    if case is None:
        raise NotFound()
    if case.status == CaseStatus.ENDED:
        raise Conflict("案件已经办结")
    return case


def _organised(session: Session, principal: Principal, case_id: int) -> tuple[Case, Hand]:
    """A running case whose experts the person may organise. Raises `NotFound`, `Forbidden`, `Conflict`."""
    case = _case(session, principal, case_id)
    office = may_organise(principal)
    if office is None:
        raise Forbidden("专家由组织验收的单位抽取和联系")
    return case, Hand(principal.user_id, office.id, case)


def _member(session: Session, principal: Principal, member_id: int) -> tuple[DrawMember, Case, Hand]:
    """A drawn expert of a running case: the person's own seat, or one of those they organise. Raises `NotFound`, `Forbidden`, `Conflict`."""
    member = session.scalars(
        select(DrawMember)
        .where(DrawMember.id == member_id)
        .options(joinedload(DrawMember.draw), joinedload(DrawMember.entry))
        .with_for_update(of=DrawMember)
    ).first()
    if member is None:
        raise NotFound()
    if member.entry.user_id is not None and member.entry.user_id == principal.user_id:
        case = session.get_one(Case, member.draw.case_id)
        if case.status == CaseStatus.ENDED:
            raise Conflict("案件已经办结")
        office = principal.organisation
        return member, case, Hand(principal.user_id, office.id if office else None, case)
    case, hand = _organised(session, principal, member.draw.case_id)
    return member, case, hand


def set_attendance(session: Session, principal: Principal, member_id: int, status: MemberStatus, reason: str) -> DrawMember:
    """Writes down that a drawn expert recuses, cannot come, did not come, or comes after all.

    Who recuses from an enterprise must not judge it later either. Raises `NotFound`, `Forbidden`, `Conflict`, `CaseError`.
    """
    member, case, hand = _member(session, principal, member_id)
    if member.status == status:
        raise Conflict(f"{member.entry.name}已经登记为“{WORDS[status]}”")
    if member.given_at is not None:
        raise Conflict(f"{member.entry.name}已经发表意见，不能再改为“{WORDS[status]}”")
    if status != MemberStatus.DRAWN and not reason.strip():
        raise CaseError("请写明原因")
    if status == MemberStatus.DRAWN and _was_replaced(session, case, member):
        raise Conflict("这个名额已经补抽了其他专家")
    member.status, member.reason = status, reason.strip() or None
    if status == MemberStatus.RECUSED and case.enterprise_id is not None:
        enterprise = session.get_one(Enterprise, case.enterprise_id)
        insert_unless_there(
            session,
            ExpertInterest,
            {
                "entry_id": member.entry_id, "nature": "interest", "uscc": enterprise.uscc, "name": enterprise.name, "note": reason.strip()[:300],
                "case_id": case.id, "declared_on": clock.today(), "declared_by_id": principal.user_id,
            },
        )  # fmt: skip
    experts.record(
        session, case, hand, "expert_attendance", f"{member.entry.name}：{WORDS[status]}", reason=reason.strip(), member=member.id
    )
    return member


def _was_replaced(session: Session, case: Case, member: DrawMember) -> bool:
    """Whether the seats that were given up are all filled again: then there is none to come back to."""
    return experts.seats_to_fill(session, case).get(member.specialty, 0) == 0


def redraw(session: Session, principal: Principal, case_id: int) -> ExpertDraw:
    """Draws again for the seats of those who do not come. Raises `CaseError` with what is missing."""
    case, hand = _organised(session, principal, case_id)
    wanted = experts.seats_to_fill(session, case)
    if not wanted:
        raise Conflict("没有空出的名额，不需要补抽")
    outcome = experts.hold(session, case, _pool_of(session, case), wanted, hand, replaces=True, reason=REPLACING)
    if isinstance(outcome, str):
        raise CaseError(outcome)
    return outcome


def designate(session: Session, principal: Principal, case_id: int, chosen: Mapping[int, str], reason: str) -> ExpertDraw:
    """Names experts of the pool without a lot, with the reason. Raises `CaseError` for those who must not judge."""
    case, hand = _organised(session, principal, case_id)
    with refusals():
        return experts.designate(session, case, _pool_of(session, case), chosen, hand, reason)


def _pool_of(session: Session, case: Case) -> Register:
    """The pool that the case's experts came from, else the nearest."""
    last = session.scalar(select(ExpertDraw.register_id).where(ExpertDraw.case_id == case.id).order_by(ExpertDraw.id.desc()).limit(1))
    found = session.get(Register, last, options=[joinedload(Register.keeper)]) if last else experts.pool_register(session, case)
    if found is None:
        raise CaseError(experts.no_pool(case))
    return found


def give_opinion(
    session: Session, principal: Principal, member_id: int, opinion: str, agrees: bool | None, signed: bool, dissent: str
) -> DrawMember:
    """Writes down an expert's opinion: by the expert, or by the organiser from paper.

    One who disagrees with the group may refuse to sign, and gives the reasons in writing. Raises `CaseError`.
    """
    member, case, hand = _member(session, principal, member_id)
    if member.status != MemberStatus.DRAWN:
        raise Conflict(f"{member.entry.name}没有参加（{WORDS[MemberStatus(member.status)]}），不能登记意见")
    if not opinion.strip():
        raise CaseError("请填写意见")
    if agrees is None:
        raise CaseError("请选择是否同意专家组意见")
    if not agrees and not dissent.strip():
        raise CaseError("不同意专家组意见的，请写明个人书面意见")
    if agrees and not signed:
        raise CaseError("同意专家组意见的，应当签字；有分歧的请选择“不同意”并写明个人意见")
    member.opinion, member.agrees, member.signed = opinion.strip(), agrees, signed
    member.dissent = dissent.strip() if not agrees else None
    member.given_at, member.given_by_id = clock.now(), principal.user_id
    words = "同意专家组意见" if agrees else f"不同意专家组意见{'，签字' if signed else '，不签字'}"
    experts.record(
        session,
        case,
        hand,
        "expert_opinion",
        f"{member.entry.name}：{words}",
        member=member.id,
        opinion=member.opinion,
        reason=member.dissent,
    )
    return member


def entries_to_choose(session: Session, case: Case) -> tuple[list[RegisterEntry], list[tuple[RegisterEntry, str]]]:
    """Who of the pool may be named for a case, and who not with the reason."""
    pool = experts.pool_for(session, case, _pool_of(session, case), same_sitting=True)
    return list(pool.eligible), list(pool.excluded)
