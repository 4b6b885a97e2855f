"""Children of the launcher that end are started again, those that keep dying more and more slowly."""

from __future__ import annotations

import sys

import pytest

from app import launcher
from app.launcher import Child


@pytest.fixture
def child() -> Child:
    made = Child("web", [sys.executable, "-c", "raise SystemExit(3)"])
    made.start()
    return made


def ended(child: Child) -> Child:
    assert child.process is not None
    child.process.wait()
    return child


def pauses(child: Child, deaths: int) -> list[float]:
    """How long it waits after each of some deaths."""
    found = []
    for _ in range(deaths):
        ended(child).revive(lambda _: None)
        found.append(child.pause)
        child.start()
    return found


def test_a_child_that_dies_young_waits_twice_as_long_each_time(child: Child) -> None:
    assert pauses(child, 3) == [0.5, 1.0, 2.0]


def test_no_pause_is_longer_than_half_a_minute(child: Child) -> None:
    child.pause = 29
    assert pauses(child, 2) == [30.0, 30.0]


def test_a_child_that_had_run_is_started_again_soon(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    child.pause = 16
    monkeypatch.setattr(launcher, "STEADY", 0.0)
    assert pauses(child, 1) == [0.5]


def test_it_says_how_it_ended_and_when_it_starts_again(child: Child) -> None:
    said: list[str] = []
    ended(child).revive(said.append)
    child.revive(said.append)
    assert said == ["web 进程已退出（3），0.5 秒后重新启动"]


def test_it_starts_again_once_the_pause_is_over(child: Child) -> None:
    first = ended(child).process
    child.revive(lambda _: None)
    child.restart_at = 0.0
    child.revive(lambda _: None)
    assert child.process is not first
    assert child.restart_at is None
    ended(child)
