"""What a period or day is made of: its unit, its rule, and what may change it later."""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from app.law.dates import SHANGHAI

When = date | datetime | str
YearParity = Literal["every", "even", "odd"]

ONE_DAY: Final = timedelta(days=1)
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 12, 31)
_PARITY_WORDS: Final[Mapping[str, str]] = {"every": "每年", "even": "每逢双数年", "odd": "每逢单数年"}


class PeriodError(ValueError):
    """A period that cannot be counted; the message is Chinese and says what is wrong."""


class Unit(StrEnum):
    """What a period is counted in."""

    DAY = "day"
    WORKDAY = "workday"
    MONTH = "month"
    YEAR = "year"


class Direction(StrEnum):
    """Whether a period runs on from its event or back from it."""

    AFTER = "after"
    BEFORE = "before"


# A hundred years in each unit: more is a slip of the pen, not a period of administration.
_LARGEST: Final = {Unit.DAY: 36_600, Unit.WORKDAY: 26_000, Unit.MONTH: 1_200, Unit.YEAR: 100}
_UNIT_WORDS: Final = {Unit.DAY: "日", Unit.WORKDAY: "个工作日", Unit.MONTH: "个月", Unit.YEAR: "年"}


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, workdays, months or years after (or before) the event.

    Raises ``PeriodError`` for a value that is no whole number from 1 to a hundred years' worth.
    """

    value: int
    unit: Unit
    direction: Direction = Direction.AFTER

    def __post_init__(self) -> None:
        _require_count(self.value, self.unit)

    def __str__(self) -> str:
        side = "前" if self.direction is Direction.BEFORE else ""
        return f"{side}{in_words(self.value, self.unit)}"


@dataclass(frozen=True, slots=True)
class YearlyDay:
    """The same day each year (or each even or odd year); 29 February falls on the 28th in a common year.

    Raises ``PeriodError`` for a day that no year has.
    """

    month: int
    day: int
    years: YearParity = "every"

    def __post_init__(self) -> None:
        for number in (self.month, self.day):
            _require_whole(number, "每年期日的月、日")
        if self.years not in _PARITY_WORDS:
            raise PeriodError(f"年份间隔应为 every、even 或 odd，不能是“{self.years}”")
        try:
            date(2000, self.month, self.day)
        except ValueError:
            raise PeriodError(f"没有 {self.month} 月 {self.day} 日这一天") from None

    def __str__(self) -> str:
        return f"{_PARITY_WORDS[self.years]} {self.month} 月 {self.day} 日"

    def first_from(self, since: date) -> date:
        """The first such day from ``since`` on, which counts: who must act by a day still has that day."""
        candidates = (day_of_month(year, self.month, self.day) for year in range(since.year, since.year + 3))
        return next(day for day in candidates if day >= since and self._falls_in(day.year))

    def _falls_in(self, year: int) -> bool:
        return self.years == "every" or (year % 2 == 0) == (self.years == "even")


@dataclass(frozen=True, slots=True)
class FixedDay:
    """One day named in an order, an opinion or a plan."""

    on: date

    def __str__(self) -> str:
        return f"指定日期 {self.on}"


Rule = Span | YearlyDay | FixedDay


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which the clock stands still, as for inspection or expert review (行政许可法 art. 45).

    The days from ``stopped_on`` up to but not including ``resumed_on`` are not counted. ``resumed_on`` is
    ``None`` while the clock still stands. ``by`` is who decided it. Raises ``PeriodError`` when it resumes
    before it stopped.
    """

    reason: str
    stopped_on: date
    resumed_on: date | None = None
    by: str = ""
    legal_basis: str = ""

    def __post_init__(self) -> None:
        if self.resumed_on is not None and self.resumed_on < self.stopped_on:
            raise PeriodError(f"恢复计时日 {self.resumed_on} 早于停止计时日 {self.stopped_on}")

    @property
    def is_open(self) -> bool:
        """Whether the clock still stands."""
        return self.resumed_on is None

    def to_dict(self) -> dict[str, str | None]:
        """Everything, as JSON-ready data for ``from_dict``."""
        resumed = self.resumed_on.isoformat() if self.resumed_on else None
        return {**asdict(self), "stopped_on": self.stopped_on.isoformat(), "resumed_on": resumed}

    @classmethod
    def from_dict(cls, data: Mapping[str, str | None]) -> Stop:
        """The stop that ``to_dict`` wrote."""
        resumed = data["resumed_on"]
        return cls(
            reason=data["reason"] or "",
            stopped_on=date.fromisoformat(data["stopped_on"] or ""),
            resumed_on=date.fromisoformat(resumed) if resumed else None,
            by=data["by"] or "",
            legal_basis=data["legal_basis"] or "",
        )

    def __str__(self) -> str:
        until = f"至 {self.resumed_on} 恢复" if self.resumed_on else "起尚未恢复"
        return f"{self.stopped_on} {until}，{_why(self.reason, self.by, self.legal_basis)}"


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted by a decision: an amount (``value`` and ``unit``), or a new last day (``until``).

    An amount counts from the last day so far. A new last day is a fixed day and does not shift. Raises
    ``PeriodError`` unless exactly one of the two is given.
    """

    reason: str
    decided_on: date
    value: int | None = None
    unit: Unit | None = None
    until: date | None = None
    by: str = ""
    legal_basis: str = ""

    def __post_init__(self) -> None:
        has_amount = self.value is not None and self.unit is not None
        if has_amount == (self.until is not None) or (self.value is None) != (self.unit is None):
            raise PeriodError("延长期限应写明延长多久，或者写明新的截止日期，二者取一")
        if self.value is not None and self.unit is not None:
            _require_count(self.value, self.unit)

    def __str__(self) -> str:
        amount = in_words(self.value, self.unit) if self.value and self.unit else ""
        what = f"延长 {amount}" if amount else f"延至 {self.until}"
        return f"{self.decided_on} {what}，{_why(self.reason, self.by, self.legal_basis)}"


def day_of_month(year: int, month: int, day: int) -> date:
    """That day, or the month's last one where it is shorter (art. 202)."""
    return date(year, month, min(day, gregorian.monthrange(year, month)[1]))


