"""The Python interface: simulates a scenario and gives what happened.

result = simulate(read_scenario(text))
result.events, result.unused, result.faults
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
from app.simulation.answering import Answerer
from app.simulation.carriers import Carriers
from app.simulation.checking import check
from app.simulation.errors import Mistake, ScenarioError
from app.simulation.events import SimulatedEvent
from app.simulation.playing import Play
from app.simulation.scenario import HORIZON_YEARS, Scenario, parse
from app.simulation.stage import opened, read_library
from app.simulation.stream import Stream

FINE, UNUSED, FAULTY, MALFORMED = 0, 3, 4, 2
"""Exit statuses of the command line."""
USUAL_REGION = "370102"
"""Where a process of no province is simulated."""


@dataclass
class Simulation:
    """What happened, and what of the scenario was not used."""

    events: list[SimulatedEvent] = field(default_factory=list)
    unused: list[Mistake] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # incidents and cases that stand still
    remarks: list[str] = field(default_factory=list)
    ended: bool = False  # every case has ended
    cut: bool = False  # something was still to come at `until`

    @property
    def exit_status(self) -> int:
        """0 when all is well, 3 when an answer was not used, 4 when a case failed or stood still."""
        return FAULTY if self.faults else UNUSED if self.unused else FINE


def simulate(
    scenario: Scenario | Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
    *,
    process: str | None = None,
    explain: bool = False,
    tell: Callable[[SimulatedEvent], None] | None = None,
) -> Simulation:
    """Plays a scenario on a throw-away database through the code of production.

    `files` is a library by path (`processes/…`, `forms/…`): that of the project when left out, `library.deployed_files` for what an installation has
    deployed, a draft laid over it. `process` takes precedence over the scenario's own. `explain` gives the derivation of every due date. `tell` gets
    each event as it happens. Nothing outside the database of the simulation is touched: clock and caches of the process stay as they are.

    Raises `ScenarioError` with every mistake of the scenario and its line, `DiagramError` when the process cannot be executed.
    """
    played = scenario if isinstance(scenario, Scenario) else parse(scenario)
    digest, own = read_library(files)
    key = _process(played, process, own)
    region = played.region or _usual_region(key)
    carriers = Carriers(own, opening.begun(played, own, key), region)
    regions = {region, *(listed.region for listed in played.roster if listed.region)}
    start = (played.start or clock.now()).astimezone(dt.UTC)
    until = played.until or _horizon(start)
    result = Simulation()

    def happened(event: SimulatedEvent) -> None:
        result.events.append(event)
        if tell is not None:
            tell(event)

    # What production logs about simulated cases is marked: no administrator shall look for them.
    with opened(digest, own, carriers.processes, regions) as stage, bound_contextvars(simulated=key), randomness.repeatable(key):
        with stage.database.session() as session, clock.at(start):
            compiled = _compiled(session, carriers)[key]
            check(played, carriers, own.bodies, compiled)
        with clock.at(start), stage.database.transaction() as session:
            pools.set_up(session, region, played.experts)
            pools.enter(session, region, played.registered)
            begun = _begin(played, lambda: opening.begin(session, stage, played, own, compiled, region))
        answerer = Answerer(played, begun.strikes)
        play = Play(stage, Stream(stage, explain=explain), answerer, happened, start=start, until=until)
        result.cut = play.run()
        result.ended = play.all_ended()
    result.faults, result.unused, result.remarks = play.faults, list(answerer.unused()), begun.remarks
    return result


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


def _usual_region(process: str) -> str:
    """The first county of the process's province."""
    slug = process.split(".")[0]
    found = next((j for j in catalogue().jurisdictions() if j.slug == slug and j.code != "000000"), None)
    counties = counties_within(found.code) if found else ()
    return counties[0][0] if counties else USUAL_REGION


def _horizon(start: dt.datetime) -> dt.datetime:
    local = start.astimezone(clock.SHANGHAI)
    day = day_of_month(local.year + HORIZON_YEARS, local.month, local.day)
    return local.replace(year=day.year, month=day.month, day=day.day)
