"""Experts for a case: drawn by lot from the pool of the place, without those who must not judge this enterprise; designated; replaced; heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, joinedload

from app import clock, randomness
from app.access.organisations import LEVELS, region_at
from app.law.labels import actor_label
from app.law.registers import registries, slug_of
from app.model import (
    Case,
    DrawMember,
    Enterprise,
    Event,
    ExpertDraw,
    ExpertInterest,
    MemberStatus,
    Register,
    RegisterEntry,
    Standing,
)
from app.model.identifiers import region_name
from app.services import client_record, expert_lot
from app.services.context import OperatorError, ServiceContext, operator
from app.services.expert_lot import ANY, Candidate
from app.services.register_book import Hand, Refused

REPLACING = "补抽回避或不能参加者的名额"
NATURES = {"served": "曾参与该单位的清洁生产审核", "employed": "在该单位任职", "interest": "申报与该单位有利益关系"}


@dataclass(frozen=True)
class Pool:
    """The experts of a register for one case: who may be drawn, and who not with the reason for each."""

    register: Register
    eligible: Sequence[RegisterEntry]
    excluded: Sequence[tuple[RegisterEntry, str]]

    def shown(self) -> list[dict[str, Any]]:
        return [{"entry": e.id, "name": e.name, "employer": e.employer or "", "specialties": list(e.specialties)} for e in self.eligible]


# -- the pool ---------------------------------------------------------------------------------------------------------------


def pool_register(session: Session, case: Case, law: str | None = None) -> Register | None:
    """The nearest pool of a case: that of its city, its province, the nation; of a certain text where one is named."""
    regions = [region_at(level, case.region_code) for level in LEVELS]
    query = select(Register).where(Register.kind == "expert", Register.region_code.in_(regions)).options(joinedload(Register.keeper))
    found = session.scalars(query.where(Register.law == law) if law else query).all()
    return min(found, key=lambda one: (regions.index(one.region_code), one.id), default=None)


def pool_for(session: Session, case: Case, register: Register, *, same_sitting: bool) -> Pool:
    """Everybody on a register's list, sorted out for a case; for the same sitting also without those who were drawn for it already."""
    entries = session.scalars(
        select(RegisterEntry)
        .where(RegisterEntry.register_id == register.id, RegisterEntry.status == Standing.LISTED)
        .order_by(RegisterEntry.id)
    ).all()
    barred = _barred(session, case, entries, members_now(session, case) if same_sitting else ())
    return Pool(register, [e for e in entries if e.id not in barred], [(e, barred[e.id]) for e in entries if e.id in barred])


def _barred(
    session: Session, case: Case, entries: Sequence[RegisterEntry], members: Sequence[tuple[DrawMember, ExpertDraw]]
) -> dict[int, str]:
    """Who must not be drawn, with the reason: a tie to the enterprise or to the consultant that serves it, or a part in this case already."""
    reasons: dict[int, str] = {}
    enterprise = session.get(Enterprise, case.enterprise_id) if case.enterprise_id else None
    service = client_record.serving(session, case) if enterprise else None
    bodies = []
    if enterprise is not None:
        bodies.append((enterprise.uscc, enterprise.name, "本企业"))
    if service is not None:
        code = service.consultant_key if not service.consultant_key.startswith("name:") else ""
        bodies.append((code, service.name, "为本企业提供咨询的机构"))
    for entry in entries:
        for _code, name, what in bodies:
            if entry.employer and entry.employer == name:
                reasons[entry.id] = f"在{what}（{name}）任职"
    ties = session.scalars(
        select(ExpertInterest)
        .join(RegisterEntry, RegisterEntry.id == ExpertInterest.entry_id)
        .where(RegisterEntry.register_id.in_({e.register_id for e in entries}))
    )
    for tie in ties:
        for code, name, what in bodies:
            if (tie.uscc and tie.uscc == code) or tie.name == name:
                reasons.setdefault(tie.entry_id, f"{NATURES[tie.nature]}：{what}（{name}）" + (f"，{tie.note}" if tie.note else ""))
    for member, draw in members:
        word = {MemberStatus.DRAWN: "已经抽中", MemberStatus.RECUSED: "已经回避", MemberStatus.UNAVAILABLE: "已说明不能参加"}
        reasons.setdefault(member.entry_id, f"本次第 {draw.round} 轮{word.get(MemberStatus(member.status), '没有到场')}")
    return reasons


