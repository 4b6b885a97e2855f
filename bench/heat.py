"""The heat of a version with 100,000 finished and 20,000 open tasks of its own in the period, against one with 1,000 and 200."""

from __future__ import annotations

import datetime as dt
import uuid
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from app import clock
from app.cases import heat_view
from app.cases.heat import Unit, Window
from app.engine import store
from app.model import Case, CaseStatus, Definition, Task, TaskStatus
from app.model.statements import table
from bench.report import Report, median_ms
from bench.server import Server
from tests.support.world import COUNTY, World

AUDIT = "shandong.mandatory_audit"
LIMIT = 2_000.0
"""Milliseconds that the figures of a version may take with a hundred thousand finished tasks."""
OPEN_EACH = 5


def run(report: Report, folder: Path) -> None:
    with Server(folder, serving=False) as server:
        _fill(server.world, 1_000)
        few = _figures(server.world, Unit.DAY)
        report.add("heat.1000", few, "ms")
        _fill(server.world, 99_000)
        report.add("heat.100000", _figures(server.world, Unit.DAY), "ms", against=LIMIT, peer="limit for 100,000 finished tasks")
        report.add("heat.100000.workdays", _figures(server.world, Unit.WORKDAY), "ms", against=LIMIT, peer="the same")


def _figures(world: World, unit: Unit) -> float:
    times = []
    with world.session() as session:
        definition = session.scalars(select(Definition).where(Definition.key == AUDIT)).one()
        compiled, today = store.compiled(session, definition), clock.today()
        for _ in range(3):
            began = dt.datetime.now(dt.UTC)
            heat_view.heat_page(session, compiled, Window(definition.id, today - dt.timedelta(days=365), today, COUNTY, unit))
            times.append((dt.datetime.now(dt.UTC) - began).total_seconds())
    return median_ms(times)


def _fill(world: World, count: int) -> None:
    """Finished tasks over a year at all elements of the audit, five to a case, and one open task in each case."""
    with world.transaction() as session:
        definition = session.scalars(select(Definition).where(Definition.key == AUDIT)).one()
        compiled = store.compiled(session, definition)
        places = cycle([(key, e.id) for key, process in compiled.processes.items() for e in process.elements.values() if e.is_human])
        first, now = session.scalar(select(func.max(Case.id))) or 0, clock.now()
        cases: list[dict[str, Any]] = [
            {
                "id": first + n + 1, "title": f"样例厂{n}", "process_key": AUDIT, "definition_id": definition.id, "content_hash": definition.content_hash,
                "region_code": COUNTY, "status": CaseStatus.ACTIVE, "revision": 1, "started_at": now - dt.timedelta(days=n % 360), "is_demo": False,
            }
            for n in range(count // OPEN_EACH)
        ]  # fmt: skip
        session.execute(insert(table(Case)), cases)
        session.execute(insert(table(Task)), [_task(n, cases[n % len(cases)]["id"], next(places), now, done=True) for n in range(count)])
        session.execute(insert(table(Task)), [_task(n, case["id"], next(places), now, done=False) for n, case in enumerate(cases)])


def _task(n: int, case_id: int, place: tuple[str, str], now: dt.datetime, *, done: bool) -> dict[str, Any]:
    ended = now - dt.timedelta(days=n % 350, hours=n % 11)
    return {
        "case_id": case_id, "engine_id": uuid.uuid4().hex, "process_key": place[0], "element_id": place[1], "name": "办理", "basis": "",
        "article": "", "actor": "county_environment", "status": TaskStatus.COMPLETED if done else TaskStatus.OPEN, "optional": False, "revision": 1,
        "created_at": ended - dt.timedelta(days=n % 60), "completed_at": ended if done else None, "due_on": ended.date(),
        "sort_due": ended.date(), "inherited_due": False, "clock_stopped": False, "overdue_at": ended if done and n % 7 == 0 else None,
    }  # fmt: skip
