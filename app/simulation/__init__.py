"""Plays a procedure through before it is in force: a scenario in, a stream of events out.

A simulation runs on a throw-away database with a virtual clock, through the functions of production: `scenario` says what is asked, `carriers` and
`checking` say whether it can be answered, `stage` and `places` set up the database, `opening` begins the case, `playing` goes from event to event,
`answering` does what people do, and `stream` tells what was written.
"""

from app.simulation.errors import Mistake, ScenarioError
from app.simulation.events import SimulatedEvent
from app.simulation.scenario import Scenario, parse, read_scenario
from app.simulation.simulation import Simulation, simulate

__all__ = ["Mistake", "Scenario", "ScenarioError", "SimulatedEvent", "Simulation", "parse", "read_scenario", "simulate"]
