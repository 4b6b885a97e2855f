"""What a comparison says: what is new, gone, changed or only moved, and each changed fact with both values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What became of a thing in the newer version."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # drawn elsewhere, the same otherwise


@dataclass(frozen=True)
class Fact:
    """One thing that is said differently; empty where it was not or is no longer said."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """An element of a diagram, a field of a form, a rule of a table or a check, and what became of it."""

    id: str
    name: str
    type: str
    kind: Kind
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class FileChange:
    """A file that is not the same in both versions. `problem` says why it cannot be compared in detail."""

    path: str
    name: str
    kind: Kind
    changes: tuple[Change, ...] = ()
    problem: str = ""

    def of(self, kind: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind == kind)

    @property
    def telling(self) -> tuple[Change, ...]:
        """What changes the work; what is only drawn elsewhere does not."""
        return tuple(change for change in self.changes if change.kind != Kind.MOVED)


def facts_between(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Fact, ...]:
    """The facts that differ, in the order of the newer ones, then those that are gone."""
    return tuple(_differing(old, new))


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Fact]:
    for label in dict.fromkeys([*new, *old]):
        before, after = old.get(label, ""), new.get(label, "")
        if before != after:
            yield Fact(label, before, after)
