"""What passes by itself on registers: terms end, years without a client, reports that did not come, reviews that are due.

Once a day. Each question is one indexed query for a whole register; only what is due is looked at one by one.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, String, cast, exists, literal, select
from sqlalchemy.orm import Session, aliased, joinedload

from app import clock
from app.law.registers import Act, Idle, Registry
from app.model import (
    OutboxMessage,
    ProposalStatus,
    Register,
    RegisterEntry,
    RegisterMark,
    RegisterProposal,
    Standing,
)
from app.model.session import Database
from app.services import outbox, register_acts, register_rules
from app.services.register_book import Doing, Hand, law_of, lock_entry
from app.services.register_rules import Fact, Finding


def announce(database: Database) -> bool:
    """Puts today's look at the registers into the outbox, for a worker to do. Reads first: mostly it is there already."""
    key = f"registers:{clock.today().isoformat()}"
    with database.session() as session:
        if session.scalar(select(exists().where(OutboxMessage.key == key))):
            return False
    with database.transaction() as session:
        outbox.put(session, key=key, kind="registers_day", payload={"on": clock.today().isoformat()})
    return True


def pass_day(session: Session) -> int:
    """Writes down everything that is due today. Gives how much. Doing it twice does nothing the second time."""
    done = 0
    for register in session.scalars(select(Register).options(joinedload(Register.keeper)).order_by(Register.id)).all():
        law = law_of(register)
        done += _end_terms(session, register, law)
        done += sum(_find_idle(session, register, law, rule) for rule in law.reading.idle)
        done += _miss_reports(session, register, law)
        done += _ask_for_reviews(session, register, law)
    return done


def _listed(register: Register) -> tuple[ColumnElement[bool], ...]:
    return RegisterEntry.register_id == register.id, RegisterEntry.status == Standing.LISTED


# -- terms --------------------------------------------------------------------------------------------------------------------


def _end_terms(session: Session, register: Register, law: Registry) -> int:
    """Terms that are over, and entries that lapse after years without business where the text says so."""
    today = clock.today()
    over: list[tuple[int, str, dict[str, str]]] = []
    if law.term_years is not None:
        rows = session.execute(
            select(RegisterEntry.id, RegisterEntry.term_until).where(*_listed(register), RegisterEntry.term_until < today)
        )
        over += [(entry, f"期限至 {until}", {"until": until.isoformat()}) for entry, until in rows.tuples() if until is not None]
    if law.lapse_years is not None:
        limit = register_rules.years_before(today, law.lapse_years)
        rows = session.execute(
            select(RegisterEntry.id, RegisterEntry.idle_since).where(*_listed(register), RegisterEntry.idle_since <= limit)
        )
        over += [(entry, f"自 {since} 起连续 {law.lapse_years} 年没有业务，须重新申请", {}) for entry, since in rows.tuples()]
    for entry_id, note, facts in over:
        entry = lock_entry(session, entry_id)
        hand = Hand(organisation_id=register.keeper_id, key=f"expiry:{entry_id}:{today}")
        register_acts.act(session, entry, Doing(Act.EXPIRY, note=note, facts=dict(facts)), hand)
    return len(over)


# -- years without a client -----------------------------------------------------------------------------------------------------


def _find_idle(session: Session, register: Register, law: Registry, rule: Idle) -> int:
    """Entries that have had no client for the years of a rule, and were not found so within those years before."""
    limit = register_rules.years_before(clock.today(), rule.years)
    told = exists().where(
        RegisterProposal.entry_id == RegisterEntry.id, RegisterProposal.act == rule.act, RegisterProposal.ground == rule.ground,
        RegisterProposal.created_on > limit,
    )  # fmt: skip
    query = select(RegisterEntry).where(*_listed(register), RegisterEntry.idle_since <= limit, ~told).order_by(RegisterEntry.id)
    if rule.since == "admission":
        query = query.where(RegisterEntry.idle_since == RegisterEntry.admitted_on)
    found = session.scalars(query.with_for_update(of=RegisterEntry)).all()
    for entry in found:
        word = "公告" if rule.since == "admission" else "最近一次业务" if entry.idle_since != entry.admitted_on else "列入"
        says = f"自 {entry.idle_since}（{word}）起已满 {rule.years} 年没有开展审核咨询服务"
        finding = Finding(rule.act, rule.ground, says, period=clock.today().isoformat())
        register_rules.propose(session, register, entry, law, finding)
    return len(found)


