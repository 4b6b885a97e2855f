"""Opening a work list with 100,000 open tasks in the database, against one with 1,000."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app import clock
from app.model import Case, CaseStatus, Definition, Organisation, Task, TaskStatus
from app.model.statements import table
from bench.client import Client
from bench.report import Report, median_ms
from bench.server import Server
from tests.support.browser_session import signed_in_cookie
from tests.support.world import COUNTY, World

ROUNDS = 40
OWN = 500
"""Open tasks of the measured clerk's own office; all the rest belong to others."""


def run(report: Report, folder: Path) -> None:
    with Server(folder) as server:
        cookie = signed_in_cookie(server.port, "county-env")
        _fill(server.world, 1_000, own_tasks=OWN)
        few = _open(server, cookie)
        _fill(server.world, 99_000, own_tasks=0)
        many = _open(server, cookie)
        report.add("inbox.1000", few, "ms")
        report.add("inbox.100000", many, "ms", against=few, peer="with 1,000 open tasks")
        report.add("memory.web", _resident_mb(server.web.pid), "MB", against=300, peer="limit")


def _open(server: Server, cookie: str) -> float:
    client = Client(server.port, cookie=cookie)
    times = []
    for _ in range(ROUNDS):
        seconds, status, _ = client.call("GET", "/desk/")
        assert status == 200
        times.append(seconds)
    return median_ms(times)


def _fill(world: World, count: int, *, own_tasks: int) -> None:
    """Adds open tasks of many cases, most of them of other offices."""
    today = clock.today()
    with world.transaction() as session:
        own = session.scalars(select(Organisation.id).where(Organisation.region_code == COUNTY, Organisation.body == "environment")).one()
        others = list(session.scalars(select(Organisation.id).where(Organisation.id != own)))
        definition = session.scalars(select(Definition).where(Definition.key == "shandong.mandatory_audit")).first()
        assert definition is not None
        first = session.scalar(select(Case.id).order_by(Case.id.desc()).limit(1)) or 0
        cases: list[dict[str, Any]] = [
            {
                "id": first + n + 1, "title": f"样例厂{n} 强制性清洁生产审核", "process_key": definition.key, "definition_id": definition.id,
                "content_hash": definition.content_hash, "region_code": COUNTY, "status": CaseStatus.ACTIVE, "revision": 1,
                "started_at": clock.now(), "is_demo": False,
            }
            for n in range(count)
        ]  # fmt: skip
        tasks = [
            {
                "case_id": case["id"], "engine_id": uuid.uuid4().hex, "process_key": definition.key, "element_id": "Task_Disclose",
                "name": "备齐并公开信息", "basis": "", "article": "", "actor": "county_environment",
                "organisation_id": own if n < own_tasks else others[n % len(others)], "status": TaskStatus.OPEN,
                "optional": False, "revision": 1, "created_at": clock.now(), "due_on": today + dt.timedelta(days=n % 90),
                "warn_on": today + dt.timedelta(days=n % 80), "sort_due": today + dt.timedelta(days=n % 90), "inherited_due": False,
                "clock_stopped": False,
            }
            for n, case in enumerate(cases)
        ]  # fmt: skip
        session.execute(insert(table(Case)), cases)
        session.execute(insert(table(Task)), tasks)


def _resident_mb(pid: int) -> float:
    """Resident memory of a process and its children, in MB: gunicorn's arbiter and its worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return own / 1024 + sum(_resident_mb(int(child)) for child in children)
