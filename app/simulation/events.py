"""One thing that happened in a simulation, in the form of the contract."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from app import clock

INCIDENT, STUCK = "incident", "stuck"
"""Beside the events of a sound run: a case that failed at an element, and one that waits for nobody and nothing."""

PASSED, CANCELLED = "element_passed", "task_cancelled"
"""What only a trial tells: an element that was passed, and a task that nobody has to do any more."""


@dataclass(frozen=True)
class SimulatedEvent:
    """What happened, when, in which case, at which element, to whom, and by when something is due.

    `process` is the process in whose diagram the element stands; without an element it is that of the case.
    """

    at: dt.datetime
    event: str
    case: str
    process: str | None = None
    element: str | None = None
    basis: tuple[str, ...] = ()
    name: str = ""
    actor: str | None = None
    org: str | None = None
    due: dt.date | None = None
    decision: str | None = None
    choices: tuple[str, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> dt.date:
        """The day in China."""
        return self.at.astimezone(clock.SHANGHAI).date()

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON has it; instants in China's time."""
        return {
            "at": self.at.astimezone(clock.SHANGHAI).isoformat(),
            "event": self.event,
            "case": self.case,
            "process": self.process,
            "element": self.element,
            "basis": list(self.basis),
            "name": self.name,
            "actor": self.actor,
            "org": self.org,
            "due": self.due.isoformat() if self.due else None,
            "decision": self.decision,
            "choices": list(self.choices),
            "detail": self.detail,
        }

    def to_json(self) -> str:
        """One line."""
        return json.dumps(self.to_dict(), ensure_ascii=False)
