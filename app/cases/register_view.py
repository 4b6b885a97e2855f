"""Reading registers: which there are, who is on them, and one entry with everything that happened to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases import registers
from app.cases.errors import NotFound
from app.cases.register_entry_view import HistoryLine, history, result_counts
from app.law.registers import Registry, registries, slug_of
from app.model import (
    Case,
    CaseSubject,
    ProposalStatus,
    Publication,
    Register,
    RegisterEntry,
    RegisterProposal,
    Standing,
)
from app.services.register_book import law_of
from app.services.register_rules import region_covers

PAGE = 50
SOON_DAYS = 60
"""How long before its end a term counts as running out, in days."""


@dataclass(frozen=True)
class RegisterRow:
    """A register with how many stand where, and how much waits for a decision."""

    register: Register
    law: Registry
    listed: int
    applied: int
    warned: int
    proposals: int


@dataclass(frozen=True)
class Unopened:
    """A register that the person's office may open."""

    law: Registry


@dataclass(frozen=True)
class Filters:
    """What a list of entries is narrowed to."""

    status: str = ""
    specialty: str = ""
    q: str = ""
    only: str = ""  # warned, soon, review


@dataclass(frozen=True)
class EntryPage:
    """One page of entries."""

    rows: Sequence[RegisterEntry]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


# -- registers ----------------------------------------------------------------------------------------------------------------


def overview(session: Session, principal: Principal) -> tuple[list[RegisterRow], list[Unopened]]:
    """The registers of the person's places, and those that their office keeps and has not opened yet."""
    regions = {f"{o.region_code[:2]}0000" for o in principal.organisations} | {o.region_code for o in principal.organisations}
    query = select(Register).options(joinedload(Register.keeper)).order_by(Register.region_code, Register.kind, Register.id)
    if not principal.reach.administrator:
        query = query.where(or_(Register.region_code.in_(regions), Register.keeper_id.in_(principal.organisation_ids)))
    found = list(session.scalars(query))
    counts = _counts(session, [r.id for r in found])
    waiting = _waiting(session, [r.id for r in found])
    rows = []
    for register in found:
        listed, applied, warned = counts.get(register.id, (0, 0, 0))
        rows.append(RegisterRow(register, law_of(register), listed, applied, warned, waiting.get(register.id, 0)))
    return rows, _unopened(principal, {(r.law, r.region_code) for r in found})


def _counts(session: Session, ids: list[int]) -> dict[int, tuple[int, int, int]]:
    def sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    listed = RegisterEntry.status == Standing.LISTED
    rows = session.execute(
        select(
            RegisterEntry.register_id, sum_of(listed), sum_of(RegisterEntry.status == Standing.APPLIED),
            sum_of(listed & (RegisterEntry.warnings > 0)),
        )
        .where(RegisterEntry.register_id.in_(ids))
        .group_by(RegisterEntry.register_id)
    )  # fmt: skip
    return {register: (int(a), int(b), int(c)) for register, a, b, c in rows}


def _waiting(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(RegisterProposal.register_id, func.count())
        .where(RegisterProposal.register_id.in_(ids), RegisterProposal.status == ProposalStatus.OPEN)
        .group_by(RegisterProposal.register_id)
    )
    return dict(rows.tuples().all())


def _unopened(principal: Principal, known: set[tuple[str, str]]) -> list[Unopened]:
    found: dict[str, Unopened] = {}
    for office in principal.organisations:
        for kind in ("consultant", "expert"):
            for law in registries(slug_of(office.region_code), kind):
                if (law.id, office.region_code) not in known and registers.would_keep(office, law):
                    found.setdefault(law.id, Unopened(law))
    return list(found.values())


def find_register(session: Session, register_id: int) -> Register:
    """A register. Every list is public; what is within is scoped by its entries. Raises `NotFound`."""
    found = session.get(Register, register_id, options=[joinedload(Register.keeper)])
    if found is None:
        raise NotFound()
    return found


