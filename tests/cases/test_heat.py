"""What waits where, how long work takes, what is late and what fails: counted by the database, held against counting by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from app.cases import heat, heat_view, starting
from app.cases.errors import NotFound
from app.cases.heat import Failed, Finished, Unit, Waiting, Window
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.model import Definition, Incident, IncidentStatus
from tests.cases.migration_support import KEY, Moving, at_county, row
from tests.support.diagrams import call, end, parallel, path, start, sub, wait
from tests.support.world import CITY, COUNTY, OTHER_COUNTY, World

A, B = (KEY, "A"), (KEY, "B")
JANUARY = dt.date(2027, 1, 1), dt.date(2027, 1, 31)


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


def window(
    definition: Definition, first: dt.date = JANUARY[0], last: dt.date = JANUARY[1], region: str = "", unit: Unit = Unit.DAY
) -> Window:
    return Window(definition.id, first, last, region, unit)


def compiled(moving: Moving, definition: Definition) -> CompiledDefinition:
    with moving.world.session() as session:
        return store.compiled(session, definition)


def rows(moving: Moving, asked: Window, definition: Definition) -> dict[str, heat_view.ElementHeat]:
    with moving.world.session() as session:
        return {one.element.id: one for one in heat_view.heat_page(session, store.compiled(session, definition), asked).rows}


@pytest.fixture
def five(moving: Moving) -> Definition:
    """Five cases that begin on Monday 11 January; A, due on the 14th, is finished after 1, 2, 3, 4 and 10 days; all wait at B then."""
    definition = moving.deploy(row(at_county("A", due="days(3, since=begun)"), at_county("B")))
    ids = moving.start(5)
    for days, case_id in zip((1, 1, 1, 1, 6), ids, strict=True):
        moving.world.clock.move(days=days)
        moving.fire()
        moving.complete(case_id, "A")
    return definition


def test_durations_are_interpolated_as_by_hand(moving: Moving, five: Definition) -> None:
    with moving.world.session() as session:
        found = heat.finished(session, window(five), [KEY])[A]
    # 1 2 3 4 10: the middle one; nine tenths of the way from the first to the last lies 0.6 between 4 and 10
    assert [found.count, found.median, found.ninth] == pytest.approx([5, 3, 7.6])


def test_workdays_leave_out_weekends(moving: Moving, five: Definition) -> None:
    with moving.world.session() as session:
        found = heat.finished(session, window(five, unit=Unit.WORKDAY), [KEY])[A]
    # 1 2 3 4 8: from Monday the 11th to Thursday the 21st there are eight
    assert [found.median, found.ninth] == pytest.approx([3, 6.4])


def test_late_is_what_was_on_record_as_late(moving: Moving, five: Definition) -> None:
    with moving.world.session() as session:
        found = heat.finished(session, window(five), [KEY])[A]
    assert (found.limited, found.late) == (5, 2)
    assert rows(moving, window(five), five)["A"].late_share == pytest.approx(0.4)


def test_the_period_holds_both_its_days_as_they_are_in_china(moving: Moving, five: Definition) -> None:
    moving.world.clock.set(dt.datetime(2027, 1, 24, 15, 59, tzinfo=dt.UTC))  # 23:59 on the 24th
    (case_id,) = moving.start()
    moving.complete(case_id, "A")
    days = {day: dt.date(2027, 1, day) for day in (14, 15, 24, 25)}
    with moving.world.session() as session:
        counts = [
            heat.finished(session, window(five, days[first], days[last]), [KEY]).get(A, Finished(0, 0, 0, 0, 0)).count
            for first, last in ((14, 15), (24, 24), (25, 25))
        ]
    assert counts == [2, 1, 0]


def test_waiting_is_what_is_open_now_with_what_is_late_of_it(moving: Moving, five: Definition) -> None:
    (late,) = moving.start()
    far_away = window(five, dt.date(2020, 1, 1), dt.date(2020, 1, 2))
    with moving.world.session() as session:
        found = heat.waiting(session, far_away, {A: [A], B: [B]})
    assert found == {A: Waiting(1, 1), B: Waiting(5, 0)}
    assert late


def test_a_region_takes_in_what_lies_within_it(moving: Moving, five: Definition) -> None:
    with moving.world.transaction() as session:
        starting.start(session, process=KEY, region=OTHER_COUNTY, enterprise=None, variables={"begun": "2027-01-21"})
    with moving.world.session() as session:
        found = {
            region: heat.waiting(session, window(five, region=region), {KEY_ALL: [A, B]}).get(KEY_ALL, Waiting(0, 0)).cases
            for region in ("", CITY, COUNTY, OTHER_COUNTY, "420000")
        }
    assert found == {"": 6, CITY: 6, COUNTY: 5, OTHER_COUNTY: 1, "420000": 0}


KEY_ALL = (KEY, "all")


def test_other_versions_do_not_count(moving: Moving, five: Definition) -> None:
    newer = moving.deploy(row(at_county("A"), at_county("B"), at_county("C")))
    assert all(one.is_quiet for one in rows(moving, window(newer), newer).values())


def test_incidents_count_in_their_period_and_while_they_are_open(moving: Moving, five: Definition) -> None:
    ids = moving.start(3)
    days = (dt.date(2027, 1, 12), dt.date(2026, 12, 1), dt.date(2026, 12, 2))
    with moving.world.transaction() as session:
        for case_id, day, status in zip(ids, days, (IncidentStatus.RESOLVED, IncidentStatus.OPEN, IncidentStatus.RESOLVED), strict=True):
            at = dt.datetime.combine(day, dt.time(12), dt.UTC)
            session.add(
                Incident(
                    kind="element", status=status, case_id=case_id, definition_id=five.id, process_key=KEY, element_id="A",
                    message="坏了", cause="x", pending={}, opened_at=at, failed_at=at,
                )
            )  # fmt: skip
    with moving.world.session() as session:
        assert heat.failed(session, window(five)) == {A: Failed(1, 1)}


def test_months_are_those_of_china_and_none_is_left_out(moving: Moving) -> None:
    definition = moving.deploy(row(at_county("A", due="days(3, since=begun)")))
    first, second = moving.start(2)
    moving.world.clock.set(dt.datetime(2027, 1, 31, 1, 0, tzinfo=dt.UTC))
    moving.fire()
    moving.complete(first, "A")  # 20 days
    moving.world.clock.set(dt.datetime(2027, 1, 31, 16, 30, tzinfo=dt.UTC))  # half past midnight on 1 February
    moving.complete(second, "A")
    with moving.world.session() as session:
        found = heat.months(session, window(definition, dt.date(2026, 12, 1), dt.date(2027, 3, 15)), [KEY])
    assert [(m.month, m.started, m.ended, m.limited, m.late) for m in found] == [
        ("2026-12", 0, 0, 0, 0), ("2027-01", 2, 1, 1, 1), ("2027-02", 0, 1, 1, 1), ("2027-03", 0, 0, 0, 0),
    ]  # fmt: skip
    assert [m.median for m in found] == [None, pytest.approx(20), pytest.approx(20 + 15.5 / 24), None]


# -- activities -------------------------------------------------------------------------------------------------------

CHILD = (
    start() + parallel("G") + at_county("X") + at_county("Y") + parallel("J") + end() + path("S", "G", "X", "J", "E") + path("G", "Y", "J")
)


def test_an_activity_counts_each_case_inside_it_once(moving: Moving) -> None:
    definition = moving.deploy(row(call("C", "t.child")), children={"child": CHILD})
    done, _ = moving.start(2)
    moving.complete(done, "X")
    found = rows(moving, window(definition), definition)
    assert (found["C"].waiting.cases, found["X"].waiting.cases, found["Y"].waiting.cases) == (2, 1, 2)
    assert (found["C"].finished, found["C"].median, found["C"].shared) == (found["X"].finished, None, False)


def test_a_process_that_is_called_twice_says_that_its_figures_are_those_of_all_calls(moving: Moving) -> None:
    definition = moving.deploy(row(call("C", "t.child"), call("C2", "t.child")), children={"child": CHILD})
    moving.start()
    found = rows(moving, window(definition), definition)
    assert [(found[one].shared, found[one].waiting.cases) for one in ("C", "C2")] == [(True, 1), (True, 1)]


def test_a_sub_process_has_the_figures_of_what_stands_in_it(moving: Moving) -> None:
    inner = start("PS") + at_county("X") + end("PE") + path("PS", "X", "PE")
    definition = moving.deploy(row(sub("P", inner)))
    moving.start(2)
    assert rows(moving, window(definition), definition)["P"].waiting == Waiting(2, 0)


def test_what_may_be_done_at_any_time_holds_no_case_up(moving: Moving) -> None:
    definition = moving.deploy(row(at_county("A", optional="true")))
    moving.start()
    assert rows(moving, window(definition), definition) == {}


PUBLISHED = start("PS") + wait("W", "days(10, since=begun)") + end("PE") + path("PS", "W", "PE")


@pytest.fixture
def published(moving: Moving) -> Definition:
    """Two cases that wait for the tenth day beside a task, inside one activity."""
    beside = start() + parallel("G") + sub("P", PUBLISHED) + at_county("X") + parallel("J") + end() + path("S", "G", "P", "J", "E")
    definition = moving.deploy(row(call("C", "t.child")), children={"child": beside + path("G", "X", "J")})
    done, _ = moving.start(2)
    moving.complete(done, "X")
    return definition


def test_cases_that_wait_for_a_day_are_counted_where_they_wait(moving: Moving, published: Definition) -> None:
    found = rows(moving, window(published), published)
    assert {one: found[one].waiting for one in ("W", "P", "X", "C")} == {
        "W": Waiting(2, 0), "P": Waiting(2, 0), "X": Waiting(1, 0), "C": Waiting(2, 0),
    }  # fmt: skip
    moving.world.clock.move(days=11)
    moving.fire()
    found = rows(moving, window(published), published)
    assert {one: found[one].waiting.cases for one in ("W", "P", "X", "C")} == {"W": 0, "P": 0, "X": 1, "C": 1}


def test_an_administrator_sees_until_when_cases_wait(moving: Moving, published: Definition) -> None:
    with moving.world.session() as session:
        found = heat_view.waiting_at(
            session, moving.world.principal(session, "admin"), compiled(moving, published), window(published), ("t.child", "W")
        )
        assert (found.tasks, found.timers_total) == ((), 2)
        assert {timer.due_at for timer in found.timers} == {dt.datetime(2027, 1, 21, 16, tzinfo=dt.UTC)}, "the end of the tenth day"
        assert {timer.case.region_code for timer in found.timers} == {COUNTY}


# -- which cases ------------------------------------------------------------------------------------------------------


def test_an_administrator_sees_which_cases_wait_the_most_urgent_first(moving: Moving, five: Definition) -> None:
    (urgent,) = moving.start()
    with moving.world.session() as session:
        admin = moving.world.principal(session, "admin")
        found = heat_view.waiting_at(session, admin, compiled(moving, five), window(five), A)
        assert ([task.case_id for task in found.tasks], found.total) == ([urgent], 1)
        assert heat_view.waiting_at(session, admin, compiled(moving, five), window(five), B).total == 5
        with pytest.raises(NotFound):
            heat_view.waiting_at(session, admin, compiled(moving, five), window(five), (KEY, "nowhere"))


def test_nobody_sees_waiting_cases_out_of_their_scope(moving: Moving, five: Definition) -> None:
    with moving.world.session() as session:
        elsewhere = moving.world.principal(session, "county-env2")
        assert heat_view.waiting_at(session, elsewhere, compiled(moving, five), window(five), B).total == 0
