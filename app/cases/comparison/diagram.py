"""Two drawings of one diagram: which elements are new, gone, changed or only drawn elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.cases.comparison.changes import Change, Kind, facts_between
from app.cases.comparison.elements import Described, describe
from app.engine.safe_xml import read_xml


def compare(path: str, old: bytes, new: bytes) -> tuple[Change, ...]:
    """The changes between two files, changed work first, then what is only drawn elsewhere. Raises `DiagramError` for what is no safe XML."""
    before, after = describe(read_xml(path, old)), describe(read_xml(path, new))
    found = list(_changes(before, after))
    order = (Kind.CHANGED, Kind.ADDED, Kind.REMOVED, Kind.MOVED)
    return tuple(sorted(found, key=lambda change: order.index(change.kind)))


def _changes(before: dict[str, Described], after: dict[str, Described]) -> Iterator[Change]:
    for element_id, now in after.items():
        was = before.get(element_id)
        if was is None:
            yield _change(now, Kind.ADDED, {}, now.facts)
        elif was.facts != now.facts:
            yield _change(now, Kind.CHANGED, was.facts, now.facts)
        elif was.place != now.place:
            yield _change(now, Kind.MOVED, {}, {})
    for element_id, was in before.items():
        if element_id not in after:
            yield _change(was, Kind.REMOVED, was.facts, {})


def _change(element: Described, kind: Kind, old: Mapping[str, str], new: Mapping[str, str]) -> Change:
    return Change(element.id, element.name, element.type, kind, facts_between(old, new))