# -- reports --------------------------------------------------------------------------------------------------------------------


def _miss_reports(session: Session, register: Register, law: Registry) -> int:
    """Whoever was listed in the year that the last report was about, and handed in none by its day."""
    year = _year_due(law)
    if year is None:
        return 0
    missing = select(RegisterEntry.id).where(
        *_listed(register), RegisterEntry.admitted_on <= dt.date(year, 12, 31),
        *(~exists().where(RegisterMark.key == _key(word, year)) for word in ("yearly_report", "report_missed")),
    )  # fmt: skip
    ids = session.scalars(missing.order_by(RegisterEntry.id)).all()
    due = register_acts.report_due(law, year)
    for entry_id in ids:
        entry = lock_entry(session, entry_id)
        facts = {"year": year, "due_on": due.isoformat() if due else None}
        hand = Hand(organisation_id=register.keeper_id, key=f"report_missed:{entry_id}:{year}")
        register_acts.act(session, entry, Doing(Act.REPORT_MISSED, note=f"{year} 年度报告未在 {due} 前报送", facts=facts), hand)
    return len(ids)


def _key(word: str, year: int) -> ColumnElement[str]:
    return literal(f"{word}:") + cast(RegisterEntry.id, String) + literal(f":{year}")


def _year_due(law: Registry) -> int | None:
    """The year whose report should be in by now; none where the text asks for none."""
    today = clock.today()
    for year in (today.year - 1, today.year - 2):
        due = register_acts.report_due(law, year)
        if due is None:
            return None
        if due < today:
            return year
    return None


# -- reviews --------------------------------------------------------------------------------------------------------------------


def _ask_for_reviews(session: Session, register: Register, law: Registry) -> int:
    """Reviews that are due: a case for each entry where a process carries the review, else one round for the keeper's clerk."""
    if law.reading.review_years is None:
        return 0
    due = [*_listed(register), RegisterEntry.review_due_on <= clock.today()]
    if register_rules.process_for(session, register, law, Act.REVIEW) is None:
        return _round(session, register, law, due)
    asked = aliased(RegisterProposal)
    under_way = exists().where(
        asked.entry_id == RegisterEntry.id, asked.act == Act.REVIEW, asked.status.in_((ProposalStatus.OPEN, ProposalStatus.STARTED))
    )
    entries = session.scalars(select(RegisterEntry).where(*due, ~under_way).order_by(RegisterEntry.id)).all()
    for entry in entries:
        finding = Finding(Act.REVIEW, None, f"考评于 {entry.review_due_on} 到期", period=str(entry.review_due_on))
        register_rules.propose(session, register, entry, law, finding)
    return len(entries)


def _round(session: Session, register: Register, law: Registry, due: list[ColumnElement[bool]]) -> int:
    open_ = exists().where(
        RegisterProposal.register_id == register.id, RegisterProposal.entry_id.is_(None), RegisterProposal.act == Act.REVIEW,
        RegisterProposal.status == ProposalStatus.OPEN,
    )  # fmt: skip
    rows = session.execute(
        select(RegisterEntry.id, RegisterEntry.review_due_on).where(*due, ~open_).order_by(RegisterEntry.review_due_on)
    ).all()
    if not rows:
        return 0
    facts = [Fact(entry_id, Act.REVIEW, on) for entry_id, on in rows]
    finding = Finding(
        Act.REVIEW,
        None,
        f"有 {len(rows)} 名到了每 {law.reading.review_years} 年一次考评的时间",
        period=clock.today().isoformat(),
        facts=facts,
    )
    return len(register_rules.propose(session, register, None, law, finding))
