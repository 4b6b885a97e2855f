"""What the lists of the API ask, always within what the caller may see."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, literal, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from app.access import scope
from app.access.organisations import region_prefix
from app.access.principal import Principal
from app.cases.errors import NotFound
from app.model import Case, Definition, DefinitionStatus, Enterprise, Event, Organisation, Role, Task, TaskStatus, User


def definitions(session: Session, principal: Principal) -> Sequence[Definition]:
    """Versions of processes: all for administrators, those that run for the others."""
    query = select(Definition).order_by(Definition.key, Definition.version)
    if not principal.has(Role.ADMINISTRATOR):
        query = query.where(Definition.status == DefinitionStatus.DEPLOYED)
    return session.scalars(query).all()


# -- cases -------------------------------------------------------------------------------------------------------------


def cases(session: Session, principal: Principal, filters: dict[str, str | None], after: int | None, limit: int) -> Sequence[Case]:
    """Visible cases, newest first."""
    query = _cases(principal).order_by(Case.id.desc()).limit(limit)
    if filters.get("q"):
        query = query.where(_matches(str(filters["q"])))
    if filters.get("process"):
        query = query.where(Case.process_key == filters["process"])
    if filters.get("status"):
        query = query.where(Case.status == filters["status"])
    if filters.get("region"):
        query = query.where(Case.region_code.startswith(region_prefix(str(filters["region"]))))
    if after is not None:
        query = query.where(Case.id < after)
    return session.scalars(query).unique().all()


def case(session: Session, principal: Principal, case_id: int) -> Case:
    """A visible case. Raises `NotFound`."""
    found = session.scalars(_cases(principal).where(Case.id == case_id)).unique().first()
    if found is None:
        raise NotFound()
    return found


def _cases(principal: Principal) -> Select[tuple[Case]]:
    return (
        select(Case)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .options(contains_eager(Case.enterprise), joinedload(Case.definition))
        .where(scope.cases(principal))
    )


def _matches(words: str) -> ColumnElement[bool]:
    """Cases of a number, a title, an enterprise's name or code."""
    number = re.fullmatch(r"(?:QC)?[0-9]{4}-0*([0-9]{1,18})", words, re.IGNORECASE)
    return or_(
        Case.title.contains(words, autoescape=True),
        Enterprise.name.contains(words, autoescape=True),
        Enterprise.uscc == words.upper(),
        Case.id == int(number[1]) if number else false(),
    )


def open_tasks(session: Session, case_id: int) -> Sequence[Task]:
    """Who has a case, with their organisations."""
    query = select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN).order_by(Task.sort_due, Task.id)
    return session.scalars(query.options(joinedload(Task.organisation), *_LIGHT)).all()


def events(session: Session, principal: Principal, case_id: int, after: int | None, limit: int) -> Sequence[Any]:
    """What happened in a visible case, oldest first, with who did it. Raises `NotFound`."""
    if session.scalar(select(Case.id).where(Case.id == case_id, scope.cases(principal))) is None:
        raise NotFound()
    query = (
        select(Event, User.name, Organisation.name)
        .outerjoin(User, User.id == Event.user_id)
        .outerjoin(Organisation, Organisation.id == Event.organisation_id)
        .where(Event.case_id == case_id, Event.id > (after or 0), scope.events(principal))
        .order_by(Event.id)
        .limit(limit)
    )
    return session.execute(query).all()


# -- tasks -------------------------------------------------------------------------------------------------------------

_LIGHT = (defer(Task.context), defer(Task.data), defer(Task.deadline))


def tasks(
    session: Session,
    principal: Principal,
    *,
    state: str | None,
    mine: bool,
    case_id: int | None,
    after: tuple[dt.date, int] | None,
    limit: int,
) -> Sequence[Any]:
    """Tasks with their cases and definitions, the most urgent first."""
    query = (
        select(Task, Case, Definition)
        .join(Case, Case.id == Task.case_id)
        .join(Definition, Definition.id == Case.definition_id)
        .where(*_whose(principal, state, mine))
        .options(*_LIGHT)
        .order_by(Task.sort_due, Task.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(Task.status == state)
    if case_id is not None:
        query = query.where(Task.case_id == case_id)
    if after is not None:
        query = query.where(tuple_(Task.sort_due, Task.id) > tuple_(literal(after[0]), literal(after[1])))
    return session.execute(query).all()


def _whose(principal: Principal, state: str | None, mine: bool) -> list[ColumnElement[bool]]:
    if not mine:
        return [scope.tasks(principal)]
    if state == TaskStatus.OPEN:
        return [scope.own_tasks(principal)]
    done = Task.completed_by_id == principal.user_id
    return [scope.tasks(principal), done if state == TaskStatus.COMPLETED else or_(done, scope.own_tasks(principal))]