def members_now(session: Session, case: Case) -> list[tuple[DrawMember, ExpertDraw]]:
    """Everybody drawn for the latest sitting of a case, also those who do not come."""
    latest = select(func.max(ExpertDraw.sitting)).where(ExpertDraw.case_id == case.id).scalar_subquery()
    rows = session.execute(
        select(DrawMember, ExpertDraw)
        .join(ExpertDraw, ExpertDraw.id == DrawMember.draw_id)
        .where(ExpertDraw.case_id == case.id, ExpertDraw.sitting == latest)
        .order_by(DrawMember.id)
    )
    return [(member, draw) for member, draw in rows]


# -- drawing ----------------------------------------------------------------------------------------------------------------


def hold(
    session: Session, case: Case, register: Register, wanted: Mapping[str, int], hand: Hand, *, replaces: bool = False, reason: str = ""
) -> ExpertDraw | str:
    """Draws by lot and writes everything down; or says in a sentence what is missing, and writes nothing.

    A draw that replaces nobody begins a new sitting.
    """
    if hand.key is not None:
        before = session.scalars(select(ExpertDraw).where(ExpertDraw.key == hand.key)).first()
        if before is not None:
            return before
    pool = pool_for(session, case, register, same_sitting=replaces)
    seed = randomness.seed()
    lot = expert_lot.draw(seed, [Candidate(e.id, tuple(e.specialties)) for e in pool.eligible], wanted)
    if lot.missing:
        return _too_few(pool, wanted, lot.missing)
    shown = pool.shown()
    return _write(
        session, case, pool, hand, lot.seated, replaces=replaces, fresh=not replaces, method="random", reason=reason, wanted=dict(wanted),
        seed=seed.hex(), digest=expert_lot.digest(seed, shown, wanted),
    )  # fmt: skip


def designate(session: Session, case: Case, register: Register, chosen: Mapping[int, str], hand: Hand, reason: str) -> ExpertDraw:
    """Names experts of the pool without a lot, where the text lets somebody choose. Raises `Refused` for those who must not judge."""
    if not reason.strip():
        raise Refused("不经抽取而直接确定专家的，请写明依据和理由")
    pool = pool_for(session, case, register, same_sitting=True)
    for entry, why in pool.excluded:
        if entry.id in chosen:
            raise Refused(f"{entry.name}不能参加：{why}")
    if not chosen or set(chosen) - {entry.id for entry in pool.eligible}:
        raise Refused("请从专家库在册的专家中选择")
    return _write(
        session, case, pool, hand, tuple(chosen.items()), replaces=False, fresh=False, method="designated", reason=reason.strip(),
        wanted=dict(Counter(chosen.values())), seed="", digest="",
    )  # fmt: skip


def seats_to_fill(session: Session, case: Case) -> dict[str, int]:
    """The seats of the latest sitting that were given up and are not filled again, by specialty."""
    members = members_now(session, case)
    given_up = Counter(member.specialty for member, _ in members if member.status in (MemberStatus.RECUSED, MemberStatus.UNAVAILABLE))
    for draw in {draw.id: draw for _, draw in members if draw.replaces}.values():
        given_up.subtract({specialty: int(number) for specialty, number in draw.wanted.items()})
    return {specialty: number for specialty, number in given_up.items() if number > 0}


def _left_out(pool: Pool) -> list[dict[str, Any]]:
    return [{"entry": e.id, "name": e.name, "employer": e.employer or "", "reason": why} for e, why in pool.excluded]


def _write(
    session: Session, case: Case, pool: Pool, hand: Hand, seated: Sequence[tuple[int, str]], *, fresh: bool, **facts: Any
) -> ExpertDraw:
    sitting, rounds = session.execute(
        select(ExpertDraw.sitting, func.max(ExpertDraw.round))
        .where(ExpertDraw.case_id == case.id)
        .group_by(ExpertDraw.sitting)
        .order_by(ExpertDraw.sitting.desc())
        .limit(1)
    ).first() or (0, 0)
    if fresh or not sitting:
        sitting, rounds = sitting + 1, 0
    made = ExpertDraw(
        key=hand.key or f"{case.id}:{sitting}:{rounds + 1}", register_id=pool.register.id, case_id=case.id, sitting=sitting, round=rounds + 1,
        pool=pool.shown(), excluded=_left_out(pool), drawn_at=clock.now(), organisation_id=hand.organisation_id, user_id=hand.user_id, **facts,
    )  # fmt: skip
    made.members = [DrawMember(entry_id=entry, specialty=specialty, status=MemberStatus.DRAWN) for entry, specialty in seated]
    session.add(made)
    session.flush()
    record(
        session, case, hand, "experts_drawn", f"{'随机抽取' if made.method == 'random' else '确定'} {len(seated)} 名专家",
        draw=made.id, digest=made.digest, pool=len(made.pool), excluded=len(made.excluded), drawn=[entry for entry, _ in seated],
        reason=made.reason,
    )  # fmt: skip
    return made


