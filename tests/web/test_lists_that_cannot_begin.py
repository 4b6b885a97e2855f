"""A list whose process fails before it comes to anybody: a plain sentence for the clerk, an incident for the administrator, nothing half done."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.cases import incidents
from app.engine import store
from app.engine.definition import content_hash
from app.engine.diagram import read_diagram
from app.model import Case, DefinitionStatus, Incident, IncidentStatus, Roster, Task
from tests.cases.incident_support import office, row
from tests.support.diagrams import bpmn, script
from tests.support.world import World
from tests.web.portal_support import client_of

KEY = "shandong.listing_env"


def deploy(world: World, source: str) -> None:
    """A version of the county's list that begins with a script."""
    with world.transaction() as session:
        newest = store.in_force(session, KEY, clock.today())
        assert newest is not None
        properties: dict[str, Any] = dict(store.compiled(session, newest).process.properties)
        properties.pop("in_force_to", None)  # whose extension was recorded for the version before
        body = bpmn(KEY, row(script("First", source), office("A")), **properties)
        files = {"processes/shandong/listing_env.bpmn": body}
        process = read_diagram("listing_env", body).processes[KEY]
        store.save(session, process, files, content_hash(files), DefinitionStatus.DEPLOYED)


@pytest.fixture
def failing(world: World) -> World:
    deploy(world, "x = missing")
    return world


def count(world: World, what: type) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def attempt(app: Flask, world: World) -> str:
    clerk = client_of(app, world, "county-env")
    answer = clerk.post("/rosters", data={"year": 2027, "process": KEY}, follow_redirects=True)
    assert answer.status_code == 200
    return str(answer.text)


def test_the_clerk_is_told_what_happened_and_nothing_is_half_done(app: Flask, failing: World) -> None:
    page = attempt(app, failing)
    assert "名单还没有建立：流程在“算First”出了故障，已报告系统管理员" in page
    assert "不需要重新提交" in page
    assert (count(failing, Roster), count(failing, Case), count(failing, Task)) == (0, 0, 0)


def test_the_administrator_gets_one_incident_however_often_the_clerk_tries(app: Flask, failing: World) -> None:
    for _ in range(2):
        attempt(app, failing)
        failing.work()
    with failing.session() as session:
        incident = session.scalars(select(Incident)).one()
    assert (incident.process_key, incident.element_id, incident.status) == (KEY, "First", IncidentStatus.OPEN)
    page = client_of(app, failing, "admin").get(f"/admin/incidents/{incident.id}")
    assert page.status_code == 200
    assert "建立名单：370102生态环境局 2027年度" in page.text


def test_the_list_begins_by_itself_for_the_clerk_when_the_process_is_mended(app: Flask, failing: World) -> None:
    attempt(app, failing)
    failing.work()
    deploy(failing, "x = 1")
    with failing.transaction() as session:
        incident = session.scalars(select(Incident)).one()
        incidents.retry(session, failing.principal(session, "admin"), incident.id, "流程已改")
    failing.work()
    assert [task.element_id for task in failing.open_tasks()] == ["A"]
    with failing.session() as session:
        assert session.scalars(select(Incident.status)).one() == IncidentStatus.RESOLVED
        assert session.scalars(select(Case.started_by_id)).one() == failing.users["county-env"]


def test_a_list_that_the_clerk_opened_meanwhile_is_not_opened_twice(app: Flask, failing: World) -> None:
    attempt(app, failing)
    failing.work()
    deploy(failing, "x = 1")
    assert "出了故障" not in attempt(app, failing)
    with failing.transaction() as session:
        incident = session.scalars(select(Incident)).one()
        incidents.retry(session, failing.principal(session, "admin"), incident.id, "流程已改")
    failing.work()
    assert count(failing, Roster) == 1
