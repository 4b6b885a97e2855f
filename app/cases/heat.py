"""How a version of a process works in practice, counted by the database: what waits where, how long it takes, what is late, what fails.

One statement a measure, over indexes that hold all it reads. A case counts for the version that it is on now. What waits is counted as it is now; what is
finished, late or failed counts when that happened within the period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    Subquery,
    and_,
    case,
    column,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import region_prefix
from app.law.holidays import current_calendar
from app.model import Case, Incident, IncidentStatus, Task, Timer
from app.model.base import SHANGHAI
from app.model.sql_time import EPOCH, day_number, days_between, looked_up, month_of

OPEN = Task.status == literal_column("'open'")
COMPLETED = Task.status == literal_column("'completed'")
"""Literals: the databases use a partial index only where the statement itself says what it holds."""
PERCENTILES = (0.5, 0.9)
LONGEST_WORK = dt.timedelta(days=5 * 366)
"""Workdays are counted from no earlier than this before the period."""

Place = tuple[str, str]
"""An element of a version: the key of the process that it stands in, and its id."""


class Unit(StrEnum):
    """What durations are counted in."""

    DAY = "day"
    WORKDAY = "workday"


@dataclass(frozen=True)
class Window:
    """Which cases count and when: a version, a period with both its days, a region (empty: everywhere)."""

    definition_id: int
    first: dt.date
    last: dt.date
    region: str = ""
    unit: Unit = Unit.DAY

    @property
    def begins(self) -> dt.datetime:
        return dt.datetime.combine(self.first, dt.time(), SHANGHAI)

    @property
    def ends(self) -> dt.datetime:
        """The instant after the period."""
        return dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time(), SHANGHAI)

    def cases(self) -> ColumnElement[bool]:
        """Cases of the version within the region."""
        prefix = region_prefix(self.region) if self.region else ""
        within = Case.region_code.between(prefix.ljust(6, "0"), prefix.ljust(6, "9"))
        return and_(Case.definition_id == self.definition_id, within) if prefix else Case.definition_id == self.definition_id

    def has_case(self, case_id: Any) -> ColumnElement[bool]:
        """Whether a row belongs to one of them. No join: the rows are to be found by their own index, each case by its key."""
        return exists().where(Case.id == case_id, self.cases())

    def happened(self, when: Any) -> ColumnElement[bool]:
        """Whether an instant lies in the period."""
        return and_(when >= self.begins, when < self.ends)


@dataclass(frozen=True)
class Waiting:
    """Cases at an element now, and those of them whose work there is late."""

    cases: int
    late: int


@dataclass(frozen=True)
class Finished:
    """Work that was finished at an element within the period; durations in the window's unit."""

    count: int
    limited: int  # had a time limit
    late: int  # was on record as late
    median: float
    ninth: float  # the 90th percentile


@dataclass(frozen=True)
class Failed:
    """Incidents at an element: those of the period, and those that are still open whenever they began."""

    count: int
    open: int


@dataclass(frozen=True)
class Month:
    """A month of a version. Durations are those of the cases that ended in it; none where none ended."""

    month: str
    started: int
    ended: int
    median: float | None
    limited: int
    late: int


def waiting(session: Session, window: Window, inside: Mapping[Place, Sequence[Place]]) -> dict[Place, Waiting]:
    """What waits at each element, for somebody or for a day, and in each activity: `inside` names the places that belong to one, itself among them."""
    if not inside:
        return {}
    rows = [(*work, *holder) for holder, places in inside.items() for work in places]
    columns = [column(name, String) for name in ("process", "element", "holder_process", "holder_element")]
    of = values(*columns, name="belongs").data(rows).cte("belongs")
    holder = (of.c.holder_process, of.c.holder_element)
    is_late = and_(Task.due_on < clock.today(), Task.clock_stopped.is_(False))
    for_work = (
        select(*holder, Task.case_id, case((is_late, Task.case_id)).label("late"))
        .select_from(of)
        .join(Task, and_(Task.process_key == of.c.process, Task.element_id == of.c.element, OPEN))
        .where(window.has_case(Task.case_id))
    )
    for_time = (
        select(*holder, Timer.case_id, null())
        .select_from(of)
        .join(Timer, and_(Timer.process_key == of.c.process, Timer.element_id == of.c.element))
        .where(window.has_case(Timer.case_id))
    )
    there = union_all(for_work, for_time).subquery()
    found = session.execute(
        select(
            there.c.holder_process, there.c.holder_element, func.count(there.c.case_id.distinct()), func.count(there.c.late.distinct())
        ).group_by(there.c.holder_process, there.c.holder_element)
    )  # fmt: skip
    return {(process, element): Waiting(cases, late) for process, element, cases, late in found.tuples()}


def finished(session: Session, window: Window, processes: Iterable[str]) -> dict[Place, Finished]:
    """Durations and lateness of the work that was finished within the period, by element."""
    spans = (
        _spans(window, Task.created_at, Task.completed_at, Task.process_key, Task.element_id, *_lateness())
        .where(COMPLETED, Task.process_key.in_(list(processes)), window.happened(Task.completed_at), window.has_case(Task.case_id))
        .subquery()
    )
    rows = _summed_up(session, spans, by=("process_key", "element_id"), sums=("limited", "late"))
    return {(row.process_key, row.element_id): Finished(row.size, row.limited, row.late, row.median, row.ninth) for row in rows}


