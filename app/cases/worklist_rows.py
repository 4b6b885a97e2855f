"""What the work list is asked for and what it shows: filters, rows, pages, counters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

TABS = ("todo", "anytime", "done", "started", "copied")
LIGHTS = ("yellow", "red", "supervised")


@dataclass(frozen=True)
class Filters:
    """What the list shows. `after` and `before` are cursors: the row behind or before which the page lies."""

    tab: str = "todo"
    light: str = ""
    process: str = ""
    region: str = ""
    q: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def from_query(cls, query: Any) -> Filters:
        """From a query string; what is unknown counts as not given."""
        tab, light = query.get("tab", ""), query.get("light", "")
        return cls(
            tab=tab if tab in TABS else "todo",
            light=light if light in LIGHTS else "",
            process=query.get("process", "")[:80],
            region=query.get("region", "")[:6],
            q=query.get("q", "").strip()[:60],
            after=query.get("after", "")[:60],
            before=query.get("before", "")[:60],
        )

    def as_query(self, **changes: str) -> dict[str, str]:
        """The query string's values; a change of filter goes back to the first page."""
        changed = replace(self, **{"after": "", "before": "", **changes})
        values = {name: getattr(changed, name) for name in self.__dataclass_fields__}
        return {k: v for k, v in values.items() if v and (k, v) != ("tab", "todo")}

    @property
    def narrowed(self) -> bool:
        return bool(self.light or self.process or self.region or self.q)


@dataclass(frozen=True)
class Row:
    """A row of the list. `light_of` and the due macro read it like a task."""

    key: str
    task_id: int | None
    case_id: int | None
    case_number: str
    procedure: str
    subject: str
    uscc: str
    region_code: str
    step: str
    article: str
    due_on: dt.date | None
    warn_on: dt.date | None
    promise_due_on: dt.date | None
    clock_stopped: bool
    optional: bool
    from_whom: str
    since: dt.datetime
    holder: str = ""  # who has it, where that is not oneself
    mine: bool = False  # claimed by the person
    suspended: bool = False  # its case waits until a fault is mended
    completed_on: dt.date | None = None
    decision: str | None = None
    notice_id: int | None = None
    unread: bool = False


@dataclass(frozen=True)
class Page:
    """Some rows with the cursors of the neighbouring pages."""

    rows: Sequence[Row]
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Counters:
    """How many open tasks there are, by what is urgent about them."""

    open: int = 0
    yellow: int = 0
    red: int = 0
    supervised: int = 0


@dataclass(frozen=True)
class Options:
    """What one may filter by."""

    processes: Sequence[tuple[str, str]] = field(default=())
    regions: Sequence[str] = field(default=())
