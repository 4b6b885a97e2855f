"""Periods and days as the law counts them (Civil Code arts. 200-204 and 1259).

A period counts from a legal event, whose own day does not count. It ends on its last day at 24:00 in
Shanghai, or at the close of business where the jurisdiction says so; a last day on which nobody works moves
to the next working day. A day fixed by the regulation (期日) is no period and stays where it is.

Functions named after their unit build a ``Deadline``, which keeps how it came about and can explain it in
Chinese.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Literal, Self

from app.law.counting import count, unannounced_years
from app.law.dates import SHANGHAI, format_date
from app.law.explanation import explain
from app.law.holidays import WorkCalendar, current_calendar, use_calendar
from app.law.rules import (
    ONE_DAY,
    Direction,
    Extension,
    FixedDay,
    PeriodError,
    Rule,
    Span,
    Stop,
    Unit,
    When,
    YearlyDay,
    YearParity,
    as_date,
)

__all__ = [
    "Deadline",
    "Direction",
    "Extension",
    "FixedDay",
    "PeriodError",
    "Span",
    "Stop",
    "Unit",
    "When",
    "WorkCalendar",
    "YearlyDay",
    "current_calendar",
    "days",
    "days_before",
    "distance",
    "every_year",
    "fixed_day",
    "format_date",
    "light",
    "months",
    "months_before",
    "use_calendar",
    "warn_on",
    "workdays",
    "workdays_before",
    "years",
]

Light = Literal["green", "yellow", "red"]


@dataclass(frozen=True)
class Deadline:
    """The last day for an act and how the law arrives at it.

    ``nominal_on`` is where counting lands, stops and extensions included; ``due_on`` is that day after the
    holiday shift. While ``is_stopped`` the final day is unknown and ``due_on`` is the day as it stood when
    the clock stopped. ``provisional`` says that a year was used whose holidays are not announced yet.
    ``closes_at`` is the close of business, where the jurisdiction ends periods then rather than at 24:00
    (art. 203).

    For a ``YearlyDay``, ``since`` is merely the day from which its occurrence was sought.
    """

    rule: Rule
    since: date
    since_label: str
    nominal_on: date
    due_on: date
    provisional: bool = False
    closes_at: time | None = None
    stops: tuple[Stop, ...] = field(default=())
    extensions: tuple[Extension, ...] = field(default=())

    @property
    def is_stopped(self) -> bool:
        """Whether the clock stands still at present."""
        return any(stop.is_open for stop in self.stops)

    @property
    def expires_at(self) -> datetime:
        """The instant in UTC at which the period ends."""
        if self.closes_at is not None:
            return datetime.combine(self.due_on, self.closes_at, SHANGHAI).astimezone(UTC)
        return datetime.combine(self.due_on + ONE_DAY, time(), SHANGHAI).astimezone(UTC)

    def with_stop(self, stop: Stop, calendar: WorkCalendar | None = None) -> Self:
        """The deadline with a time in which the clock stood, or stands.

        Raises ``PeriodError`` for fixed days and periods that count backwards, which no stop can move; while
        another stop is open; and for a stop that begins before the period or after its end.
        """
        if not isinstance(self.rule, Span) or self.rule.direction is Direction.BEFORE:
            raise PeriodError("固定日期和倒数的期限不能停止计时")
        if self.is_stopped:
            raise PeriodError("计时已经停止，恢复之前不能再次停止")
        if not self.since <= stop.stopped_on <= self.due_on:
            raise PeriodError(f"停止计时日 {stop.stopped_on} 不在期限之内（{self.since} 至 {self.due_on}）")
        return self._changed(calendar, stops=(*self.stops, stop))

    def resumed(self, on: When, calendar: WorkCalendar | None = None) -> Self:
        """The deadline after its open stop ended; ``on`` is the first day that counts again.

        Raises ``PeriodError`` when the clock is running.
        """
        if not self.is_stopped:
            raise PeriodError("计时没有停止，无从恢复")
        day = as_date(on, "恢复计时日")
        stops = tuple(replace(stop, resumed_on=day) if stop.is_open else stop for stop in self.stops)
        return self._changed(calendar, stops=stops)

    def extended(self, extension: Extension, calendar: WorkCalendar | None = None) -> Self:
        """The deadline after more time was granted.

        Raises ``PeriodError`` when the new last day is not later than the one so far, or while the clock
        stands.
        """
        if self.is_stopped:
            raise PeriodError("计时停止期间不能延长期限，请先恢复计时")
        if extension.until is not None and extension.until <= self.due_on:
            raise PeriodError(f"延长后的日期 {extension.until} 应晚于现截止日 {self.due_on}")
        return self._changed(calendar, extensions=(*self.extensions, extension))

    def excluding(self, times: Iterable[Stop], calendar: WorkCalendar | None = None) -> Self:
        """The deadline without times that do not count, as far as they fall into it.

        A time before the period or after its end changes nothing; nor does any time change a fixed day or a period that counts
        backwards. Times that are left out already are not left out twice.
        """
        if not isinstance(self.rule, Span) or self.rule.direction is Direction.BEFORE:
            return self
        found = self
        for time_out in times:
            falls_in = time_out.stopped_on <= found.due_on and (time_out.resumed_on is None or time_out.resumed_on > self.since + ONE_DAY)
            if falls_in and time_out not in found.stops:
                found = found._changed(calendar, stops=(*found.stops, time_out))
        return found

    def keeping(self, former: Deadline, calendar: WorkCalendar | None = None) -> Self:
        """The deadline with what was excluded or granted under a former one as well."""
        if not former.stops and not former.extensions:
            return self
        stops = tuple(dict.fromkeys((*former.stops, *self.stops)))
        return self._changed(calendar, stops=stops, extensions=tuple(dict.fromkeys((*former.extensions, *self.extensions))))

    def recomputed(self, calendar: WorkCalendar | None = None) -> Self:
        """The same deadline derived anew from its rule, for example after a year's holidays were imported."""
        return self._changed(calendar)

    def explain(self, calendar: WorkCalendar | None = None) -> list[str]:
        """Short Chinese lines that derive the last day; the last line names it."""
        return list(explain(self, calendar or current_calendar()))

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON-ready data for ``from_dict``."""
        rule = {"kind": _RULE_KINDS[type(self.rule)], **asdict(self.rule)}
        plain: dict[str, Any] = _plain({**asdict(self), "rule": rule})
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The deadline that ``to_dict`` wrote. Raises ``PeriodError`` for data of another form."""
        try:
            closes_at = data["closes_at"]
            return cls(
                rule=_rule_from_dict(data["rule"]),
                since=date.fromisoformat(data["since"]),
                since_label=data["since_label"],
                nominal_on=date.fromisoformat(data["nominal_on"]),
                due_on=date.fromisoformat(data["due_on"]),
                provisional=data["provisional"],
                closes_at=time.fromisoformat(closes_at) if closes_at else None,
                stops=tuple(Stop(**_with_dates(stop)) for stop in data["stops"]),
                extensions=tuple(_extension_from_dict(extension) for extension in data["extensions"]),
            )
        except PeriodError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PeriodError(f"期限数据无法读取：{error}") from error

    def _changed(
        self,
        calendar: WorkCalendar | None,
        *,
        stops: tuple[Stop, ...] | None = None,
        extensions: tuple[Extension, ...] | None = None,
    ) -> Self:
        draft = replace(
            self,
            stops=self.stops if stops is None else stops,
            extensions=self.extensions if extensions is None else extensions,
        )
        chosen = calendar or current_calendar()
        landings = count(draft.rule, draft.since, draft.stops, draft.extensions, chosen)
        return replace(
            draft,
            nominal_on=landings[-1].nominal_on,
            due_on=landings[-1].due_on,
            provisional=bool(unannounced_years(landings, chosen)),
        )


