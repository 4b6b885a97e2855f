"""Completing a human task over HTTP, against a bare SpiffWorkflow step plus one commit on the same diagram."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app.access import tokens
from app.cases import library, starting, work
from app.engine import store
from app.engine.definition import CompiledDefinition, compile_definition
from app.model import Definition, DefinitionStatus, Enterprise, User
from bench.bare import steps, stored_steps
from bench.client import Client
from bench.diagrams import chain
from bench.report import Report, median_ms
from bench.server import Server
from tests.support.world import COUNTY, World, uscc_of

COUNT = 120
CHAINS = {"30": (30, False), "30_timers": (30, True), "200": (200, False), "200_timers": (200, True)}
START = {"list_published_on": "2027-01-11", "grounds": ["1"], "levels": ["county", "city", "province"]}


def run(report: Report, folder: Path) -> None:
    with Server(folder) as server:
        world = server.world
        enterprise_id = _enterprise(world)
        token = _token(world, "county-env")
        for name, (tasks, timers) in CHAINS.items():
            key = f"bench.chain_{name}"
            compiled = _deploy(world, key, chain(key, tasks, timers=timers))
            bare = median_ms(steps(compiled, START, COUNT, folder))
            ours = median_ms(_over_http(server, world, key, enterprise_id, token, tasks))
            stored = median_ms(stored_steps(compiled, START, COUNT, folder))
            report.add(f"completion.chain_{name}", ours, "ms", against=stored, peer="bare load + step + store + commit")
            report.add(f"completion.chain_{name}.memory", ours, "ms", against=bare, peer="bare step in memory + commit")
        report.add("completion.statements", _statements(world, enterprise_id), "statements", against=12, peer="limit")


def _enterprise(world: World) -> int:
    from app.model import Organisation, OrganisationKind

    with world.transaction() as session:
        organisation = Organisation(kind=OrganisationKind.ENTERPRISE, name="样例厂", region_code=COUNTY)
        enterprise = Enterprise(organisation=organisation, uscc=uscc_of("样例厂"), name="样例厂", region_code=COUNTY)
        session.add(enterprise)
        session.flush()
        return enterprise.id


def _token(world: World, username: str) -> str:
    with world.session() as session:
        return tokens.issue(world.runtime.settings.secret_key, session.get_one(User, world.users[username]))


def _deploy(world: World, key: str, body: bytes) -> CompiledDefinition:
    files: Mapping[str, bytes] = {f"processes/{key.replace('.', '/')}.bpmn": body}
    compiled = compile_definition(key, files)
    with world.transaction() as session:
        own = library.read_files(files)
        store.save(session, own.process(key), files, compiled.content_hash, DefinitionStatus.DEPLOYED)
    return compiled


def _start(world: World, key: str, enterprise_id: int) -> int:
    with world.transaction() as session:
        enterprise = session.get_one(Enterprise, enterprise_id)
        return starting.start(session, process=key, region=COUNTY, variables=dict(START), enterprise=enterprise).id


def _over_http(server: Server, world: World, key: str, enterprise_id: int, token: str, tasks: int) -> list[float]:
    client = Client(server.port, token=token)
    times: list[float] = []
    while len(times) < COUNT:
        case_id = _start(world, key, enterprise_id)
        for _ in range(min(tasks, COUNT - len(times))):
            task = world.open_tasks(case_id)[0]
            seconds, status, content = client.call("POST", f"/api/v1/tasks/{task.id}/complete", {"data": {}, "revision": task.revision})
            assert status == 200, content
            times.append(seconds)
    return times


def _statements(world: World, enterprise_id: int) -> int:
    """SQL statements of one completion in the middle of a case, signing in included."""
    case_id = _start(world, "bench.chain_30", enterprise_id)
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    with world.session() as session:
        assert session.get(Definition, 1) is not None
    for n in range(3):
        task = world.open_tasks(case_id)[0]
        if n == 2:
            event.listen(world.runtime.database.engine, "before_cursor_execute", count)
        with world.transaction() as session:
            work.complete(session, world.principal(session, "county-env"), task.id, {})
    event.remove(world.runtime.database.engine, "before_cursor_execute", count)
    return len(seen)
