"""Publishing rosters: 1,000 made-up enterprises, and the published list of 2008."""

from __future__ import annotations

import time
from pathlib import Path

from app.cases import rosters
from app.model.identifiers import made_up_uscc
from bench.report import Report
from bench.server import Server
from tests.crash.installation import wait_until
from tests.support import journey_2008
from tests.support.world import COUNTY, World

ENTERPRISES = 1_000


def run(report: Report, folder: Path) -> None:
    with Server(folder) as server:
        world = server.world
        case = world.new_roster("county-env")
        assert case.roster_id is not None
        rows = [
            {"row": n, "name": f"样例厂{n:04d}", "uscc": made_up_uscc(COUNTY, n), "region_code": COUNTY, "grounds": ["1"]}
            for n in range(ENTERPRISES)
        ]
        with world.transaction() as session:
            rosters.import_rows(session, world.principal(session, "county-env"), case.roster_id, rows)
        _to_publication(world, case.id)
        server.installation.start("worker")
        began = time.perf_counter()
        wait_until(lambda: journey_2008.started(world) == ENTERPRISES, 300, "every case is started")
        report.add("roster.start", time.perf_counter() - began, "s", against=60, peer="limit for 1,000 enterprises")


def run_2008(report: Report, folder: Path) -> None:
    """The published list of 2008, from the counties' Excel files to 171 started cases."""
    with Server(folder) as server:
        journey_2008.open_offices(server.world)
        began = time.perf_counter()
        listed = journey_2008.travel(server.world)
        server.installation.start("worker")
        wait_until(lambda: journey_2008.started(server.world) == listed, 120, "every case of 2008 is started")
        report.add("roster.2008", time.perf_counter() - began, "s")


def _to_publication(world: World, case_id: int) -> None:
    world.do_step("county-env", case_id, ".s1")
    world.do_step("city-env", case_id, ".s3", decision="approve")
    world.do_step("province-env", case_id, ".s4", decision="approve")
    world.work()
    publication = world.case_of("shandong.list_publication")
    world.do_step("province-env", publication.id, "list-publication.s1")
    world.do_step("province-coord", publication.id, "list-publication.s2")
    for task in world.open_tasks(publication.id):
        world.do("province-coord" if task.actor == "province_coordinator" else "province-env", task, decision="confirm")
