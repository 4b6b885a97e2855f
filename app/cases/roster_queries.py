"""What people see of rosters: the index, the entries of one, its counts, and the list that is about to be published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.organisations import region_at, region_prefix
from app.access.principal import Principal
from app.cases.errors import NotFound
from app.law.periods import Deadline
from app.model import (
    Case,
    EntryStatus,
    Organisation,
    Publication,
    PublicationEntry,
    Roster,
    RosterEntry,
    RosterStatus,
    Task,
    TaskStatus,
)
from app.services import list_kinds, lists

INDEX_PAGE = 50
ENTRIES_PAGE = 100


# -- the index --------------------------------------------------------------------------------------------------------


@dataclass
class RosterRow:
    """A roster as the index shows it."""

    roster: Roster
    bureau: Organisation
    case: Case | None = None
    counts: Counter[str] = field(default_factory=Counter)
    steps: list[tuple[Task, str | None]] = field(default_factory=list)  # open tasks with the name of who has them


@dataclass(frozen=True)
class Page:
    """One page of something, and how much there is."""

    rows: Sequence[Any]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


def index(session: Session, principal: Principal, *, year: int | None = None, status: str | None = None, page: int = 1) -> Page:
    """Rosters that the person may see, newest year first, with how many entries they hold and who has them now."""
    wanted: list[ColumnElement[bool]] = [scope.rosters(principal)]
    if year:
        wanted.append(Roster.year == year)
    if status:
        wanted.append(Roster.status == status)
    total = session.scalar(select(func.count(Roster.id)).where(*wanted)) or 0
    number = _page_number(page, total, INDEX_PAGE)
    found = session.execute(
        select(Roster, Organisation)
        .join(Organisation, Organisation.id == Roster.organisation_id)
        .where(*wanted)
        .order_by(Roster.year.desc(), Roster.region_code, Roster.id.desc())
        .limit(INDEX_PAGE)
        .offset((number - 1) * INDEX_PAGE)
    ).all()
    rows = {roster.id: RosterRow(roster, bureau) for roster, bureau in found}
    _fill(session, rows)
    return Page(list(rows.values()), total, number, INDEX_PAGE)


def row_of(session: Session, roster: Roster) -> RosterRow:
    """One roster as the index shows it."""
    row = RosterRow(roster, session.get_one(Organisation, roster.organisation_id))
    _fill(session, {roster.id: row})
    return row


def _fill(session: Session, rows: Mapping[int, RosterRow]) -> None:
    counted = select(RosterEntry.roster_id, RosterEntry.status, func.count()).where(RosterEntry.roster_id.in_(rows))
    for roster_id, status, count in session.execute(counted.group_by(RosterEntry.roster_id, RosterEntry.status)):
        rows[roster_id].counts[status] = count
    for one in session.scalars(select(Case).where(Case.roster_id.in_(rows)).order_by(Case.id)):
        rows[one.roster_id or 0].case = one
    steps = (
        select(Case.roster_id, Task, Organisation.name)
        .join(Task, Task.case_id == Case.id)
        .outerjoin(Organisation, Organisation.id == Task.organisation_id)
        .where(Case.roster_id.in_(rows), Task.status == TaskStatus.OPEN)
        .order_by(Task.id)
    )
    for roster_id, task, name in session.execute(steps):
        rows[roster_id or 0].steps.append((task, name))


def first_task(session: Session, case_id: int) -> int | None:
    """The open task of a roster's case that was opened first."""
    query = select(Task.id).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
    return session.scalars(query.order_by(Task.id).limit(1)).first()


def years(session: Session, principal: Principal) -> list[int]:
    """The years of the rosters that the person may see."""
    return list(session.scalars(select(Roster.year).where(scope.rosters(principal)).distinct().order_by(Roster.year.desc())))


def _page_number(wanted: int, total: int, size: int) -> int:
    return min(max(wanted, 1), max(1, -(-total // size)))


# -- the entries of one -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """What of a roster is asked for."""

    status: str = ""
    ground: str = ""
    region: str = ""
    q: str = ""


def entry_page(session: Session, roster_id: int, filters: Filters, page: int) -> Page:
    """Entries with the name of who added them; returned ones first, then by place."""
    wanted = _wanted(roster_id, filters)
    total = session.scalar(select(func.count()).select_from(RosterEntry).where(*wanted)) or 0
    number = _page_number(page, total, ENTRIES_PAGE)
    query = _entries(wanted).limit(ENTRIES_PAGE).offset((number - 1) * ENTRIES_PAGE)
    return Page(session.execute(query).all(), total, number, ENTRIES_PAGE)


def all_entries(session: Session, roster_id: int, filters: Filters) -> Sequence[Any]:
    """The same without paging, for the workbook."""
    return session.execute(_entries(_wanted(roster_id, filters))).all()


def returned(session: Session, roster_id: int) -> Sequence[Any]:
    """Entries that wait for a correction, with the name of who returned them."""
    return session.execute(
        select(RosterEntry, Organisation.name)
        .outerjoin(Organisation, Organisation.id == RosterEntry.decided_by_id)
        .where(RosterEntry.roster_id == roster_id, RosterEntry.status == EntryStatus.RETURNED)
        .order_by(RosterEntry.id)
    ).all()


def entry_of(session: Session, roster_id: int, entry_id: int) -> RosterEntry:
    """An entry of a roster that the person may see already. Raises `NotFound`."""
    found = session.get(RosterEntry, entry_id)
    if found is None or found.roster_id != roster_id:
        raise NotFound()
    return found


def chosen(session: Session, roster_id: int, entry_ids: Sequence[int]) -> list[RosterEntry]:
    """Entries by id, in the order of the list."""
    query = select(RosterEntry).where(RosterEntry.roster_id == roster_id, RosterEntry.id.in_(entry_ids))
    return list(session.scalars(query.order_by(RosterEntry.region_code, RosterEntry.id)))


def regions(session: Session, roster_id: int) -> list[str]:
    """The places of the entries of a roster."""
    query = select(RosterEntry.region_code).where(RosterEntry.roster_id == roster_id)
    return list(session.scalars(query.distinct().order_by(RosterEntry.region_code)))


def names_of(session: Session, organisation_ids: set[int]) -> dict[int, str]:
    """Names of organisations that a history mentions."""
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids))).tuples()
    return dict(rows.all())


