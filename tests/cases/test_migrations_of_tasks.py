"""What a move makes of open tasks, drafts, time limits and timers, and who is told."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.cases import clock_stops, work
from app.law.periods import Stop, workdays
from app.model import Draft, Task, TaskStatus, TimerKind
from tests.cases.migration_support import CITY_ENV, COUNTY_ENV, ENTERPRISE, Moving, at_county, row
from tests.support.diagrams import boundary, call, end, parallel, path, start, user
from tests.support.world import World

THREE, NINE = "days(3, since=begun)", "days(9, since=begun)"
COUNTY_OFFICE, CITY_OFFICE = "370102生态环境局", "370100生态环境局"


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


def watched(due: str) -> str:
    """A task with a boundary timer on its limit."""
    body = start() + at_county("A", due=due) + boundary("B", "A") + at_county("L") + end() + end("E2")
    return body + path("S", "A", "E") + path("B", "L", "E2")


def instant(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day) + dt.timedelta(days=1), dt.time(), clock.SHANGHAI).astimezone(dt.UTC)


# -- the row ----------------------------------------------------------------------------------------------------------


def test_an_open_task_keeps_its_row_and_who_took_it(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A"), at_county("B")))
    (case_id,) = moving.start()
    before = moving.task(case_id)
    with moving.world.transaction() as session:
        work.claim(session, moving.world.principal(session, "county-env"), before.id)
    moving.move(old, moving.deploy(row(at_county("A", article="新条"), at_county("B"))))
    after = moving.task(case_id)
    assert (after.id, after.created_at, after.assignee_id) == (before.id, before.created_at, moving.world.users["county-env"])


def test_an_open_task_has_the_facts_of_the_new_version(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", article="第九条")))
    (case_id,) = moving.start()
    new = user("X", "新名称", actor=COUNTY_ENV, article="第十条", basis="sd-audit-2017.listing.s1", optional="true", panel="roster")
    moving.move(old, moving.deploy(row(new)), A="X")
    task = moving.task(case_id, "X")
    found = (task.name, task.article, task.basis, task.optional, task.panel)
    assert found == ("新名称", "第十条", "sd-audit-2017.listing.s1", True, "roster")


def test_a_page_that_was_open_before_the_move_is_told_of_it(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    seen = moving.task(case_id).revision
    moving.move(old, moving.deploy(row(at_county("A", article="新条"))))
    assert moving.task(case_id).revision > seen


def test_a_moved_case_is_worked_on_as_before(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A"), at_county("B")))
    (case_id,) = moving.start()
    moving.complete(case_id)
    moving.move(old, moving.deploy(row(at_county("A"), at_county("B"), at_county("C"))))
    moving.complete(case_id, "B")
    moving.complete(case_id, "C")
    assert moving.case(case_id).status == "ended"


def test_a_case_of_which_a_live_workflow_is_remembered_goes_on_from_where_it_moved_to(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A"), at_county("B"), at_county("C")))
    (case_id,) = moving.start()
    moving.complete(case_id)  # from now on this process has its workflow in memory
    moving.move(old, moving.deploy(row(at_county("A"), at_county("B"), at_county("X"))))
    moving.complete(case_id, "B")
    assert moving.open(case_id) == ["X"]


def test_a_task_that_the_plan_gives_up_is_cancelled_with_its_timers(moving: Moving) -> None:
    two = start() + parallel("G") + at_county("A", due=THREE) + at_county("B", due=THREE) + parallel("J") + end()
    old = moving.deploy(two + path("S", "G", "A", "J", "E") + path("G", "B", "J"))
    (case_id,) = moving.start()
    gone = moving.task(case_id, "B")
    moving.move(old, moving.deploy(row(at_county("A", due=THREE))), B="", J="")
    with moving.world.session() as session:
        assert session.get_one(Task, gone.id).status == TaskStatus.CANCELLED
    assert {timer.task_id for timer in moving.timers(case_id)} == {moving.task(case_id).id}
    assert (COUNTY_OFFICE, "不再办理：B") in moving.notices()


def test_a_called_process_that_became_one_task_opens_it(moving: Moving) -> None:
    old = moving.deploy(row(call("C", "t.child")), children={"child": row(at_county("A"))})
    (case_id,) = moving.start()
    moving.move(old, moving.deploy(row(at_county("C", due=NINE))))
    assert moving.open(case_id) == ["C"]
    assert [event.element_id for event in moving.events(case_id, "task_created")] == ["A", "C"]


# -- another office ---------------------------------------------------------------------------------------------------


def test_a_task_of_another_actor_goes_to_that_office_and_both_are_told(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    with moving.world.transaction() as session:
        work.claim(session, moving.world.principal(session, "county-env"), moving.task(case_id).id)
    moving.move(old, moving.deploy(row(user("A", "审核", actor=CITY_ENV))))
    task = moving.task(case_id)
    assert task.assignee_id is None
    assert moving.notices() == [(COUNTY_OFFICE, "转出：A"), (CITY_OFFICE, "转入：审核")]
    moving.complete(case_id, username="city-env")


def test_the_new_office_sees_the_case(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start(enterprise=moving.enterprise())
    moving.move(old, moving.deploy(row(user("A", actor=ENTERPRISE))))
    with moving.world.transaction() as session:
        who = moving.world.principal(session, "enterprise:甲厂")
        assert work.find(session, who, moving.task(case_id).id)[1].id == case_id


def test_a_task_of_an_actor_that_is_not_set_up_waits_for_it(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    moving.move(old, moving.deploy(row(user("A", actor="county_finance"))))
    task = moving.task(case_id)
    assert task.organisation_id is None
    assert task.waiting_for is not None


def test_the_same_actor_keeps_the_office_that_has_the_task(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    with moving.world.transaction() as session:
        (city,) = moving.world.principal(session, "city-env").organisation_ids
        session.get_one(Task, moving.task(case_id).id).organisation_id = city
    before = moving.task(case_id).organisation_id
    moving.move(old, moving.deploy(row(at_county("A", article="新条"))))
    assert moving.task(case_id).organisation_id == before


# -- time limits ------------------------------------------------------------------------------------------------------


def test_a_changed_limit_is_counted_anew_and_watched(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    moving.move(old, moving.deploy(row(at_county("A", due=NINE))))
    task = moving.task(case_id)
    assert (task.due_on, task.sort_due) == (dt.date(2027, 1, 20), dt.date(2027, 1, 20))
    overdue = [timer for timer in moving.timers(case_id) if timer.kind == TimerKind.OVERDUE]
    assert [timer.due_at for timer in overdue] == [instant("2027-01-20")]


def test_an_unchanged_limit_keeps_its_timers_as_they_are(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    before = [(timer.id, timer.due_at) for timer in moving.timers(case_id)]
    moving.move(old, moving.deploy(row(at_county("A", due=THREE, article="新条"))))
    assert [(timer.id, timer.due_at) for timer in moving.timers(case_id)] == before


def test_a_limit_that_is_gone_is_watched_no_more(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    moving.move(old, moving.deploy(row(at_county("A"))))
    assert moving.task(case_id).due_on is None
    assert moving.timers(case_id) == []


def test_a_stop_of_the_clock_is_carried_over(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due="workdays(10, since=begun)")))
    (case_id,) = moving.start()
    with moving.world.transaction() as session:
        clock_stops.stop(session, moving.world.principal(session, "county-env"), moving.task(case_id).id, "hearing", "听证")
    moving.move(old, moving.deploy(row(at_county("A", due="workdays(20, since=begun)"))))
    assert moving.task(case_id).clock_stopped
    moving.world.clock.move(days=7)
    with moving.world.transaction() as session:
        resumed = clock_stops.resume(session, moving.world.principal(session, "county-env"), moving.task(case_id).id)
    stood = Stop("听证", dt.date(2027, 1, 11), dt.date(2027, 1, 18))
    assert resumed.due_on == workdays(20, since="2027-01-11").with_stop(stood).due_on


def test_a_limit_that_was_extended_stays_extended(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due="workdays(10, since=begun)")))
    (case_id,) = moving.start()
    with moving.world.transaction() as session:
        who = moving.world.principal(session, "county-env")
        clock_stops.extend(session, who, moving.task(case_id).id, 5, "workday", "情况复杂", "某条")
    moving.move(old, moving.deploy(row(at_county("A", due="workdays(12, since=begun)"))))
    assert moving.task(case_id).due_on == workdays(17, since="2027-01-11").due_on


def test_a_miss_that_is_on_record_is_not_recorded_again(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    moving.world.clock.to("2027-02-01")
    moving.fire()
    moving.move(old, moving.deploy(row(at_county("A", due="days(5, since=begun)"))))
    moving.fire()
    assert len(moving.events(case_id, "task_overdue")) == 1


def test_a_task_that_gets_more_time_is_late_no_more(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    moving.world.clock.to("2027-01-18")
    moving.fire()
    moving.move(old, moving.deploy(row(at_county("A", due=NINE))))
    assert moving.task(case_id).overdue_at is None
    moving.world.clock.to("2027-01-21")
    moving.fire()
    assert len(moving.events(case_id, "task_overdue")) == 2


def test_a_boundary_timer_fires_when_the_new_limit_is_over(moving: Moving) -> None:
    old = moving.deploy(watched(THREE))
    (case_id,) = moving.start()
    moving.move(old, moving.deploy(watched(NINE)))
    moving.world.clock.to("2027-01-19")
    moving.fire()
    assert moving.open(case_id) == ["A"]
    moving.world.clock.to("2027-01-21")
    moving.fire()
    assert moving.open(case_id) == ["A", "L"]


def test_a_boundary_timer_that_is_new_gets_a_row_and_one_that_is_gone_loses_it(moving: Moving) -> None:
    plain, timed = moving.deploy(row(at_county("A", due=THREE))), watched(THREE)
    (case_id,) = moving.start()
    with_timer = moving.deploy(timed)
    moving.move(plain, with_timer)
    assert [t.due_at for t in moving.timers(case_id) if t.kind == TimerKind.EVENT] == [instant("2027-01-14")]
    moving.move(with_timer, moving.deploy(row(at_county("A", due=THREE), at_county("N"))))
    assert [t for t in moving.timers(case_id) if t.kind == TimerKind.EVENT] == []


def test_a_new_boundary_timer_whose_time_has_come_fires_after_the_move(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    moving.world.clock.to("2027-02-01")
    run = moving.move(old, moving.deploy(watched(THREE)))
    assert moving.items(run)[case_id].detail["at_once"] == ["到期B"]
    assert moving.open(case_id) == ["A"]
    moving.fire()
    assert moving.open(case_id) == ["A", "L"]


# -- drafts -----------------------------------------------------------------------------------------------------------


def form(*names: str) -> dict[str, object]:
    fields = {name: {"type": "string", "title": f"{name}栏"} for name in names}
    return {"type": "object", "properties": fields, "additionalProperties": False}


def test_a_draft_stays_with_its_task(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", formJsonSchemaFilename="f.json")), {"f.json": form("output")})
    (case_id,) = moving.start()
    moving.draft(case_id, output="一百吨")
    moving.move(old, moving.deploy(row(at_county("A", formJsonSchemaFilename="f.json")), {"f.json": form("output", "energy")}))
    with moving.world.session() as session:
        assert session.get_one(Draft, moving.task(case_id).id).data == {"output": "一百吨"}
    assert not any("草稿" in title for _, title in moving.notices())


def test_of_a_draft_that_no_longer_fits_nothing_is_lost_and_the_office_is_told(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", formJsonSchemaFilename="f.json")), {"f.json": form("output", "water")})
    (case_id,) = moving.start()
    moving.draft(case_id, output="一百吨", water="五吨")
    run = moving.move(old, moving.deploy(row(at_county("A", formJsonSchemaFilename="f.json")), {"f.json": form("output")}))
    with moving.world.session() as session:
        assert session.get_one(Draft, moving.task(case_id).id).data == {"output": "一百吨", "water": "五吨"}
    assert (COUNTY_OFFICE, "草稿请核对：A") in moving.notices()
    assert moving.items(run)[case_id].detail["tasks"][0]["lost"] == ["water栏"]


# -- telling ----------------------------------------------------------------------------------------------------------


def test_an_enterprise_is_told_of_a_changed_limit(moving: Moving) -> None:
    old = moving.deploy(row(user("A", "公布信息", actor=ENTERPRISE, due=THREE)))
    moving.start(enterprise=moving.enterprise())
    moving.move(old, moving.deploy(row(user("A", "公布信息", actor=ENTERPRISE, due=NINE))))
    assert moving.notices() == [("甲厂", "办理要求有变化：公布信息")]


def test_nobody_is_told_of_what_they_cannot_see(moving: Moving) -> None:
    old = moving.deploy(row(user("A", actor=ENTERPRISE), at_county("B")))
    moving.start(enterprise=moving.enterprise())
    moving.move(old, moving.deploy(row(user("A", actor=ENTERPRISE), at_county("C"))))
    assert moving.notices() == []


def test_an_office_is_told_once_of_all_its_changed_limits(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    moving.start(5)
    moving.move(old, moving.deploy(row(at_county("A", due=NINE))))
    assert moving.notices() == [(COUNTY_OFFICE, "流程修订：测试")]


def test_the_record_of_a_case_says_who_moved_it_and_what_changed(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    run = moving.move(old, moving.deploy(row(at_county("A", due=NINE))))
    (event,) = moving.events(case_id, "case_migrated")
    assert event.user_id == moving.world.users["admin"]
    assert (event.detail["from_version"], event.detail["to_version"], event.detail["run"]) == (1, 2, run.id)
    assert event.detail["tasks"][0]["due"] == ["2027-01-14", "2027-01-20"]


# -- what the case knows ----------------------------------------------------------------------------------------------


def test_a_value_submitted_earlier_is_found_when_only_the_new_version_asks_for_it(moving: Moving) -> None:
    fields = {"f.json": form("approved_on")}
    first = at_county("A", formJsonSchemaFilename="f.json")
    old = moving.deploy(row(first, at_county("B")), fields)
    (case_id,) = moving.start()
    moving.complete(case_id, approved_on="2027-02-01")
    moving.move(old, moving.deploy(row(first, at_county("B", due="days(3, since=approved_on)")), fields))
    assert moving.task(case_id, "B").due_on == dt.date(2027, 2, 4)
