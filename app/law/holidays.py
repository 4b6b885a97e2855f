"""Working days in China: weekends, statutory holidays and the State Council's yearly exchange of days (调休).

Statutory holidays follow 《全国年节及纪念日放假办法》; which weekends are worked in exchange is announced
year by year. The ``chinesecalendar`` package knows the announced years; an administrator imports a later year
when it is announced.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from chinese_calendar.constants import (
    Holiday,
    holidays,
    in_lieu_days,
    workdays,
)

from app.law.dates import format_date, weekday_name

_SATURDAY = 5
_FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


class HolidayTableError(ValueError):
    """A table of a year's holidays that cannot be imported; the message is Chinese and names the row."""


@dataclass(frozen=True, slots=True)
class DayKind:
    """What a year's arrangement says about one day.

    ``working`` is true for a weekend worked in exchange and false for a day off; ``name`` is the festival;
    ``in_lieu`` marks a day off that is no statutory holiday itself but was exchanged for a worked weekend.
    """

    working: bool
    name: str
    in_lieu: bool = False

    def __str__(self) -> str:
        if self.working:
            return f"调休上班（{self.name}）" if self.name else "调休上班"
        return f"{self.name or '放假'}（{'调休放假' if self.in_lieu else '法定节假日'}）"


HolidayTable = Mapping[date, DayKind]


class WorkCalendar:
    """Which days are worked. Immutable: importing a year gives a new calendar.

    ``imported`` maps a year to its arrangement and replaces what the package knows about that year, so that a
    later change by the State Council can be recorded too. A table may reach into the December before its
    year, because an exchange for New Year's Day often does. Dates of the table that fall elsewhere raise
    ``HolidayTableError``.
    """

    __slots__ = ("_imported", "_years")

    def __init__(self, imported: Mapping[int, HolidayTable] | None = None) -> None:
        tables = {year: MappingProxyType(dict(table)) for year, table in (imported or {}).items()}
        for year, table in tables.items():
            for day in table:
                _require_within(day, year)
        self._imported: Final = MappingProxyType(tables)
        self._years: Final[dict[int, _Year]] = {}

    @property
    def imported(self) -> Mapping[int, HolidayTable]:
        """The years imported on top of the package, with their tables."""
        return self._imported

    @property
    def known_years(self) -> tuple[int, ...]:
        """Years whose arrangement is announced and known here, in order."""
        return tuple(sorted({*_package_tables(), *self._imported}))

    def with_year(self, year: int, table: HolidayTable) -> WorkCalendar:
        """The same calendar with one more (or one replaced) year."""
        return WorkCalendar({**self._imported, year: table})

    def is_provisional(self, year: int) -> bool:
        """Whether the year's arrangement is still unknown.

        Until it is known, weekends are off and so are the statutory days that the calendar alone fixes: 1
        January, Qingming (by the solar term, 2000-2099), 1-2 May and 1-3 October. Assumed away are Spring
        Festival, Dragon Boat and Mid-Autumn, which hang on the lunar calendar, and every exchange of days.
        """
        return year not in self._imported and year not in _package_tables()

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day."""
        return day.toordinal() in self._year(day.year).workday_set

    def describe(self, day: date) -> str:
        """Why a day is worked or not: ``周六``, ``春节（法定节假日）``, ``调休上班（春节）``.

        A day with nothing to say about it gives its day of the week.
        """
        kind = self._year(day.year).kinds.get(day)
        return str(kind) if kind else weekday_name(day)

    def next_workday(self, day: date) -> date:
        """The day itself when it is worked, else the first working day after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def previous_workday(self, day: date) -> date:
        """The day itself when it is worked, else the last working day before it."""
        return day if self.is_workday(day) else self.add_workdays(day, -1)

    def add_workdays(self, day: date, n: int) -> date:
        """The ``n``-th working day after the day, which does not count itself; before it for negative ``n``.

        Zero gives the day itself, worked or not. Raises ``OverflowError`` beyond the years 1 to 9999.
        """
        if n == 0:
            return day
        year, ordinal = day.year, day.toordinal()
        worked = self._year(year).workdays
        # The wanted position among the year's working days; outside them it lies in a neighbouring year.
        position = bisect_right(worked, ordinal) + n - 1 if n > 0 else bisect_left(worked, ordinal) + n
        while position >= len(worked):
            position -= len(worked)
            year += 1
            worked = self._year(year).workdays
        while position < 0:
            year -= 1
            worked = self._year(year).workdays
            position += len(worked)
        return date.fromordinal(worked[position])

    def workdays_between(self, start: date, end: date) -> int:
        """How many working days ``add_workdays`` must step from one day to the other, the start not counting.

        Negative when ``end`` lies before ``start``.
        """
        if end < start:
            return -self._count(end, start - timedelta(days=1))
        return self._count(start + timedelta(days=1), end)

    def _count(self, first: date, last: date) -> int:
        """Working days from ``first`` to ``last``, both included."""
        if last < first:
            return 0
        whole_years = sum(len(self._year(year).workdays) for year in range(first.year, last.year))
        before_first = bisect_left(self._year(first.year).workdays, first.toordinal())
        until_last = bisect_right(self._year(last.year).workdays, last.toordinal())
        return whole_years - before_first + until_last

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            self._years[year] = _Year(year, self._kinds(year))
        return self._years[year]

    def _kinds(self, year: int) -> dict[date, DayKind]:
        announced = {**_package_tables(), **self._imported}
        table = announced[year] if year in announced else _fixed_holidays(year)
        following: HolidayTable = self._imported.get(year + 1, {})
        return {day: kind for day, kind in (*table.items(), *following.items()) if day.year == year}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkCalendar) and self._imported == other._imported

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._imported)))

    def __repr__(self) -> str:
        return f"WorkCalendar(imported={sorted(self._imported)})"


