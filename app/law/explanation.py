"""The derivation of a last day, told in short Chinese lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.law.counting import Landing, count, unannounced_years
from app.law.dates import format_date
from app.law.holidays import WorkCalendar
from app.law.rules import ONE_DAY, Direction, Extension, FixedDay, Span, Stop, Unit, YearlyDay, in_words

if TYPE_CHECKING:
    from app.law.periods import Deadline


def explain(deadline: Deadline, calendar: WorkCalendar) -> Iterator[str]:
    """Event, rule, landing day, shifts, changes and doubts, each a line; the last line names the last day."""
    landings = count(deadline.rule, deadline.since, deadline.stops, deadline.extensions, calendar)
    yield _since_line(deadline)
    for landing in landings:
        yield from _landing_lines(landing, deadline.since, calendar)
    for stop in deadline.stops:
        if stop.is_open:
            yield f"计时停止：自 {stop}；停止期间不计入，恢复后重算"
    for year in unannounced_years(landings, calendar):
        yield f"暂定：{year} 年放假安排尚未公布，暂按周末和固定节日推算，公布后重算"
    if landings[-1].due_on != deadline.due_on:
        yield f"按现行工作日历重算应为 {format_date(landings[-1].due_on)}，原登记日期尚未更新"
    yield _last_line(deadline)


def _since_line(deadline: Deadline) -> str:
    event = f"{format_date(deadline.since)}{deadline.since_label}"
    if isinstance(deadline.rule, Span):
        return f"起算：{event}，当日不计入（民法典第二百零一条）"
    return f"自 {event}起" if deadline.since_label else f"自 {event} 起"


def _landing_lines(landing: Landing, since: date, calendar: WorkCalendar) -> Iterator[str]:
    match landing.cause:
        case Span() as span:
            yield from _span_lines(span, landing, since, calendar)
        case YearlyDay() | FixedDay() as day:
            yield f"期日：{day}，是固定日期而非期间，不因休息日顺延"
        case Stop() as stop:
            yield f"扣除：{stop}；扣除后落在 {format_date(landing.nominal_on)}"
        case Extension() as extension:
            yield f"延长：{extension}；延长后落在 {format_date(landing.nominal_on)}"
    yield from _shift_lines(landing, calendar)


def _span_lines(span: Span, landing: Landing, since: date, calendar: WorkCalendar) -> Iterator[str]:
    lands = f"落在 {format_date(landing.nominal_on)}"
    way = "倒数" if span.direction is Direction.BEFORE else "计"
    amount = in_words(span.value, span.unit)
    match span.unit:
        case Unit.WORKDAY:
            yield f"期限：{way} {amount}，不含法定节假日（行政许可法第八十二条），{lands}"
            yield from _between_lines(since, landing.due_on, calendar)
        case Unit.DAY:
            yield f"期限：{way} {amount}（民法典第二百条），{lands}"
        case _ if landing.nominal_on.day != since.day:
            yield f"期限：{way} {amount}，没有对应日，以月末日为准（民法典第二百零二条），{lands}"
        case _:
            yield f"期限：{way} {amount}，以对应日为准（民法典第二百零二条），{lands}"


def _between_lines(since: date, due: date, calendar: WorkCalendar) -> Iterator[str]:
    """Days off and worked weekends on the way from the event, which does not count, to the last day."""
    first, last = min(since, due), max(since, due)
    between = [first + timedelta(days=n) for n in range(1, (last - first).days)]
    off = Counter(_reason(day, calendar) for day in between if not calendar.is_workday(day))
    if off:
        yield f"其间不计：{'、'.join(f'{reason} {count} 天' for reason, count in off.items())}"
    worked = sorted(day for day in (*between, due) if calendar.is_workday(day) and day.weekday() >= 5)
    if worked:
        yield f"其间计入：{'、'.join(f'{format_date(day)}{calendar.describe(day)}' for day in worked)}"


def _reason(day: date, calendar: WorkCalendar) -> str:
    reason = calendar.describe(day)
    return "周末" if reason in ("周六", "周日") else reason


def _shift_lines(landing: Landing, calendar: WorkCalendar) -> Iterator[str]:
    step = ONE_DAY if landing.due_on > landing.nominal_on else -ONE_DAY
    skipped = [landing.nominal_on + n * step for n in range(abs((landing.due_on - landing.nominal_on).days))]
    if not skipped:
        return
    reasons = "、".join(_dated_reason(day, calendar) for day in skipped)
    if step > timedelta():
        yield f"顺延：{reasons}，顺延到下一个工作日 {format_date(landing.due_on)}（民法典第二百零三条）"
    else:
        yield f"提前：{reasons}，倒数的期限提前到上一个工作日 {format_date(landing.due_on)}"


def _dated_reason(day: date, calendar: WorkCalendar) -> str:
    reason = calendar.describe(day)
    return format_date(day) if reason in ("周六", "周日") else f"{format_date(day)}{reason}"


def _last_line(deadline: Deadline) -> str:
    ends = deadline.closes_at.strftime("%H:%M") if deadline.closes_at else "24:00"
    word = "停止前的到期日" if deadline.is_stopped else "到期"
    return f"{word}：{format_date(deadline.due_on)} {ends}"
