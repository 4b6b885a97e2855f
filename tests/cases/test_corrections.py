"""补正: an application that is returned for correction does not use up the time of the office that returned it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.law import periods
from app.law.periods import Deadline
from app.model import Case, ClockStop, Event, Notice, Task
from tests.cases.conftest import ENTERPRISE
from tests.cases.test_clock_stops import act, to_review
from tests.support.world import World


@pytest.fixture
def returned(world: World, audit: Case) -> Task:
    """The county returned the application on the third workday of its twenty."""
    review = to_review(world, audit)
    world.clock.to("2027-01-13")
    return world.do("county-coord", review, decision="return", opinion="缺监测报告")


def correct(world: World, case_id: int, day: str) -> None:
    world.clock.to(day)
    task = next(t for t in world.open_tasks(case_id) if t.name == "企业补正材料")
    world.do(ENTERPRISE, task)


def due_of_review(world: World, case_id: int) -> dt.date | None:
    return world.step(case_id, "2008.acceptance.s3").due_on


def test_the_days_of_the_correction_do_not_count(world: World, audit: Case, returned: Task) -> None:
    correct(world, audit.id, "2027-01-20")
    assert due_of_review(world, audit.id) == periods.workdays(25, since="2027-01-11").due_on


def test_the_limit_tells_why_it_moved(world: World, audit: Case, returned: Task) -> None:
    correct(world, audit.id, "2027-01-20")
    kept = world.step(audit.id, "2008.acceptance.s3").deadline
    assert kept is not None
    assert any("补正材料：缺监测报告" in line for line in Deadline.from_dict(kept).explain())


def test_every_later_step_that_shares_the_limit_has_it_too(world: World, audit: Case, returned: Task) -> None:
    correct(world, audit.id, "2027-01-20")
    world.do("county-coord", world.step(audit.id, "2008.acceptance.s3"), decision="approve")
    confirm = next(t for t in world.open_tasks(audit.id) if "2008.acceptance.s4" in t.basis)
    assert confirm.due_on == periods.workdays(25, since="2027-01-11").due_on


def test_a_second_correction_is_left_out_as_well(world: World, audit: Case, returned: Task) -> None:
    correct(world, audit.id, "2027-01-20")
    world.clock.to("2027-01-21")
    world.do("county-coord", world.step(audit.id, "2008.acceptance.s3"), decision="return")
    correct(world, audit.id, "2027-01-25")
    assert due_of_review(world, audit.id) == periods.workdays(27, since="2027-01-11").due_on


def test_it_is_recorded_who_stopped_it_why_and_since_when(world: World, audit: Case, returned: Task) -> None:
    with world.session() as session:
        row = session.scalars(select(ClockStop)).one()
    assert (row.task_id, row.ground, row.reason, row.stopped_by_id) == (
        returned.id,
        "correction",
        "缺监测报告",
        world.users["county-coord"],
    )
    assert (row.stopped_on, row.resumed_on) == (dt.date(2027, 1, 13), None)


def test_both_parties_are_told_of_the_stop_and_of_the_new_day(world: World, audit: Case, returned: Task) -> None:
    correct(world, audit.id, "2027-01-20")
    with world.session() as session:
        titles = session.scalars(select(Notice.title).where(Notice.kind == "clock_stop").order_by(Notice.id)).all()
        resumed = session.scalars(select(Notice.body).where(Notice.title.startswith("恢复计时"))).first()
    assert [t.partition("：")[0] for t in titles] == ["暂停计时告知"] * 2 + ["恢复计时告知"] * 2
    assert resumed is not None
    assert "2027-02-15" in resumed


def test_a_return_that_comes_too_late_stops_nothing(world: World, audit: Case) -> None:
    review = to_review(world, audit)
    world.clock.to("2027-03-15")
    world.do("county-coord", review, decision="return")
    with world.session() as session:
        assert session.scalars(select(ClockStop)).all() == []


def test_withdrawing_the_return_lets_the_clock_run_on(world: World, audit: Case, returned: Task) -> None:
    from app.cases import work

    act(world, work.withdraw, returned)
    review = world.step(audit.id, "2008.acceptance.s3")
    assert (review.due_on, review.clock_stopped) == (periods.workdays(20, since="2027-01-11").due_on, False)
    with world.session() as session:
        assert session.scalars(select(Event).where(Event.kind == "clock_resumed")).one().task_id == returned.id
