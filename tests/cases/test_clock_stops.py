"""Stopping and extending the legal clock: due dates follow, timers follow, parties are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app import clock
from app.cases import clock_stops
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.law import periods
from app.model import Case, ClockStop, Enterprise, Event, Notice, Organisation, Task, Timer
from tests.support.world import World

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"


@pytest.fixture
def review(world: World, audit: Case) -> Task:
    """The county's review of an application for acceptance: 20 workdays of its own."""
    return to_review(world, audit)


def to_review(world: World, audit: Case) -> Task:
    world.do_step(ENTERPRISE, audit.id, "execution.s2", mode="self")
    for number in range(1, 8):
        world.do_step(ENTERPRISE, audit.id, f"execution.p{number}")
    for who, step, values in (
        (ENTERPRISE, "execution.s3", {}), ("county-env", "execution.s4", {}), ("county-env", "result-publication.s1", {}),
        (ENTERPRISE, "result-publication.s2", {}), ("county-env", "result-publication.s3", {"decision": "yes"}),
        ("county-env", "2017.acceptance.s2", {}), (ENTERPRISE, "2008.acceptance.s1", {"decision": "yes"}), (ENTERPRISE, "2008.acceptance.s2", {}),
    ):  # fmt: skip
        world.do_step(who, audit.id, step, **values)
    return world.step(audit.id, "2008.acceptance.s3")


def act(world: World, function: Any, task: Task, *args: Any, by: str = "county-coord") -> Any:
    with world.transaction() as session:
        return function(session, world.principal(session, by), task.id, *args)


def stop(world: World, task: Task, **values: str) -> Any:
    return act(world, clock_stops.stop, task, "hearing", "企业申请听证", **values)


def reread(world: World, task: Task) -> Task:
    with world.session() as session:
        return session.get_one(Task, task.id)


def timers(world: World, task: Task) -> list[Timer]:
    with world.session() as session:
        return list(session.scalars(select(Timer).where(Timer.task_id == task.id)))


def test_a_stop_moves_the_limit_by_the_workdays_that_it_lasted(world: World, review: Task) -> None:
    assert review.due_on is not None
    world.clock.to("2027-01-13")
    stop(world, review)
    world.clock.to("2027-01-20")
    act(world, clock_stops.resume, review)
    moved = reread(world, review).due_on
    expected = periods.workdays(25, since="2027-01-11").due_on  # Wednesday to Tuesday: five workdays did not count
    assert (periods.workdays(20, since="2027-01-11").due_on, moved) == (review.due_on, expected)


def test_a_stop_and_resumption_of_one_day_moves_nothing(world: World, review: Task) -> None:
    stop(world, review)
    act(world, clock_stops.resume, review)
    assert reread(world, review).due_on == review.due_on


def test_while_it_stands_no_timer_waits(world: World, review: Task) -> None:
    assert timers(world, review)
    stop(world, review)
    assert timers(world, review) == []
    assert reread(world, review).clock_stopped


def test_while_it_stands_the_task_is_never_late(world: World, review: Task) -> None:
    stop(world, review)
    world.clock.move(days=300)
    world.work()
    assert reread(world, review).overdue_at is None


def test_resumed_timers_stand_at_the_new_limit(world: World, review: Task) -> None:
    stop(world, review)
    world.clock.move(days=14)
    act(world, clock_stops.resume, review)
    due = reread(world, review).due_on
    assert due is not None
    last = max(t.due_at for t in timers(world, review) if t.due_at)
    assert last.astimezone(clock.SHANGHAI) == dt.datetime.combine(due + dt.timedelta(days=1), dt.time(), clock.SHANGHAI)


def test_a_stop_records_who_why_since_when_and_under_which_article(world: World, review: Task) -> None:
    stop(world, review)
    with world.session() as session:
        row = session.scalars(select(ClockStop)).one()
        assert (row.stopped_by_id, row.reason, row.stopped_on) == (world.users["county-coord"], "企业申请听证", dt.date(2027, 1, 11))
        assert "四十五" in row.legal_basis


@pytest.mark.parametrize("what", ["stop", "resume", "extend"])
def test_the_parties_are_told_in_writing(world: World, review: Task, what: str) -> None:
    if what == "extend":
        act(world, clock_stops.extend, review, 5, "workday", "案情复杂", "行政许可法 第四十二条")
    else:
        stop(world, review)
        if what == "resume":
            world.clock.move(days=2)
            act(world, clock_stops.resume, review)
    words = {"stop": "暂停", "resume": "恢复", "extend": "延长"}[what]
    with world.session() as session:
        rows = session.execute(
            select(Organisation.name).join(Notice, Notice.organisation_id == Organisation.id).where(Notice.title.startswith(words))
        ).scalars()
        assert sorted(rows) == ["370102综合协调局", NAME]


def test_a_second_stop_is_refused(world: World, review: Task) -> None:
    stop(world, review)
    with pytest.raises(Conflict):
        stop(world, review)


