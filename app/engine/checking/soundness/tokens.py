"""Where a case stands: tokens on flows and at nodes, each with what it knows, nested as sub-processes are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.engine.checking.data import Known
from app.engine.checking.graph import EventDefinition


class Token(NamedTuple):
    """One token, or a running sub-process with the tokens inside."""

    place: str  # id of the flow that it stands on, or of the node where it waits
    known: Known = ()
    fired: tuple[str, ...] = ()  # timers that have happened while it waited
    inside: tuple[Token, ...] | None = None
    ended: Known | None = None  # what those knew that have come to an end inside


class State(NamedTuple):
    """Everything about a case that decides what can happen next. The root token is the process itself."""

    root: Token
    initial: Known = ()
    beside: bool = False  # a side way alone: its root is the scope that it runs in, without what else goes on there

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return not self.root.inside


@dataclass(frozen=True)
class Fault:
    """What goes wrong in a step."""

    code: str
    element: str
    message: str


@dataclass(frozen=True)
class Move:
    """One thing that can happen in a state."""

    state: State | None  # none: the step goes wrong
    words: str  # what a person would call it; empty for what nobody notices
    passes: tuple[str, ...] = ()  # nodes and flows that it goes through
    automatic: bool = True
    optional: bool = False
    fault: Fault | None = None
    beside: tuple[State, ...] = ()  # side ways that begin with it


@dataclass
class Change:
    """One thing that can happen in a scope: the scope afterwards, and what it sends out."""

    scope: Token
    initial: Known
    words: str = ""
    passes: tuple[str, ...] = ()
    automatic: bool = True
    optional: bool = False
    fault: Fault | None = None
    raised: EventDefinition | None = None  # an error or escalation on its way outward to whoever catches it
    sent: EventDefinition | None = None  # a signal or message to everybody who waits for it
    beside: tuple[Token, ...] = ()  # side ways that begin, each as the scope that it runs in


def matches(thrown: EventDefinition, caught: EventDefinition) -> bool:
    """Whether an event is the one that is waited for. A catcher without a code takes any error or escalation."""
    if thrown.kind != caught.kind:
        return False
    return thrown.name == caught.name or (caught.kind in ("error", "escalation") and not caught.name)


def in_place(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Tokens in the order of their places."""
    return tuple(sorted(tokens, key=lambda token: token.place))


def joined(first: str, second: str) -> str:
    """Two things that happen one after the other, in words."""
    return f"{first} → {second}" if first and second else first or second
