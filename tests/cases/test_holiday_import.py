"""Importing a year's holidays: waiting times follow, and nothing else is touched."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.cases import holiday_import
from app.cases.errors import Forbidden
from app.law import periods
from app.model import Case, CaseState, Event, Timer, TimerKind
from tests.cases.incident_support import Trouble, office
from tests.processes.test_main_line import acceptance
from tests.support.diagrams import boundary, end, flow, parallel, path, script, start, wait
from tests.support.world import World

PLAIN = "".join(
    f"2027-{day},休,{name}\n"
    for name, days in {
        "元旦": ("01-01",), "春节": ("02-05", "02-06", "02-07", "02-08"), "清明节": ("04-05",), "劳动节": ("05-01", "05-02"),
        "端午节": ("06-09",), "中秋节": ("09-15",), "国庆节": ("10-01", "10-02", "10-03"),
    }.items()
    for day in days
)  # fmt: skip
A_DAY_MORE = PLAIN + "2027-01-13,休,元旦\n"


@pytest.fixture
def notice(world: World) -> Case:
    """A case whose acceptance is on public notice: ten workdays from Monday 2027-01-11, and nobody has a task."""
    walker = acceptance(world).answer("2008.acceptance.s6", decision="city")
    while tasks := walker.open():
        walker.do(tasks[0])
    return walker.case()


def end_of_notice(world: World, case: Case) -> dt.datetime | None:
    with world.session() as session:
        query = select(Timer.due_at).where(Timer.case_id == case.id, Timer.kind == TimerKind.EVENT, Timer.attached_to.is_(None))
        return session.scalars(query).one()


def take_over(world: World, table: str, username: str = "admin") -> holiday_import.Imported:
    with world.transaction() as session:
        return holiday_import.import_holidays(session, world.principal(session, username), 2027, table)


def test_a_public_notice_ends_a_workday_later(world: World, notice: Case) -> None:
    assert end_of_notice(world, notice) == periods.workdays(10, since="2027-01-11").expires_at
    assert take_over(world, A_DAY_MORE).moved == 1
    assert end_of_notice(world, notice) == periods.workdays(11, since="2027-01-11").expires_at


def test_the_engine_waits_until_the_new_day_too(world: World, notice: Case) -> None:
    take_over(world, A_DAY_MORE)
    world.clock.to("2027-01-26", 8)
    world.work()
    assert world.open_tasks(notice.id) == []
    world.clock.to("2027-01-27", 8)
    world.work()
    assert [t.name for t in world.open_tasks(notice.id)] == ["处理公示异议"]


def test_what_moved_is_in_the_record_of_the_case(world: World, notice: Case) -> None:
    take_over(world, A_DAY_MORE)
    with world.session() as session:
        detail = session.scalars(select(Event.detail).where(Event.case_id == notice.id, Event.kind == "deadline_recomputed")).one()
    assert detail == {"from": "2027-01-25", "due": "2027-01-26"}


def test_a_table_that_changes_no_day_moves_nothing(world: World, notice: Case) -> None:
    before = end_of_notice(world, notice)
    assert take_over(world, PLAIN).moved == 0
    assert end_of_notice(world, notice) == before


def test_only_the_system_administrator_takes_a_table_over(world: World) -> None:
    with pytest.raises(Forbidden):
        take_over(world, PLAIN, "security")


# -- cases that stand still -------------------------------------------------------------------------------------------

BESIDE = (
    start() + parallel("P") + parallel("J") + end() + path("S", "P") + path("J", "E")
    + office("A") + script("B", "x = missing") + path("P", "A", "B", "J")
    + wait("W", "workdays(5, since=begun)") + path("P", "W", "J")
    + office("Q", due="workdays(5, since=begun)") + path("P", "Q", "J") + boundary("BQ", "Q") + office("L") + end("EL") + flow("BQ", "L") + flow("L", "EL")
)  # fmt: skip
"""A waiting time and a watched limit of five workdays beside what fails."""


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


def instants(trouble: Trouble, case_id: int) -> set[dt.datetime | None]:
    with trouble.world.session() as session:
        return set(session.scalars(select(Timer.due_at).where(Timer.case_id == case_id, Timer.kind != TimerKind.WARNING)))


def test_a_suspended_case_gets_the_new_days_too(trouble: Trouble) -> None:
    case_id = trouble.suspended(BESIDE)
    take_over(trouble.world, A_DAY_MORE)
    assert str(trouble.task(case_id, "Q").due_on) == "2027-01-19"
    assert instants(trouble, case_id) == {periods.workdays(6, since="2027-01-11").expires_at}


def test_what_came_due_while_it_stood_still_waits_for_the_new_day_once_it_goes_on(trouble: Trouble) -> None:
    case_id = trouble.suspended(BESIDE)
    trouble.world.clock.to("2027-01-19")  # the 18th is over: everything has come due, and nothing has happened
    trouble.world.work()
    take_over(trouble.world, A_DAY_MORE)
    trouble.mend(case_id, BESIDE.replace("missing", "1"))
    assert trouble.retry(case_id).done
    trouble.world.work()
    assert (trouble.open(case_id), trouble.events(case_id, "task_overdue")) == (["Q"], [])
    trouble.world.clock.to("2027-01-20")
    trouble.world.work()
    assert trouble.open(case_id) == ["L", "Q"]


def test_a_case_whose_state_cannot_be_read_keeps_nobody_else_from_the_new_days(trouble: Trouble) -> None:
    broken, whole = trouble.suspended(BESIDE), trouble.start("乙厂")
    with trouble.world.transaction() as session:
        session.get_one(CaseState, broken).body = b"nonsense"
    assert take_over(trouble.world, A_DAY_MORE).unread == (trouble.case(broken).number,)
    assert str(trouble.task(broken, "Q").due_on) == "2027-01-18"
    assert instants(trouble, whole) == {periods.workdays(6, since="2027-01-11").expires_at}
