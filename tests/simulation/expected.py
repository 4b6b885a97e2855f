"""Expected events as people read them: one line an event, with the day, the case, what, the decision and the last day.

    2025-01-10  1  case_started    shandong.disclosure
                1  task_created    sd-audit-2017.disclosure.s2   due=2025-02-10
    2025-02-11  2  task_completed  sd-audit-2017.penalty-enterprise.s1   =disclosure

The day stands only where it changes. Left out are mail, notices that repeat a line (a task, progress, the end, a reminder), and the creation of tasks
that nothing limits; a task that is created and done under a limit shows both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.simulation import SimulatedEvent

_REPEATING = frozenset({"task", "progress", "case_ended", "reminder"})


def lines_of(events: Iterable[SimulatedEvent]) -> list[str]:
    """The events as full lines: each with its day."""
    return [_line(event) for event in events if _counts(event)]


def expected_in(path: Path) -> list[str]:
    """The lines of an expectation file, comments left out and days filled in."""
    found = []
    day = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].split()
        if not text:
            continue
        day = text.pop(0) if text[0][:2] == "20" else day
        found.append(" ".join([day, *text]))
    return found


def written(events: Iterable[SimulatedEvent]) -> Iterator[str]:
    """The events in the form of an expectation file, to be checked by hand against the text."""
    day = ""
    for line in lines_of(events):
        today, case, kind, *rest = line.split(" ")
        yield f"{today if today != day else '':10}  {case:>2}  {kind:15} {' '.join(rest)}".rstrip()
        day = today


def _counts(event: SimulatedEvent) -> bool:
    if event.event == "notice_sent":
        return event.detail.get("kind") not in _REPEATING
    return event.event != "message_sent" and (event.event != "task_created" or event.due is not None)


def _line(event: SimulatedEvent) -> str:
    parts = [event.day.isoformat(), str(int(event.case[-6:])), event.event, *_what(event)]
    if event.decision:
        parts.append(f"={event.decision}")
    if event.due:
        parts.append(f"due={event.due}")
    return " ".join(parts)


def _what(event: SimulatedEvent) -> list[str]:
    """A step by its id, else an element by its own; and whom or what it is about where that is not plain."""
    place = event.basis[-1] if event.basis else event.element or "-"
    match event.event:
        case "case_started":
            return [event.process or "-"]
        case "case_ended" | "incident" | "stuck":
            return [event.name]
        case "record_changed":
            amount = event.detail.get("amount")
            return [place, event.name, *([f"{amount:g}"] if amount else [])]
        case "notice_sent":
            return [place, str(event.detail.get("kind")), "->", event.org or "-"]
        case _:
            return [place]
