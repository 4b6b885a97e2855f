"""Two drawings of one diagram: which elements are new, gone, changed or only drawn elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.cases.comparison.changes import Change, Fact, Kind
from app.cases.comparison.elements import Described, describe
from app.engine.safe_xml import read_xml


def compare(path: str, old: bytes, new: bytes) -> tuple[Change, ...]:
    """The changes between two files, changed work first, then what is only drawn elsewhere. Raises `DiagramError` for what is no safe XML."""
    before, after = describe(read_xml(path, old)), describe(read_xml(path, new))
    found = list(_changes(before, after))
    order = (Kind.CHANGED, Kind.ADDED, Kind.REMOVED, Kind.MOVED)
    return tuple(sorted(found, key=lambda change: order.index(change.kind)))


def _changes(before: Mapping[str, Described], after: Mapping[str, Described]) -> Iterator[Change]:
    for element_id in dict.fromkeys([*after, *before]):
        was, now = before.get(element_id), after.get(element_id)
        if now is None:
            yield _change(Kind.REMOVED, was, now)
        elif was is None:
            yield _change(Kind.ADDED, was, now)
        elif was.facts != now.facts:
            yield _change(Kind.CHANGED, was, now)
        elif was.place != now.place:
            yield _change(Kind.MOVED, was, now)


def _change(kind: Kind, was: Described | None, now: Described | None) -> Change:
    element = now or was
    assert element is not None
    old, new = was.facts if was else {}, now.facts if now else {}
    labels = (label for label in dict.fromkeys([*new, *old]) if old.get(label) != new.get(label))
    facts = (Fact(label, was.shown(label) if was else "", now.shown(label) if now else "") for label in labels)
    return Change(element.id, element.name, element.type, kind, tuple(facts))
