"""`kill -9` in the middle of a migration: each case moves exactly once or is refused with its reason, whole or not at all."""

from __future__ import annotations

import functools
import random
import time as wall
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import func, select

from app.cases import migrations
from app.engine import state, store
from app.model import (
    Case,
    CaseMigrationItem,
    CaseMigrationRun,
    CaseMigrationSnapshot,
    CaseState,
    Definition,
    Event,
    MigrationOutcome,
    MigrationRunStatus,
    Notice,
    Task,
    TaskStatus,
)
from app.runtime import Runtime
from tests.cases.migration_support import Moving, at_county, row
from tests.conftest import TestClock
from tests.crash.installation import Installation, wait_until
from tests.support.diagrams import end, parallel, path, start
from tests.support.world import World

pytestmark = pytest.mark.crash

CASES, STUCK = 48, 6
"""Cases in all, and those of them that cannot move."""
TURNS = 9
"""Cases that a worker gets to before it is killed."""


@pytest.fixture
def installation(runtime: Runtime, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, runtime.database.engine.url.render_as_string(hide_password=False))
    yield made
    made.stop()


def _two_lines(due: str) -> str:
    body = start() + parallel("G") + at_county("A", due=due) + at_county("B", due=due) + parallel("J") + at_county("N") + end()
    return body + path("S", "G", "A", "J", "N", "E") + path("G", "B", "J")


@pytest.fixture
def moving(world: World, time: TestClock) -> Moving:
    return Moving(world)


@pytest.fixture
def versions(moving: Moving) -> tuple[Definition, Definition, list[int]]:
    """Cases of two lines, some of them with both still open; the new version knows one line."""
    old = moving.deploy(_two_lines("days(3, since=begun)"))
    ids = moving.start(CASES)
    for case_id in ids[STUCK:]:
        moving.complete(case_id, "A")
        moving.complete(case_id, "B")
    new = moving.deploy(row(at_county("A"), at_county("B"), at_county("N", due="days(9, since=begun)"), at_county("X")))
    return old, new, ids


def _waiting(moving: Moving, run_id: int) -> int:
    with moving.world.session() as session:
        where = CaseMigrationItem.run_id == run_id, CaseMigrationItem.outcome == MigrationOutcome.WAITING
        return session.scalar(select(func.count()).where(*where)) or 0


def _fewer(moving: Moving, run_id: int, than: int) -> bool:
    return _waiting(moving, run_id) < than


def _kill_until_done(moving: Moving, installation: Installation, run: CaseMigrationRun) -> int:
    """Starts workers and kills each somewhere in its work. Gives how many were killed half-way."""
    chance = random.Random(20270111)
    kills, deadline = 0, wall.monotonic() + 180
    while (left := _waiting(moving, run.id)) > 0:
        assert wall.monotonic() < deadline, "the run does not come to its end"
        worker = installation.start("worker")
        wait_until(functools.partial(_fewer, moving, run.id, max(left - TURNS, 1)), 60, "some cases had their turn")
        wall.sleep(chance.random() * 0.05)
        installation.kill(worker)
        kills += _waiting(moving, run.id) > 0
    return kills


def _finish(moving: Moving, installation: Installation, run: CaseMigrationRun) -> None:
    worker = installation.start("worker")
    wait_until(lambda: moving.run(run.id).status == MigrationRunStatus.DONE, 60, "the run is closed")
    installation.kill(worker)


def _check_whole(moving: Moving, definition: Definition, case_id: int) -> None:
    """State, tasks and case tell the same version of the story."""
    with moving.world.session() as session:
        case, kept = session.get_one(Case, case_id), session.get_one(CaseState, case_id)
        assert case.definition_id == definition.id
        assert kept.revision == case.revision
        workflow = state.restore(store.of_case(session, case), kept.body)
        waiting = {task.id.hex for task in workflow.get_tasks(state=TaskState.READY, manual=True)}
        open_tasks = select(Task.engine_id).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
        assert set(session.scalars(open_tasks)) == waiting


def test_a_migration_killed_again_and_again_moves_every_case_exactly_once(
    moving: Moving, versions: tuple[Definition, Definition, list[int]], installation: Installation, time: TestClock
) -> None:
    old, new, ids = versions
    preview = moving.preview(moving.plan(old, new))
    run = moving.begin(preview)
    time.stop()
    assert _kill_until_done(moving, installation, run) >= 2, "the worker was never killed half-way"
    _finish(moving, installation, run)
    found = moving.items(run)
    assert Counter(item.outcome for item in found.values()) == {MigrationOutcome.MOVED: CASES - STUCK, MigrationOutcome.REFUSED: STUCK}
    assert all(item.reason for item in found.values() if item.outcome == MigrationOutcome.REFUSED)
    with moving.world.session() as session:
        per_case = session.execute(select(Event.case_id, func.count()).where(Event.kind == "case_migrated").group_by(Event.case_id))
        assert set(per_case.tuples()) == {(case_id, 1) for case_id in ids[STUCK:]}
        assert session.scalar(select(func.count()).select_from(CaseMigrationSnapshot)) == CASES - STUCK
        assert max(Counter(session.scalars(select(Notice.key))).values(), default=1) == 1
    for case_id in ids:
        _check_whole(moving, old if case_id in ids[:STUCK] else new, case_id)


def test_taking_back_survives_kills_too(
    moving: Moving, versions: tuple[Definition, Definition, list[int]], installation: Installation, time: TestClock
) -> None:
    old, new, ids = versions
    run = moving.move(old, new)
    with moving.world.transaction() as session:
        back = migrations.undo(session, moving.world.principal(session, "admin"), run.id, "发现计划有误")
    time.stop()
    _kill_until_done(moving, installation, back)
    _finish(moving, installation, back)
    assert {item.outcome for item in moving.items(back).values()} == {MigrationOutcome.UNDONE}
    for case_id in ids:
        _check_whole(moving, old, case_id)