def test_a_running_clock_is_not_resumed(world: World, review: Task) -> None:
    with pytest.raises(Conflict):
        act(world, clock_stops.resume, review)


@pytest.mark.parametrize(("ground", "reason"), [("holiday", "x"), ("", "x"), ("hearing", " ")])
def test_a_stop_needs_a_ground_of_the_law_and_a_reason(world: World, review: Task, ground: str, reason: str) -> None:
    with pytest.raises(CaseError):
        act(world, clock_stops.stop, review, ground, reason)


@pytest.mark.parametrize("by", [ENTERPRISE, "county-env", "city-coord", "province-coord"])
def test_only_the_office_itself_stops_its_clock(world: World, review: Task, by: str) -> None:
    with pytest.raises(Forbidden):
        stop(world, review, by=by)


def test_an_office_elsewhere_does_not_even_see_it(world: World, review: Task) -> None:
    with pytest.raises(NotFound):
        stop(world, review, by="county-coord2")


def test_an_enterprise_does_not_stop_its_own_clock(world: World, audit: Case) -> None:
    with pytest.raises(Forbidden):
        stop(world, world.step(audit.id, "disclosure.s2"), by=ENTERPRISE)


def test_a_limit_that_is_over_is_not_stopped(world: World, review: Task) -> None:
    world.clock.move(days=120)
    with pytest.raises(CaseError, match="期限已过"):
        stop(world, review)


@pytest.mark.parametrize(("value", "unit"), [(5, "workday"), (5, "day"), (60, "workday")])
def test_an_extension_moves_the_limit(world: World, review: Task, value: int, unit: str) -> None:
    assert review.due_on is not None
    act(world, clock_stops.extend, review, value, unit, "案情复杂", "行政许可法 第四十二条")
    moved = reread(world, review).due_on
    assert moved is not None
    count = periods.workdays if unit == "workday" else periods.days
    assert moved == count(value, since=review.due_on).due_on


@pytest.mark.parametrize(("value", "unit"), [(0, "day"), (-1, "day"), (61, "workday"), (3, "month")])
def test_an_extension_is_bounded(world: World, review: Task, value: int, unit: str) -> None:
    with pytest.raises(CaseError):
        act(world, clock_stops.extend, review, value, unit, "案情复杂", "法")


def test_a_limit_is_extended_once(world: World, review: Task) -> None:
    act(world, clock_stops.extend, review, 5, "workday", "案情复杂", "法")
    with pytest.raises(CaseError, match="已经延长"):
        act(world, clock_stops.extend, review, 5, "workday", "案情复杂", "法")


@pytest.mark.parametrize(("reason", "basis"), [("", "法"), ("案情复杂", " ")])
def test_an_extension_needs_reason_and_basis(world: World, review: Task, reason: str, basis: str) -> None:
    with pytest.raises(CaseError):
        act(world, clock_stops.extend, review, 5, "workday", reason, basis)


def test_what_was_excluded_stays_excluded_for_later_steps_of_the_same_limit(world: World, audit: Case, review: Task) -> None:
    world.clock.to("2027-01-13")
    stop(world, review)
    world.clock.to("2027-01-20")
    act(world, clock_stops.resume, review)
    moved = reread(world, review).due_on
    world.do_step("county-coord", audit.id, "2008.acceptance.s3", decision="approve")
    assert {t.due_on for t in world.open_tasks(audit.id) if "2008.acceptance.s4" in t.basis} == {moved}


def test_everything_is_in_the_record_of_the_case(world: World, audit: Case, review: Task) -> None:
    stop(world, review)
    world.clock.move(days=2)
    act(world, clock_stops.resume, review)
    act(world, clock_stops.extend, review, 5, "workday", "案情复杂", "法")
    with world.session() as session:
        kinds = session.scalars(select(Event.kind).where(Event.case_id == audit.id, Event.task_id == review.id).order_by(Event.id)).all()
        assert [k for k in kinds if k != "task_created"] == ["clock_stopped", "clock_resumed", "deadline_extended"]
        assert session.scalars(select(Enterprise.name)).all() == [NAME]


def test_two_bodies_that_act_jointly_have_one_clock(world: World, audit: Case, review: Task) -> None:
    world.do("county-coord", review, decision="approve")
    lead, joint = sorted((t for t in world.open_tasks(audit.id) if "acceptance.s4" in t.basis), key=lambda t: t.actor)
    assert lead.due_on is not None
    whose = {"county_environment": "county-env", "county_coordinator": "county-coord"}
    act(world, clock_stops.stop, lead, "hearing", "企业申请听证", by=whose[lead.actor])
    assert reread(world, joint).clock_stopped
    world.clock.move(days=7)
    act(world, clock_stops.resume, joint, by=whose[joint.actor])
    moved = {reread(world, task).due_on for task in (lead, joint)}
    assert len(moved) == 1
    assert moved != {lead.due_on}
    with world.session() as session:
        assert session.scalars(select(ClockStop.resumed_on)).one() is not None
