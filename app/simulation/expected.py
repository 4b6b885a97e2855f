"""Expected events as people read them: one line an event, with the day, the case, what, the decision and the last day.

    2025-01-10  1  case_started    shandong.disclosure
                1  task_created    sd-audit-2017.disclosure.s2   due=2025-02-10
    2025-02-11  2  task_completed  sd-audit-2017.penalty-enterprise.s1   =disclosure

The day stands only where it changes. Left out are mail, notices that repeat a line (a task, progress, the end, a reminder), and the creation of tasks
that nothing limits; a task that is created and done under a limit shows both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.simulation.events import CANCELLED, PASSED, SimulatedEvent

_UNTOLD = frozenset({"message_sent", PASSED, CANCELLED})
_REPEATING = frozenset({"task", "progress", "case_ended", "reminder"})


def lines_of(events: Iterable[SimulatedEvent]) -> list[str]:
    """The events as full lines: each with its day."""
    return [_line(event) for event in events if _counts(event)]


def read_expected(text: str) -> list[str]:
    """The lines that are expected, as full lines; comments are left out."""
    found = []
    day = ""
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        day = words.pop(0) if words[0][:2] == "20" else day
        found.append(" ".join([day, *words]))
    return found


def written(events: Iterable[SimulatedEvent]) -> Iterator[str]:
    """The events in the form in which they are kept, to be checked by hand against the text."""
    return shortened(lines_of(events))


def shortened(lines: Iterable[str]) -> Iterator[str]:
    """Full lines in the form in which they are kept."""
    day = ""
    for line in lines:
        today, case, kind, *rest = line.split(" ")
        yield f"{today if today != day else '':10}  {case:>2}  {kind:15} {' '.join(rest)}".rstrip()
        day = today


def _counts(event: SimulatedEvent) -> bool:
    if event.event == "notice_sent":
        return event.detail.get("kind") not in _REPEATING
    return event.event not in _UNTOLD and (event.event != "task_created" or event.due is not None)


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
