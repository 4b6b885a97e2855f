"""A case that failed moves to the version in which the fault is mended, and goes on from there when it is tried again."""

from __future__ import annotations

import pytest

from app.model import CaseStatus, MigrationOutcome
from tests.cases.incident_support import BROKEN, Trouble, office, row
from tests.cases.migration_support import Moving
from tests.support.diagrams import boundary, end, path, script, start
from tests.support.world import World

MENDED = BROKEN.replace("missing + 1", "1 + 1")


@pytest.fixture
def trouble(world: World) -> Trouble:
    return Trouble(world)


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)


def test_a_completion_that_failed_succeeds_on_the_mended_version(trouble: Trouble, moving: Moving) -> None:
    old = trouble.deploy(BROKEN)
    case_id = trouble.start()
    assert not trouble.do(case_id, opinion="同意上报")
    run = moving.move(old, trouble.deploy(MENDED), [case_id])
    assert moving.items(run)[case_id].outcome == MigrationOutcome.MOVED
    assert moving.case(case_id).status == CaseStatus.SUSPENDED
    assert trouble.retry(case_id).done
    assert (moving.case(case_id).status, moving.open(case_id)) == (CaseStatus.ACTIVE, ["C"])


def late(then: str) -> str:
    body = start() + office("A", due="days(3, since=begun)") + boundary("B", "A") + then + office("L") + end() + end("E2")
    return body + path("S", "A", "E") + path("B", "P", "L", "E2")


def test_a_timer_that_failed_fires_on_the_mended_version(trouble: Trouble, moving: Moving) -> None:
    old = trouble.deploy(late(script("P", "x = missing")))
    case_id = trouble.start()
    moving.world.clock.to("2027-02-01")
    moving.fire()
    assert moving.case(case_id).status == CaseStatus.SUSPENDED
    moving.move(old, trouble.deploy(late(script("P", "x = 1"))))
    assert trouble.retry(case_id).done
    assert moving.open(case_id) == ["A", "L"]


def test_a_timer_that_failed_and_is_gone_in_the_new_version_is_not_missed(trouble: Trouble, moving: Moving) -> None:
    old = trouble.deploy(late(script("P", "x = missing")))
    case_id = trouble.start()
    moving.world.clock.to("2027-02-01")
    moving.fire()
    moving.move(old, trouble.deploy(row(office("A", due="days(3, since=begun)"), office("N"))))
    assert trouble.retry(case_id).done
    assert moving.open(case_id) == ["A"]


def test_a_suspended_case_taken_back_still_waits_for_its_repair(trouble: Trouble, moving: Moving) -> None:
    old = trouble.deploy(BROKEN)
    case_id = trouble.start()
    assert not trouble.do(case_id)
    moving.undo(moving.move(old, trouble.deploy(MENDED)))
    assert moving.case(case_id).status == CaseStatus.SUSPENDED
    assert not trouble.retry(case_id).done
