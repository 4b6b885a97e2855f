"""The token game: what can happen next.

As in the engine, everything that needs nobody happens first, and people, time and others move only what has come to rest. Steps that do not depend on
one another are taken in one order instead of all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.engine.checking.data import FREE, Known, Mind, keep, merged
from app.engine.checking.domains import Value
from app.engine.checking.graph import Flow, Node
from app.engine.checking.soundness import choosing
from app.engine.checking.soundness.events import Events
from app.engine.checking.soundness.tokens import Change, Move, State, Token, in_place, joined
from app.engine.checking.wording import label

MAX_ANSWERS = 64


class Game(Events):
    """Plays one process."""

    # -- states -------------------------------------------------------------------------------------------------------

    def begin(self) -> tuple[State, str]:
        """The state in which a case begins, and the name of its start."""
        start = self.graph.starts(self.graph.id)[0]
        root = Token(self.graph.id, inside=in_place(self.onward(start, ())))
        return State(root), label(start)

    def moves(self, state: State) -> list[Move]:
        """Everything that can happen next."""
        changes = self._eager(state.root, state.initial)
        if changes is None:
            changes = list(self._later(state.root, state.initial))
        return [self._move(change, state.beside) for change in changes]

    def _move(self, change: Change, beside_already: bool) -> Move:
        if change.sent is not None and change.fault is None:
            caught = self.deliver(Change(change.scope, change.initial), change.sent)
            words, passes = joined(change.words, caught.words), change.passes + caught.passes
            change = replace(
                change, scope=caught.scope, words=words, passes=passes, beside=change.beside + caught.beside, fault=caught.fault
            )
        sides = tuple(self._tidy(State(side, change.initial, beside=True)) for side in change.beside)
        state = None if change.fault is not None else self._tidy(State(change.scope, change.initial, beside_already))
        return Move(state, change.words, change.passes, change.automatic, change.optional, change.fault, sides)

    def _tidy(self, state: State) -> State:
        """The state without knowledge of the beginning that nothing will ask for."""
        if not state.initial:
            return state
        return state._replace(initial=keep(state.initial, self.plan.observed | self._asked(state.root)))

    def _asked(self, scope: Token) -> frozenset[str]:
        """What tokens in a scope will still ask for."""
        found = [self.before[handler.id] for handler in self.graph.event_sub_processes(scope.place)]
        for token in scope.inside or ():
            if token.inside is None:
                found.append(self._asked_at(token.place))
                continue
            found += [self.after[token.place], *(self.before[event.id] for event in self.graph.boundary_events(self.nodes[token.place]))]
            found.append(self._asked(token))
        return frozenset().union(*found)

    def _asked_at(self, place: str) -> frozenset[str]:
        node = self.nodes.get(place) or self.flows[place].target
        return self.before[node.id] if node is not None else frozenset()

    # -- what happens by itself ---------------------------------------------------------------------------------------

    def _eager(self, scope: Token, initial: Known) -> list[Change] | None:
        """The continuations of one step that needs nobody; none when everything has come to rest."""
        tokens = scope.inside or ()
        for place, token in enumerate(tokens):
            if token.inside is not None:
                inner = self._eager(token, initial)
                if inner is not None:
                    return [self.lifted(scope, place, change) for change in inner]
                if not token.inside:
                    node = self.nodes[token.place]
                    minds = [Mind(token.ended if token.ended is not None else token.known, initial)]
                    return self.leave(scope, [place], node, minds)
            elif token.place in self.nodes:
                if not self.plan.rests(self.nodes[token.place]):
                    return list(self._calls(scope, place, initial))
            elif token.place not in self.plan.slow and not self._is_join(token.place):
                return self._enter(scope, place, initial)
        return self._joined(scope, initial)

    def _is_join(self, flow: str) -> bool:
        target = self.flows[flow].target
        return target is not None and target.tag in ("parallelGateway", "inclusiveGateway") and len(target.incoming) > 1

    def _joined(self, scope: Token, initial: Known) -> list[Change] | None:
        """A join that has what it waits for."""
        tokens = scope.inside or ()
        places = {token.place: place for place, token in enumerate(tokens)}
        for token in tokens:
            if token.place not in self.flows or not self._is_join(token.place):
                continue
            join = self.flows[token.place].target
            assert join is not None
            here = [places[flow.id] for flow in join.incoming if flow.id in places]
            complete = len(here) == len(join.incoming) if join.tag == "parallelGateway" else not self._more_to_come(join, tokens)
            if complete:
                minds = [Mind(known, initial) for known in merged(tokens[place].known for place in here)]
                return [change for mind in minds for change in self._through(scope, here, join, mind)]
        return None

    def _more_to_come(self, join: Node, tokens: Sequence[Token]) -> bool:
        """Whether an inclusive join has to wait: a token elsewhere can still reach a way in that is empty, and none that is not."""
        upstream = self.plan.upstream[join.id]
        there = {token.place for token in tokens}
        arrived = [flow.id for flow in join.incoming if flow.id in there]
        empty = [flow.id for flow in join.incoming if flow.id not in there]
        for place in there.difference(arrived):
            if any(place in upstream[flow] for flow in empty) and not any(place in upstream[flow] for flow in arrived):
                return True
        return False

    # -- going through a node -----------------------------------------------------------------------------------------

    def _enter(self, scope: Token, place: int, initial: Known) -> list[Change]:
        """A token comes from its flow to the node behind."""
        token = (scope.inside or ())[place]
        node = self.flows[token.place].target
        assert node is not None
        mind = Mind(token.known, initial)
        if node.is_sub_process:
            starts = self.graph.starts(node.id)[:1]
            known = keep(mind.own, self.before[node.id])
            inside = in_place([t for start in starts for t in self.onward(start, known)])
            arrived = Token(node.id, known, inside=inside, ended=None if inside else known)
            words = label(starts[0]) if starts and starts[0].name else ""
            return [self.put(scope, [place], [arrived], initial, words, (node.id, *(s.id for s in starts)))]
        if self.plan.rests(node) or node.tag == "callActivity":
            return [self.put(scope, [place], [Token(node.id, keep(mind.own, self.before[node.id]))], initial, "", (node.id,))]
        return self._through(scope, [place], node, mind)

    def _through(self, scope: Token, places: list[int], node: Node, mind: Mind) -> list[Change]:
        """A node that needs nobody: gateways, scripts, services, events that are thrown, ends."""
        if node.tag == "exclusiveGateway":
            return [self._chosen(scope, places, node, [flow], then) for flow, then in choosing.exclusive(self.plan, node, mind)]
        if node.tag == "inclusiveGateway":
            return [self._chosen(scope, places, node, flows, then) for flows, then in choosing.inclusive(self.plan, node, mind)]
        minds = [mind.set(dict.fromkeys(self.plan.given.get(node.id, frozenset()) & self.plan.reason.relevant, FREE))]
        for script in self.plan.scripts.get(node.id, ()):
            minds = [after for before in minds for after in self.plan.reason.run(script, before)]
        if node.tag == "endEvent" and node.has_event("terminate"):
            known = keep(mind.own, self.beyond(scope.place))
            return [Change(scope._replace(inside=(), ended=known), mind.initial, label(node), (node.id,))]
        changes = self.leave(scope, places, node, minds)
        if node.tag in ("endEvent", "intermediateThrowEvent") and node.event is not None:
            changes = [self.thrown(change, node.event) for change in changes]
        return changes

    def _chosen(self, scope: Token, places: list[int], gateway: Node, flows: Sequence[Flow | None], mind: Mind) -> Change:
        """A gateway takes some of its ways out."""
        taken = [flow for flow in flows if flow is not None]
        outcome = "、".join(flow.name for flow in taken if flow.name)
        words = (f"{label(gateway)}〔{outcome}〕" if outcome else label(gateway)) if gateway.name else ""
        if not taken:
            fault = choosing.nowhere_to_go(self.plan, gateway, mind)
            return Change(scope, mind.initial, words, (gateway.id,), fault=fault)
        added = [Token(flow.id, self.kept(flow, mind.own)) for flow in taken]
        return self.put(scope, places, added, mind.initial, words, (gateway.id, *(flow.id for flow in taken)))

    # -- what people, time and others do ------------------------------------------------------------------------------

    def _later(self, scope: Token, initial: Known) -> Iterator[Change]:
        """What can happen in a scope that has come to rest."""
        for place, token in enumerate(scope.inside or ()):
            if token.place in self.flows:
                if token.place in self.plan.slow and not self._is_join(token.place):
                    yield from self._enter(scope, place, initial)
                continue
            node = self.nodes[token.place]
            if token.inside is not None:
                yield from (self.lifted(scope, place, change) for change in self._later(token, initial))
            elif node.tag == "callActivity":
                yield from self._calls(scope, place, initial)
            elif node.tag == "eventBasedGateway":
                yield from self._first_event(scope, place, initial)
            elif node.is_event:
                if self.may_happen(node):
                    yield from self.leave(scope, [place], node, [Mind(token.known, initial)], automatic=False)
            else:
                yield from self._answered(scope, place, initial)
            yield from self._on_the_edge(scope, place, initial)
        yield from self._handlers(scope, initial)

    def _answered(self, scope: Token, place: int, initial: Known) -> Iterator[Change]:
        """A person completes a task: once for each set of answers that makes a difference."""
        token = (scope.inside or ())[place]
        node = self.nodes[token.place]
        optional = self.plan.is_optional(node)
        for values, title in self._answers(node):
            minds = [Mind(token.known, initial).set(values)]
            for script in self.plan.scripts.get(node.id, ()):
                minds = [after for before in minds for after in self.plan.reason.run(script, before)]
            words = f"{label(node)}〔{title}〕" if title else label(node)
            yield from self.leave(scope, [place], node, minds, automatic=False, optional=optional, words=words)

    def _answers(self, node: Node) -> list[tuple[dict[str, Value], str]]:
        """What a person can answer, as far as it makes a difference, with the decision in the words of the form."""
        found: list[tuple[dict[str, Value], str]] = [({}, "")]
        for one in self.plan.fields(node):
            values: list[Value] = list(one.values) if len(found) * (len(one.values) + 1) <= MAX_ANSWERS else []
            given = [
                ({**answer, one.name: value}, one.title(value) if one.name == "decision" and value != FREE else title)
                for (answer, title), value in itertools.product(found, values or [FREE])
            ]
            found = given if one.required else [*given, *found]
        return found

    def _calls(self, scope: Token, place: int, initial: Known) -> Iterator[Change]:
        """A called process ends in one of its ways, or throws something on the way."""
        token = (scope.inside or ())[place]
        node = self.nodes[token.place]
        called = self.plan.called(node)
        minds = [Mind(token.known, initial).set({n: self.plan.reason.settle(n, v) for n, v in outcome}) for outcome in called.outcomes]
        yield from self.leave(scope, [place], node, minds, automatic=not called.waits)
        for event in sorted(called.throws, key=repr):
            change = Change(scope, initial, automatic=not called.waits)
            if event.kind in ("signal", "message"):
                yield replace(change, sent=event)
            else:
                caught = self.caught_at(change, scope, place, event)
                if caught is not None:
                    yield caught

    def _first_event(self, scope: Token, place: int, initial: Known) -> Iterator[Change]:
        """The first of the events behind an event-based gateway happens."""
        token = (scope.inside or ())[place]
        for flow in self.nodes[token.place].outgoing:
            if flow.target is not None and self.may_happen(flow.target):
                changes = self.leave(scope, [place], flow.target, [Mind(token.known, initial)], automatic=False)
                yield from (replace(change, passes=(flow.id, *change.passes)) for change in changes)

    def _on_the_edge(self, scope: Token, place: int, initial: Known) -> Iterator[Change]:
        """Events on the edge of an activity that time or another process brings about."""
        token = (scope.inside or ())[place]
        for event in self.graph.boundary_events(self.nodes[token.place]):
            if self.may_happen(event) and event.id not in token.fired:
                yield replace(self.left_by(Change(scope, initial), place, event), automatic=False)

    def _handlers(self, scope: Token, initial: Known) -> Iterator[Change]:
        """Event sub-processes that time or another process sets off."""
        for handler in self.graph.event_sub_processes(scope.place):
            starts = [s for s in self.graph.starts(handler.id) if self.may_happen(s)]
            if starts and handler.id not in scope.fired:
                yield replace(self.handled(Change(scope, initial), handler, starts[0]), automatic=False)