def _new(rule: Rule, since: When | None, label: str, closes_at: time | None, calendar: WorkCalendar | None) -> Deadline:
    start = as_date(since, label or "起算日")
    return Deadline(rule, start, label, start, start, closes_at=closes_at).recomputed(calendar)


def days(
    n: int,
    since: When | None,
    since_label: str = "",
    *,
    closes_at: time | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """``n`` calendar days from the event, whose day does not count (Civil Code arts. 201, 203).

    ``since`` is a date, an ISO string, or an aware datetime, of which the date in Shanghai is taken.
    ``since_label`` names the event in Chinese. Raises ``PeriodError`` for a count or an event that makes no
    sense; so do the functions below.
    """
    return _new(Span(n, Unit.DAY), since, since_label, closes_at, calendar)


def workdays(
    n: int,
    since: When | None,
    since_label: str = "",
    *,
    closes_at: time | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """``n`` working days from the event: no statutory holidays (行政许可法 art. 82), but worked weekends."""
    return _new(Span(n, Unit.WORKDAY), since, since_label, closes_at, calendar)


def months(
    n: int,
    since: When | None,
    since_label: str = "",
    *,
    closes_at: time | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """``n`` months from the event: the same day number, or the month's last day (art. 202)."""
    return _new(Span(n, Unit.MONTH), since, since_label, closes_at, calendar)


def years(
    n: int,
    since: When | None,
    since_label: str = "",
    *,
    closes_at: time | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """``n`` years from the event: the same day, or the last of February where there is none (art. 202)."""
    return _new(Span(n, Unit.YEAR), since, since_label, closes_at, calendar)


def days_before(
    n: int,
    since: When | None,
    since_label: str = "",
    *,
    closes_at: time | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """The last day that still lies ``n`` calendar days before the event, whose day does not count.

    A day off shifts to the working day before it, not after: the span protects whoever waits for the event,
    and a later day would shorten it. The same holds for the two functions below.
    """
    return _new(Span(n, Unit.DAY, Direction.BEFORE), since, since_label, closes_at, calendar)


def workdays_before(
    n: int,
    since: When | None,
    since_label: str = "",
    *,
    closes_at: time | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """The ``n``-th working day before the event, whose day does not count."""
    return _new(Span(n, Unit.WORKDAY, Direction.BEFORE), since, since_label, closes_at, calendar)


def months_before(
    n: int,
    since: When | None,
    since_label: str = "",
    *,
    closes_at: time | None = None,
    calendar: WorkCalendar | None = None,
) -> Deadline:
    """The same day number ``n`` months before the event, or that month's last day where it has none."""
    return _new(Span(n, Unit.MONTH, Direction.BEFORE), since, since_label, closes_at, calendar)


def every_year(
    month: int,
    day: int,
    after: When | None,
    years: YearParity = "every",
    *,
    after_label: str = "",
    closes_at: time | None = None,
) -> Deadline:
    """The first such day from ``after`` on; a day is no period and does not shift.

    ``after`` itself may be the day: whoever takes up on 31 December what is due by 31 December is due at
    once, not in a year. Pass the following day to find the next one.

    ``years`` picks every year or only even or odd ones. Raises ``PeriodError`` for a day that no year has.
    """
    return _new(YearlyDay(month, day, years), after, after_label, closes_at, None)


def fixed_day(on: When, since: When | None, since_label: str = "", *, closes_at: time | None = None) -> Deadline:
    """A day that an order, an opinion or a plan names; it does not shift.

    ``since`` is the day from which time is available, such as receipt of the order; it decides when to warn.
    """
    return _new(FixedDay(as_date(on, "指定日期")), since, since_label, closes_at, None)


def warn_on(deadline: Deadline, share: Fraction | float = Fraction(1, 5), calendar: WorkCalendar | None = None) -> date:
    """The first day on which no more than ``share`` of the period is left; for short periods the last day.

    Workday periods are measured in working days, all others in calendar days. Raises ``PeriodError`` for a
    share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise PeriodError("预警比例应在 0 到 1 之间")
    # A share typed as 0.3 means three tenths, not the nearest binary fraction.
    part = Fraction(share).limit_denominator(1000)
    if isinstance(deadline.rule, Span) and deadline.rule.unit is Unit.WORKDAY:
        worked = calendar or current_calendar()
        total = abs(worked.workdays_between(deadline.since, deadline.due_on))
        warning = worked.add_workdays(deadline.due_on, -math.floor(part * total))
    else:
        total = abs((deadline.due_on - deadline.since).days)
        warning = deadline.due_on - timedelta(days=math.floor(part * total))
    # Workdays counted back may pass an event on a day off, but nobody is warned before the event.
    return max(warning, deadline.since) if deadline.since <= deadline.due_on else warning


def light(deadline: Deadline | date, today: date, warn_on: date) -> Light:
    """Green before ``warn_on``, yellow from then through the last day, red after it.

    A stopped clock keeps the colour it had when it stopped.
    """
    if isinstance(deadline, Deadline):
        today = min([today, *(stop.stopped_on for stop in deadline.stops if stop.is_open)])
    due_on = deadline.due_on if isinstance(deadline, Deadline) else deadline
    if today > due_on:
        return "red"
    return "yellow" if today >= warn_on else "green"


def distance(today: date, due_on: date) -> str:
    """How far the last day is, in calendar days: ``还有 12 天``, ``今天到期``, ``已逾期 3 天``."""
    left = (due_on - today).days
    if left == 0:
        return "今天到期"
    return f"还有 {left} 天" if left > 0 else f"已逾期 {-left} 天"


_RULE_KINDS: Final[Mapping[type, str]] = {Span: "span", YearlyDay: "yearly", FixedDay: "fixed"}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
        case date() | time():
            return value.isoformat()
        case StrEnum():
            return value.value
        case _:
            return value


def _rule_from_dict(data: Mapping[str, Any]) -> Rule:
    match data:
        case {"kind": "span", "value": value, "unit": unit, "direction": direction}:
            return Span(value, Unit(unit), Direction(direction))
        case {"kind": "yearly", "month": month, "day": day, "years": parity}:
            return YearlyDay(month, day, parity)
        case {"kind": "fixed", "on": on}:
            return FixedDay(date.fromisoformat(on))
        case _:
            raise PeriodError(f"期限规则无法读取：{data}")


def _extension_from_dict(data: Mapping[str, Any]) -> Extension:
    unit = data["unit"]
    return Extension(**{**_with_dates(data), "unit": Unit(unit) if unit else None})


def _with_dates(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a change with its dates read."""
    return {key: date.fromisoformat(value) if value and key in _DATE_FIELDS else value for key, value in data.items()}


_DATE_FIELDS: Final = frozenset({"stopped_on", "resumed_on", "decided_on", "until"})
