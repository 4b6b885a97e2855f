"""Timer events in our time.

SpiffWorkflow's own timers read the wall clock and count months by adding days. Ours hold an explicit instant that `app/law` computed, and compare
it with our clock. The instant lives in the event's internal data, where the runner may move it (a stopped clock, an extension).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from SpiffWorkflow.bpmn.parser.util import first
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.bpmn.util import PendingBpmnEvent
from SpiffWorkflow.spiff.parser.event_parsers import SpiffBoundaryEventParser, SpiffIntermediateCatchEventParser

from app import clock
from app.law.periods import Deadline

FIRES_AT = "fires_at"  # internal data: ISO instant, or "" while the clock is stopped or where there is no limit this time
NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


class LegalTimer(TimeDateEventDefinition):
    """Fires when its instant has come."""

    def has_fired(self, my_task: Any) -> bool:
        at = my_task.internal_data.get(FIRES_AT)
        if at is None:
            at = self.set_up(my_task)
        if at and dt.datetime.fromisoformat(at) <= clock.now():
            my_task.internal_data["event_fired"] = True
        return bool(my_task.internal_data.get("event_fired", False))

    def set_up(self, my_task: Any) -> str:
        """Computes when the event fires, as an ISO instant; empty when it never does."""
        at: dt.datetime = my_task.workflow.script_engine.evaluate_timer(my_task, self.expression)
        my_task.internal_data[FIRES_AT] = found = "" if at == NEVER else at.isoformat()
        return found

    def reset(self, my_task: Any) -> None:
        super().reset(my_task)
        my_task.internal_data.pop(FIRES_AT, None)

    def details(self, my_task: Any) -> PendingBpmnEvent:
        return PendingBpmnEvent(self.name, type(self).__name__, my_task.internal_data.get(FIRES_AT))


def as_instant(value: Any) -> dt.datetime:
    """The instant at which a deadline, date or time is over. A date ends with its day in China."""
    if isinstance(value, Deadline):
        return value.expires_at
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and len(value) > len("2027-01-01"):
        return dt.datetime.fromisoformat(value)
    day = value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.SHANGHAI).astimezone(dt.UTC)


class _LegalTimerParser:
    """Reads `timeDate` as an expression of the law library. Durations and cycles are no legal periods."""

    node: Any  # from SpiffWorkflow's parser, which this is mixed into
    xpath: Any

    def parse_timer_event(self, event: Any) -> LegalTimer:
        time_date = first(self.xpath(".//bpmn:timeDate"))
        if time_date is None:
            raise ValueError("定时器只能写到期日表达式（timeDate）")
        return LegalTimer(self.node.get("name") or self.node.get("id"), time_date.text.strip())


class BoundaryEventParser(_LegalTimerParser, SpiffBoundaryEventParser):
    """Boundary events with our timers."""


class IntermediateCatchEventParser(_LegalTimerParser, SpiffIntermediateCatchEventParser):
    """Intermediate catch events with our timers."""
