"""The ways out of an incident: around the element that fails, away from what waits, or to the end. What cannot be changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases import advancing, failures, incident_data
from app.cases.errors import CaseError, Conflict
from app.cases.failures import ActFailed
from app.model import CaseState, CaseStatus, IncidentStatus, Notice, Organisation, Timer
from tests.cases.incident_support import Trouble, office, row
from tests.cases.test_incidents import MENDED, overdue
from tests.support.diagrams import call, script
from tests.support.world import World


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


# -- another element ----------------------------------------------------------------------------------------------------


def test_a_case_is_led_around_the_element_that_fails_and_the_act_counts(trouble: Trouble) -> None:
    case_id = trouble.suspended(opinion="同意")
    trouble.move(case_id, "C", "脚本有误，跳过")
    assert (trouble.case(case_id).status, trouble.open(case_id)) == (CaseStatus.ACTIVE, ["C"])
    (completed,) = trouble.events(case_id, "task_completed")
    assert (completed.element_id, completed.detail["opinion"]) == ("A", "同意")
    (event,) = trouble.events(case_id, "incident_resolved")
    assert (event.detail["reason"], event.detail["target"], trouble.incident(case_id).resolution) == ("脚本有误，跳过", "C", "moved")


def test_a_case_is_led_out_of_the_called_process_in_which_it_fails(trouble: Trouble) -> None:
    child = row(office("Q"), script("B", "x = missing"))
    trouble.deploy(row(call("K", "t.child"), office("C")), children={"child": child})
    case_id = trouble.start()
    assert not trouble.do(case_id, "Q")
    trouble.move(case_id, "C", outward=1)
    assert trouble.open(case_id) == ["C"]
    assert trouble.do(case_id, "C")
    assert trouble.case(case_id).status == CaseStatus.ENDED


def test_what_a_timer_led_to_is_led_around(trouble: Trouble) -> None:
    case_id = overdue(trouble)
    trouble.move(case_id, "C")
    assert trouble.open(case_id) == ["C"]
    assert trouble.count(Timer, Timer.case_id == case_id) == 0


def test_a_place_that_waits_may_be_left_and_the_failed_act_is_not_done(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.move(case_id, "C", source=trouble.task(case_id, "A").engine_id)
    assert (trouble.open(case_id), trouble.events(case_id, "task_completed")) == (["C"], [])


@pytest.mark.parametrize("target", ["S", "Nowhere"])
def test_a_move_that_cannot_be_changes_nothing(trouble: Trouble, target: str) -> None:
    case_id = trouble.suspended()
    with pytest.raises(Conflict):
        trouble.move(case_id, target)
    assert (trouble.case(case_id).status, trouble.incident(case_id).status) == (CaseStatus.SUSPENDED, IncidentStatus.OPEN)


def test_a_move_to_an_element_that_fails_too_changes_nothing(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A"), script("B", "x = missing"), script("Q", "x = absent"), office("C")))
    with pytest.raises(CaseError, match="absent"):
        trouble.move(case_id, "Q")
    assert (trouble.case(case_id).status, trouble.open(case_id)) == (CaseStatus.SUSPENDED, ["A"])


def test_a_move_is_stored_and_taken_up_again(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.move(case_id, "C")
    advancing._workflows.clear()
    assert trouble.do(case_id, "C")
    assert trouble.case(case_id).status == CaseStatus.ENDED


# -- the end ------------------------------------------------------------------------------------------------------------


def test_a_cancelled_case_ends_and_every_party_is_told_why(trouble: Trouble) -> None:
    case_id = trouble.suspended(row(office("A", due="days(9, since=begun)"), script("B", "x = missing")))
    trouble.cancel(case_id, "企业已经关闭")
    case = trouble.case(case_id)
    assert (case.status, case.outcome, trouble.open(case_id)) == (CaseStatus.ENDED, "因故终止", [])
    assert trouble.count(Timer, Timer.case_id == case_id) == 0
    with trouble.world.session() as session:
        told = session.scalars(
            select(Organisation.name).join(Notice, Notice.organisation_id == Organisation.id).order_by(Organisation.id)
        ).all()
        bodies = set(session.scalars(select(Notice.body)))
    assert list(told) == ["370102生态环境局", "甲厂"]
    assert all("企业已经关闭" in body for body in bodies)
    (event,) = trouble.events(case_id, "case_ended")
    assert event.detail["reason"] == "企业已经关闭"


def test_a_case_whose_state_cannot_be_read_can_still_be_cancelled(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    advancing._workflows.clear()
    with trouble.world.transaction() as session:
        session.get_one(CaseState, case_id).body = b"broken"
    assert not trouble.retry(case_id).done
    trouble.cancel(case_id)
    assert trouble.case(case_id).status == CaseStatus.ENDED


def test_a_state_that_cannot_be_read_is_an_incident(trouble: Trouble) -> None:
    trouble.deploy(MENDED)
    case_id = trouble.start()
    advancing._workflows.clear()
    with trouble.world.transaction() as session:
        session.get_one(CaseState, case_id).body = b"broken"
    assert not trouble.do(case_id, "A")
    assert trouble.incident(case_id).element_id == "A"


def test_a_cancelled_case_cannot_be_retried(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.cancel(case_id)
    with pytest.raises(Conflict, match="终止案件"):
        trouble.retry(case_id)


# -- a real procedure -----------------------------------------------------------------------------------------------------


def copying(trouble: Trouble) -> int:
    """The environment line's list is to be copied to the county's coordinator, who is not set up."""
    world = trouble.world
    world.publish(["甲厂"])
    case_id = world.case_of("shandong.listing_env").id
    world.do_step("county-env", case_id, "listing-env.s5")
    with world.transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "370102综合协调局")).one().active = False
    with pytest.raises(ActFailed) as failed:
        world.do_step("county-env", case_id, "listing-env.s6")
    with world.transaction() as session:
        failures.suspend(session, failed.value)
    return case_id


def test_a_copy_for_an_office_that_is_not_set_up_waits_until_it_is(trouble: Trouble) -> None:
    case_id = copying(trouble)
    assert trouble.incident(case_id).message == "找不到收件单位“县级清洁生产综合协调部门”"
    assert not trouble.retry(case_id).done
    with trouble.world.transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "370102综合协调局")).one().active = True
    assert trouble.retry(case_id, "已启用综合协调局").done
    assert trouble.case(case_id).outcome == "已通知并抄送"
    assert trouble.count(Notice, Notice.title == "环保线强制性清洁生产审核名单抄送") == 1


def test_a_copy_may_go_to_another_level(trouble: Trouble) -> None:
    case_id = copying(trouble)
    assert trouble.admin(lambda session, who, i: incident_data.edit(session, who, i, {"start_level": "city"}, "由市局转达"), case_id).done
    with trouble.world.session() as session:
        told = select(Organisation.name).join(Notice, Notice.organisation_id == Organisation.id).where(Notice.title.contains("名单抄送"))
        assert session.scalars(told).all() == ["370100综合协调局"]


def test_a_copy_may_be_left_out(trouble: Trouble) -> None:
    case_id = copying(trouble)
    trouble.move(case_id, "Event_Notified", "当面送达")
    assert trouble.case(case_id).outcome == "已通知并抄送"
    assert trouble.count(Notice, Notice.title == "环保线强制性清洁生产审核名单抄送") == 0