def record(session: Session, case: Case, hand: Hand, kind: str, name: str, **detail: Any) -> None:
    """One event of the case. The parties do not see who was drawn."""
    session.execute(
        insert(Event),
        [
            {
                "case_id": case.id, "at": clock.now(), "kind": kind, "name": name[:200], "user_id": hand.user_id,
                "organisation_id": hand.organisation_id, "basis": "", "public_to_enterprise": False, "detail": detail,
            }
        ],
    )  # fmt: skip


def _too_few(pool: Pool, wanted: Mapping[str, int], missing: Mapping[str, int]) -> str:
    """What is missing, and who must do what about it."""
    has = {s: sum(1 for e in pool.eligible if s == ANY or s in e.specialties) for s in wanted}
    short = "、".join(f"“{s}”专家需要 {wanted[s]} 名，可抽取的 {has[s]} 名" for s in wanted if s in missing)
    barred = f"；另有 {len(pool.excluded)} 名须回避或已参加本案" if pool.excluded else ""
    several = "（一名专家只能占一个名额）" if all(has[s] >= wanted[s] for s in missing) else ""
    return f"{pool.register.name}中{short}{several}{barred}。请{pool.register.keeper.name}在“名录”中增补在册专家后再抽取"


def no_pool(case: Case) -> str:
    """What is missing where the place has no pool."""
    laws = registries(slug_of(case.region_code), "expert")
    place = region_name(region_at("province", case.region_code))
    keeper = laws[0].keeper if laws else None
    who = actor_label(keeper) if keeper and not keeper.startswith("national") else "省级清洁生产综合协调部门"
    return f"{place}还没有建立清洁生产专家库，请{who}在“名录”中建立专家库并登记专家；单位尚未设置的，请管理员先在“组织机构”中添加"


# -- operators --------------------------------------------------------------------------------------------------------------


def _hand(context: ServiceContext, verb: str) -> Hand:
    return Hand(context.user_id, context.organisation_id, context.case, f"{verb}:{context.key}")


def _wanted(given: Any) -> dict[str, int]:
    wanted = {ANY: given} if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(wanted, dict) or not wanted or not all(isinstance(n, int) and n > 0 for n in wanted.values()):
        raise OperatorError('要抽取的专家应写成人数，或者各类别的人数，如 {"环保": 1, "能源": 1}')
    return {str(specialty): int(number) for specialty, number in wanted.items()}


def _told(outcome: ExpertDraw | str) -> dict[str, Any]:
    if isinstance(outcome, str):
        return {"experts_drawn": False, "draw_missing": outcome}
    return {"experts_drawn": True, "draw_missing": "", "draw_id": outcome.id}


@operator("draw_experts", gives=("experts_drawn", "draw_missing", "draw_id"))
def draw_experts(context: ServiceContext, wanted: Any, register: str | None = None) -> dict[str, Any]:
    """Draws experts by lot: a number, or numbers by specialty. `experts_drawn` is false where there are too few; `draw_missing` says what to do."""
    seats = _wanted(wanted)
    pool = pool_register(context.session, context.case, register)
    if pool is None:
        return _told(no_pool(context.case))
    return _told(hold(context.session, context.case, pool, seats, _hand(context, "draw")))


@operator("replace_experts", gives=("experts_drawn", "draw_missing", "draw_id", "experts_replaced"))
def replace_experts(context: ServiceContext, register: str | None = None) -> dict[str, Any]:
    """Draws again for the seats of those who recused themselves or cannot come; `experts_replaced` says how many, none where every seat is held."""
    wanted = seats_to_fill(context.session, context.case)
    if not wanted:
        return {"experts_drawn": True, "draw_missing": "", "experts_replaced": 0}
    pool = pool_register(context.session, context.case, register)
    if pool is None:
        return {**_told(no_pool(context.case)), "experts_replaced": 0}
    made = hold(context.session, context.case, pool, wanted, _hand(context, "redraw"), replaces=True, reason=REPLACING)
    return {**_told(made), "experts_replaced": 0 if isinstance(made, str) else len(made.members)}


@operator("expert_opinions", gives=("experts_present", "opinions_missing", "dissents"))
def expert_opinions(context: ServiceContext) -> dict[str, Any]:
    """How the experts of the case have been heard: how many take part, whose opinion is missing, how many dissent."""
    present = [member for member, _ in members_now(context.session, context.case) if member.status == MemberStatus.DRAWN]
    return {
        "experts_present": len(present),
        "opinions_missing": sum(1 for member in present if member.given_at is None),
        "dissents": sum(1 for member in present if member.agrees is False),
    }
