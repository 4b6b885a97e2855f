"""The age of a case: the 300th rectification of one acceptance against its 3rd, in time and in stored bytes."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.cases import advancing, work
from app.model import Case, CaseState, Task
from bench.report import Report
from bench.server import Server
from tests.processes.test_main_line import POOR, acceptance
from tests.processes.walking import Walker
from tests.support.world import World

ROUNDS = 300


class TimedWorld(World):
    """Counts the time of completions alone: samples and uploads are the benchmark's own."""

    spent = 0.0

    def do(self, username: str, task: Task, **values: Any) -> Task:
        data = self.values_for(username, task, **values)
        began = time.perf_counter()
        with self.transaction() as session:
            done = work.complete(session, self.principal(session, username), task.id, data)
        self.spent += time.perf_counter() - began
        return done


def run(report: Report, folder: Path) -> None:
    with Server(folder, serving=False) as server:
        world = TimedWorld(server.world.runtime, server.world.clock, server.world.users)
        walker = acceptance(world, **POOR).answer("2008.acceptance.s6", decision="city")
        seconds, sizes = [], []
        for _ in range(ROUNDS):
            _forget(world, walker.case_id)
            world.spent = 0.0
            _round(walker)
            seconds.append(world.spent)
            sizes.append(_stored(world, walker.case_id))
    early, late = seconds[:5], seconds[-5:]
    report.add("history.300th_loop", _ms(late), "ms", against=_ms(early), peer="3rd loop (limit 1.3)")
    report.add("history.300th_loop.stored", sizes[-1], "bytes", against=sizes[2], peer="3rd loop (limit 1.3)")


def _round(walker: Walker) -> None:
    """From one order to rectify to the next."""
    task = walker.until("rectification.s3")
    walker.do(task)
    walker.until("rectification.s3")


def _forget(world: World, case_id: int) -> None:
    """Each round begins with loading the case, as in a process that has not seen it before: that counts, too."""
    with world.session() as session:
        case = session.get_one(Case, case_id)
        advancing.live_workflows(session).take(case.id, case.revision, case.content_hash)


def _ms(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 2)


def _stored(world: World, case_id: int) -> int:
    with world.session() as session:
        return int(session.scalars(select(func.length(CaseState.body)).where(CaseState.case_id == case_id)).one())
