"""Gets a scenario ready to be played: the process read and compiled, the database set up, the case begun. Nothing has passed yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from app import clock, randomness
from app.cases.errors import CaseError
from app.cases.library import Library
from app.cases.roster_entries import counties_within
from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.errors import DiagramError, EngineError
from app.law.catalogue import catalogue
from app.law.rules import day_of_month
from app.simulation import opening, pools
from app.simulation.carriers import Carriers
from app.simulation.checking import check
from app.simulation.errors import Mistake, ScenarioError
from app.simulation.scenario import HORIZON_YEARS, Scenario
from app.simulation.stage import Stage, opened, read_library

USUAL_REGION = "370102"
"""Where a process of no province is simulated."""


@dataclass(frozen=True)
class Ready:
    """A scenario whose case has begun."""

    scenario: Scenario
    stage: Stage
    carriers: Carriers
    compiled: CompiledDefinition
    begun: opening.Opened
    region: str
    start: dt.datetime
    until: dt.datetime


@contextmanager
def prepared(scenario: Scenario, files: Mapping[str, bytes] | None, process: str | None = None) -> Iterator[Ready]:
    """Begins the case of a scenario on a throw-away database, which is gone after the block.

    Raises `ScenarioError` with every mistake of the scenario and its line, `DiagramError` when the process cannot be executed.
    """
    digest, own = read_library(files)
    key = _process(scenario, process, own)
    region = scenario.region or usual_region(key)
    carriers = Carriers(own, opening.begun(scenario, own, key), region)
    regions = {region, *(listed.region for listed in scenario.roster if listed.region)}
    start = (scenario.start or clock.now()).astimezone(dt.UTC)
    # What production logs about simulated cases is marked: no administrator shall look for them.
    with opened(digest, own, carriers.processes, regions) as stage, bound_contextvars(simulated=key), randomness.repeatable(key):
        with stage.database.session() as session, clock.at(start):
            compiled = _compiled(session, carriers)[key]
            check(scenario, carriers, own.bodies, compiled)
        with clock.at(start), stage.database.transaction() as session:
            pools.set_up(session, region, scenario.experts)
            pools.enter(session, region, scenario.registered)
            begun = _begin(scenario, lambda: opening.begin(session, stage, scenario, own, compiled, region))
        yield Ready(scenario, stage, carriers, compiled, begun, region, start, scenario.until or _horizon(start))


def _process(scenario: Scenario, given: str | None, own: Library) -> str:
    """The process to simulate. Raises `ScenarioError` when none is named or there is none of that name."""
    key = given or scenario.process
    if key is None:
        raise ScenarioError([Mistake("没有写要模拟哪个流程（process），也没有在命令行给出")])
    if key not in own.diagrams:
        line = scenario.lines.of("process") if given is None else None
        broken = next((p for p in own.problems), None)
        hint = f"；另有流程图不能读取：{broken}" if broken else ""
        raise ScenarioError([Mistake(f"没有流程“{key}”，现有 {'、'.join(sorted(own.diagrams))}{hint}", line)])
    return key


def _compiled(session: Session, carriers: Carriers) -> dict[str, CompiledDefinition]:
    """Compiles everything that may run. Raises `DiagramError`."""
    problems = []
    found: dict[str, CompiledDefinition] = {}
    for process in carriers.started:
        definition = store.in_force(session, process, dt.date.max)
        assert definition is not None
        try:
            found[process] = store.compiled(session, definition)
        except DiagramError as error:
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise DiagramError(problems)
    return found


def _begin(scenario: Scenario, act: Callable[[], opening.Opened]) -> opening.Opened:
    """Begins the case. What keeps it from beginning is a mistake of the scenario's start data."""
    try:
        return act()
    except (CaseError, EngineError, ValueError) as error:
        problems = getattr(error, "problems", [])
        said = "；".join(p.message for p in problems) or str(error)
        hint = "；请把它写在 data 里" if "缺少变量" in said else ""
        raise ScenarioError([Mistake(f"案件不能这样开始：{said}{hint}", scenario.lines.of("data"))]) from error


def usual_region(process: str) -> str:
    """The first county of the process's province."""
    slug = process.split(".")[0]
    found = next((j for j in catalogue().jurisdictions() if j.slug == slug and j.code != "000000"), None)
    counties = counties_within(found.code) if found else ()
    return counties[0][0] if counties else USUAL_REGION


def _horizon(start: dt.datetime) -> dt.datetime:
    local = start.astimezone(clock.SHANGHAI)
    day = day_of_month(local.year + HORIZON_YEARS, local.month, local.day)
    return local.replace(year=day.year, month=day.month, day=day.day)
