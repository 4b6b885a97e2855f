"""Working days: announced years, years not announced yet, and importing a year."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta

import pytest

from app.law.holidays import (
    DayKind,
    HolidayTableError,
    WorkCalendar,
    current_calendar,
    parse_holiday_table,
    use_calendar,
)

CALENDAR = WorkCalendar()

TABLE_2027 = """\
日期,休/班,节日
2027-01-01,休,元旦
2027-01-02,休,元旦
2027-01-03,休,元旦
2027年2月5日,休,春节
2027/2/8,休,春节   # 调休
2027-02-14,班,春节
2027-04-05,休,清明节
2027-05-01,休,劳动节
2027-05-02,休,劳动节
2027-10-01,休,国庆节
2027-10-02,休,国庆节
2027-10-03,休,国庆节
"""


@pytest.mark.parametrize(
    ("day", "worked", "description"),
    [
        (date(2026, 3, 4), True, "周三"),
        (date(2026, 3, 7), False, "周六"),
        (date(2026, 2, 17), False, "春节（法定节假日）"),
        (date(2026, 2, 23), False, "春节（调休放假）"),
        (date(2026, 2, 14), True, "调休上班（春节）"),
        (date(2026, 6, 19), False, "端午节（法定节假日）"),
        (date(2024, 2, 9), True, "周五"),
        (date(2015, 9, 3), False, "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日（法定节假日）"),
    ],
)
def test_an_announced_day_says_whether_it_is_worked_and_why(day: date, worked: bool, description: str) -> None:
    assert (CALENDAR.is_workday(day), CALENDAR.describe(day)) == (worked, description)


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-07", 1, "2026-03-09"),
        ("2026-03-07", -1, "2026-03-06"),
        ("2026-03-07", 0, "2026-03-07"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-24", -1, "2026-02-14"),
        ("2025-12-31", 1, "2026-01-04"),
        ("2026-01-04", -1, "2025-12-31"),
    ],
)
def test_adding_workdays_steps_over_days_off(start: str, n: int, expected: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(start), n) == date.fromisoformat(expected)


def test_a_year_has_as_many_workdays_as_the_announced_calendar() -> None:
    # 2026: 365 days, 104 weekend days, 19 weekdays off, 6 worked weekend days.
    assert CALENDAR.workdays_between(date(2025, 12, 31), date(2026, 12, 31)) == 365 - 104 - 19 + 6


@pytest.mark.parametrize("n", [-700, -251, -1, 1, 3, 250, 1000])
def test_counting_workdays_undoes_adding_them(n: int) -> None:
    start = date(2024, 9, 15)
    assert CALENDAR.workdays_between(start, CALENDAR.add_workdays(start, n)) == n


def test_the_nearest_workday_is_the_day_itself_when_it_is_worked() -> None:
    assert CALENDAR.next_workday(date(2026, 2, 28)) == date(2026, 2, 28)
    assert CALENDAR.next_workday(date(2026, 2, 15)) == date(2026, 2, 24)
    assert CALENDAR.previous_workday(date(2026, 2, 23)) == date(2026, 2, 14)


def test_fifty_thousand_questions_take_no_time() -> None:
    began = time.process_time()
    for offset in range(50_000):
        CALENDAR.is_workday(date(2004, 1, 1) + timedelta(days=offset % 8_000))
    assert time.process_time() - began < 2


# -------------------------------------------------------------------------------- years not announced yet


def test_an_unannounced_year_is_provisional_with_weekends_and_fixed_days_off() -> None:
    assert CALENDAR.is_provisional(2031)
    assert not CALENDAR.is_provisional(2026)
    off = [date(2031, 1, 1), date(2031, 4, 5), date(2031, 5, 1), date(2031, 5, 2), date(2031, 10, 3)]
    assert not any(map(CALENDAR.is_workday, off))
    assert CALENDAR.is_workday(date(2031, 5, 5))


@pytest.mark.parametrize(("year", "day"), [(2004, 4), (2005, 5), (2012, 4), (2019, 5), (2024, 4), (2025, 4), (2027, 5), (2028, 4)])
def test_qingming_of_an_unannounced_year_follows_the_solar_term(year: int, day: int) -> None:
    from app.law.holidays import _qingming

    assert _qingming(year) == date(year, 4, day)


def test_known_years_are_those_of_the_package_and_the_imported_ones() -> None:
    calendar = CALENDAR.with_year(2030, {})
    assert calendar.known_years[0] == 2004
    assert calendar.known_years[-1] == 2030
    assert 2030 not in CALENDAR.known_years


# -------------------------------------------------------------------------------- importing


def test_an_imported_year_is_no_longer_provisional() -> None:
    calendar = CALENDAR.with_year(2027, parse_holiday_table(TABLE_2027, 2027))
    assert not calendar.is_provisional(2027)
    assert CALENDAR.is_provisional(2027)
    assert calendar.describe(date(2027, 2, 8)) == "春节（法定节假日）"
    assert calendar.is_workday(date(2027, 2, 14))


def test_an_imported_year_replaces_what_the_package_knows() -> None:
    calendar = CALENDAR.with_year(2026, {date(2026, 3, 4): DayKind(False, "临时放假")})
    assert not calendar.is_workday(date(2026, 3, 4))
    assert calendar.is_workday(date(2026, 2, 17))


def test_an_imported_year_may_exchange_days_of_the_december_before() -> None:
    calendar = CALENDAR.with_year(2027, {date(2026, 12, 31): DayKind(False, "元旦")})
    assert calendar.next_workday(date(2026, 12, 31)) == date(2027, 1, 1)
    assert not calendar.is_workday(date(2026, 10, 1))


def test_a_calendar_does_not_follow_later_changes_of_the_table_it_was_made_from() -> None:
    table = {date(2027, 2, 8): DayKind(False, "春节")}
    calendar = WorkCalendar({2027: table})
    table.clear()
    assert not calendar.is_workday(date(2027, 2, 8))


def test_ready_rows_are_read_like_text() -> None:
    rows = [line.split("#")[0].strip().split(",") for line in TABLE_2027.splitlines()]
    assert parse_holiday_table(rows, 2027) == parse_holiday_table(TABLE_2027, 2027)


def test_columns_may_be_parted_by_blanks() -> None:
    assert parse_holiday_table(TABLE_2027.replace(",", "\t"), 2027) == parse_holiday_table(TABLE_2027, 2027)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "没有内容"),
        ("日期,休/班,节日", "没有内容"),
        ("2027-02-08", "第 1 行：应有日期、休或班、节日名称三列"),
        ("2027-02-08,放,春节", "应为“休”或“班”"),
        ("二月八日,休,春节", "不是日期"),
        ("2027-02-30,休,春节", "不存在"),
        ("2027-01-01,休,元旦\n2028-02-08,休,春节", "第 2 行：2028-02-08 不属于 2027 年"),
        ("2026-11-30,休,元旦", "不属于 2027 年"),
        ("2027-02-08,休,春节\n2027-02-08,班,春节", "第 2 行.*本来就上班"),
        ("2027-02-08,休,春节\n2027-02-08,休,春节", "第 2 行.*重复"),
        ("2027-02-10,班,春节", "本来就上班"),
        ("2027-02-08,休,春节", "不完整：缺少 2027-01-01（周五）元旦"),
        (TABLE_2027.replace("2027-10-03,休", "2027-10-03,班"), "缺少 2027-10-03（周日）国庆节"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused(text: str, message: str) -> None:
    with pytest.raises(HolidayTableError, match=message):
        parse_holiday_table(text, 2027)


def test_a_calendar_refuses_days_of_another_year() -> None:
    with pytest.raises(HolidayTableError, match="不属于 2027 年"):
        WorkCalendar({2027: {date(2028, 1, 1): DayKind(False, "元旦")}})


# -------------------------------------------------------------------------------- the calendar in use


def test_the_calendar_in_use_is_restored_after_the_block_and_unseen_by_other_threads() -> None:
    outside, other = current_calendar(), WorkCalendar({2027: {}})
    seen: list[WorkCalendar] = []
    with use_calendar(other):
        assert current_calendar() is other
        thread = threading.Thread(target=lambda: seen.append(current_calendar()))
        thread.start()
        thread.join()
    assert current_calendar() is outside
    assert seen == [outside]


def test_calendars_with_the_same_imports_are_equal() -> None:
    table = {date(2027, 2, 8): DayKind(False, "春节")}
    assert WorkCalendar({2027: table}) == CALENDAR.with_year(2027, table) != CALENDAR
    assert hash(WorkCalendar({2027: table})) == hash(CALENDAR.with_year(2027, table))
