"""Taking a move back: exactly what was before, as long as nobody has gone on from there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.cases import clock_stops, migrations, work
from app.cases.errors import CaseError, Conflict
from app.model import CaseState, Draft, MigrationOutcome, Task, TaskStatus, Timer
from tests.cases.migration_support import CITY_ENV, Moving, at_county, row
from tests.support.diagrams import boundary, call, end, path, start, user
from tests.support.world import World

MOVED, REFUSED, UNDONE = MigrationOutcome.MOVED, MigrationOutcome.REFUSED, MigrationOutcome.UNDONE
THREE, NINE = "days(3, since=begun)", "workdays(9, since=begun)"
NOT_PUT_BACK = {"revision"}  # a page that was open meanwhile must not pass for the newest


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


def watched(due: str) -> str:
    body = start() + at_county("A", due=due) + boundary("B", "A") + at_county("L") + end() + end("E2")
    return body + path("S", "A", "E") + path("B", "L", "E2")


def rows(moving: Moving, case_id: int) -> Any:
    """A case's state, open tasks and timers."""
    with moving.world.session() as session:
        tasks = session.scalars(select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN).order_by(Task.id))
        timers = session.scalars(select(Timer).where(Timer.case_id == case_id).order_by(Timer.id))
        return (
            session.get_one(CaseState, case_id).body,
            [{c.name: getattr(t, c.name) for c in Task.__table__.columns if c.name not in NOT_PUT_BACK} for t in tasks],
            [{c.name: getattr(t, c.name) for c in Timer.__table__.columns} for t in timers],
            (moving.case(case_id).definition_id, moving.case(case_id).content_hash),
        )


def undo_one(moving: Moving, run_id: int, case_id: int) -> None:
    with moving.world.transaction() as session:
        migrations.undo_one(session, moving.world.principal(session, "admin"), run_id, case_id, "发现计划有误")


def test_everything_is_as_before(moving: Moving) -> None:
    old = moving.deploy(watched(THREE))
    (case_id,) = moving.start()
    before = rows(moving, case_id)
    new = moving.deploy(row(user("A", "改名", actor=CITY_ENV, due=NINE), at_county("N")))
    run = moving.move(old, new)
    moving.undo(run)
    assert rows(moving, case_id) == before


