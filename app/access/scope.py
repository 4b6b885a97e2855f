"""The one place that scopes every query: what a principal may see. What is outside answers 404, as if it did not exist."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from app.access.organisations import region_prefix
from app.access.principal import Principal, Reach
from app.model import Case, CaseParty, Document, Enterprise, Event, Notice, Register, RegisterEntry, Role, Roster, Standing, Task


def cases(principal: Principal) -> ColumnElement[bool]:
    """Cases of the region for an authority; for everybody the cases that their organisation takes part in."""
    return _cases(principal.reach)


@lru_cache(maxsize=1024)
def _cases(reach: Reach) -> ColumnElement[bool]:
    if reach.administrator:
        return true()
    clauses: list[ColumnElement[bool]] = [_within(Case.region_code, region) for region in reach.regions]
    if reach.organisation_ids:
        party = exists().where(CaseParty.case_id == Case.id, CaseParty.organisation_id.in_(reach.organisation_ids))
        clauses.append(party)
    return or_(*clauses) if clauses else false()


def tasks(principal: Principal) -> ColumnElement[bool]:
    """Tasks of visible cases. Joins nothing: the caller joins `Case`."""
    return cases(principal)


def own_tasks(principal: Principal) -> ColumnElement[bool]:
    """Tasks that the principal may carry out: those of their organisations, and not somebody else's by assignment."""
    if not principal.organisation_ids:
        return false()
    return and_(
        Task.organisation_id.in_(principal.organisation_ids),
        or_(Task.assignee_id.is_(None), Task.assignee_id == principal.user_id),
    )


def events(principal: Principal) -> ColumnElement[bool]:
    """Events of visible cases; an enterprise sees those meant for it."""
    if principal.is_authority or principal.has(Role.ADMINISTRATOR) or principal.has(Role.AUDITOR):
        return true()
    return Event.public_to_enterprise.is_(True)


_TOLD_TO_ALL = frozenset({"decision", "due", "version"})
_TOLD_IN_WRITING = frozenset({"clock_stopped", "clock_resumed", "deadline_extended"})


def sees_inside(principal: Principal, event: Event) -> bool:
    """Whether names, opinions and reasons of an event are the person's to see: offices' all, others' their own side's."""
    if principal.is_authority or principal.works_for_authorities or principal.has(Role.ADMINISTRATOR):
        return True
    return event.organisation_id in principal.organisation_ids


def detail_of(principal: Principal, event: Event) -> dict[str, Any]:
    """What the person may see of an event's detail. The parties are told in writing why a clock was stopped or a limit extended."""
    if sees_inside(principal, event) or event.kind in _TOLD_IN_WRITING:
        return event.detail
    return {name: value for name, value in event.detail.items() if name in _TOLD_TO_ALL}


def documents(principal: Principal) -> ColumnElement[bool]:
    """Documents of visible cases, and uploads that belong to no case yet: one's own, and those of colleagues whose draft one may finish.

    Offices, and the experts and support bodies that work for them, see the whole file; an enterprise or consultant what its own side handed in.
    """
    own = or_(Document.uploaded_by_id == principal.user_id, Document.organisation_id.in_(principal.organisation_ids))
    in_case: ColumnElement[bool] = Document.case_id.in_(select(Case.id).where(cases(principal)))
    if not (principal.is_authority or principal.works_for_authorities or principal.has(Role.ADMINISTRATOR)):
        in_case = and_(in_case, own)
    return or_(in_case, and_(Document.case_id.is_(None), own))


def rosters(principal: Principal) -> ColumnElement[bool]:
    """Rosters of the authority's region and line, and those that another line asks it to consent to."""
    clauses: list[ColumnElement[bool]] = [
        and_(_within(Roster.region_code, o.region_code), Roster.line == o.body) for o in principal.authorities
    ]
    if not clauses:
        return false()
    own = Task.organisation_id.in_(principal.organisation_ids)
    asked = exists().where(Case.roster_id == Roster.id, Task.case_id == Case.id, Task.panel == "roster", own).correlate(Roster)
    return or_(*clauses, asked)


def enterprises(principal: Principal) -> ColumnElement[bool]:
    clauses: list[ColumnElement[bool]] = [_within(Enterprise.region_code, o.region_code) for o in principal.authorities]
    clauses.append(Enterprise.organisation_id.in_(principal.organisation_ids))
    return true() if principal.has(Role.ADMINISTRATOR) else or_(*clauses)


def register_entries(principal: Principal) -> ColumnElement[bool]:
    """Entries of registers with their whole history: for the offices of the register's place, its keeper, and whom the entry is about.

    Everybody else sees what is public of those that are or were on the list. Joins nothing: the caller joins `Register`.
    """
    if principal.has(Role.ADMINISTRATOR):
        return true()
    clauses: list[ColumnElement[bool]] = [_within(Register.region_code, o.region_code) for o in principal.authorities]
    clauses.append(RegisterEntry.user_id == principal.user_id)
    if principal.organisation_ids:
        clauses.append(Register.keeper_id.in_(principal.organisation_ids))
        clauses.append(RegisterEntry.organisation_id.in_(principal.organisation_ids))
    return or_(*clauses)


def public_register_entries() -> ColumnElement[bool]:
    """Entries that everybody may see: those on a list, and those that were."""
    return RegisterEntry.status.in_((Standing.LISTED, Standing.CANCELLED, Standing.REMOVED, Standing.EXPIRED))


def notices(principal: Principal) -> ColumnElement[bool]:
    return Notice.organisation_id.in_(principal.organisation_ids) if principal.organisation_ids else false()


def _within(column: ColumnElement[str] | InstrumentedAttribute[str], region: str) -> ColumnElement[bool]:
    """Region codes within a region, as a range that an index serves."""
    prefix = region_prefix(region)
    if not prefix:
        return true()
    if len(prefix) == len("370102"):
        return column == prefix
    return and_(column >= prefix.ljust(6, "0"), column <= prefix.ljust(6, "9"))
