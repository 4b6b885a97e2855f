"""One act on all cases of the same cause: each in its own transaction, each with its own honest result."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.cases import incident_data, incident_runs
from app.cases.errors import CaseError, Conflict, Forbidden
from app.jobs import deliveries
from app.model import CaseStatus, Event, IncidentRun, IncidentRunItem, Notice, OutboxMessage
from tests.cases.incident_support import BROKEN, Trouble, office, row
from tests.support.diagrams import script
from tests.support.world import World

NAMES = ("甲厂", "乙厂", "丙厂")
BY_SIZE = row(office("A"), script("B", "x = 12 // size"), office("C"))


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


def stuck(trouble: Trouble, body: str = BROKEN, **values: Any) -> list[int]:
    """Three cases that failed for the same reason."""
    trouble.deploy(body)
    ids = [trouble.start(name, **values) for name in NAMES]
    for case_id in ids:
        assert not trouble.do(case_id)
    assert len({trouble.incident(case_id).cause for case_id in ids}) == 1
    return ids


def begin(trouble: Trouble, case_id: int, act: str, reason: str = "统一处理", username: str = "admin", **options: Any) -> int:
    cause = trouble.incident(case_id).cause
    with trouble.world.transaction() as session:
        return incident_runs.begin(session, trouble.world.principal(session, username), cause, act, reason, options).id


def items(trouble: Trouble, run_id: int) -> list[tuple[str, str]]:
    with trouble.world.session() as session:
        query = select(IncidentRunItem).where(IncidentRunItem.run_id == run_id).order_by(IncidentRunItem.incident_id)
        return [(item.status, item.message or "") for item in session.scalars(query)]


def test_one_act_is_carried_out_for_every_case_of_the_cause(trouble: Trouble) -> None:
    ids = stuck(trouble)
    run_id = begin(trouble, ids[0], "edit", values={"missing": 1})
    assert items(trouble, run_id) == [("waiting", "")] * 3
    trouble.world.work()
    assert {status for status, _ in items(trouble, run_id)} == {"done"}
    assert [trouble.open(case_id) for case_id in ids] == [["C"]] * 3
    assert [e.detail["changed"] for case_id in ids for e in trouble.events(case_id, "incident_data_edited")] == [{"missing": [None, 1]}] * 3


def test_each_case_says_for_itself_what_came_of_it(trouble: Trouble) -> None:
    ids = stuck(trouble, BY_SIZE, size=0)
    trouble.admin(lambda session, who, i: incident_data.edit(session, who, i, {"size": 4}, "查实", and_retry=False), ids[1])
    run_id = begin(trouble, ids[0], "retry")
    trouble.world.work()
    found = items(trouble, run_id)
    assert [status for status, _ in found] == ["failed", "done", "failed"]
    assert found[0][1] == trouble.incident(ids[0]).message
    assert [trouble.case(case_id).status for case_id in ids] == [CaseStatus.SUSPENDED, CaseStatus.ACTIVE, CaseStatus.SUSPENDED]


def test_all_cases_are_led_around_the_element(trouble: Trouble) -> None:
    ids = stuck(trouble)
    run_id = begin(trouble, ids[0], "move", target="C")
    trouble.world.work()
    assert {status for status, _ in items(trouble, run_id)} == {"done"}
    assert [trouble.open(case_id) for case_id in ids] == [["C"]] * 3


def test_a_move_that_cannot_be_leaves_every_case_as_it_was(trouble: Trouble) -> None:
    ids = stuck(trouble)
    run_id = begin(trouble, ids[0], "move", target="S")
    trouble.world.work()
    assert [(status, "起点" in message) for status, message in items(trouble, run_id)] == [("failed", True)] * 3
    assert {trouble.case(case_id).status for case_id in ids} == {CaseStatus.SUSPENDED}


def test_all_cases_are_ended_and_their_parties_told(trouble: Trouble) -> None:
    ids = stuck(trouble)
    begin(trouble, ids[0], "cancel", "办法已经废止")
    trouble.world.work()
    assert {trouble.case(case_id).outcome for case_id in ids} == {"因故终止"}
    assert trouble.count(Notice, Notice.body.contains("办法已经废止")) == 6


def test_who_was_repaired_by_hand_meanwhile_is_left_alone(trouble: Trouble) -> None:
    ids = stuck(trouble)
    run_id = begin(trouble, ids[0], "cancel")
    trouble.move(ids[0], "C")
    trouble.world.work()
    assert [status for status, _ in items(trouble, run_id)] == ["failed", "done", "done"]
    assert "转到其他环节" in items(trouble, run_id)[0][1]
    assert trouble.case(ids[0]).status == CaseStatus.ACTIVE


def test_a_run_that_is_cut_short_goes_on_where_it_was(trouble: Trouble) -> None:
    ids = stuck(trouble)
    run_id = begin(trouble, ids[0], "edit", values={"missing": 1})
    deliveries.deliver_ready(trouble.world.runtime.database, trouble.world.runtime.mailer, limit=1)
    assert sorted(status for status, _ in items(trouble, run_id)) == ["done", "waiting", "waiting"]
    trouble.world.work()
    assert {status for status, _ in items(trouble, run_id)} == {"done"}


def test_an_item_is_carried_out_once_however_often_it_is_delivered(trouble: Trouble) -> None:
    ids = stuck(trouble)
    run_id = begin(trouble, ids[0], "edit", values={"missing": 1})
    trouble.world.work()
    with trouble.world.transaction() as session:
        incident_runs.carry_out(session, run_id, trouble.incident(ids[0]).id)
    assert len(trouble.events(ids[0], "task_completed")) == 1


def test_the_decision_is_in_the_record_with_its_reason(trouble: Trouble) -> None:
    ids = stuck(trouble)
    begin(trouble, ids[0], "retry", "已换服务器")
    with trouble.world.session() as session:
        event = session.scalars(select(Event).where(Event.kind == "incident_run")).one()
    assert (event.detail["reason"], event.detail["count"], event.user_id) == ("已换服务器", 3, trouble.world.users["admin"])


def test_a_cause_without_open_incidents_is_refused(trouble: Trouble) -> None:
    case_id = trouble.suspended()
    trouble.cancel(case_id)
    with pytest.raises(Conflict):
        begin(trouble, case_id, "retry")


def test_a_run_needs_a_reason_and_an_administrator(trouble: Trouble) -> None:
    ids = stuck(trouble)
    with pytest.raises(CaseError, match="原因"):
        begin(trouble, ids[0], "retry", " ")
    with pytest.raises(Forbidden):
        begin(trouble, ids[0], "retry", username="security")
    assert trouble.count(IncidentRun) == trouble.count(OutboxMessage, OutboxMessage.kind == "incident") == 0
