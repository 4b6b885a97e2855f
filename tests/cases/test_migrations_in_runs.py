"""Runs over many cases: previews that change nothing, refusals that hold up nobody, and what administrators may do when."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.cases import advancing, migration_foresight, migration_telling, migration_work, migrations
from app.cases.errors import CaseError, Conflict, Forbidden, NotFound
from app.model import (
    Case,
    CaseState,
    CaseStatus,
    Definition,
    DefinitionStatus,
    Event,
    MigrationOutcome,
    MigrationRunStatus,
    Notice,
    Task,
    Timer,
)
from tests.cases.migration_support import KEY, MAIN, Moving, at_county, row
from tests.support.diagrams import end, parallel, path, start
from tests.support.world import World

MOVED, REFUSED, POSSIBLE = MigrationOutcome.MOVED, MigrationOutcome.REFUSED, MigrationOutcome.POSSIBLE


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


def fork() -> str:
    body = start() + parallel("G") + at_county("A") + at_county("B") + parallel("J") + at_county("N") + end()
    return body + path("S", "G", "A", "J", "N", "E") + path("G", "B", "J")


def two_versions(moving: Moving, cases: int = 1) -> tuple[Definition, Definition, list[int]]:
    old = moving.deploy(row(at_county("A"), at_county("B")))
    ids = moving.start(cases)
    return old, moving.deploy(row(at_county("A"), at_county("X"), at_county("B"))), ids


def as_admin(moving: Moving, act: Any, *args: Any, username: str = "admin") -> Any:
    with moving.world.transaction() as session:
        return act(session, moving.world.principal(session, username), *args)


# -- previews ---------------------------------------------------------------------------------------------------------


def everything(moving: Moving) -> list[Any]:
    """What a preview must leave alone."""
    with moving.world.session() as session:
        found: list[Any] = [tuple(r) for r in session.execute(select(CaseState.case_id, CaseState.revision, CaseState.body))]
        found += [tuple(r) for r in session.execute(select(Case.id, Case.revision, Case.definition_id, Case.status))]
        for model in (Task, Timer):
            found += [tuple(r) for r in session.execute(select(*model.__table__.columns).order_by(model.id))]
        found += [session.scalar(select(func.count()).select_from(model)) for model in (Notice, Event)]
        return found


def test_a_preview_changes_nothing(moving: Moving) -> None:
    old, new, _ = two_versions(moving, 3)
    plan = moving.plan(old, new)
    before = everything(moving)
    moving.preview(plan)
    assert everything(moving) == before


def test_a_preview_says_of_each_case_whether_it_can_move_and_why_not(moving: Moving) -> None:
    old = moving.deploy(fork())
    at_fork, past_it = moving.start(2)
    moving.complete(past_it, "A")
    moving.complete(past_it, "B")
    new = moving.deploy(row(at_county("A"), at_county("B"), at_county("N")))
    found = moving.items(moving.preview(moving.plan(old, new)))
    assert {case_id: item.outcome for case_id, item in found.items()} == {at_fork: REFUSED, past_it: POSSIBLE}
    assert "不会同时停在“A”、“B”" in found[at_fork].reason


def test_a_preview_tells_what_would_change_for_whom(moving: Moving) -> None:
    old = moving.deploy(row(at_county("A", due="days(3, since=begun)")))
    (case_id,) = moving.start()
    new = moving.deploy(row(at_county("A", due="days(9, since=begun)")))
    (change,) = moving.items(moving.preview(moving.plan(old, new)))[case_id].detail["tasks"]
    assert change["due"] == ["2027-01-14", "2027-01-20"]


def test_a_preview_may_look_at_some_cases_only(moving: Moving) -> None:
    old, new, ids = two_versions(moving, 3)
    assert set(moving.items(moving.preview(moving.plan(old, new), ids[:1]))) == {ids[0]}


def test_a_preview_of_nothing_is_refused(moving: Moving) -> None:
    old, new = moving.deploy(row(at_county("A"))), moving.deploy(row(at_county("A"), at_county("B")))
    with pytest.raises(CaseError, match="没有正在按旧版本办理的案件"):
        moving.preview(moving.plan(old, new))


def test_a_preview_goes_through_hundreds_of_cases_in_turns(moving: Moving) -> None:
    old, new, ids = two_versions(moving, migration_work.PREVIEWED_AT_ONCE * 2 + 3)
    plan = moving.plan(old, new)
    run = as_admin(moving, migrations.preview, plan.id)
    database = moving.world.runtime.database
    assert migration_work.carry_on(database, limit=10) == migration_work.PREVIEWED_AT_ONCE
    assert moving.run(run.id).status == MigrationRunStatus.RUNNING
    moving.work()
    assert {item.outcome for item in moving.items(run).values()} == {POSSIBLE}
    assert len(moving.items(run)) == len(ids)


# -- moving -----------------------------------------------------------------------------------------------------------


def test_a_case_that_cannot_move_holds_up_no_other(moving: Moving) -> None:
    old = moving.deploy(fork())
    stays, goes, also = moving.start(3)
    for case_id in (goes, also):
        moving.complete(case_id, "A")
        moving.complete(case_id, "B")
    new = moving.deploy(row(at_county("A"), at_county("B"), at_county("N")))
    found = moving.items(moving.move(old, new))
    assert {case_id: item.outcome for case_id, item in found.items()} == {stays: REFUSED, goes: MOVED, also: MOVED}
    assert moving.case(stays).definition_id == old.id
    assert moving.open(stays) == ["A", "B"]


def test_whatever_breaks_on_the_way_holds_up_no_other_case(moving: Moving, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, (broken, sound) = two_versions(moving, 2)
    original = migration_foresight.foresee

    def foresee(session: Any, mover: Any, case: Case) -> Any:
        if case.id == broken:
            raise KeyError("something nobody thought of")
        return original(session, mover, case)

    preview = moving.preview(moving.plan(old, new))
    monkeypatch.setattr(migration_work, "foresee", foresee)
    run = moving.begin(preview)
    moving.work()
    found = moving.items(run)
    assert (found[broken].outcome, found[sound].outcome) == (REFUSED, MOVED)
    assert found[broken].reason == "迁移时出错，案件保持原样（KeyError）"


def test_a_failure_after_the_first_row_was_written_leaves_nothing(moving: Moving, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, (case_id,) = two_versions(moving)

    def tell(*_args: Any) -> None:
        raise RuntimeError("the last thing that a move does")

    preview = moving.preview(moving.plan(old, new))
    monkeypatch.setattr(migration_telling, "tell_case", tell)
    run = moving.begin(preview)
    moving.work()
    assert moving.items(run)[case_id].outcome == REFUSED
    assert moving.case(case_id).definition_id == old.id
    assert moving.task(case_id).revision == 1
    assert moving.events(case_id, "case_migrated") == []


def test_a_case_that_ended_meanwhile_is_left_alone(moving: Moving) -> None:
    old, new, (case_id,) = two_versions(moving)
    preview = moving.preview(moving.plan(old, new))
    moving.complete(case_id, "A")
    moving.complete(case_id, "B")
    run = moving.begin(preview)
    moving.work()
    assert moving.items(run)[case_id].reason == "案件已经办结"


def test_a_case_that_moved_meanwhile_is_left_alone(moving: Moving) -> None:
    old, new, (case_id,) = two_versions(moving)
    first, second = (moving.preview(moving.plan(old, new)) for _ in range(2))
    moving.begin(first)
    moving.work()
    run = moving.begin(second)
    moving.work()
    assert moving.items(run)[case_id].reason == "案件已经不在原来的版本"
    assert len(moving.events(case_id, "case_migrated")) == 1


def test_a_case_that_went_on_since_the_preview_moves_from_where_it_is(moving: Moving) -> None:
    old, new, (case_id,) = two_versions(moving)
    preview = moving.preview(moving.plan(old, new))
    moving.complete(case_id)
    moving.begin(preview)
    moving.work()
    assert moving.case(case_id).definition_id == new.id
    assert moving.open(case_id) == ["B"]


def test_cases_of_other_versions_and_processes_are_not_touched(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    (other,) = moving.start()
    moving.move(old, new)
    assert moving.case(other).revision == 1


def test_a_suspended_case_moves_and_stays_suspended(moving: Moving) -> None:
    old, new, (case_id,) = two_versions(moving)
    with moving.world.transaction() as session:
        session.execute(update(Case).where(Case.id == case_id).values(status=CaseStatus.SUSPENDED))
    moving.move(old, new)
    assert (moving.case(case_id).definition_id, moving.case(case_id).status) == (new.id, CaseStatus.SUSPENDED)


def test_each_case_moves_in_a_transaction_of_its_own(moving: Moving) -> None:
    old, new, ids = two_versions(moving, 3)
    run = moving.begin(moving.preview(moving.plan(old, new)))
    assert migration_work.carry_on(moving.world.runtime.database, limit=1) == 1
    assert [moving.case(case_id).definition_id == new.id for case_id in ids] == [True, False, False]
    moving.work()
    assert moving.run(run.id).status == MigrationRunStatus.DONE


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_a_case_that_somebody_holds_is_left_for_later(moving: Moving) -> None:
    """On SQLite writers queue up one behind the other."""
    old, new, (held, free) = two_versions(moving, 2)
    run = moving.begin(moving.preview(moving.plan(old, new)))
    with moving.world.transaction() as session:
        advancing.lock(session, held)
        migration_work.carry_on(moving.world.runtime.database)
        assert (moving.items(run)[held].outcome, moving.items(run)[free].outcome) == (MigrationOutcome.WAITING, MOVED)
        assert moving.run(run.id).status == MigrationRunStatus.RUNNING
    moving.work()
    assert moving.items(run)[held].outcome == MOVED


def test_the_revision_rises_so_that_no_remembered_workflow_is_used(moving: Moving) -> None:
    old, new, (case_id,) = two_versions(moving)
    before = moving.case(case_id).revision
    moving.move(old, new)
    with moving.world.session() as session:
        assert session.get_one(CaseState, case_id).revision == moving.case(case_id).revision == before + 1


# -- plans ------------------------------------------------------------------------------------------------------------


def test_there_is_one_plan_for_two_versions(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    assert moving.plan(old, new).id == moving.plan(old, new).id


def test_a_plan_remembers_what_was_decided(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    moving.plan(old, new, A="X")
    assert moving.plan(old, new).mapping["t.main>t.main"]["A"] == "X"


def test_of_two_people_who_change_a_plan_the_second_is_told(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    plan = moving.plan(old, new)
    as_admin(moving, migrations.change_plan, plan.id, {MAIN: {"A": "X"}}, plan.revision)
    with pytest.raises(Conflict, match="别人刚刚改过"):
        as_admin(moving, migrations.change_plan, plan.id, {MAIN: {"A": "B"}}, plan.revision)


def test_cases_move_only_to_versions_in_use(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    with moving.world.transaction() as session:
        session.get_one(Definition, new.id).status = DefinitionStatus.RETIRED
    with pytest.raises(CaseError, match="不在用"):
        moving.plan(old, new)


def test_cases_move_off_a_version_that_is_retired(moving: Moving) -> None:
    old, new, (case_id,) = two_versions(moving)
    with moving.world.transaction() as session:
        session.get_one(Definition, old.id).status = DefinitionStatus.RETIRED
    moving.move(old, new)
    assert moving.case(case_id).definition_id == new.id


def test_a_version_does_not_move_onto_itself(moving: Moving) -> None:
    old, _, _ = two_versions(moving)
    with pytest.raises(CaseError, match="请选择另一个版本"):
        as_admin(moving, migrations.plan_between, KEY, old.version, old.version)


def test_a_version_that_nobody_knows_is_not_found(moving: Moving) -> None:
    old, _, _ = two_versions(moving)
    with pytest.raises(NotFound):
        as_admin(moving, migrations.plan_between, KEY, old.version, 99)


def test_a_plan_that_was_changed_needs_a_new_preview(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    preview = moving.preview(moving.plan(old, new))
    moving.plan(old, new, A="X")
    with pytest.raises(Conflict, match="请重新预演"):
        moving.begin(preview)


def test_a_run_keeps_to_the_plan_with_which_it_began(moving: Moving) -> None:
    old, new, (case_id,) = two_versions(moving)
    moving.begin(moving.preview(moving.plan(old, new)))
    moving.plan(old, new, A="X")
    moving.work()
    assert moving.open(case_id) == ["A"]


def test_an_unfinished_preview_is_no_ground_to_move(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    run = as_admin(moving, migrations.preview, moving.plan(old, new).id)
    with pytest.raises(Conflict, match="预演还没有完成"):
        moving.begin(run)


def test_a_move_needs_a_reason(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    with pytest.raises(CaseError, match="原因"):
        moving.begin(moving.preview(moving.plan(old, new)), reason="  ")


def test_two_moves_between_the_same_versions_do_not_run_at_once(moving: Moving) -> None:
    old, new, _ = two_versions(moving)
    preview = moving.preview(moving.plan(old, new))
    moving.begin(preview)
    with pytest.raises(Conflict, match="已有一批迁移正在进行"):
        moving.begin(preview)


def test_a_run_that_is_stopped_leaves_the_rest_where_they_are(moving: Moving) -> None:
    old, new, ids = two_versions(moving, 3)
    run = moving.begin(moving.preview(moving.plan(old, new)))
    migration_work.carry_on(moving.world.runtime.database, limit=1)
    as_admin(moving, migrations.stop, run.id)
    moving.work()
    assert [moving.case(case_id).definition_id for case_id in ids] == [new.id, old.id, old.id]
    assert moving.run(run.id).status == MigrationRunStatus.STOPPED


def test_what_a_finished_run_came_to_is_on_record(moving: Moving) -> None:
    old, new, _ = two_versions(moving, 2)
    run = moving.move(old, new)
    with moving.world.session() as session:
        (event,) = session.scalars(select(Event).where(Event.kind == "migration_finished"))
        assert (event.detail["run"], event.detail["outcomes"]) == (run.id, {MOVED: 2})
        kinds = session.scalars(select(Event.kind).where(Event.kind.startswith("migration_")).order_by(Event.id)).all()
    assert kinds == ["migration_planned", "migration_started", "migration_finished"]


@pytest.mark.parametrize("username", ["security", "auditor", "county-env"])
def test_only_system_administrators_move_cases(moving: Moving, username: str) -> None:
    old, new, (case_id,) = two_versions(moving)
    preview = moving.preview(moving.plan(old, new))
    run = moving.move(old, new)
    for act, *args in (
        (migrations.plan_between, KEY, 1, 2),
        (migrations.change_plan, preview.plan_id, {}, 1),
        (migrations.preview, preview.plan_id),
        (migrations.move, preview.id, "规定修订"),
        (migrations.stop, run.id),
        (migrations.undo, run.id, "规定修订"),
        (migrations.undo_one, run.id, case_id, "规定修订"),
    ):
        with pytest.raises(Forbidden):
            as_admin(moving, act, *args, username=username)


def test_a_run_that_nobody_knows_is_not_found(moving: Moving) -> None:
    with pytest.raises(NotFound):
        as_admin(moving, migrations.stop, 999)
