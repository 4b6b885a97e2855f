"""The time for which a case was suspended: nothing happens meanwhile, and whoever mends it decides whether the limits leave it out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import clock_stops, holiday_import, incident_data, incident_runs, incidents
from app.cases.incidents import Move, Outcome
from app.law.periods import Deadline
from app.model import CaseStatus, ClockStop, Notice, Organisation, Task, TaskStatus, Timer, TimerKind
from tests.cases.incident_support import Trouble, office
from tests.cases.migration_support import Moving
from tests.cases.test_holiday_import import PLAIN
from tests.support.diagrams import boundary, end, flow, parallel, path, script, start, wait
from tests.support.world import World

TEN_DAYS = "days(10, since=begun)"


def beside(*elements: str, failing: str = "x = missing") -> str:
    """A task with a script behind it that fails, and further branches that wait, each until the join."""
    names = [element.partition('id="')[2].partition('"')[0] for element in elements]
    branches = "".join(path("P", name, "J") for name in names)
    own = office("A") + script("B", failing) + office("C", due=TEN_DAYS) + path("P", "A", "B", "C", "J")
    return start() + parallel("P") + parallel("J") + end() + path("S", "P") + path("J", "E") + own + "".join(elements) + branches


def watched() -> str:
    """Beside it a task of ten days; when they are over, a task for its lateness opens."""
    late = boundary("BQ", "Q") + office("L") + end("EL") + flow("BQ", "L") + flow("L", "EL")
    return beside(office("Q", due=TEN_DAYS)) + late


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


def suspended(trouble: Trouble, body: str, name: str = "甲厂", until: str = "2027-01-25", **variables: Any) -> int:
    """A case that was suspended on 12 January and is looked at on the 25th."""
    trouble.deploy(body)
    case_id = trouble.start(name, **variables)
    trouble.world.clock.to("2027-01-12")
    assert not trouble.do(case_id)
    trouble.world.clock.to(until)
    trouble.world.work()
    return case_id


def leave_out(trouble: Trouble, case_id: int, reason: str = "故障在系统一方", body: str | None = None) -> Outcome:
    """The fault is mended, and the time is left out."""
    trouble.mend(case_id, (body or watched()).replace("x = missing", "x = 1"))
    made: Outcome = trouble.admin(lambda session, who, i: incidents.retry(session, who, i, "脚本已改", reason), case_id)
    return made


def due(trouble: Trouble, case_id: int, element: str) -> str:
    return str(trouble.task(case_id, element).due_on)


def event_timers(trouble: Trouble, case_id: int) -> list[dt.datetime | None]:
    with trouble.world.session() as session:
        query = select(Timer.due_at).where(Timer.case_id == case_id, Timer.kind == TimerKind.EVENT)
        return list(session.scalars(query))


# -- meanwhile ----------------------------------------------------------------------------------------------------------


def test_what_comes_due_while_a_case_is_suspended_has_no_consequence_yet(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    assert trouble.open(case_id) == ["A", "Q"]
    assert trouble.events(case_id, "task_overdue") == []
    assert trouble.count(Notice, Notice.kind == "supervision") == 0


def test_the_time_counts_unless_somebody_says_otherwise(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    trouble.mend(case_id, watched().replace("missing", "1"))
    assert trouble.retry(case_id).done
    assert due(trouble, case_id, "Q") == "2027-01-21"
    trouble.world.work()
    assert "Q" in [event.element_id for event in trouble.events(case_id, "task_overdue")]
    assert "L" in trouble.open(case_id)


# -- left out -----------------------------------------------------------------------------------------------------------


def test_a_limit_that_ran_out_meanwhile_runs_on_for_as_long_as_the_case_stood(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    assert leave_out(trouble, case_id).done
    assert due(trouble, case_id, "Q") == "2027-02-03"  # 21 January and the 13 days from the 12th to the 24th
    trouble.world.work()
    assert trouble.events(case_id, "task_overdue") == []
    assert trouble.open(case_id) == ["C", "Q"]


def test_it_is_late_after_that_and_what_the_diagram_says_follows(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    leave_out(trouble, case_id)
    trouble.world.clock.to("2027-02-03", 23)
    trouble.world.work()
    assert "L" not in trouble.open(case_id)
    trouble.world.clock.to("2027-02-04", 1)
    trouble.world.work()
    assert "L" in trouble.open(case_id)
    assert {event.element_id for event in trouble.events(case_id, "task_overdue")} == {"C", "Q"}


def test_what_opens_behind_the_fault_leaves_the_time_out_as_well(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    leave_out(trouble, case_id)
    assert due(trouble, case_id, "C") == "2027-02-03"


def test_a_waiting_time_that_no_task_shows_ends_later_in_the_engine_too(trouble: Trouble) -> None:
    body = beside(wait("W", "workdays(8, since=begun)"))
    case_id = suspended(trouble, body)
    leave_out(trouble, case_id, body=body)
    (fires_at,) = event_timers(trouble, case_id)
    assert fires_at is not None
    trouble.do(case_id, "C")
    trouble.world.clock.set(fires_at - dt.timedelta(minutes=1))
    trouble.world.work()
    assert trouble.case(case_id).status == CaseStatus.ACTIVE
    trouble.world.clock.set(fires_at + dt.timedelta(minutes=1))
    trouble.world.work()
    assert trouble.case(case_id).status == CaseStatus.ENDED
    assert fires_at.date() > dt.date(2027, 1, 29)  # 21 January and nine workdays


def test_the_derivation_says_since_when_until_when_why_and_by_whom(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    leave_out(trouble, case_id, "机房停电")
    deadline = trouble.task(case_id, "Q").deadline
    assert deadline is not None
    lines = "".join(Deadline.from_dict(deadline).explain())
    for words in ("2027-01-12", "2027-01-25", "系统故障，案件挂起：机房停电", "行政复议法 第二十条"):
        assert words in lines


def test_it_is_recorded_at_the_case_and_at_each_task(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    leave_out(trouble, case_id, "机房停电")
    (event,) = trouble.events(case_id, "time_excluded")
    assert (event.detail["reason"], event.detail["changed"]) == ("机房停电", {"Q": ["2027-01-21", "2027-02-03"]})
    with trouble.world.session() as session:
        stop = session.scalars(select(ClockStop)).one()
        assert (stop.task_id, stop.ground) == (trouble.task(case_id, "Q").id, "fault")
        assert (str(stop.stopped_on), str(stop.resumed_on), stop.stopped_by_id) == (
            "2027-01-12",
            "2027-01-25",
            trouble.world.users["admin"],
        )


def test_the_parties_are_told_once_with_old_and_new_day(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    leave_out(trouble, case_id, "机房停电")
    with trouble.world.session() as session:
        query = (
            select(Organisation.name, Notice.body)
            .join(Notice, Notice.organisation_id == Organisation.id)
            .where(Notice.kind == "clock_stop")
        )
        told = dict(session.execute(query).tuples().all())
    assert sorted(told) == ["370102生态环境局", "甲厂"]
    assert "“Q”的期限由 2027-01-21（周四） 顺延至 2027-02-03（周三）" in told["甲厂"]
    assert "机房停电" in told["甲厂"]


# -- what it does not touch -----------------------------------------------------------------------------------------------


def test_a_fixed_day_stays_where_it_is(trouble: Trouble) -> None:
    body = beside(office("Q", due="every_year(2, 10, since=begun)"))
    case_id = suspended(trouble, body)
    leave_out(trouble, case_id, body=body)
    assert due(trouble, case_id, "Q") == "2027-02-10"


def test_the_timer_of_a_fixed_day_stays_although_a_period_ends_on_the_same_day(trouble: Trouble) -> None:
    fixed = office("R", due="every_year(1, 21, since=begun)") + path("P", "R", "J") + boundary("BR", "R") + office("M") + end("EM")
    body = watched() + fixed + flow("BR", "M") + flow("M", "EM")
    case_id = suspended(trouble, body)
    leave_out(trouble, case_id, body=body)
    trouble.world.work()
    assert (due(trouble, case_id, "Q"), due(trouble, case_id, "R")) == ("2027-02-03", "2027-01-21")
    assert trouble.open(case_id) == ["C", "M", "Q", "R"]


def test_a_limit_that_was_extended_before_takes_its_timer_along(trouble: Trouble) -> None:
    trouble.deploy(watched())
    case_id = trouble.start()
    trouble.world.clock.to("2027-01-12")
    with trouble.world.transaction() as session:
        clerk = trouble.world.principal(session, "county-env")
        clock_stops.extend(session, clerk, trouble.task(case_id, "Q").id, 5, "day", "情况复杂", "办法 第九条")
    assert not trouble.do(case_id)
    trouble.world.clock.to("2027-01-25")
    leave_out(trouble, case_id)
    last = trouble.task(case_id, "Q").due_on
    assert last is not None
    assert last > dt.date(2027, 2, 3)
    trouble.world.clock.to(last.isoformat(), 23)
    trouble.world.work()
    assert "L" not in trouble.open(case_id)
    trouble.world.clock.to((last + dt.timedelta(days=1)).isoformat(), 1)
    trouble.world.work()
    assert "L" in trouble.open(case_id)


def test_a_limit_that_had_run_out_before_stays_missed(trouble: Trouble) -> None:
    body = beside(office("Q", due="days(3, since=begun)"))
    trouble.deploy(body)
    case_id = trouble.start()
    trouble.world.clock.to("2027-01-18")
    trouble.world.work()
    assert not trouble.do(case_id)
    trouble.world.clock.to("2027-01-25")
    leave_out(trouble, case_id, body=body)
    assert due(trouble, case_id, "Q") == "2027-01-14"
    assert len([e for e in trouble.events(case_id, "task_overdue") if e.element_id == "Q"]) == 1


def test_a_fault_that_is_mended_on_the_same_day_leaves_nothing_out(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched(), until="2027-01-12")
    assert leave_out(trouble, case_id).done
    assert due(trouble, case_id, "Q") == "2027-01-21"
    assert trouble.events(case_id, "time_excluded") == []


def test_a_retry_that_fails_again_leaves_nothing_out(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    outcome = trouble.admin(lambda session, who, i: incidents.retry(session, who, i, "再试", "系统故障"), case_id)
    assert not outcome.done
    assert (trouble.case(case_id).status, trouble.case(case_id).excluded) == (CaseStatus.SUSPENDED, [])
    assert due(trouble, case_id, "Q") == "2027-01-21"
    assert trouble.count(Notice, Notice.kind == "clock_stop") == trouble.count(ClockStop) == 0


def test_the_whole_time_is_left_out_when_it_is_mended_at_the_second_try(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    trouble.admin(lambda session, who, i: incidents.retry(session, who, i, "再试", "系统故障"), case_id)
    trouble.world.clock.to("2027-01-26")
    leave_out(trouble, case_id)
    assert due(trouble, case_id, "Q") == "2027-02-04"


# -- together with other things that move limits ----------------------------------------------------------------------------


def test_a_clock_that_a_clerk_had_stopped_leaves_each_day_out_once(trouble: Trouble) -> None:
    trouble.deploy(watched())
    case_id = trouble.start()
    trouble.world.clock.to("2027-01-12")
    task_id = trouble.task(case_id, "Q").id
    with trouble.world.transaction() as session:
        clock_stops.stop(session, trouble.world.principal(session, "county-env"), task_id, "hearing", "听证")
    assert not trouble.do(case_id)
    trouble.world.clock.to("2027-01-25")
    leave_out(trouble, case_id)
    trouble.world.clock.to("2027-01-27")
    with trouble.world.transaction() as session:
        clock_stops.resume(session, trouble.world.principal(session, "county-env"), task_id)
    assert due(trouble, case_id, "Q") == "2027-02-05"  # 15 days from the 12th to the 26th


def test_a_second_fault_is_left_out_beside_the_first(trouble: Trouble) -> None:
    body = beside(office("Q", due=TEN_DAYS)).replace(path("C", "J"), path("C", "B2", "J")) + script("B2", "y = absent")
    case_id = suspended(trouble, body)
    leave_out(trouble, case_id, body=body)
    assert not trouble.do(case_id, "C")
    trouble.world.clock.to("2027-01-28")
    trouble.admin(lambda session, who, i: incident_data.edit(session, who, i, {"absent": 1}, "补上", excluding="又一次"), case_id)
    assert due(trouble, case_id, "Q") == "2027-02-08"  # 21 January and 16 days is a Saturday
    assert len(trouble.case(case_id).excluded) == 2


def test_an_import_of_holidays_keeps_the_time_left_out(trouble: Trouble) -> None:
    body = beside(wait("W", "workdays(8, since=begun)"))
    case_id = suspended(trouble, body)
    leave_out(trouble, case_id, body=body)
    before = event_timers(trouble, case_id)
    with trouble.world.transaction() as session:
        holiday_import.import_holidays(session, trouble.world.principal(session, "admin"), 2027, PLAIN)
    assert event_timers(trouble, case_id) == before


# -- every way out, one case or many ------------------------------------------------------------------------------------


def test_it_may_be_left_out_when_data_is_edited(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    trouble.admin(lambda session, who, i: incident_data.edit(session, who, i, {"missing": 1}, "补上", excluding="系统故障"), case_id)
    assert due(trouble, case_id, "Q") == "2027-02-03"


def test_it_may_be_left_out_when_the_case_is_led_elsewhere(trouble: Trouble) -> None:
    case_id = suspended(trouble, watched())
    trouble.admin(lambda session, who, i: incidents.move(session, who, i, Move("C"), "跳过", "系统故障"), case_id)
    assert (due(trouble, case_id, "C"), due(trouble, case_id, "Q")) == ("2027-02-03", "2027-02-03")


def test_a_task_that_waits_again_instead_of_being_completed_gets_the_time_too(trouble: Trouble) -> None:
    trouble.deploy(watched().replace(office("A"), office("A", due=TEN_DAYS)))
    case_id = trouble.start()
    trouble.world.clock.to("2027-01-12")
    assert not trouble.do(case_id)
    trouble.world.clock.to("2027-01-25")
    source = trouble.task(case_id, "Q").engine_id
    trouble.admin(lambda session, who, i: incidents.move(session, who, i, Move("Q", source=source), "重来", "系统故障"), case_id)
    assert due(trouble, case_id, "A") == "2027-02-03"


def test_it_may_be_left_out_after_a_migration_by_the_retry_that_follows(trouble: Trouble) -> None:
    old = trouble.deploy(watched())
    case_id = trouble.start()
    trouble.world.clock.to("2027-01-12")
    assert not trouble.do(case_id)
    trouble.world.clock.to("2027-01-25")
    Moving(trouble.world).move(old, trouble.deploy(watched().replace("missing", "1")), [case_id])
    assert trouble.case(case_id).status == CaseStatus.SUSPENDED
    trouble.admin(lambda session, who, i: incidents.retry(session, who, i, "已迁移", "系统故障"), case_id)
    assert due(trouble, case_id, "Q") == "2027-02-03"


def test_all_cases_of_a_cause_leave_out_each_its_own_time(trouble: Trouble) -> None:
    trouble.deploy(watched())
    ids = []
    for day, name in (("2027-01-12", "甲厂"), ("2027-01-14", "乙厂"), ("2027-01-25", "丙厂")):
        trouble.world.clock.to("2027-01-11")
        ids.append(trouble.start(name))
        trouble.world.clock.to(day)
        assert not trouble.do(ids[-1])
    options = {"values": {"missing": 1}, "excluding": "系统故障"}
    with trouble.world.transaction() as session:
        cause = trouble.incident(ids[0]).cause
        incident_runs.begin(session, trouble.world.principal(session, "admin"), cause, "edit", "统一处理", options)
    trouble.world.work()
    assert [due(trouble, case_id, "Q") for case_id in ids[:2]] == ["2027-02-03", "2027-02-01"]
    with trouble.world.session() as session:
        tasks = select(Task.due_on).where(Task.case_id == ids[2], Task.element_id == "Q", Task.status == TaskStatus.OPEN)
        assert str(session.scalars(tasks).one()) == "2027-01-21"