def test_the_case_goes_on_as_if_it_had_never_moved(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A"), at_county("B")))
    (case_id,) = moving.start()
    moving.complete(case_id)
    run = moving.move(old, moving.deploy(row(at_county("A"), at_county("B"), at_county("X"))))
    moving.undo(run)
    moving.complete(case_id, "B")
    assert moving.case(case_id).status == "ended"


def test_cancelled_tasks_open_again_and_new_ones_go(moving: Moving) -> None:
    old = moving.deploy(row(call("C", "t.child")), children={"child": row(at_county("A", due=THREE))})
    (case_id,) = moving.start()
    before = rows(moving, case_id)
    run = moving.move(old, moving.deploy(row(at_county("C", due=NINE))))
    assert moving.open(case_id) == ["C"]
    moving.undo(run)
    assert rows(moving, case_id) == before


def test_one_case_alone_may_be_taken_back(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A"), at_county("B")))
    one, other = moving.start(2)
    run = moving.move(old, new := moving.deploy(row(at_county("A"), at_county("X"))))
    undo_one(moving, run.id, one)
    assert (moving.case(one).definition_id, moving.case(other).definition_id) == (old.id, new.id)
    assert moving.items(run)[one].outcome == UNDONE


def test_a_case_that_was_worked_on_since_stays(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A"), at_county("B")))
    went_on, waits = moving.start(2)
    run = moving.move(old, new := moving.deploy(row(at_county("A"), at_county("X"))))
    moving.complete(went_on)
    found = moving.items(moving.undo(run))
    assert {case_id: item.outcome for case_id, item in found.items()} == {went_on: REFUSED, waits: UNDONE}
    assert "已经继续办理" in found[went_on].reason
    assert moving.case(went_on).definition_id == new.id


def test_a_case_whose_clock_was_stopped_since_stays(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due=THREE)))
    (case_id,) = moving.start()
    run = moving.move(old, moving.deploy(row(at_county("A", due=NINE))))
    with moving.world.transaction() as session:
        clock_stops.stop(session, moving.world.principal(session, "county-env"), moving.task(case_id).id, "hearing", "听证")
    with pytest.raises(Conflict, match="有变动"):
        undo_one(moving, run.id, case_id)


def test_a_claim_since_is_kept(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    run = moving.move(old, moving.deploy(row(at_county("A", article="新条"))))
    with moving.world.transaction() as session:
        work.claim(session, moving.world.principal(session, "county-env"), moving.task(case_id).id)
    undo_one(moving, run.id, case_id)
    assert moving.task(case_id).assignee_id == moving.world.users["county-env"]


def test_a_draft_since_is_kept(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    run = moving.move(old, moving.deploy(row(at_county("A", article="新条"))))
    moving.draft(case_id, opinion="写到一半")
    undo_one(moving, run.id, case_id)
    with moving.world.session() as session:
        assert session.get_one(Draft, moving.task(case_id).id).data == {"opinion": "写到一半"}


@pytest.mark.parametrize("act", ["claim", "draft"])
def test_a_new_office_that_has_begun_keeps_its_task(moving: Moving, act: str) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    run = moving.move(old, moving.deploy(row(user("A", actor=CITY_ENV))))
    if act == "draft":
        moving.draft(case_id, username="city-env", opinion="写到一半")
    else:
        with moving.world.transaction() as session:
            work.claim(session, moving.world.principal(session, "city-env"), moving.task(case_id).id)
    with pytest.raises(Conflict, match="已经着手办理"):
        undo_one(moving, run.id, case_id)


def test_a_move_is_taken_back_once(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    run = moving.move(old, moving.deploy(row(at_county("A"), at_county("X"))))
    undo_one(moving, run.id, case_id)
    with pytest.raises(Conflict, match="不需要退回"):
        undo_one(moving, run.id, case_id)


def test_of_two_moves_the_last_is_taken_back_first(moving: Moving) -> None:
    first = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    second, third = moving.deploy(row(at_county("A"), at_county("X"))), moving.deploy(row(at_county("A"), at_county("Y")))
    one, two = moving.move(first, second), moving.move(second, third)
    with pytest.raises(Conflict, match="继续办理"):
        undo_one(moving, one.id, case_id)
    undo_one(moving, two.id, case_id)
    undo_one(moving, one.id, case_id)
    assert moving.case(case_id).definition_id == first.id


def test_a_case_that_was_taken_back_may_move_again(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A"), at_county("B")))
    (case_id,) = moving.start()
    new = moving.deploy(row(at_county("A"), at_county("X")))
    moving.undo(moving.move(old, new))
    again = moving.move(old, new)
    assert moving.items(again)[case_id].outcome == MOVED
    moving.complete(case_id)
    assert moving.open(case_id) == ["X"]


def test_taking_back_is_on_record_with_its_reason(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    (case_id,) = moving.start()
    moving.undo(moving.move(old, moving.deploy(row(at_county("A"), at_county("X")))))
    (event,) = moving.events(case_id, "case_migration_undone")
    assert (event.user_id, event.detail["reason"]) == (moving.world.users["admin"], "发现计划有误")


def test_taking_back_needs_a_reason(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    moving.start()
    run = moving.move(old, moving.deploy(row(at_county("A"), at_county("X"))))
    with moving.world.transaction() as session, pytest.raises(CaseError, match="原因"):
        migrations.undo(session, moving.world.principal(session, "admin"), run.id, "")


def test_a_preview_has_nothing_to_take_back(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    moving.start()
    preview = moving.preview(moving.plan(old, moving.deploy(row(at_county("A"), at_county("X")))))
    with pytest.raises(Conflict, match="只有迁移可以退回"):
        moving.undo(preview)


def test_a_move_that_is_under_way_is_not_taken_back(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A")))
    moving.start()
    run = moving.begin(moving.preview(moving.plan(old, moving.deploy(row(at_county("A"), at_county("X"))))))
    with pytest.raises(Conflict, match="还在进行"):
        moving.undo(run)
