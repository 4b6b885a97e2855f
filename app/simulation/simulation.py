"""The Python interface: simulates a scenario and gives what happened.

result = simulate(read_scenario(text))
result.events, result.unused, result.faults
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.simulation.answering import Answerer
from app.simulation.errors import Mistake
from app.simulation.events import SimulatedEvent
from app.simulation.playing import Play
from app.simulation.preparing import prepared
from app.simulation.scenario import Scenario, parse
from app.simulation.stream import Stream

FINE, UNUSED, FAULTY, OTHERWISE, MALFORMED = 0, 3, 4, 5, 2
"""Exit statuses of the command line."""


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
    ends_at: float | None = None,
) -> Simulation:
    """Plays a scenario on a throw-away database through the code of production.

    `files` is a library by path (`processes/…`, `forms/…`): that of the project when left out, `library.deployed_files` for what an installation has
    deployed, a draft laid over it. `process` takes precedence over the scenario's own. `explain` gives the derivation of every due date. `tell` gets
    each event as it happens. `ends_at` is the value of `time.monotonic()` at which patience ends. Nothing outside the database of the simulation is
    touched: clock and caches of the process stay as they are.

    Raises `ScenarioError` with every mistake of the scenario and its line, `DiagramError` when the process cannot be executed, `TakesTooLong`.
    """
    played = scenario if isinstance(scenario, Scenario) else parse(scenario)
    result = Simulation()

    def happened(event: SimulatedEvent) -> None:
        result.events.append(event)
        if tell is not None:
            tell(event)

    with prepared(played, files, process) as ready:
        answerer = Answerer(played, ready.begun.strikes)
        play = Play(
            ready.stage, Stream(ready.stage, explain=explain), answerer, happened, start=ready.start, until=ready.until, ends_at=ends_at
        )
        result.cut = play.run()
        result.ended = play.all_ended()
    result.faults, result.unused, result.remarks = play.faults, list(answerer.unused()), ready.begun.remarks
    return result
