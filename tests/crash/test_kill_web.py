"""The web process killed while clerks submit: what was acknowledged is done, what was not is done wholly or not at all, and a repetition acts once."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app import clock
from app.access import tokens
from app.model import Case, CaseState, Event, Task, TaskStatus, User
from app.runtime import Runtime
from tests.conftest import TestClock
from tests.crash.installation import Installation
from tests.crash.test_kill_nine import _free_port, set_clock
from tests.support.world import World

pytestmark = pytest.mark.crash

ENTERPRISES = 8
KILLS = 6


@pytest.fixture
def installation(runtime: Runtime, tmp_path: Path) -> Iterator[Installation]:
    url = runtime.database.engine.url.render_as_string(hide_password=False)
    made = Installation(tmp_path, url, _free_port())
    yield made
    made.stop()


@pytest.fixture
def auditing(world: World, time: TestClock) -> World:
    """Enterprises in their audit's first phase, each with a user."""
    world.publish([f"演示厂{n}" for n in range(ENTERPRISES)])
    for n in range(ENTERPRISES):
        case = world.case_of("shandong.mandatory_audit", f"演示厂{n}")
        world.do_step(f"enterprise:演示厂{n}", case.id, "execution.s2", mode="self")
    day = clock.today().isoformat()
    time.stop()
    set_clock(world, day)
    return world


def _post(port: int, token: str, task: Task, data: dict[str, object]) -> bool:
    """Completes a task over HTTP. True when the server acknowledged it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(
            "POST",
            f"/api/v1/tasks/{task.id}/complete",
            json.dumps({"data": data, "revision": task.revision}),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": f"task-{task.id}"},
        )
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def test_submissions_survive_kills_of_the_web_process(auditing: World, installation: Installation) -> None:
    chance = random.Random(7)
    with auditing.session() as session:
        secret = installation.settings.secret_key
        tokens_of = {n: tokens.issue(secret, session.get_one(User, auditing.users[f"enterprise:演示厂{n}"])) for n in range(ENTERPRISES)}
    acknowledged: set[int] = set()
    for _ in range(KILLS):
        web = installation.start_web()
        killer: threading.Timer | None = None
        while web.poll() is None:
            for n in range(ENTERPRISES):
                phase = _phase_of(auditing, n)
                assert phase is not None, "the phases ended before the kills did"
                if _post(installation.port, tokens_of[n], phase, _values(auditing, n, phase)):
                    acknowledged.add(phase.id)
                    if killer is None:  # the process is at work: kill it at a moment that nobody chose
                        killer = threading.Timer(chance.random() * 0.08, installation.kill, [web])
                        killer.start()
        assert killer is not None
        killer.join()
    assert len(acknowledged) >= KILLS
    with auditing.session() as session:
        for task_id in acknowledged:
            assert session.get_one(Task, task_id).status == TaskStatus.COMPLETED
        completed = session.scalars(select(Event.task_id).where(Event.kind == "task_completed", Event.name.is_not(None))).all()
        assert max(Counter(completed).values()) == 1
        for case in session.scalars(select(Case).where(Case.process_key == "shandong.mandatory_audit")):
            assert session.get_one(CaseState, case.id).revision == case.revision
            own = [t for t in session.scalars(select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN)) if _is_phase(t)]
            assert len(own) == 1, "a case in its phases has exactly one phase open"


def _is_phase(task: Task) -> bool:
    return ".execution.p" in task.basis or task.basis.endswith("execution.s3")


def _phase_of(world: World, n: int) -> Task | None:
    case = world.case_of("shandong.mandatory_audit", f"演示厂{n}")
    return next((t for t in world.open_tasks(case.id) if ".execution.p" in t.basis), None)


def _values(world: World, n: int, task: Task) -> dict[str, object]:
    return world.values_for(f"enterprise:演示厂{n}", task)
