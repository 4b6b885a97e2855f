"""When an actor acts, counted from the creation of the task."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Literal

from app import clock
from app.law.holidays import current_calendar
from app.law.rules import day_of_month

OPENS_AT = dt.time(9)
CLOSES_AT = dt.time(23, 59)
"""Whoever acts on a day acts between these times, in China."""
PAUSE = dt.timedelta(minutes=1)
"""Between the creation of a task and the act on the same day."""
LONGEST = 36_600

Unit = Literal["d", "m", "w"]


@dataclass(frozen=True)
class Delay:
    """So many days (`d`), calendar months (`m`) or workdays (`w`) after the task was created."""

    value: int
    unit: Unit

    def after(self, created: dt.datetime) -> dt.datetime:
        """The instant of the act. A month that has no such day ends on its last one."""
        local = created.astimezone(clock.SHANGHAI)
        start = local.date()
        if self.unit == "d":
            day = start + dt.timedelta(days=self.value)
        elif self.unit == "w":
            day = current_calendar().add_workdays(start, self.value)
        else:
            month = start.year * 12 + start.month - 1 + self.value
            day = day_of_month(month // 12, month % 12 + 1, start.day)
        moment = dt.datetime.combine(day, max(local.timetz().replace(tzinfo=None), OPENS_AT), clock.SHANGHAI) + PAUSE
        return min(moment, max(dt.datetime.combine(day, CLOSES_AT, clock.SHANGHAI), local)).astimezone(dt.UTC)

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"


SAME_DAY = Delay(0, "d")
NEVER = "never"


def read_delay(given: Any) -> Delay | None:
    """The delay of a text such as `70d`; none for `never`. Raises `ValueError`."""
    if given == NEVER:
        return None
    found = re.fullmatch(r"(\d{1,5})([dmw])", given) if isinstance(given, str) else None
    if found is None or int(found[1]) > LONGEST:
        raise ValueError(given)
    unit: Any = found[2]
    return Delay(int(found[1]), unit)
