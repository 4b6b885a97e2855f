"""The last day of every kind of period, against days counted by hand on the announced calendars.

Days off and worked weekends, as the State Council arranged them:
2024: 01-01; 02-10~17 (worked 02-04, 02-18); 04-04~06 (04-07); 05-01~05 (04-28, 05-11); 06-10;
09-15~17 (09-14); 10-01~07 (09-29, 10-12).
2025: 01-01; 01-28~02-04 (01-26, 02-08); 04-04~06; 05-01~05 (04-27); 05-31~06-02; 10-01~08 (09-28, 10-11).
2026: 01-01~03 (01-04); 02-15~23 (02-14, 02-28); 04-04~06; 05-01~05 (05-09); 06-19~21; 09-25~27; 10-01~07
(09-20, 10-10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest

from app.law import periods
from app.law.holidays import DayKind, WorkCalendar
from app.law.periods import (
    Deadline,
    Extension,
    PeriodError,
    Stop,
    Unit,
    days,
    days_before,
    distance,
    every_year,
    fixed_day,
    format_date,
    light,
    months,
    use_calendar,
    warn_on,
    workdays,
    workdays_before,
    years,
)

COUNTED_BY_HAND = [
    # unit, value, event, last day, why
    ("days", 1, "2026-03-02", "2026-03-03", "当日不计，次日为第一日也是末日"),
    ("days", 10, "2026-03-02", "2026-03-12", "末日周四，不动"),
    ("days", 5, "2026-03-02", "2026-03-09", "末日周六，顺延到周一"),
    ("days", 6, "2026-03-02", "2026-03-09", "末日周日，顺延到周一"),
    ("days", 15, "2026-01-30", "2026-02-14", "末日是春节前调休上班的周六，不动"),
    ("days", 15, "2026-01-31", "2026-02-24", "末日是春节假期首日，跨九天"),
    ("days", 30, "2026-01-24", "2026-02-24", "末日是春节假期最后一天"),
    ("days", 30, "2026-01-29", "2026-02-28", "末日是春节后调休上班的周六"),
    ("days", 30, "2026-09-01", "2026-10-08", "末日是国庆首日"),
    ("days", 30, "2026-09-07", "2026-10-08", "末日是国庆假期最后一天"),
    ("days", 30, "2026-09-10", "2026-10-10", "末日是国庆后调休上班的周六"),
    ("days", 30, "2026-09-11", "2026-10-12", "国庆后的周日照常休息"),
    ("days", 45, "2024-01-15", "2024-02-29", "闰年二月有 29 日"),
    ("days", 45, "2025-01-15", "2025-03-03", "平年落在三月一日周六"),
    ("days", 60, "2025-12-01", "2026-01-30", "跨年"),
    ("days", 365, "2024-02-28", "2025-02-27", "其间有闰日，不等于一年"),
    ("days", 30, "2024-03-05", "2024-04-07", "清明后调休上班的周日"),
    ("days", 30, "2024-04-01", "2024-05-06", "劳动节五天"),
    ("days", 10, "2024-09-05", "2024-09-18", "中秋三天"),
    ("days", 14, "2025-09-14", "2025-09-28", "国庆前调休上班的周日，不动"),
    ("days", 14, "2025-05-17", "2025-06-03", "端午假期从周六开始"),
    ("days", 10, "2026-06-09", "2026-06-22", "端午连周末"),
    ("days", 20, "2026-09-05", "2026-09-28", "中秋连周末"),
    ("months", 1, "2026-01-31", "2026-02-28", "无 31 日，月末日；周六调休上班"),
    ("months", 1, "2025-01-31", "2025-02-28", "无 31 日，平年月末日"),
    ("months", 1, "2024-01-31", "2024-02-29", "无 31 日，闰年月末日"),
    ("months", 1, "2026-02-28", "2026-03-30", "对应日 28 日而非月末，周六顺延"),
    ("months", 1, "2026-03-31", "2026-04-30", "小月无 31 日"),
    ("months", 2, "2025-12-31", "2026-02-28", "跨年到二月末"),
    ("months", 2, "2024-12-31", "2025-02-28", "跨年到平年二月末"),
    ("months", 1, "2026-05-31", "2026-06-30", "小月无 31 日"),
    ("months", 6, "2025-08-31", "2026-02-28", "半年到二月末"),
    ("months", 6, "2024-08-30", "2025-02-28", "30 日到二月末"),
    ("months", 2, "2025-12-17", "2026-02-24", "春节当天，顺延到节后"),
    ("months", 1, "2026-09-05", "2026-10-08", "国庆假期中"),
    ("months", 2, "2026-03-01", "2026-05-06", "劳动节首日"),
    ("months", 2, "2026-03-09", "2026-05-09", "劳动节后调休上班的周六"),
    ("months", 3, "2024-11-30", "2025-02-28", "三个月到二月末"),
    ("months", 12, "2025-03-10", "2026-03-10", "十二个月等于一年"),
    ("months", 1, "2025-09-03", "2025-10-09", "国庆中秋连休八天"),
    ("months", 1, "2025-09-11", "2025-10-11", "国庆后调休上班的周六"),
    ("months", 1, "2024-12-28", "2025-02-05", "除夕起八天"),
    ("months", 6, "2025-10-04", "2026-04-07", "清明连周末"),
    ("months", 13, "2024-01-31", "2025-02-28", "超过一年的月数"),
    ("months", 1, "2025-12-04", "2026-01-04", "元旦后调休上班的周日"),
    ("months", 1, "2025-12-02", "2026-01-04", "元旦调休放假，顺延到上班的周日"),
    ("years", 1, "2024-02-29", "2025-02-28", "闰日一年后无对应日"),
    ("years", 4, "2020-02-29", "2024-02-29", "闰日到闰日"),
    ("years", 1, "2025-02-28", "2026-02-28", "周六调休上班，不动"),
    ("years", 1, "2025-10-01", "2026-10-08", "国庆首日"),
    ("years", 2, "2022-05-01", "2024-05-06", "劳动节首日"),
    ("years", 5, "2021-02-10", "2026-02-10", "两次审核间隔五年"),
    ("years", 1, "2024-09-14", "2025-09-15", "去年上班的周六不影响今年的周日"),
    ("workdays", 1, "2026-03-06", "2026-03-09", "周五的下一个工作日是周一"),
    ("workdays", 5, "2026-03-02", "2026-03-09", "跨一个周末"),
    ("workdays", 10, "2026-02-02", "2026-02-14", "第十个正是上班的周六"),
    ("workdays", 11, "2026-02-02", "2026-02-24", "第十一个在春节之后"),
    ("workdays", 20, "2026-02-02", "2026-03-06", "跨春节，两个周六计入"),
    ("workdays", 1, "2026-09-30", "2026-10-08", "跨国庆"),
    ("workdays", 3, "2026-09-30", "2026-10-10", "国庆后周六上班"),
    ("workdays", 10, "2025-09-19", "2025-10-10", "节前周日上班，跨国庆"),
    ("workdays", 11, "2025-09-19", "2025-10-11", "节后周六上班"),
    ("workdays", 5, "2025-01-24", "2025-02-07", "节前周日上班，跨春节"),
    ("workdays", 6, "2025-01-24", "2025-02-08", "节后周六上班"),
    ("workdays", 5, "2024-02-07", "2024-02-20", "2024 年除夕上班"),
    ("workdays", 3, "2024-04-03", "2024-04-09", "清明后周日上班"),
    ("workdays", 2, "2024-04-26", "2024-04-29", "节前周日上班"),
    ("workdays", 5, "2024-04-30", "2024-05-10", "跨劳动节"),
    ("workdays", 6, "2024-04-30", "2024-05-11", "劳动节后周六上班"),
    ("workdays", 2, "2024-09-13", "2024-09-18", "周六上班，再跨中秋"),
    ("workdays", 30, "2026-04-01", "2026-05-18", "跨清明和劳动节"),
    ("workdays", 45, "2025-12-31", "2026-03-11", "跨元旦和春节，三个周末日上班"),
    ("workdays", 1, "2026-03-07", "2026-03-09", "事件在周六"),
    ("days_before", 10, "2026-03-20", "2026-03-10", "倒数十日，周二"),
    ("days_before", 10, "2026-03-18", "2026-03-06", "倒数到周日，提前到周五"),
    ("days_before", 10, "2026-10-12", "2026-09-30", "倒数到国庆假期，提前到节前"),
    ("days_before", 30, "2026-03-25", "2026-02-14", "倒数到春节假期，提前到上班的周六"),
    ("days_before", 15, "2026-03-15", "2026-02-28", "倒数到上班的周六，不动"),
    ("workdays_before", 5, "2026-03-09", "2026-03-02", "倒数五个工作日"),
    ("workdays_before", 1, "2026-02-24", "2026-02-14", "春节前的周六上班"),
    ("workdays_before", 3, "2026-10-08", "2026-09-28", "倒数跨国庆"),
    ("workdays_before", 10, "2025-10-13", "2025-09-23", "倒数跨国庆，两个周末日上班"),
    ("months_before", 1, "2026-03-31", "2026-02-28", "倒数无 31 日，月末日"),
    ("months_before", 1, "2024-03-31", "2024-02-29", "倒数到闰年二月末"),
    ("months_before", 6, "2026-10-03", "2026-04-03", "倒数半年"),
    ("months_before", 3, "2026-05-20", "2026-02-14", "倒数到春节假期，提前"),
]


@pytest.mark.parametrize(("function", "n", "since", "due", "why"), COUNTED_BY_HAND)
def test_a_period_ends_on_the_day_counted_by_hand(function: str, n: int, since: str, due: str, why: str) -> None:
    build: Callable[..., Deadline] = getattr(periods, function)
    assert build(n, since=since).due_on == date.fromisoformat(due), why


@pytest.mark.parametrize(
    ("month", "day", "after", "parity", "due", "why"),
    [
        (12, 31, "2027-01-10", "every", "2027-12-31", "当年年底"),
        (12, 31, "2022-06-01", "every", "2022-12-31", "周六，期日不顺延"),
        (10, 1, "2026-06-01", "every", "2026-10-01", "国庆节，期日不顺延"),
        (12, 31, "2026-12-31", "every", "2026-12-31", "当天仍来得及"),
        (1, 31, "2026-02-01", "every", "2027-01-31", "已过，下一年"),
        (9, 30, "2025-01-01", "even", "2026-09-30", "双数年"),
        (9, 30, "2026-10-01", "even", "2028-09-30", "双数年已过，再隔一年"),
        (9, 30, "2026-01-01", "odd", "2027-09-30", "单数年"),
        (2, 29, "2025-01-01", "every", "2025-02-28", "平年为二月末"),
        (2, 29, "2027-06-01", "every", "2028-02-29", "闰年有闰日"),
    ],
)
def test_a_yearly_day_recurs_without_shifting(month: int, day: int, after: str, parity: Any, due: str, why: str) -> None:
    deadline = every_year(month, day, after, parity)
    assert (deadline.due_on, deadline.provisional) == (date.fromisoformat(due), False), why


def test_a_day_named_in_an_order_does_not_shift() -> None:
    assert fixed_day("2026-10-03", since="2026-09-01").due_on == date(2026, 10, 3)


# -------------------------------------------------------------------------------- events and instants


@pytest.mark.parametrize(
    "since",
    [
        date(2026, 3, 2),
        "2026-03-02",
        " 2026-03-02 ",
        datetime(2026, 3, 1, 16, 0, tzinfo=UTC),
        datetime(2026, 3, 2, 23, 59, tzinfo=timezone(timedelta(hours=8))),
        "2026-03-01T16:00:00+00:00",
        "2026-03-02T15:59:59Z",
    ],
)
def test_the_event_is_dated_in_shanghai(since: Any) -> None:
    assert days(1, since).since == date(2026, 3, 2)


def test_a_period_expires_at_midnight_in_shanghai() -> None:
    assert days(10, "2026-03-02").expires_at == datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


def test_a_period_expires_at_the_close_of_business_where_there_is_one() -> None:
    deadline = days(10, "2026-03-02", closes_at=time(17, 30))
    assert deadline.expires_at == datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
    assert deadline.explain()[-1] == "到期：2026-03-12（周四） 17:30"


@pytest.mark.parametrize("function", [days, workdays, months, years, days_before])
@pytest.mark.parametrize("n", [0, -1, True, 1.0, "2", None, 10**6])
def test_a_count_that_makes_no_sense_is_refused(function: Callable[..., Deadline], n: Any) -> None:
    with pytest.raises(PeriodError, match="期限"):
        function(n, "2026-03-02")


@pytest.mark.parametrize(
    ("since", "message"),
    [
        (None, "缺少名单公布"),
        ("", "缺少名单公布"),
        ("2026-02-30", "不是日期"),
        ("三月二日", "不是日期"),
        (datetime(2026, 3, 2, 9, 0), "没有时区"),
        ("2026-03-02T09:00:00", "没有时区"),
        (20260302, "应为日期"),
        (True, "应为日期"),
        ("0026-03-02", "不在 1900 年至 2200 年之间"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(since: Any, message: str) -> None:
    with pytest.raises(PeriodError, match=message):
        months(1, since, "名单公布")


@pytest.mark.parametrize(("month", "day"), [(2, 30), (13, 1), (4, 31), (0, 1), (True, 1), (1, 1.0)])
def test_a_yearly_day_that_no_year_has_is_refused(month: Any, day: Any) -> None:
    with pytest.raises(PeriodError):
        every_year(month, day, "2026-01-01")


def test_an_unknown_parity_of_years_is_refused() -> None:
    with pytest.raises(PeriodError, match="even"):
        every_year(1, 31, "2026-01-01", "leap")  # type: ignore[arg-type]


# -------------------------------------------------------------------------------- stops and extensions


def stop(stopped_on: str, resumed_on: str | None) -> Stop:
    return Stop(
        reason="专家评审",
        stopped_on=date.fromisoformat(stopped_on),
        resumed_on=date.fromisoformat(resumed_on) if resumed_on else None,
        by="市环保局",
        legal_basis="行政许可法第四十五条",
    )


@pytest.mark.parametrize(
    ("deadline", "stops", "due", "why"),
    [
        (workdays(10, "2026-03-02"), [("2026-03-05", "2026-03-10")], "2026-03-19", "停三个工作日"),
        (workdays(10, "2026-03-02"), [("2026-03-07", "2026-03-09")], "2026-03-16", "只停一个周末，不延"),
        (workdays(10, "2026-03-02"), [("2026-03-02", "2026-03-04")], "2026-03-17", "起算当日本来不计"),
        (days(10, "2026-03-02"), [("2026-03-05", "2026-03-10")], "2026-03-17", "停五日"),
        (days(10, "2026-03-02"), [("2026-03-05", "2026-03-07")], "2026-03-16", "停两日落周六，顺延"),
        (days(5, "2026-03-02"), [("2026-03-09", "2026-03-12")], "2026-03-12", "顺延的周一停止，恢复当日到期"),
        (months(1, "2026-03-02"), [("2026-03-20", "2026-04-01")], "2026-04-14", "停十二日"),
        (
            workdays(10, "2026-03-02"),
            [("2026-03-05", "2026-03-10"), ("2026-03-06", "2026-03-12")],
            "2026-03-23",
            "两段重叠只扣一次：五至十一日五个工作日",
        ),
        (
            workdays(10, "2026-03-02"),
            [("2026-03-05", "2026-03-12"), ("2026-03-06", "2026-03-10")],
            "2026-03-23",
            "后一段在前一段之内",
        ),
    ],
)
def test_days_on_which_the_clock_stands_are_not_counted(deadline: Deadline, stops: list[tuple[str, str]], due: str, why: str) -> None:
    for stopped_on, resumed_on in stops:
        deadline = deadline.with_stop(stop(stopped_on, resumed_on))
    assert deadline.due_on == date.fromisoformat(due), why


def test_an_open_stop_keeps_the_day_until_the_clock_resumes() -> None:
    running = workdays(10, "2026-03-02")
    standing = running.with_stop(stop("2026-03-05", None))
    assert (standing.is_stopped, standing.due_on) == (True, running.due_on)
    assert "计时停止" in standing.explain()[-2]
    resumed = standing.resumed("2026-03-10")
    assert resumed == running.with_stop(stop("2026-03-05", "2026-03-10"))
    assert not resumed.is_stopped


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda: every_year(12, 31, "2026-01-01").with_stop(stop("2026-03-05", None)), "不能停止"),
        (lambda: days_before(10, "2026-03-20").with_stop(stop("2026-03-05", None)), "不能停止"),
        (lambda: days(10, "2026-03-02").with_stop(stop("2026-03-01", None)), "不在期限之内"),
        (lambda: days(10, "2026-03-02").with_stop(stop("2026-03-13", None)), "不在期限之内"),
        (lambda: days(10, "2026-03-02").resumed("2026-03-10"), "没有停止"),
        (
            lambda: days(10, "2026-03-02").with_stop(stop("2026-03-05", None)).with_stop(stop("2026-03-06", None)),
            "已经停止",
        ),
        (lambda: stop("2026-03-05", "2026-03-04"), "早于"),
        (lambda: Extension("补正材料", date(2026, 3, 5)), "二者取一"),
        (lambda: Extension("补正材料", date(2026, 3, 5), value=10), "二者取一"),
        (lambda: Extension("补正材料", date(2026, 3, 5), 10, Unit.DAY, date(2026, 4, 1)), "二者取一"),
        (lambda: Extension("补正材料", date(2026, 3, 5), 0, Unit.DAY), "大于零"),
        (
            lambda: days(10, "2026-03-02").extended(Extension("补正材料", date(2026, 3, 5), until=date(2026, 3, 12))),
            "应晚于",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change: Callable[[], object], message: str) -> None:
    with pytest.raises(PeriodError, match=message):
        change()


@pytest.mark.parametrize(
    ("extension", "due", "why"),
    [
        (Extension("情况复杂", date(2026, 3, 10), 10, Unit.WORKDAY), "2026-03-30", "自原末日起十个工作日"),
        (Extension("情况复杂", date(2026, 3, 10), 5, Unit.DAY), "2026-03-23", "落周六，顺延"),
        (Extension("情况复杂", date(2026, 3, 10), 1, Unit.MONTH), "2026-04-16", "自原末日起一个月"),
        (Extension("情况复杂", date(2026, 3, 10), until=date(2026, 4, 4)), "2026-04-04", "指定日期不顺延"),
    ],
)
def test_an_extension_runs_from_the_last_day_so_far(extension: Extension, due: str, why: str) -> None:
    assert workdays(10, "2026-03-02").extended(extension).due_on == date.fromisoformat(due), why


def test_stops_and_extensions_take_effect_in_the_order_in_which_they_happened() -> None:
    extended = Extension("情况复杂", date(2026, 3, 10), 1, Unit.MONTH)
    first_stopped = months(1, "2026-03-02").with_stop(stop("2026-03-05", "2026-03-10")).extended(extended)
    first_extended = months(1, "2026-03-02").extended(extended).with_stop(stop("2026-03-05", "2026-03-10"))
    # 2 April and five days is the 7th; one month on is 7 May.
    assert first_stopped.due_on == first_extended.due_on == date(2026, 5, 7)


# -------------------------------------------------------------------------------- years not announced yet


def test_a_day_in_an_unannounced_year_is_provisional_and_moves_when_the_year_is_imported() -> None:
    deadline = months(2, "2026-12-08", "名单公布")
    assert (deadline.due_on, deadline.provisional) == (date(2027, 2, 8), True)
    assert any("2027 年放假安排尚未公布" in line for line in deadline.explain())

    spring = {date(2027, 2, day): DayKind(False, "春节") for day in range(5, 12)}
    announced = WorkCalendar({2027: spring})
    recomputed = deadline.recomputed(announced)
    assert (recomputed.due_on, recomputed.provisional) == (date(2027, 2, 12), False)
    with use_calendar(announced):
        assert deadline.recomputed() == recomputed == months(2, "2026-12-08", "名单公布")
        assert any("原登记日期尚未更新" in line for line in deadline.explain())
    assert months(2, "2026-12-08", "名单公布") == deadline


def test_a_day_in_an_announced_year_is_final() -> None:
    assert not workdays(45, "2026-01-20").provisional


# -------------------------------------------------------------------------------- explaining


def test_the_explanation_derives_the_day_with_every_skipped_day() -> None:
    assert months(1, "2026-09-05", "名单公布").explain() == [
        "起算：2026-09-05（周六）名单公布，当日不计入（民法典第二百零一条）",
        "期限：计 1 个月，以对应日为准（民法典第二百零二条），落在 2026-10-05（周一）",
        "顺延：2026-10-05（周一）国庆节（法定节假日）、2026-10-06（周二）国庆节（调休放假）、"
        "2026-10-07（周三）国庆节（调休放假），顺延到下一个工作日 2026-10-08（周四）（民法典第二百零三条）",
        "到期：2026-10-08（周四） 24:00",
    ]


def test_the_explanation_says_what_a_workday_period_left_out_and_took_in() -> None:
    lines = workdays(11, "2026-02-02", "收到通知").explain()
    assert lines[2] == "其间不计：周末 2 天、春节（法定节假日） 7 天、春节（调休放假） 2 天"
    assert lines[3] == "其间计入：2026-02-14（周六）调休上班（春节）"


def test_the_explanation_of_backward_workdays_takes_in_the_last_day_but_not_the_event() -> None:
    taken_in = workdays_before(1, "2026-02-28").explain() + workdays_before(1, "2026-02-24").explain()
    assert [line for line in taken_in if line.startswith("其间计入")] == ["其间计入：2026-02-14（周六）调休上班（春节）"]


def test_the_explanation_names_a_missing_month_day() -> None:
    assert "没有对应日，以月末日为准" in months(1, "2025-01-31").explain()[1]


def test_the_explanation_says_why_a_backward_period_shifts_forward_in_time() -> None:
    assert days_before(10, "2026-03-18").explain()[2] == (
        "提前：2026-03-08（周日）、2026-03-07（周六），倒数的期限提前到上一个工作日 2026-03-06（周五）"
    )


def test_the_explanation_tells_who_stopped_and_extended_and_why() -> None:
    deadline = (
        workdays(10, "2026-03-02", "收到申请")
        .with_stop(stop("2026-03-05", "2026-03-10"))
        .extended(Extension("情况复杂", date(2026, 3, 12), 5, Unit.WORKDAY, by="分管局长"))
    )
    text = "\n".join(deadline.explain())
    assert "扣除：2026-03-05 至 2026-03-10 恢复，市环保局：专家评审（行政许可法第四十五条）" in text
    assert "延长：2026-03-12 延长 5 个工作日，分管局长：情况复杂" in text


def test_the_explanation_of_a_yearly_day_says_that_it_stays() -> None:
    assert every_year(12, 31, "2022-06-01").explain() == [
        "自 2022-06-01（周三） 起",
        "期日：每年 12 月 31 日，是固定日期而非期间，不因休息日顺延",
        "到期：2022-12-31（周六） 24:00",
    ]


# -------------------------------------------------------------------------------- JSON


@pytest.mark.parametrize("damage", [{"rule": {"kind": "moon"}}, {"rule": None}, {"since": "03-02"}, {"stops": [{"why": "?"}]}])
def test_unreadable_data_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(PeriodError, match="无法读取"):
        Deadline.from_dict({**days(1, "2026-03-02").to_dict(), **damage})


def test_missing_data_is_refused() -> None:
    with pytest.raises(PeriodError, match="无法读取"):
        Deadline.from_dict({})


# -------------------------------------------------------------------------------- lights


@pytest.mark.parametrize(
    ("deadline", "share", "expected"),
    [
        (days(10, "2026-03-02"), Fraction(1, 5), "2026-03-10"),
        (days(3, "2026-03-02"), Fraction(1, 5), "2026-03-05"),
        (workdays(10, "2026-03-02"), Fraction(1, 5), "2026-03-12"),
        (workdays(10, "2026-03-02"), 0.3, "2026-03-11"),
        (days(10, "2026-03-02"), 0, "2026-03-12"),
        (days(10, "2026-03-02"), 1, "2026-03-02"),
        (days_before(10, "2026-03-20"), Fraction(1, 5), "2026-03-08"),
    ],
)
def test_the_warning_comes_when_the_share_is_left(deadline: Deadline, share: Fraction | float, expected: str) -> None:
    assert warn_on(deadline, share) == date.fromisoformat(expected)


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_outside_the_whole_is_refused(share: float) -> None:
    with pytest.raises(PeriodError, match="预警比例"):
        warn_on(days(10, "2026-03-02"), share)


@pytest.mark.parametrize(
    ("today", "colour"),
    [("2026-03-09", "green"), ("2026-03-10", "yellow"), ("2026-03-12", "yellow"), ("2026-03-13", "red")],
)
def test_the_light_turns_yellow_at_the_warning_and_red_after_the_last_day(today: str, colour: str) -> None:
    deadline, now = days(10, "2026-03-02"), date.fromisoformat(today)
    assert light(deadline, now, date(2026, 3, 10)) == colour
    assert light(deadline.due_on, now, date(2026, 3, 10)) == colour


def test_the_light_of_a_stopped_clock_keeps_its_colour() -> None:
    standing = days(10, "2026-03-02").with_stop(stop("2026-03-05", None))
    assert light(standing, date(2026, 6, 1), date(2026, 3, 10)) == "green"


@pytest.mark.parametrize(
    ("today", "words"),
    [("2026-03-01", "还有 12 天"), ("2026-03-13", "今天到期"), ("2026-03-16", "已逾期 3 天")],
)
def test_the_distance_is_said_in_calendar_days(today: str, words: str) -> None:
    assert distance(date.fromisoformat(today), date(2026, 3, 13)) == words


def test_a_date_is_written_with_its_weekday() -> None:
    assert format_date(date(2027, 2, 8)) == "2027-02-08（周一）"


def test_a_deadline_cannot_be_changed_in_place() -> None:
    deadline = days(10, "2026-03-02")
    assert replace(deadline, since_label="名单公布") != deadline
    with pytest.raises(AttributeError):
        deadline.due_on = date(2026, 1, 1)  # type: ignore[misc]


# -- times that do not count --------------------------------------------------------------------------------------------

STOOD = Stop("停电", date(2026, 3, 5), date(2026, 3, 9))  # four days


@pytest.mark.parametrize(
    ("deadline", "due"),
    [
        (days(10, "2026-03-02"), date(2026, 3, 16)),
        (workdays(5, "2026-03-02"), date(2026, 3, 11)),  # Thursday and Friday
        (days(3, "2026-03-02"), date(2026, 3, 9)),  # it ran out on the day on which it stood first
        (days(2, "2026-03-02"), date(2026, 3, 4)),  # over before
        (days(10, "2026-03-08"), date(2026, 3, 18)),  # begins on its last day, which does not count anyway
        (days(10, "2026-03-07"), date(2026, 3, 18)),  # only what falls into it
        (every_year(3, 20, "2026-03-02"), date(2026, 3, 20)),
        (days_before(5, "2026-03-20"), days_before(5, "2026-03-20").due_on),
    ],
)
def test_a_time_that_does_not_count_is_left_out_as_far_as_it_falls_into_the_period(deadline: Deadline, due: date) -> None:
    assert deadline.excluding([STOOD]).due_on == due


def test_leaving_the_same_time_out_again_changes_nothing() -> None:
    once = days(10, "2026-03-02").excluding([STOOD])
    assert once.excluding([STOOD]) == once


def test_a_new_limit_keeps_what_was_left_out_and_granted_under_a_former_one_once() -> None:
    former = days(10, "2026-03-02").excluding([STOOD]).extended(Extension("补充", date(2026, 3, 10), 5, Unit.DAY))
    fresh = days(20, "2026-03-02").excluding([STOOD])
    kept = fresh.keeping(former)
    assert (kept.stops, kept.extensions) == ((STOOD,), former.extensions)
    assert days(20, "2026-03-02").keeping(days(10, "2026-03-02")) == days(20, "2026-03-02")


def test_a_stop_survives_being_written_down() -> None:
    for stop in (STOOD, replace(STOOD, resumed_on=None, by="甲", legal_basis="乙")):
        assert Stop.from_dict(stop.to_dict()) == stop
