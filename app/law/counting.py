"""Counting a rule, its stops and its extensions through a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.law.holidays import WorkCalendar
from app.law.rules import (
    ONE_DAY,
    Direction,
    Extension,
    FixedDay,
    Rule,
    Span,
    Stop,
    Unit,
    YearlyDay,
    day_of_month,
)


@dataclass(frozen=True, slots=True)
class Landing:
    """One stage of counting: what caused it, where it landed, and where that shifted to.

    ``first_read`` and ``last_read`` bound the days whose kind (worked or off) mattered; ``None`` when none
    did.
    """

    cause: Rule | Stop | Extension
    nominal_on: date
    due_on: date
    first_read: date | None
    last_read: date | None


def count(
    rule: Rule,
    since: date,
    stops: Iterable[Stop],
    extensions: Iterable[Extension],
    calendar: WorkCalendar,
) -> list[Landing]:
    """Count the rule, then its stops and extensions in the order in which they happened.

    The last landing is the result. A stop that is still open adds nothing yet.
    """
    landings = [_land_rule(rule, since, calendar)]
    excluded_until = since + ONE_DAY
    changes: list[Stop | Extension] = [*stops, *extensions]
    for change in sorted(changes, key=_happened_on):
        if isinstance(change, Extension):
            landings.append(_land_extension(change, landings[-1], calendar))
        elif change.resumed_on is not None:
            # Stops may overlap, and the day of the event never counts: no day is left out twice.
            first_excluded = max(change.stopped_on, excluded_until)
            excluded_until = max(change.resumed_on, excluded_until)
            landings.append(_land_stop(change, first_excluded, excluded_until, rule, landings[-1], calendar))
    return landings


def _happened_on(change: Stop | Extension) -> date:
    return change.stopped_on if isinstance(change, Stop) else change.decided_on


def _land_rule(rule: Rule, since: date, calendar: WorkCalendar) -> Landing:
    match rule:
        case Span(value, unit, Direction.AFTER):
            return _land_span(rule, value, unit, since, calendar)
        case Span(value, Unit.WORKDAY):
            due = calendar.add_workdays(since, -value)
            return Landing(rule, due, due, due, since)
        case Span(value, unit):
            nominal = _move(since, -value, unit)
            due = calendar.previous_workday(nominal)
            return Landing(rule, nominal, due, due, nominal)
        case YearlyDay():
            due = rule.first_from(since)
            return Landing(rule, due, due, None, None)
        case FixedDay(on):
            return Landing(rule, on, on, None, None)


def _land_span(cause: Rule | Extension, value: int, unit: Unit, since: date, calendar: WorkCalendar) -> Landing:
    if unit is Unit.WORKDAY:
        due = calendar.add_workdays(since, value)
        return Landing(cause, due, due, since, due)
    return _land_on(cause, _move(since, value, unit), calendar)


def _land_on(cause: Rule | Stop | Extension, nominal: date, calendar: WorkCalendar) -> Landing:
    due = calendar.next_workday(nominal)
    return Landing(cause, nominal, due, nominal, due)


def _land_extension(extension: Extension, before: Landing, calendar: WorkCalendar) -> Landing:
    if extension.until is not None:
        return Landing(extension, extension.until, extension.until, None, None)
    assert extension.value is not None
    assert extension.unit is not None
    return _land_span(extension, extension.value, extension.unit, before.due_on, calendar)


def _land_stop(stop: Stop, first: date, end: date, rule: Rule, before: Landing, calendar: WorkCalendar) -> Landing:
    """Add the excluded days from ``first`` up to but not including ``end``."""
    if isinstance(rule, Span) and rule.unit is Unit.WORKDAY:
        excluded = calendar.workdays_between(first - ONE_DAY, end - ONE_DAY)
        due = calendar.add_workdays(before.due_on, excluded)
        return Landing(stop, due, due, first, max(due, end))
    # A clock that stops during the holiday shift still has the shifted last day to run.
    base = before.nominal_on if first <= before.nominal_on else before.due_on
    return _land_on(stop, base + (end - first), calendar)


def _move(day: date, n: int, unit: Unit) -> date:
    """The day ``n`` calendar units on, or back when negative; workdays are no calendar unit."""
    if unit is Unit.DAY:
        return day + timedelta(days=n)
    month = day.year * 12 + day.month - 1 + n * (12 if unit is Unit.YEAR else 1)
    return day_of_month(month // 12, month % 12 + 1, day.day)


def unannounced_years(landings: Iterable[Landing], calendar: WorkCalendar) -> list[int]:
    """The years that were read although their holidays are not announced yet, in order."""
    read = {
        year
        for landing in landings
        if landing.first_read is not None and landing.last_read is not None
        for year in range(landing.first_read.year, landing.last_read.year + 1)
    }
    return sorted(filter(calendar.is_provisional, read))
