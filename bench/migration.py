"""Moving running cases to another version: hundreds of audits of the real diagrams, tried and moved."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import select

from app.cases import migration_work, migrations
from app.engine.migration.compare import compare
from app.engine.store import compiled
from app.model import Definition
from bench.report import Report
from bench.server import Server
from tests.cases.test_migrations_of_the_library import AUDIT, next_version
from tests.support.world import World

CASES = 300
LIMIT = 15.0
"""Seconds that they may take: a province's thousand audits in less than a minute."""


def run(report: Report, folder: Path) -> None:
    with Server(folder, serving=False) as server:
        world = server.world
        world.publish([f"样例厂{n:04d}" for n in range(CASES)])
        new = next_version(world)
        _comparison(report, world, new)
        with world.transaction() as session:
            plan = migrations.plan_between(session, world.principal(session, "admin"), AUDIT, new.version - 1, new.version)
            preview = migrations.preview(session, world.principal(session, "admin"), plan.id)
        report.add("migration.preview", _work(world), "s", against=LIMIT, peer=f"limit for {CASES} cases")
        with world.transaction() as session:
            migrations.move(session, world.principal(session, "admin"), preview.id, "规定修订")
        report.add("migration.move", _work(world), "s", against=LIMIT, peer=f"limit for {CASES} cases")


def _comparison(report: Report, world: World, new: Definition) -> None:
    with world.session() as session:
        old = session.scalars(select(Definition).where(Definition.key == AUDIT, Definition.version == new.version - 1)).one()
        versions = compiled(session, old), compiled(session, new)
    began = time.perf_counter()
    compare(*versions)
    report.add("migration.plan", time.perf_counter() - began, "s")


def _work(world: World) -> float:
    """Lets the background work until nothing is left; the seconds that it takes."""
    began = time.perf_counter()
    while migration_work.carry_on(world.runtime.database):
        pass
    return time.perf_counter() - began
