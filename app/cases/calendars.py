"""The work calendar in force: the package's years, and those that administrators imported.

Every request and every job counts with it:

    with calendars.use(session):
        ...

The imported days are read when their version has changed, and each process asks for the version at most once a second.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, select
from sqlalchemy.orm import Session

from app.law.holidays import DayKind, WorkCalendar, use_calendar
from app.model import Holiday, Setting

VERSION = "calendar_version"
FRESH_SECONDS = 1.0


@dataclass
class _Known:
    version: str
    calendar: WorkCalendar
    asked_at: float


_known: WeakKeyDictionary[Pool, _Known] = WeakKeyDictionary()
"""What this process knows, by database."""


def use(session: Session) -> AbstractContextManager[WorkCalendar]:
    """Counts with the calendar in force inside the block."""
    return use_calendar(calendar_in_force(session))


def calendar_in_force(session: Session) -> WorkCalendar:
    """The calendar with all imported years."""
    where = _database(session)
    known = _known.get(where)
    if known is not None and time.monotonic() - known.asked_at < FRESH_SECONDS:
        return known.calendar
    row = session.get(Setting, VERSION)
    version = row.value if row else "0"
    if known is None or known.version != version:
        known = _Known(version, WorkCalendar(imported_years(session)), 0.0)
        _known[where] = known
    known.asked_at = time.monotonic()
    return known.calendar


def imported_years(session: Session) -> Mapping[int, dict[dt.date, DayKind]]:
    """The imported arrangements by year. Days of December belong to the arrangement of the year after."""
    years: dict[int, dict[dt.date, DayKind]] = {}
    for row in session.scalars(select(Holiday).order_by(Holiday.day)):
        years.setdefault(year_of(row.day), {})[row.day] = DayKind(row.is_workday, row.name)
    return years


def year_of(day: dt.date) -> int:
    """The year whose arrangement a day stands in."""
    return day.year + 1 if day.month == 12 else day.year


def changed(session: Session) -> None:
    """Tells every process that the imported days are others now."""
    row = session.get(Setting, VERSION)
    if row is None:
        session.add(Setting(key=VERSION, value="1"))
    else:
        row.value = str(int(row.value) + 1)
    session.flush()
    _known.pop(_database(session), None)


def _database(session: Session) -> Pool:
    """What stands for the database: reading and writing engines share one pool."""
    return session.get_bind().engine.pool