class _Year:
    """One year worked out: its working days in order and as a set, and the days that are no plain ones."""

    __slots__ = ("kinds", "workday_set", "workdays")

    def __init__(self, year: int, kinds: Mapping[date, DayKind]) -> None:
        self.kinds: Final = kinds
        worked = (day for day in _days_of(year) if _is_worked(day, kinds.get(day)))
        self.workdays: Final = tuple(day.toordinal() for day in worked)
        self.workday_set: Final = frozenset(self.workdays)


def _is_worked(day: date, kind: DayKind | None) -> bool:
    return kind.working if kind else day.weekday() < _SATURDAY


def _days_of(year: int) -> Iterator[date]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return map(date.fromordinal, range(first, last + 1))


@lru_cache(maxsize=1)
def _package_tables() -> Mapping[int, HolidayTable]:
    """The announced years of the ``chinesecalendar`` package, with Chinese names."""
    names = {holiday.value: _FULL_NAMES.get(holiday.chinese, holiday.chinese) for holiday in Holiday}
    tables: dict[int, dict[date, DayKind]] = {}
    for day, name in holidays.items():
        tables.setdefault(day.year, {})[day] = DayKind(False, names[name], in_lieu=day in in_lieu_days)
    for day, name in workdays.items():
        tables.setdefault(day.year, {})[day] = DayKind(True, names[name])
    return tables


def _fixed_holidays(year: int) -> dict[date, DayKind]:
    """Statutory days off that need no announcement (放假办法 as amended for 2025)."""
    days = {date(year, 1, 1): "元旦"}
    if 2000 <= year <= 2099:
        days[_qingming(year)] = "清明节"
    days |= {date(year, 5, day): "劳动节" for day in (1, 2)}
    days |= {date(year, 10, day): "国庆节" for day in (1, 2, 3)}
    return {day: DayKind(False, name) for day, name in days.items()}


def _qingming(year: int) -> date:
    """The solar term 清明, by the usual formula for the 21st century, which has no exception there."""
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


# -------------------------------------------------------------------------------- importing a year

