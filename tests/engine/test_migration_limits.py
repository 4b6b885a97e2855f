"""Time limits of what moves, and the timers that watch them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from app import clock
from app.engine.migration.errors import MoveRefused
from app.law.periods import Deadline, Extension, Stop, Unit, days, every_year
from tests.engine.migration_support import BEGIN, Case, plan, version
from tests.support.diagrams import boundary, call, end, parallel, path, start, sub, user, wait


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with clock.at(BEGIN):
        yield


def task(due: str | None = None, events: str = "", flows: str = "") -> str:
    """One human task A with a limit, and what stands on it."""
    facts = {"due": due} if due else {}
    return start() + user("A", **facts) + events + user("N") + end() + path("S", "A", "N", "E") + flows


LATE = boundary("B", "A") + user("L") + end("E2")
LATE_FLOWS = path("B", "L", "E2")


def watched(due: str, when: str = "due", **options: bool) -> str:
    return task(due, boundary("B", "A", when, **options) + user("L") + end("E2"), LATE_FLOWS)


def instant(day: str) -> dt.datetime:
    """The end of a day in China."""
    return dt.datetime.combine(dt.date.fromisoformat(day) + dt.timedelta(days=1), dt.time(), clock.SHANGHAI).astimezone(dt.UTC)


def due(case: Case, element: str = "A") -> str | None:
    deadline = case.task(element).deadline
    return deadline.due_on.isoformat() if deadline else None


# -- the limit of a task ----------------------------------------------------------------------------------------------


def test_a_changed_rule_counts_from_the_cases_own_data() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.move(version(task("days(9, since=begun)")))
    assert due(case) == "2027-01-20"


def test_the_same_rule_keeps_the_limit_as_it_is() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.with_deadline("A", days(30, since="2027-01-11"))  # moved in some way that only the database knows
    moved = case.move(version(task("days(3, since=begun)")))
    assert due(case) == "2027-02-10"
    assert not moved.kept[0].recounted


def test_a_limit_that_the_new_version_adds_is_counted() -> None:
    case = Case(version(task()))
    case.move(version(task("days(9, since=begun)")))
    assert due(case) == "2027-01-20"


def test_a_limit_that_the_new_version_drops_is_gone() -> None:
    case = Case(version(task("days(9, since=begun)")))
    case.move(version(task()))
    assert due(case) is None


def test_a_yearly_day_is_the_first_after_the_task_opened_not_after_the_move() -> None:
    case = Case(version(task("days(3, since=begun)")))
    with clock.at(dt.datetime(2028, 3, 1, tzinfo=dt.UTC)):
        case.move(version(task("every_year(12, 31)")))
    assert due(case) == "2027-12-31"


def test_a_limit_whose_data_the_case_does_not_have_keeps_it_back() -> None:
    case = Case(version(task("days(3, since=begun)")))
    with pytest.raises(MoveRefused, match="缺少变量“approved_on”"):
        case.move(version(task("days(3, since=approved_on)")))


def test_a_limit_may_count_from_something_submitted_before() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.move(version(task("days(3, since=approved_on)")), approved_on="2027-02-01")
    assert due(case) == "2027-02-04"


def test_the_limit_of_an_activity_around_a_task_is_its_own_where_it_has_none() -> None:
    outer = start() + "{}" + end() + path("S", "C", "E")
    inner = start() + user("A") + end() + path("S", "A", "E")
    case = Case(version(outer.format(call("C", "t.child")), child=inner))
    case.move(version(outer.format(call("C", "t.child", due="days(9, since=begun)")), child=inner))
    assert due(case) == "2027-01-20"
    assert case.task("A").inherited


# -- what was excluded or granted -------------------------------------------------------------------------------------

STOPPED = Stop("专家评审", dt.date(2027, 1, 12), dt.date(2027, 1, 15))
OPEN_STOP = Stop("专家评审", dt.date(2027, 1, 12))


def stopped(since: int, *stops: Stop) -> Deadline:
    deadline = days(since, since="2027-01-11")
    for stop in stops:
        deadline = deadline.with_stop(stop)
    return deadline


def test_time_that_did_not_count_does_not_count_under_the_new_rule() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.with_deadline("A", stopped(3, STOPPED))
    case.move(version(task("days(9, since=begun)")))
    assert due(case) == "2027-01-25"  # the 23rd is a Saturday


def test_a_clock_that_stands_still_goes_on_standing_still() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.with_deadline("A", stopped(3, OPEN_STOP))
    case.move(version(task("days(9, since=begun)")))
    deadline = case.task("A").deadline
    assert deadline is not None
    assert deadline.is_stopped
    assert deadline.resumed("2027-01-15").due_on == dt.date(2027, 1, 25)


def test_a_clock_that_stands_still_cannot_become_a_fixed_day() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.with_deadline("A", stopped(3, OPEN_STOP))
    with pytest.raises(MoveRefused, match="正在暂停计时"):
        case.move(version(task("every_year(12, 31)")))


def test_time_that_did_not_count_moves_no_fixed_day() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.with_deadline("A", stopped(3, STOPPED))
    case.move(version(task("every_year(12, 31)")))
    assert due(case) == "2027-12-31"


def test_time_that_was_granted_stays_granted() -> None:
    granted = Extension("疫情", dt.date(2027, 1, 12), value=5, unit=Unit.DAY)
    case = Case(version(task("days(3, since=begun)")))
    case.with_deadline("A", days(3, since="2027-01-11").extended(granted))
    case.move(version(task("days(9, since=begun)")))
    assert due(case) == "2027-01-25"


def test_a_fixed_day_becomes_a_period() -> None:
    case = Case(version(task("every_year(12, 31)")))
    case.with_deadline("A", every_year(12, 31, after="2027-01-11"))
    case.move(version(task("days(9, since=begun)")))
    assert due(case) == "2027-01-20"


# -- boundary timers --------------------------------------------------------------------------------------------------


def test_a_boundary_timer_keeps_its_engine_id_and_follows_the_new_limit() -> None:
    case = Case(version(watched("days(3, since=begun)")))
    before = set(case.timers)
    case.move(version(watched("days(9, since=begun)")))
    assert set(case.timers) == before
    assert case.fires_at("B") == instant("2027-01-20")


def test_a_boundary_timer_of_an_unchanged_rule_stays_where_it_was_moved() -> None:
    case = Case(version(watched("days(3, since=begun)")))
    timer = next(iter(case.timers))
    run = case._run()
    run.move_timer(timer, instant("2027-03-01"))
    case.body = run.finish().body
    case.move(version(watched("days(3, since=begun)")))
    assert case.fires_at("B") == instant("2027-03-01")


def test_a_boundary_timer_that_is_new_is_set() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.move(version(watched("days(3, since=begun)")))
    assert case.fires_at("B") == instant("2027-01-14")
    assert case.fire("B").open == ["A", "L"]


def test_a_boundary_timer_that_is_new_takes_over_the_moved_limit_of_its_task() -> None:
    case = Case(version(task("days(3, since=begun)")))
    case.with_deadline("A", stopped(3, STOPPED))
    case.move(version(watched("days(3, since=begun)")))
    assert case.fires_at("B") == instant("2027-01-18")


def test_a_boundary_timer_stands_still_with_the_clock() -> None:
    case = Case(version(watched("days(3, since=begun)")))
    case.with_deadline("A", stopped(3, OPEN_STOP))
    case.move(version(watched("days(9, since=begun)")))
    assert case.fires_at("B") is None


def test_a_boundary_timer_that_is_gone_is_cleared() -> None:
    case = Case(version(watched("days(3, since=begun)")))
    moved = case.move(version(task("days(3, since=begun)")))
    assert moved.timers == []
    assert case.do("A").open == ["N"]


def test_a_boundary_timer_that_fired_does_not_fire_again() -> None:
    case = Case(version(watched("days(3, since=begun)"))).fire("B")
    case.move(version(watched("days(9, since=begun)")))
    assert case.waiting_timers == []
    assert case.open == ["A", "L"]


def test_of_two_boundary_timers_the_one_that_fired_stays_fired() -> None:
    two = watched("days(3, since=begun)") + boundary("B2", "A", "days(5, since=begun)") + end("E3") + path("B2", "E3")
    case = Case(version(two)).fire("B")
    case.move(version(two.replace("days(5", "days(6")))
    assert case.waiting_timers == ["B2"]
    assert case.fires_at("B2") == instant("2027-01-18")


def test_a_boundary_timer_that_begins_to_interrupt_does() -> None:
    case = Case(version(watched("days(3, since=begun)")))
    case.move(version(watched("days(3, since=begun)", interrupting=True)))
    assert case.fire("B").open == ["L"]


def test_a_boundary_timer_with_another_id_takes_over_from_the_one_that_it_replaces() -> None:
    case = Case(version(watched("days(3, since=begun)")))
    before = set(case.timers)
    new = watched("days(3, since=begun)").replace('"B"', '"X"').replace('"B_t"', '"X_t"').replace('"B_L"', '"X_L"')
    case.move(version(new))
    assert case.waiting_timers == ["X"]
    assert set(case.timers) == before


def test_a_timer_on_an_activity_is_set_from_its_own_limit() -> None:
    inner = start("IS") + user("A") + end("IE") + path("IS", "A", "IE")
    plain = start() + sub("C", inner) + end() + path("S", "C", "E")
    timed = start() + sub("C", inner, due="days(9, since=begun)") + boundary("B", "C") + user("L") + end() + end("E2")
    case = Case(version(plain))
    case.move(version(timed + path("S", "C", "E") + path("B", "L", "E2")))
    assert case.fires_at("B") == instant("2027-01-20")


def test_a_timer_on_an_activity_without_a_limit_keeps_the_case_back() -> None:
    case = Case(version(task("days(3, since=begun)")))
    with pytest.raises(MoveRefused, match="算不出“到期B”的到期时间"):
        case.move(version(task(None, LATE, LATE_FLOWS)))


# -- timers on the way ------------------------------------------------------------------------------------------------


def waiting(when: str) -> str:
    return start() + wait("W", when) + user("N") + end() + path("S", "W", "N", "E")


def test_a_timer_on_the_way_keeps_its_time_where_its_rule_is_the_same() -> None:
    case = Case(version(waiting("days(5, since=today())")))
    with clock.at(BEGIN + dt.timedelta(days=2)):
        case.move(version(waiting("days(5, since=today())").replace('name="N"', 'name="新"')))
    assert case.fires_at("W") == instant("2027-01-18")


def test_a_timer_on_the_way_follows_a_changed_rule() -> None:
    case = Case(version(waiting("days(5, since=begun)")))
    before = set(case.timers)
    case.move(version(waiting("days(20, since=begun)")))
    assert case.fires_at("W") == instant("2027-02-01")
    assert set(case.timers) == before


def test_a_timer_on_the_way_may_become_a_task() -> None:
    case = Case(version(waiting("days(5, since=begun)")))
    case.move(version(start() + user("M") + user("N") + end() + path("S", "M", "N", "E")), plan({"W": "M"}))
    assert case.open == ["M"]
    assert case.timers == {}


def test_no_timer_fires_while_a_case_moves() -> None:
    """Not even one whose time has come, when something is entered anew beside it."""
    timed = user("A", due="days(3, since=begun)") + LATE + LATE_FLOWS
    body = start() + parallel("G") + timed + parallel("J") + end() + path("S", "G", "A", "J", "E") + path("G", "M", "J")
    case = Case(version(body + user("M")))
    with clock.at(BEGIN + dt.timedelta(days=30)):
        case.move(version(body + call("M", "t.child"), child=start() + user("X") + end() + path("S", "X", "E")))
    assert case.open == ["A", "X"]
    assert case.waiting_timers == ["B"]
