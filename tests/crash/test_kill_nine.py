"""`kill -9` at any moment: no completed action is lost, nothing happens twice, and the next start carries on by itself."""

from __future__ import annotations

import datetime as dt
import functools
import random
import socket
import time as wall
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import clock
from app.model import Case, Event, Notice, OutboxMessage, OutboxStatus, Publication, PublicationEntry, Setting, Task, TaskStatus
from app.runtime import Runtime
from tests.conftest import TestClock
from tests.crash.installation import Installation, wait_until
from tests.support.world import World

pytestmark = pytest.mark.crash

ENTERPRISES = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installation(runtime: Runtime, tmp_path: Path) -> Iterator[Installation]:
    url = runtime.database.engine.url.render_as_string(hide_password=False)
    made = Installation(tmp_path, url, _free_port())
    yield made
    made.stop()


@pytest.fixture
def published(world: World, time: TestClock) -> World:
    """A province that has just published a list; the cases are still to be started."""
    names = [f"演示厂{n:03d}" for n in range(ENTERPRISES)]
    case = world.new_roster("county-env")
    assert case.roster_id is not None
    world.add_entries("county-env", case.roster_id, names, ["1"])
    world.do_step("county-env", case.id, ".s1")
    world.do_step("city-env", case.id, ".s3", decision="approve")
    world.do_step("province-env", case.id, ".s4", decision="approve")
    world.work()
    publication = world.case_of("shandong.list_publication")
    world.do_step("province-env", publication.id, "list-publication.s1")
    world.do_step("province-coord", publication.id, "list-publication.s2")
    for task in world.open_tasks(publication.id):
        world.do("province-coord" if task.actor == "province_coordinator" else "province-env", task, decision="confirm")
    time.stop()
    set_clock(world, "2027-01-12")
    return world


def set_clock(world: World, day: str) -> None:
    """What time it is for the processes of the installation."""
    target = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), clock.SHANGHAI)
    with world.transaction() as session:
        session.merge(Setting(key="clock_offset_seconds", value=str((target - dt.datetime.now(dt.UTC)).total_seconds())))


def _started(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).where(PublicationEntry.case_id.is_not(None))) or 0


def _progress(world: World, before: int) -> bool:
    return _started(world) > before


def test_a_worker_killed_again_and_again_starts_every_listed_case_exactly_once(published: World, installation: Installation) -> None:
    chance = random.Random(20270111)
    kills = 0
    deadline = wall.monotonic() + 120
    while _started(published) < ENTERPRISES:
        assert wall.monotonic() < deadline, "the cases are not all started"
        before = _started(published)
        worker = installation.start("worker")
        # Killed somewhere in its work: after some progress, at a moment nobody chose.
        wait_until(functools.partial(_progress, published, before), 60, "a batch is started")
        wall.sleep(chance.random() * 0.05)
        installation.kill(worker)
        kills += 1
    assert kills >= 2, "the worker was never killed half-way"
    with published.session() as session:
        keys = session.scalars(select(Case.start_key).where(Case.process_key == "shandong.mandatory_audit")).all()
        assert len(keys) == ENTERPRISES
        assert max(Counter(keys).values()) == 1
        told = session.scalars(select(Notice.key)).all()
        assert max(Counter(told).values()) == 1
        assert session.scalar(select(func.count()).where(Publication.kind == "mandatory_list")) == 1
        per_case = session.execute(
            select(Task.case_id, func.count())
            .where(Task.element_id == "Task_Disclose", Task.status == TaskStatus.OPEN)
            .group_by(Task.case_id)
        ).all()
        assert all(count == 1 for _, count in per_case)


def test_after_a_kill_the_next_worker_carries_on_by_itself(published: World, installation: Installation) -> None:
    first = installation.start("worker")
    wait_until(lambda: _started(published) > 0, 60, "the first batch is started")
    installation.kill(first)
    installation.start("worker")
    wait_until(lambda: _started(published) == ENTERPRISES, 60, "all cases are started")
    with published.session() as session:
        failed = session.scalar(select(func.count()).where(OutboxMessage.status == OutboxStatus.FAILED))
        assert failed == 0


def test_a_clock_killed_before_timers_are_due_is_replaced_and_no_timer_fires_twice(
    published: World, installation: Installation, time: TestClock
) -> None:
    time.to("2027-01-12")
    published.work()
    time.stop()
    first = installation.start("clock")
    wait_until(lambda: first.poll() is None, 5, "the clock runs")
    installation.kill(first)
    set_clock(published, "2027-03-01")  # every disclosure is late
    installation.start("clock")
    worker = installation.start("worker")
    wait_until(lambda: _penalties(published) > 3, 60, "penalty cases are started")
    installation.kill(worker)
    installation.start("worker")
    wait_until(lambda: _penalties(published) == ENTERPRISES, 90, "every late disclosure has its penalty case")
    with published.session() as session:
        fired = session.execute(select(Event.case_id, func.count()).where(Event.kind == "task_overdue").group_by(Event.case_id)).all()
        assert all(count == 1 for _, count in fired)


def _penalties(world: World) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).where(Case.process_key == "shandong.penalty")) or 0