def entries(session: Session, principal: Principal | None, register: Register, filters: Filters, number: int) -> EntryPage:
    """Entries of a register that the person may see, those with something to decide first."""
    whole = principal is not None and sees_inside(principal, register)
    conditions = [RegisterEntry.register_id == register.id]
    if not whole:
        own = (
            [RegisterEntry.user_id == principal.user_id, RegisterEntry.organisation_id.in_(principal.organisation_ids)] if principal else []
        )
        conditions.append(or_(scope.public_register_entries(), *own))
    conditions += _narrowed(register, filters)
    total = session.scalar(select(func.count()).select_from(RegisterEntry).where(*conditions)) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    order = case({Standing.APPLIED: 0, Standing.LISTED: 1}, value=RegisterEntry.status, else_=2)
    rows = session.scalars(
        select(RegisterEntry)
        .where(*conditions)
        .order_by(order, RegisterEntry.name, RegisterEntry.id)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    return EntryPage(list(rows), total, number)


def _narrowed(register: Register, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.status:
        found.append(RegisterEntry.status == filters.status)
    if filters.q:
        named = RegisterEntry.name.contains(filters.q, autoescape=True)
        found.append(or_(named, RegisterEntry.uscc == filters.q.upper(), RegisterEntry.employer.contains(filters.q, autoescape=True)))
    if filters.specialty:
        found.append(RegisterEntry.specialty_words.contains(f"|{filters.specialty}|", autoescape=True))
    listed = RegisterEntry.status == Standing.LISTED
    if filters.only == "warned":
        found += [listed, RegisterEntry.warnings > 0]
    elif filters.only == "soon":
        found += [listed, RegisterEntry.term_until <= clock.today() + dt.timedelta(days=SOON_DAYS)]
    elif filters.only == "review":
        found += [listed, RegisterEntry.review_due_on <= clock.today()]
    return found


def sees_inside(principal: Principal, register: Register) -> bool:
    """Whether a person sees a register's whole entries: the offices of its place, and its keeper."""
    if principal.reach.administrator or register.keeper_id in principal.organisation_ids:
        return True
    return any(region_covers(office.region_code, register.region_code) for office in principal.authorities)


# -- one's own ----------------------------------------------------------------------------------------------------------------


def own_entries(session: Session, principal: Principal) -> list[RegisterEntry]:
    """The entries of the person and of the consultant that they work for."""
    query = (
        select(RegisterEntry)
        .where(or_(RegisterEntry.organisation_id.in_(principal.organisation_ids), RegisterEntry.user_id == principal.user_id))
        .options(joinedload(RegisterEntry.register).joinedload(Register.keeper))
        .order_by(RegisterEntry.id)
    )
    return list(session.scalars(query))


def due_for_review(session: Session, register: Register) -> list[RegisterEntry]:
    """Everybody of a register whose review is due."""
    return list(
        session.scalars(
            select(RegisterEntry)
            .where(
                RegisterEntry.register_id == register.id, RegisterEntry.status == Standing.LISTED, RegisterEntry.review_due_on <= clock.today()
            )
            .order_by(RegisterEntry.review_due_on, RegisterEntry.name)
            .limit(200)
        )
    )  # fmt: skip


def announcements(session: Session, register: Register, limit: int = 10) -> list[Publication]:
    """What was published about a register, the latest first."""
    return list(
        session.scalars(
            select(Publication)
            .where(Publication.kind == "register_notice", Publication.key.startswith(f"register:{register.id}:"))
            .order_by(Publication.published_on.desc(), Publication.id.desc())
            .limit(limit)
        )
    )


def subject_of(session: Session, principal: Principal, case: Case) -> RegisterEntry | None:
    """The entry that a case is about, where the person may see it whole."""
    return session.scalars(
        select(RegisterEntry)
        .join(Register, Register.id == RegisterEntry.register_id)
        .join(CaseSubject, CaseSubject.entry_id == RegisterEntry.id)
        .where(CaseSubject.case_id == case.id, scope.register_entries(principal))
    ).first()


# -- what everybody sees ------------------------------------------------------------------------------------------------------


def public_overview(session: Session) -> list[tuple[Register, int]]:
    """Every register with how many are on it."""
    listed = (
        select(func.count())
        .where(RegisterEntry.register_id == Register.id, RegisterEntry.status == Standing.LISTED)
        .correlate(Register)
        .scalar_subquery()
    )
    query = select(Register, listed).options(joinedload(Register.keeper)).order_by(Register.region_code, Register.kind, Register.id)
    return [(register, count) for register, count in session.execute(query)]


@dataclass(frozen=True)
class PublicRecord:
    """What everybody may know of an entry."""

    entry: RegisterEntry
    law: Registry
    history: Sequence[HistoryLine]
    results: dict[str, int]


def public_record(session: Session, entry_id: int) -> PublicRecord:
    """An entry that is or was on a list, with its public history and, for a consultant, its clients' results in numbers. Raises `NotFound`."""
    entry = session.scalars(
        select(RegisterEntry)
        .where(RegisterEntry.id == entry_id, scope.public_register_entries())
        .options(joinedload(RegisterEntry.register).joinedload(Register.keeper))
    ).first()
    if entry is None:
        raise NotFound("名录中没有这一条")
    law = law_of(entry.register)
    return PublicRecord(entry, law, history(session, entry, law, public_only=True), result_counts(session, entry))
