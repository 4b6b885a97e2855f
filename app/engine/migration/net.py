"""Which states a case of a version can reach: the token game of one diagram, conditions left open.

A state is where the tokens stand: at places, with those boundary events that have not happened yet, and at joins, by the way they came. It serves one
question: could a case of this version be in this state by itself? What was checked before deployment then holds for a moved case too: it ends, no
join waits for ever, nothing runs twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import combinations
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, EndEvent, InclusiveGateway
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.exclusive_gateway import ExclusiveGateway

from app.engine.migration.places import boundaries_of, inputs_of, is_join, kind_of, outputs_of

MAX_STATES = 30_000
"""States of one diagram that are looked at. A diagram of twenty-five elements has some hundreds."""
MAX_TOKENS = 3
"""Tokens in one position that are told apart: as many as this stand for any number."""

Position = tuple[str, str, frozenset[str]]
"""("at", place, boundary events that happened) or ("in", join, the way in as a set of one)."""
Marking = frozenset[tuple[Position, int]]
_Pending = tuple[tuple[str, str], ...]  # flows that a token is on: from, to


def at(place: str, happened: Iterable[str] = ()) -> Position:
    """A token at a place."""
    return "at", place, frozenset(happened)


def arrived(join: str, way: str) -> Position:
    """A token that waits at a join, by the spec that led there."""
    return "in", join, frozenset((way,))


def marking(tokens: Iterable[Position]) -> Marking:
    """Tokens as one state."""
    counted: dict[Position, int] = {}
    for position in tokens:
        counted[position] = min(counted.get(position, 0) + 1, MAX_TOKENS)
    return frozenset(counted.items())


class Net:
    """The token game of one spec."""

    def __init__(self, spec: Any) -> None:
        self._specs = spec.task_specs
        self._start = spec.start.name
        self._end = spec.end.name

    def reaches(self, state: Marking) -> bool | None:
        """Whether a case gets into a state from the start; none when there are too many states to tell."""
        if state in self._states:
            return True
        return None if self._unfinished else False

    @cached_property
    def _states(self) -> set[Marking]:
        self._unfinished = False
        nothing: Marking = frozenset()
        first: tuple[Marking, _Pending] = nothing, self._leave_all(self._start)
        seen, pending, stable = {first}, deque([first]), set()
        while pending:
            tokens, moving = pending.popleft()
            if not moving and tokens and next(self._complete(tokens), None) is None:
                stable.add(tokens)
            for following in self._following(tokens, moving):
                if following not in seen:
                    if len(seen) >= MAX_STATES:
                        self._unfinished = True
                        return stable
                    seen.add(following)
                    pending.append(following)
        return stable

    def _following(self, tokens: Marking, moving: _Pending) -> Iterator[tuple[Marking, _Pending]]:
        if moving:
            return self._enter(tokens, moving)
        complete = next(self._complete(tokens), None)
        return self._next(tokens) if complete is None else self._pass(tokens, complete)

    # -- tokens that move ---------------------------------------------------------------------------------------------

    def _enter(self, tokens: Marking, moving: _Pending) -> Iterator[tuple[Marking, _Pending]]:
        """The first token on a flow arrives."""
        (source, target), rest = moving[0], moving[1:]
        spec = self._specs[target]
        if target == self._end:
            yield tokens, rest
        elif isinstance(spec, EndEvent) and isinstance(spec.event_definition, TerminateEventDefinition):
            yield frozenset(), ()
        elif isinstance(spec, BoundaryEventSplit):
            main = next(output for output in outputs_of(spec) if not isinstance(output, BoundaryEvent))
            yield from self._enter(tokens, ((target, main.name), *rest))
            if kind_of(main) is None:  # what runs by itself may fail into an event on it
                for event in boundaries_of(main):
                    yield from ((tokens, _queue(rest, flows)) for flows in self._leave(event.name))
        elif is_join(spec):
            yield from self._arrive(_add(tokens, arrived(target, source)), spec, rest)
        elif kind_of(spec) is not None:
            yield _add(tokens, at(target)), rest
        else:
            yield from ((tokens, _queue(rest, flows)) for flows in self._leave(target))

    def _arrive(self, tokens: Marking, spec: Any, rest: _Pending) -> Iterator[tuple[Marking, _Pending]]:
        ways = [arrived(spec.name, way) for way in inputs_of(spec)]
        if isinstance(spec, InclusiveGateway) or not all(_holds(tokens, way) for way in ways):
            yield tokens, rest
            return
        for way in ways:
            tokens = _remove(tokens, way)
        yield from ((tokens, _queue(rest, flows)) for flows in self._leave(spec.name))

    def _leave(self, name: str) -> Iterator[_Pending]:
        """The ways on from a spec, one for each choice."""
        spec = self._specs[name]
        flows = [(name, target.name) for target in outputs_of(spec)]
        if isinstance(spec, ExclusiveGateway):
            yield from ((flow,) for flow in flows)
        elif isinstance(spec, InclusiveGateway):
            yield from (chosen for n in range(1, len(flows) + 1) for chosen in combinations(flows, n))
        else:
            yield tuple(flows)

    def _leave_all(self, name: str) -> _Pending:
        return tuple((name, target.name) for target in outputs_of(self._specs[name]))

    # -- tokens that wait ---------------------------------------------------------------------------------------------

    def _next(self, tokens: Marking) -> Iterator[tuple[Marking, _Pending]]:
        """What can happen while every token waits."""
        for position, _ in tokens:
            sort, name, _ = position
            if sort == "at":
                yield from ((_remove(tokens, position), flows) for flows in self._leave(name))
                yield from self._events(tokens, position)

    def _complete(self, tokens: Marking) -> Iterator[str]:
        """Inclusive joins that wait for nobody any more: they go on by themselves."""
        for (sort, name, _), _ in tokens:
            if sort == "in" and isinstance(self._specs[name], InclusiveGateway) and not self._still_to_come(tokens, name):
                yield name

    def _pass(self, tokens: Marking, join: str) -> Iterator[tuple[Marking, _Pending]]:
        """Everything that arrived at a join goes on as one."""
        for position in [p for p, _ in tokens if p[:2] == ("in", join)]:
            tokens = _remove(tokens, position)
        yield from ((tokens, flows) for flows in self._leave(join))

    def _events(self, tokens: Marking, position: Position) -> Iterator[tuple[Marking, _Pending]]:
        _, name, happened = position
        for event in boundaries_of(self._specs[name]):
            if event.name in happened:
                continue
            left = _remove(tokens, position)
            if not event.cancel_activity:
                left = _add(left, at(name, happened | {event.name}))
            yield from ((left, flows) for flows in self._leave(event.name))

    def _still_to_come(self, tokens: Marking, join: str) -> bool:
        """Whether a token elsewhere may still come in on a way of an inclusive join that is empty."""
        missing = {way for way in inputs_of(self._specs[join]) if not _holds(tokens, arrived(join, way))}
        before = self._leading_to(join, frozenset(missing))
        for (sort, name, happened), _ in tokens:
            if sort == "in" and name == join:
                continue
            onward = {name} if sort == "in" else {name, *(e.name for e in boundaries_of(self._specs[name]) if e.name not in happened)}
            if onward & before:
                return True
        return False

    def _leading_to(self, join: str, ways: frozenset[str]) -> set[str]:
        """The specs from which some of the ways into a join can be reached without passing it."""
        found, pending = set(ways), list(ways)
        while pending:
            for source in inputs_of(self._specs[pending.pop()]) - found - {join}:
                found.add(source)
                pending.append(source)
        return found


def _queue(rest: _Pending, flows: _Pending) -> _Pending:
    return tuple(sorted((*rest, *flows)))


def _holds(tokens: Marking, position: Position) -> bool:
    return any(held == position for held, _ in tokens)


def _add(tokens: Marking, position: Position) -> Marking:
    counted = dict(tokens)
    counted[position] = min(counted.get(position, 0) + 1, MAX_TOKENS)
    return frozenset(counted.items())


def _remove(tokens: Marking, position: Position) -> Marking:
    counted = dict(tokens)
    counted[position] -= 1
    if not counted[position]:
        del counted[position]
    return frozenset(counted.items())
