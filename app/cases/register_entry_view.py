"""Reading one entry of a register: how it stands to the conditions, what happened to it, whom it serves, what was counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.access.organisations import region_prefix
from app.access.principal import Principal
from app.cases import registers
from app.law import periods
from app.law.admission import Finding
from app.law.registers import Act, Ground, Registry
from app.model import (
    Case,
    ClientOutcome,
    ConsultantService,
    DrawMember,
    Enterprise,
    ExpertDraw,
    ExpertInterest,
    Organisation,
    ProposalStatus,
    Register,
    RegisterEntry,
    RegisterMark,
    RegisterProposal,
    User,
)
from app.services import register_acts, register_rules
from app.services.register_book import findings, law_of, open_orders

PAGE = 50
UNSETTLED = (ProposalStatus.OPEN, ProposalStatus.STARTED)


@dataclass(frozen=True)
class HistoryLine:
    """One thing of an entry's history, with who decided it and the case behind it."""

    mark: RegisterMark
    title: str
    ground: Ground | None
    organisation: str
    person: str
    case: Case | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """A client's result with the enterprise and the case."""

    outcome: ClientOutcome
    enterprise: str
    case: Case
    judge: str


@dataclass(frozen=True)
class Proposal:
    """A ground that is met, with the entry that it is about and how its text names it."""

    proposal: RegisterProposal
    entry: RegisterEntry | None
    title: str
    ground: Ground | None
    case: Case | None
    startable: bool = False  # a deployed process would deal with it


@dataclass(frozen=True)
class EntryFile:
    """Everything about one entry that its reader may know."""

    entry: RegisterEntry
    law: Registry
    findings: Sequence[Finding]
    history: Sequence[HistoryLine]
    proposals: Sequence[Proposal]
    outcomes: Sequence[Outcome]
    services: Sequence[tuple[ConsultantService, Enterprise, Case]]
    interests: Sequence[ExpertInterest]
    draws: Sequence[tuple[DrawMember, ExpertDraw, Case]]
    orders: Sequence[RegisterMark]


def entry_file(session: Session, principal: Principal, entry_id: int) -> EntryFile:
    """An entry that the person may see whole. Raises `NotFound`."""
    entry = registers.find(session, principal, entry_id)
    law = law_of(entry.register)
    return EntryFile(
        entry, law, findings(entry, law), history(session, entry, law), proposals(session, entry.register, law, entry),
        _outcomes(session, entry), _services(session, entry), _interests(session, entry), _draws(session, entry), open_orders(session, entry.id),
    )  # fmt: skip


def history(session: Session, entry: RegisterEntry, law: Registry, *, public_only: bool = False) -> list[HistoryLine]:
    """What happened to an entry, the latest first."""
    query = (
        select(RegisterMark, Organisation.name, User.name, Case)
        .outerjoin(Organisation, Organisation.id == RegisterMark.organisation_id)
        .outerjoin(User, User.id == RegisterMark.user_id)
        .outerjoin(Case, Case.id == RegisterMark.case_id)
        .where(RegisterMark.entry_id == entry.id)
        .order_by(RegisterMark.id.desc())
    )
    if public_only:
        query = query.where(RegisterMark.public.is_(True))
    lines = []
    for mark, organisation, person, about in session.execute(query):
        rule = law.rule(Act(mark.kind))
        ground = rule.ground(mark.ground) if mark.ground else None
        lines.append(HistoryLine(mark, law.title(Act(mark.kind)), ground, organisation or "", person or "", about, _told(mark)))
    return lines


def _told(mark: RegisterMark) -> tuple[str, ...]:
    """The facts of a mark, a line each."""
    facts, lines = mark.facts, []
    if facts.get("correct_by"):
        lines.append(f"改正期限：{_day(facts['correct_by'])}")
    if facts.get("refused"):
        lines.append("期限未满，明确拒绝改正")
    if facts.get("occurred_on"):
        lines.append(f"变更发生于 {_day(facts['occurred_on'])}" + (f"，应于 {_day(facts['due_on'])} 前报告" if facts.get("due_on") else ""))
    for name, (before, after) in (facts.get("changed") or {}).items():
        lines.append(
            f"{register_acts.NAMES.get(name, {'name': '名称', 'specialties': '类别'}.get(name, name))}：{_shown(before)} → {_shown(after)}"
        )
    if facts.get("found"):
        lines.append("由管理单位查实后代为登记")
    if facts.get("year"):
        lines.append(f"{facts['year']} 年度" + (f"，应于 {_day(facts['due_on'])} 前报送" if facts.get("due_on") else ""))
    if facts.get("late"):
        lines.append("逾期")
    if facts.get("result"):
        lines.append("结果：合格" if facts["result"] == "pass" else "结果：不合格")
    if facts.get("grade"):
        lines.append(f"等级：{facts['grade']}")
    if facts.get("exemption"):
        lines.append(facts["exemption"])
    if facts.get("until") and mark.kind != Act.EXPIRY:
        lines.append(f"有效期至 {_day(facts['until'])}")
    return tuple(lines)


