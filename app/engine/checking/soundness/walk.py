"""Follows everything that can happen from the beginning of a process, within bounds, and remembers how it got where."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from app.engine.checking.soundness.game import Game
from app.engine.checking.soundness.tokens import Fault, State

MAX_STATES = 50_000
"""States of one process that are looked at. Ours have a few dozen; one with three branches at a time has ten thousand."""
MAX_TOKENS = 3_000_000
"""Tokens in all of these states together: a bound on memory."""
MAX_SECONDS = 10.0
"""Time that the walk through one process and all that it calls may take."""


class Edge(NamedTuple):
    """A step from one state to another."""

    target: int
    words: str
    automatic: bool
    optional: bool


@dataclass
class Walk:
    """The states that a process can come to, numbered in the order in which they were found; the nearest first."""

    states: list[State] = field(default_factory=list)
    edges: list[list[Edge]] = field(default_factory=list)
    came_from: list[tuple[int, str]] = field(default_factory=list)  # the state before and what happened in between
    faults: list[tuple[int, str, Fault]] = field(default_factory=list)  # in which state, by which step
    passed: set[str] = field(default_factory=set)  # nodes and flows that a token went through
    unfinished: set[int] = field(default_factory=set)  # states whose continuations were not followed
    beginning: str = ""
    tokens: int = 0  # in all states together

    @property
    def is_complete(self) -> bool:
        """Whether everything was followed to its end."""
        return not self.unfinished

    @property
    def is_clean(self) -> bool:
        """Whether everything was followed, and no step went wrong."""
        return self.is_complete and not self.faults

    def path_to(self, state: int) -> list[str]:
        """What happens on the shortest way to a state, from the start on."""
        steps: list[str] = []
        while state:
            state, words = self.came_from[state]
            if words:
                steps.append(words)
        return [self.beginning, *reversed(steps)]


def walk(game: Game, until: float) -> Walk:
    """Looks at every state, the nearest first. Stops at the bounds and at an instant of the monotonic clock; what was not followed is `unfinished`."""
    found = Walk()
    first, found.beginning = game.begin()
    numbers: dict[State, int] = {}
    pending: deque[int] = deque()

    def number(state: State, came_from: int, words: str) -> int:
        if state not in numbers:
            numbers[state] = len(found.states)
            pending.append(numbers[state])
            found.states.append(state)
            found.edges.append([])
            found.came_from.append((came_from, words))
            found.tokens += len(state.root.inside or ())
        return numbers[state]

    number(first, 0, "")
    found.passed.update(token.place for token in first.root.inside or ())
    while pending:
        here = pending.popleft()
        if len(found.states) >= MAX_STATES or found.tokens >= MAX_TOKENS or (here % 16 == 0 and time.monotonic() > until):
            found.unfinished.update([here, *pending])
            break
        for move in game.moves(found.states[here]):
            found.passed.update(move.passes)
            if move.fault is not None:
                found.faults.append((here, move.words, move.fault))
            elif move.state is not None and (move.state != found.states[here] or not move.beside):
                found.edges[here].append(Edge(number(move.state, here, move.words), move.words, move.automatic, move.optional))
            for side in move.beside:
                number(side, here, move.words)  # no edge: that a side way ends does not help those who wait
    return found