def publication_of(session: Session, roster_id: int) -> Publication | None:
    """The publication that took up the entries of a roster."""
    query = select(Publication).join(RosterEntry, RosterEntry.publication_id == Publication.id)
    return session.scalars(query.where(RosterEntry.roster_id == roster_id).limit(1)).first()


def _entries(wanted: list[ColumnElement[bool]]) -> Select[Any]:
    returned_first = case((RosterEntry.status == EntryStatus.RETURNED, 0), else_=1)
    return (
        select(RosterEntry, Organisation.name)
        .join(Organisation, Organisation.id == RosterEntry.added_by_id)
        .where(*wanted)
        .order_by(returned_first, RosterEntry.region_code, RosterEntry.id)
    )


def _wanted(roster_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [RosterEntry.roster_id == roster_id]
    if filters.status:
        wanted.append(RosterEntry.status == filters.status)
    if filters.ground:
        wanted.append(cast(RosterEntry.grounds, String).contains(f'"{filters.ground}"', autoescape=True))
    if filters.region:
        wanted.append(RosterEntry.region_code.startswith(region_prefix(filters.region), autoescape=True))
    for word in filters.q.split():
        found = (RosterEntry.name, RosterEntry.uscc, RosterEntry.legal_representative, RosterEntry.contact_name)
        wanted.append(or_(*(column.contains(word, autoescape=True) for column in found)))
    return wanted


# -- what is about to be published ------------------------------------------------------------------------------------


@dataclass
class Summary:
    """The list that would be published now: how many enterprises, where, on which grounds."""

    enterprises: int
    both_lines: int
    regions: list[tuple[str, Counter[str]]]  # code of the city; keys "all" and the grounds
    totals: Counter[str]
    rosters: list[Roster]
    entries: list[tuple[RosterEntry, Roster]]
    grounds: dict[str, str]  # how a clerk cites each
    deadlines: list[tuple[str, Deadline]]


def about_to_publish(session: Session, publication_case: Case) -> Summary:
    """The handed-over entries of a province by city and ground, and the limits that would run if they were published today."""
    rows = lists.handed_over(session, publication_case)
    grounds: dict[str, set[str]] = {}
    place: dict[str, str] = {}
    lines: dict[str, set[str]] = {}
    for entry, roster in rows:
        grounds.setdefault(entry.uscc, set()).update(entry.grounds)
        place.setdefault(entry.uscc, region_at("city", entry.region_code))
        lines.setdefault(entry.uscc, set()).add(roster.line)
    by_city: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    for uscc, own in grounds.items():
        found = by_city.setdefault(place[uscc], Counter())
        for counter in (found, totals):
            counter["all"] += 1
            counter.update(own)
    return Summary(
        enterprises=len(grounds),
        both_lines=sum(len(found) > 1 for found in lines.values()),
        regions=sorted(by_city.items()),
        totals=totals,
        rosters=list({roster.id: roster for _, roster in rows}.values()),
        entries=rows,
        grounds={
            value: ground.name
            for value, ground in list_kinds.grounds_of(list_kinds.of_publication(session, publication_case.process_key)).items()
        },
        deadlines=list_kinds.limits_since_publication(session, publication_case, clock.today()),
    )


@dataclass(frozen=True)
class Progress:
    """How far the cases of a publication have been started."""

    publication: Publication
    started: int

    @property
    def done(self) -> bool:
        return self.started >= self.publication.cases_total


def publication_case(session: Session, principal: Principal, case_id: int) -> Case:
    """A case that publishes a list, where the person may see it. Raises `NotFound`."""
    found = session.scalars(select(Case).where(Case.id == case_id, scope.cases(principal))).first()
    if found is None:
        raise NotFound()
    return found


def progress(session: Session, publication_case_id: int) -> Progress | None:
    """How many cases of a published list exist; none while nothing is published."""
    publication = session.scalars(select(Publication).where(Publication.key == f"list:{publication_case_id}")).first()
    if publication is None:
        return None
    started = session.scalar(
        select(func.count()).where(PublicationEntry.publication_id == publication.id, PublicationEntry.case_id.is_not(None))
    )
    return Progress(publication, started or 0)


def is_open(roster: Roster) -> bool:
    return roster.status == RosterStatus.OPEN
