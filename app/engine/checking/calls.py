"""Who calls whom."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.diagram import Diagram


def reached(key: str, diagrams: Mapping[str, Diagram]) -> frozenset[str]:
    """A process and all that are called from it, directly or not, as far as they are known. `diagrams` by process key."""
    found: set[str] = set()
    pending = [key]
    while pending:
        here = pending.pop()
        if here in diagrams and here not in found:
            found.add(here)
            pending += [element.called for element in diagrams[here].processes[here].elements.values() if element.called]
    return frozenset(found)