_OFF, _ON = "休", "班"
_HEADERS = frozenset({"日期", "date"})
_CHINESE_DATE = re.compile(r"(\d{4})[年/.\-](\d{1,2})[月/.\-](\d{1,2})日?")


def parse_holiday_table(source: str | Iterable[Sequence[str]], year: int) -> dict[date, DayKind]:
    """Read one year's arrangement: rows of date, ``休`` or ``班``, and festival.

    ``source`` is text (a row a line, columns parted by comma, tab or blanks, ``#`` starts a comment) or ready
    rows. Dates may be ``2027-02-08``, ``2027/2/8`` or ``2027年2月8日``. A first row of headings is skipped.

    Raises ``HolidayTableError`` for rows that cannot be read, days outside the year (its preceding December
    is allowed), a day given twice, ``班`` on a day that is worked anyway, or a table that lacks a statutory
    day the calendar fixes, which shows that it is incomplete.
    """
    table: dict[date, DayKind] = {}
    for number, row in _rows(source):
        day, kind = _parse_row(number, row)
        _require_within(day, year, number)
        if day in table:
            raise HolidayTableError(f"第 {number} 行：{day} 重复出现")
        table[day] = kind
    if not table:
        raise HolidayTableError("放假安排表没有内容")
    for day, kind in _fixed_holidays(year).items():
        if day not in table or table[day].working:
            raise HolidayTableError(f"{year} 年放假安排不完整：缺少 {format_date(day)}{kind.name}")
    return table


def _rows(source: str | Iterable[Sequence[str]]) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows with stripped cells, without blank rows and headings."""
    rows = map(_split, source.splitlines()) if isinstance(source, str) else source
    for number, row in enumerate(rows, start=1):
        cells = [str(cell).strip() for cell in row]
        if any(cells) and cells[0].lower() not in _HEADERS:
            yield number, cells


def _split(line: str) -> list[str]:
    text = line.lstrip("\ufeff").split("#", 1)[0].strip().replace("，", ",")
    if "," in text:
        return next(csv.reader([text]))
    return text.split(None, 2)


def _parse_row(number: int, row: Sequence[str]) -> tuple[date, DayKind]:
    if len(row) < 2:
        raise HolidayTableError(f"第 {number} 行：应有日期、休或班、节日名称三列")
    day, mark, name = _parse_day(number, row[0]), row[1], row[2] if len(row) > 2 else ""
    if mark not in (_OFF, _ON):
        raise HolidayTableError(f"第 {number} 行：第二列应为“休”或“班”，不能是“{mark}”")
    if mark == _ON and day.weekday() < _SATURDAY:
        raise HolidayTableError(f"第 {number} 行：{format_date(day)}本来就上班，不必标“班”，请核对日期")
    return day, DayKind(working=mark == _ON, name=name)


def _parse_day(number: int, text: str) -> date:
    match = _CHINESE_DATE.fullmatch(text)
    if match is None:
        raise HolidayTableError(f"第 {number} 行：“{text}”不是日期，请写成 2027-02-08")
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        raise HolidayTableError(f"第 {number} 行：“{text}”这一天不存在") from None


def _require_within(day: date, year: int, number: int | None = None) -> None:
    if day.year == year or (day.year == year - 1 and day.month == 12):
        return
    where = f"第 {number} 行：" if number else ""
    raise HolidayTableError(f"{where}{day} 不属于 {year} 年的放假安排")


# -------------------------------------------------------------------------------- the calendar in use

_PACKAGE_CALENDAR: Final = WorkCalendar()
_current: ContextVar[WorkCalendar] = ContextVar("work_calendar", default=_PACKAGE_CALENDAR)


def current_calendar() -> WorkCalendar:
    """The calendar used when none is given: the innermost ``use_calendar``, else the package's years."""
    return _current.get()


@contextmanager
def use_calendar(calendar: WorkCalendar) -> Iterator[WorkCalendar]:
    """Count with this calendar inside the ``with`` block, in this thread or asynchronous task only."""
    token = _current.set(calendar)
    try:
        yield calendar
    finally:
        _current.reset(token)