def in_words(value: int, unit: Unit) -> str:
    """The amount as people say it, e.g. ``45 个工作日``."""
    return f"{value} {_UNIT_WORDS[unit]}"


def _why(reason: str, by: str, legal_basis: str) -> str:
    said = f"{by}：{reason}" if by else reason
    return f"{said}（{legal_basis}）" if legal_basis else said


def as_date(value: object, what: str) -> date:
    """A date in Shanghai. Raises ``PeriodError`` for anything else and for years that no case can lie in."""
    day = _parse_date(value, what)
    if not _EARLIEST <= day <= _LATEST:
        raise PeriodError(f"{what} {day} 不在 {_EARLIEST.year} 年至 {_LATEST.year} 年之间")
    return day


def _parse_date(value: object, what: str) -> date:
    match value:
        case None | "":
            raise PeriodError(f"缺少{what}，期限无从起算")
        case datetime(tzinfo=None):
            raise PeriodError(f"{what}的时间没有时区：{value}")
        case datetime():
            return value.astimezone(SHANGHAI).date()
        case date():
            return value
        case str():
            return _parse_text(value.strip(), what)
        case _:
            raise PeriodError(f"{what}应为日期，不能是 {type(value).__name__}：{value!r}")


def _parse_text(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise PeriodError(f"{what}“{text}”不是日期，请写成 2027-02-08") from None
    return _parse_date(moment, what)


def _require_whole(value: object, what: str) -> None:
    # bool is a subclass of int, yet True is no number of days.
    if isinstance(value, bool) or not isinstance(value, int):
        raise PeriodError(f"{what}应为整数，不能是 {value!r}")


def _require_count(value: object, unit: Unit) -> None:
    _require_whole(value, "期限")
    assert isinstance(value, int)
    if value <= 0:
        raise PeriodError(f"期限应大于零，不能是 {in_words(value, unit)}")
    if value > _LARGEST[unit]:
        raise PeriodError(f"期限 {in_words(value, unit)}超过一百年，请核对")
