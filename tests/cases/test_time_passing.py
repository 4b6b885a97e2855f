"""What happens by itself: a missed limit is never silently nothing, and nothing happens twice."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from app import clock
from app.access.organisations import what_is_missing
from app.cases import administration, time_passing
from app.jobs import deliveries
from app.model import (
    Case,
    CaseParty,
    CaseStatus,
    Definition,
    DefinitionStatus,
    Event,
    Notice,
    Organisation,
    OutboxMessage,
    ServicePromise,
    Task,
    TaskStatus,
    Timer,
)
from tests.cases.test_clock_stops import to_review
from tests.support.world import COUNTY, World

NAME = "甲厂"
ENTERPRISE = f"enterprise:{NAME}"


def notices(world: World, kind: str) -> list[tuple[str, str]]:
    """(organisation, title) of the notices of a kind."""
    with world.session() as session:
        rows = session.execute(
            select(Organisation.name, Notice.title)
            .join(Notice, Notice.organisation_id == Organisation.id)
            .where(Notice.kind == kind)
            .order_by(Notice.id)
        )
        return [(name, title) for name, title in rows]


def count(world: World, process: str) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).where(Case.process_key == process)) or 0


def reread(world: World, task: Task) -> Task:
    with world.session() as session:
        return session.get_one(Task, task.id)


def test_a_missed_limit_with_a_sanction_starts_a_penalty_case_once(world: World) -> None:
    world.publish([NAME])
    world.clock.to("2027-02-20")
    world.work()
    world.work()
    assert count(world, "shandong.penalty") == 1


def test_a_missed_limit_with_a_sanction_is_not_supervised_beside(world: World, audit: Case) -> None:
    world.clock.to("2027-02-20")
    world.work()
    assert notices(world, "supervision") == []


def test_a_missed_limit_without_a_sanction_goes_to_the_superior_and_the_office(world: World, audit: Case) -> None:
    review = to_review(world, audit)
    world.clock.to("2027-03-20")
    world.work()
    assert [n for n, t in notices(world, "supervision") if review.name in t] == ["370100综合协调局", "370102综合协调局"]


def test_a_missed_limit_is_in_the_record_and_turns_the_light_red(world: World, audit: Case) -> None:
    review = to_review(world, audit)
    world.clock.to("2027-03-20")
    world.work()
    with world.session() as session:
        assert session.scalar(select(func.count()).where(Event.kind == "task_overdue", Event.task_id == review.id)) == 1
    assert reread(world, review).overdue_at is not None


def test_the_day_of_the_limit_itself_is_not_late(world: World, audit: Case) -> None:
    review = to_review(world, audit)
    assert review.due_on is not None
    world.clock.to(review.due_on.isoformat(), 23)
    world.work()
    assert reread(world, review).overdue_at is None


def test_a_missed_limit_of_an_enclosing_activity_is_never_silently_nothing(world: World, audit: Case) -> None:
    to_review(world, audit)
    world.do_step("county-coord", audit.id, "2008.acceptance.s3", decision="approve")
    for who, name in (("county-env", "牵头确认申报材料"), ("county-coord", "会同确认申报材料")):
        (task,) = world.open_tasks(audit.id, name=name)
        world.do(who, task, decision="confirm")
    world.do_step("county-env", audit.id, "2008.acceptance.s5")
    world.do_step("city-env", audit.id, "2008.acceptance.s6", decision="city")
    world.do_step("city-env", audit.id, "2008.acceptance.s8", delegated=True)
    experts = world.step(audit.id, "2008.acceptance.s10")
    assert experts.inherited_due
    world.clock.to("2027-03-20")
    world.work()
    assert [t for _, t in notices(world, "supervision") if experts.name in t]
    assert reread(world, experts).overdue_at is not None


def test_a_reminder_goes_out_before_the_limit(world: World, audit: Case) -> None:
    task = world.step(audit.id, "disclosure.s2")
    assert task.warn_on is not None
    world.clock.to(task.warn_on.isoformat(), 9)
    world.work()
    assert [n for n, t in notices(world, "reminder") if task.name in t] == [NAME]


def test_a_task_done_in_time_is_neither_reminded_nor_late(world: World, audit: Case) -> None:
    task = world.do_step(ENTERPRISE, audit.id, "disclosure.s2")
    world.clock.to("2027-02-25")
    world.work()
    assert [t for _, t in notices(world, "reminder") if task.name in t] == []
    assert count(world, "shandong.penalty") == 0


def test_after_a_long_pause_everything_due_happens_in_order(world: World, audit: Case) -> None:
    world.clock.to("2028-06-01")
    world.work()
    with world.session() as session:
        late = session.scalars(select(Event.name).where(Event.kind == "task_overdue", Event.case_id == audit.id).order_by(Event.id)).all()
    assert late == ["备齐并公开信息", "确定方式启动审核"]
    assert count(world, "shandong.penalty") == 3


def test_carrying_out_timers_twice_changes_nothing(world: World) -> None:
    world.publish([NAME])
    world.clock.to("2027-04-01")
    world.work()

    def picture() -> list[int]:
        with world.session() as session:
            return [session.scalar(select(func.count()).select_from(m)) or 0 for m in (Case, Event, Notice, OutboxMessage, Task, Timer)]

    before = picture()
    time_passing.fire_due(world.runtime.database)
    assert time_passing.handle_due(world.runtime.database) == 0
    assert deliveries.deliver_ready(world.runtime.database, world.runtime.mailer) == 0
    assert picture() == before


def test_a_timer_that_fails_suspends_its_case_alone(world: World) -> None:
    world.publish([NAME, "乙厂"])
    with world.transaction() as session:
        case = session.scalars(select(Case).join(Task, Task.case_id == Case.id).where(Case.title.startswith(NAME))).first()
        assert case is not None
        timer = session.scalars(select(Timer).where(Timer.case_id == case.id, Timer.kind == "event")).first()
        assert timer is not None
        timer.engine_id = "0" * 32
        case_id = case.id
        for row in session.scalars(select(Definition).where(Definition.key == "shandong.penalty")):
            row.status = DefinitionStatus.RETIRED
    world.clock.to("2027-02-20")
    world.work()
    with world.session() as session:
        others = session.scalars(select(Case.status).where(Case.process_key == "shandong.mandatory_audit", Case.id != case_id)).all()
    assert others == [CaseStatus.ACTIVE]


# -- who is not there yet ---------------------------------------------------------------------------------------------


def without_county(world: World) -> None:
    """The county has no coordinator."""
    with world.transaction() as session:
        found = session.scalars(select(Organisation).where(Organisation.region_code == COUNTY, Organisation.body == "coordinator")).one()
        found.active = False


def test_a_task_of_a_missing_organisation_waits_and_says_what_to_set_up(world: World, audit: Case) -> None:
    without_county(world)
    task = to_review(world, audit)
    assert (task.status, task.organisation_id, task.waiting_for) == (TaskStatus.OPEN, None, what_is_missing("county_coordinator", COUNTY))


def test_a_waiting_task_goes_to_its_organisation_once_it_is_set_up(world: World, audit: Case) -> None:
    without_county(world)
    task = to_review(world, audit)
    with world.transaction() as session:
        values = {"kind": "authority", "name": "新设协调局", "level": "county", "body": "coordinator", "region_code": COUNTY}
        made = administration.save_organisation(session, world.principal(session, "admin"), None, values)
        made_id = made.id
    found = reread(world, task)
    assert (found.organisation_id, found.waiting_for) == (made_id, None)
    with world.session() as session:
        assert session.get(CaseParty, (audit.id, made_id)) is not None


# -- service promises -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "unit"), [(5, "workday"), (5, "day"), (300, "day")])
def test_a_service_promise_is_never_later_than_the_law(world: World, audit: Case, value: int, unit: str) -> None:
    with world.transaction() as session:
        office = session.scalars(select(Organisation).where(Organisation.region_code == COUNTY, Organisation.body == "coordinator")).one()
        session.add(ServicePromise(organisation_id=office.id, step="sd-acceptance-2008.acceptance.s3", value=value, unit=unit))
    task = to_review(world, audit)
    assert task.due_on is not None
    assert task.promise_due_on is not None
    assert task.promise_due_on <= task.due_on
    assert value == 300 or task.promise_due_on <= clock.today() + dt.timedelta(days=value + 4)