def _day(text: str) -> str:
    return periods.format_date(dt.date.fromisoformat(text))


def _shown(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value) if value not in (None, "") else "（空）"


def proposals(session: Session, register: Register, law: Registry, entry: RegisterEntry | None = None) -> list[Proposal]:
    """What waits for a decision on a register, or on one entry with what was decided before."""
    query = (
        select(RegisterProposal, RegisterEntry, Case)
        .outerjoin(RegisterEntry, RegisterEntry.id == RegisterProposal.entry_id)
        .outerjoin(Case, Case.id == RegisterProposal.case_id)
        .where(RegisterProposal.register_id == register.id)
        .order_by(RegisterProposal.id.desc())
    )
    query = query.where(RegisterProposal.entry_id == entry.id) if entry else query.where(RegisterProposal.status.in_(UNSETTLED)).limit(PAGE)
    rows = session.execute(query).all()
    acts = {Act(proposal.act) for proposal, _, _ in rows if proposal.status == ProposalStatus.OPEN}
    carried = {act for act in acts if register_rules.process_for(session, register, law, act) is not None}
    found = []
    for proposal, about, of in rows:
        rule = law.rule(Act(proposal.act))
        ground = rule.ground(proposal.ground) if proposal.ground else None
        found.append(Proposal(proposal, about, rule.title, ground, of, proposal.act in carried))
    return found


def _of_place(column: InstrumentedAttribute[str], entry: RegisterEntry) -> ColumnElement[bool]:
    return column.startswith(region_prefix(entry.register.region_code))


def _outcomes(session: Session, entry: RegisterEntry) -> list[Outcome]:
    if entry.consultant_key is None:
        return []
    judge = aliased(User)
    rows = session.execute(
        select(ClientOutcome, Enterprise.name, Case, judge.name)
        .join(Enterprise, Enterprise.id == ClientOutcome.enterprise_id)
        .join(Case, Case.id == ClientOutcome.case_id)
        .outerjoin(judge, judge.id == ClientOutcome.judged_by_id)
        .where(ClientOutcome.consultant_key == entry.consultant_key, _of_place(ClientOutcome.region_code, entry))
        .order_by(ClientOutcome.happened_on.desc(), ClientOutcome.id.desc())
        .limit(PAGE)
    )
    return [Outcome(outcome, name, about, who or "") for outcome, name, about, who in rows]


def _services(session: Session, entry: RegisterEntry) -> list[tuple[ConsultantService, Enterprise, Case]]:
    if entry.consultant_key is None:
        return []
    rows = session.execute(
        select(ConsultantService, Enterprise, Case)
        .join(Enterprise, Enterprise.id == ConsultantService.enterprise_id)
        .join(Case, Case.id == ConsultantService.case_id)
        .where(ConsultantService.consultant_key == entry.consultant_key, _of_place(ConsultantService.region_code, entry))
        .order_by(ConsultantService.engaged_on.desc(), ConsultantService.id.desc())
        .limit(PAGE)
    )
    return [(service, enterprise, about) for service, enterprise, about in rows]


def _interests(session: Session, entry: RegisterEntry) -> list[ExpertInterest]:
    query = select(ExpertInterest).where(ExpertInterest.entry_id == entry.id).order_by(ExpertInterest.id.desc())
    return list(session.scalars(query)) if entry.register.kind == "expert" else []


def _draws(session: Session, entry: RegisterEntry) -> list[tuple[DrawMember, ExpertDraw, Case]]:
    if entry.register.kind != "expert":
        return []
    rows = session.execute(
        select(DrawMember, ExpertDraw, Case)
        .join(ExpertDraw, ExpertDraw.id == DrawMember.draw_id)
        .join(Case, Case.id == ExpertDraw.case_id)
        .where(DrawMember.entry_id == entry.id)
        .order_by(DrawMember.id.desc())
        .limit(PAGE)
    )
    return [(member, draw, about) for member, draw, about in rows]


def result_counts(session: Session, entry: RegisterEntry) -> dict[str, int]:
    """How the assessments and acceptances of a consultant's clients ended, in numbers."""
    if entry.consultant_key is None:
        return {}
    rows = session.execute(
        select(ClientOutcome.kind, func.count())
        .where(
            ClientOutcome.consultant_key == entry.consultant_key, _of_place(ClientOutcome.region_code, entry),
            ClientOutcome.kind.in_(("assessment_passed", "assessment_failed", "acceptance_passed", "acceptance_failed")),
        )
        .group_by(ClientOutcome.kind)
    )  # fmt: skip
    return dict(rows.tuples().all())