def failed(session: Session, window: Window) -> dict[Place, Failed]:
    """Incidents by element."""
    unresolved = Incident.status != IncidentStatus.RESOLVED
    found = session.execute(
        select(
            Incident.process_key, Incident.element_id,
            func.count(case((window.happened(Incident.opened_at), 1))), func.count(case((unresolved, 1))),
        )
        .where(
            Incident.definition_id == window.definition_id, window.has_case(Incident.case_id),
            or_(Incident.opened_at >= window.begins, unresolved),
        )
        .group_by(Incident.process_key, Incident.element_id)
    )  # fmt: skip
    return {(process, element): Failed(count, still) for process, element, count, still in found.tuples()}


def months(session: Session, window: Window, processes: Iterable[str]) -> list[Month]:
    """Every month of the period, the empty ones too."""
    month = month_of(Case.started_at)
    began = select(month, func.count()).where(window.cases(), window.happened(Case.started_at)).group_by(month)
    started = dict(session.execute(began).tuples().all())
    spans = (
        _spans(window, Case.started_at, Case.ended_at, month_of(Case.ended_at).label("month"))
        .where(window.cases(), window.happened(Case.ended_at))
        .subquery()
    )
    ended = {row.month: row for row in _summed_up(session, spans, by=("month",), sums=())}
    month = month_of(Task.completed_at)
    limited, late = _lateness()
    work = (
        select(month, func.sum(limited), func.sum(late))
        .where(COMPLETED, Task.process_key.in_(list(processes)), window.happened(Task.completed_at), window.has_case(Task.case_id))
        .group_by(month)
    )
    lateness = {name: (limited, late) for name, limited, late in session.execute(work).tuples()}
    found = []
    for name in _months_of(window):
        closed, (limited_work, late_work) = ended.get(name), lateness.get(name, (0, 0))
        found.append(
            Month(name, started.get(name, 0), closed.size if closed else 0, closed.median if closed else None, limited_work, late_work)
        )
    return found


def _months_of(window: Window) -> Iterable[str]:
    day = window.first.replace(day=1)
    while day <= window.last:
        yield f"{day:%Y-%m}"
        day = (day + dt.timedelta(days=32)).replace(day=1)


def _lateness() -> tuple[ColumnElement[int], ColumnElement[int]]:
    """1 for work with a time limit, and 1 for work that was on record as late."""
    return (
        case((Task.due_on.is_not(None), 1), else_=0).label("limited"),
        case((and_(Task.due_on.is_not(None), Task.overdue_at.is_not(None)), 1), else_=0).label("late"),
    )


# -- durations --------------------------------------------------------------------------------------------------------


def _spans(window: Window, start: Any, end: Any, *columns: Any) -> Select[Any]:
    """Columns beside the time from one instant of a row to another, as `value` in the window's unit."""
    if window.unit is Unit.DAY:
        return select(*columns, days_between(start, end).label("value"))
    base = window.first - LONGEST_WORK
    worked, offset = _workdays_until(base, window.last), (base - EPOCH).days
    first, last = (looked_up(worked, day_number(instant) - offset) for instant in (start, end))
    return select(*columns, (last - first).label("value"))


def _workdays_until(base: dt.date, last: dt.date) -> list[int]:
    """How many workdays there are after `base` up to each day, `base` itself first."""
    calendar = current_calendar()
    days = (base + dt.timedelta(days=n) for n in range(1, (last - base).days + 1))
    return [0, *accumulate(int(calendar.is_workday(day)) for day in days)]


def _summed_up(session: Session, spans: Subquery, by: Sequence[str], sums: Sequence[str]) -> Sequence[Row[Any]]:
    """Groups of rows with `size`, the sums of some columns, and `median` and `ninth` (the 90th percentile) of `value`, interpolated."""
    if session.get_bind().dialect.name == "postgresql":
        percentiles: list[Any] = [func.percentile_cont(part).within_group(spans.c.value) for part in PERCENTILES]
    else:
        spans, percentiles = _ranked(spans, by)
    columns = [spans.c[name] for name in by]
    totals = [func.sum(spans.c[name]).label(name) for name in sums]
    median, ninth = percentiles
    query = select(*columns, func.count().label("size"), *totals, median.label("median"), ninth.label("ninth")).group_by(*columns)
    return session.execute(query).all()


def _ranked(spans: Subquery, by: Sequence[str]) -> tuple[Subquery, list[Any]]:
    """The same where the database has no percentiles: each row's rank within its group says how much it weighs in them."""
    group = [spans.c[name] for name in by]
    rank = func.row_number().over(partition_by=group, order_by=spans.c.value) - 1
    ranked = select(*spans.c, rank.label("rank"), func.count().over(partition_by=group).label("size")).subquery()
    away = [func.abs(part * (ranked.c.size - 1) - ranked.c.rank) for part in PERCENTILES]
    return ranked, [func.sum(ranked.c.value * case((distance < 1, 1 - distance), else_=0.0)) for distance in away]
