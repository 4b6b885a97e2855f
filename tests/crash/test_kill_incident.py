"""The web process killed around submissions behind which the process fails: whatever was acknowledged is kept in one incident, the rest is simply not
done, no draft is lost, and after the repair every case goes on as it was submitted."""

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

from app.access import tokens
from app.cases import drafts, incident_view
from app.model import Case, CaseStatus, Draft, Event, Incident, IncidentStatus, Task, TaskStatus, User
from app.runtime import Runtime
from tests.cases.incident_support import BROKEN, Trouble
from tests.conftest import TestClock
from tests.crash.installation import Installation
from tests.crash.test_kill_nine import _free_port, set_clock
from tests.support.world import World

pytestmark = pytest.mark.crash

CASES = 24
KILLS = 6


@pytest.fixture
def installation(runtime: Runtime, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path, runtime.database.engine.url.render_as_string(hide_password=False), _free_port())
    yield made
    made.stop()


@pytest.fixture
def trouble(world: World, time: TestClock) -> Trouble:
    """Cases whose first task has a draft; the script behind it fails."""
    made = Trouble(world)
    made.deploy(BROKEN)
    for number in range(CASES):
        task = made.task(made.start(f"演示厂{number}"), "A")
        with world.transaction() as session:
            drafts.save(session, world.principal(session, "county-env"), task.id, {"opinion": _opinion(task.case_id)}, 0)
    time.stop()
    set_clock(world, "2027-01-11")
    return made


def _opinion(case_id: int) -> str:
    return f"同意上报 {case_id}"


def _submit(port: int, token: str, task: Task) -> bool:
    """Submits over HTTP. True when the server said that it has received and kept it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": f"task-{task.id}"}
    try:
        body = json.dumps({"data": {"opinion": _opinion(task.case_id)}, "revision": task.revision})
        connection.request("POST", f"/api/v1/tasks/{task.id}/complete", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status == 202
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _check_whole(trouble: Trouble, acknowledged: set[int]) -> None:
    """Suspended with one incident that holds what was submitted, or not done at all with the draft still there; an administrator sees each."""
    with trouble.world.session() as session:
        cases, incidents = session.scalars(select(Case)).all(), session.scalars(select(Incident)).all()
        held = {incident.case_id: incident.pending["submitted"]["opinion"] for incident in incidents}
        assert len(held) == len(incidents), "an incident was written twice"
        told = Counter(session.scalars(select(Event.case_id).where(Event.kind == "incident")))
        for case in cases:
            assert (case.status == CaseStatus.SUSPENDED) == (case.id in held) == (told[case.id] == 1)
            if case.id in held:
                assert held[case.id] == _opinion(case.id)
            draft = session.scalars(select(Draft).join(Task, Task.id == Draft.task_id).where(Task.case_id == case.id)).one()
            assert draft.data == {"opinion": _opinion(case.id)}
        assert acknowledged <= held.keys()
        assert sum(cause.count for cause in incident_view.causes(session)) == len(held)


def test_a_submission_that_fails_behind_survives_kills_of_the_web_process(trouble: Trouble, installation: Installation) -> None:
    chance = random.Random(11)
    world = trouble.world
    with world.session() as session:
        token = tokens.issue(installation.settings.secret_key, session.get_one(User, world.users["county-env"]))
        waiting = session.scalars(select(Task).where(Task.status == TaskStatus.OPEN).order_by(Task.id)).all()
    acknowledged: set[int] = set()
    half_way = 0
    for _ in range(KILLS):
        web = installation.start_web()
        killer: threading.Timer | None = None
        for task in waiting:
            if task.case_id not in acknowledged and _submit(installation.port, token, task):
                acknowledged.add(task.case_id)
                if killer is None:  # the process is at work: kill it at a moment that nobody chose
                    killer = threading.Timer(chance.random() * 0.1, installation.kill, [web])
                    killer.start()
        if killer is not None:
            killer.join()
        installation.kill(web)
        half_way += len(acknowledged) < CASES
        _check_whole(trouble, acknowledged)
    assert half_way >= 2, "the process was never killed half-way"
    web = installation.start_web()
    for task in waiting:
        assert task.case_id in acknowledged or _submit(installation.port, token, task)
    installation.kill(web)
    _check_whole(trouble, {task.case_id for task in waiting})
    for task in waiting:
        trouble.mend(task.case_id, BROKEN.replace("missing", "1"))
        assert trouble.retry(task.case_id).done
    with world.session() as session:
        done = session.scalars(select(Task).where(Task.element_id == "A", Task.status == TaskStatus.COMPLETED)).all()
        assert [task.data for task in done] == [{"opinion": _opinion(task.case_id)} for task in done]
        assert len(done) == CASES
        assert set(session.scalars(select(Incident.status))) == {IncidentStatus.RESOLVED}
