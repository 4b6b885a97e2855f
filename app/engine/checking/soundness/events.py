"""Events of the token game: what happens on the edge of activities, in event sub-processes, and to those who wait for a signal."""

from __future__ import annotations

from dataclasses import replace

from app.engine.checking.data import Mind, keep
from app.engine.checking.graph import EventDefinition, Node
from app.engine.checking.soundness.board import Board
from app.engine.checking.soundness.plan import timed
from app.engine.checking.soundness.tokens import Change, Token, in_place, joined, matches
from app.engine.checking.wording import label


class Events(Board):
    """What events do to the tokens on the board."""

    def may_happen(self, event: Node) -> bool:
        """Whether an event can come from outside the process: from time, or from another process of the same case."""
        return timed(event) or any(matches(thrown, own) for thrown in self.plan.thrown_elsewhere for own in event.events)

    def thrown(self, change: Change, event: EventDefinition) -> Change:
        if event.kind in ("signal", "message"):
            return replace(change, sent=event)
        if event.kind in ("error", "escalation"):
            return self.caught_inside(replace(change, raised=event))
        return change

    def left_by(self, change: Change, place: int, event: Node) -> Change:
        """An event on the edge of an activity happens: the activity ends, or goes on beside what follows."""
        scope = change.scope
        token = (scope.inside or ())[place]
        added = self.onward(event, token.known)
        passes = (*change.passes, event.id, *(t.place for t in added))
        words = joined(change.words, label(event))
        if event.id in self.plan.apart:
            side = scope._replace(inside=in_place(added), ended=None)
            return replace(change, words=words, passes=passes, beside=(*change.beside, side))
        if not event.interrupting:
            fired = tuple(sorted({*token.fired, event.id})) if timed(event) else token.fired
            added.append(token._replace(fired=fired))
        return self._replacing(change, self.put(scope, [place], added, change.initial, words, passes))

    @staticmethod
    def _replacing(change: Change, put: Change) -> Change:
        """What was put, with what else there is to say of the step."""
        return replace(put, automatic=change.automatic, sent=change.sent, beside=change.beside, fault=change.fault or put.fault)

    def handled(self, change: Change, handler: Node, start: Node) -> Change:
        """An event sub-process begins: instead of everything else in its scope, or beside it."""
        scope = change.scope
        if any(token.place == handler.id for token in scope.inside or ()):
            return change
        known = keep(scope.known, self.before[handler.id])
        inside = in_place(self.onward(start, known))
        fired = tuple(sorted({*scope.fired, handler.id})) if timed(start) else scope.fired
        gone = list(range(len(scope.inside or ()))) if start.interrupting else []
        passes = (*change.passes, handler.id, start.id)
        running = Token(handler.id, known, inside=inside, ended=None if inside else known)
        words = joined(change.words, label(start))
        return self._replacing(change, self.put(scope._replace(fired=fired), gone, [running], change.initial, words, passes))

    def lifted(self, scope: Token, place: int, change: Change) -> Change:
        """What happened inside a sub-process, seen from around it."""
        inner = change.scope
        outer = scope._replace(inside=in_place([*(t for i, t in enumerate(scope.inside or ()) if i != place), inner]))
        lifted = replace(change, scope=outer)
        if change.raised is None or change.fault is not None:
            return lifted
        where = (outer.inside or ()).index(inner)
        caught = self.caught_at(lifted, outer, where, change.raised)
        return caught if caught is not None else self.caught_inside(lifted)

    def caught_at(self, change: Change, scope: Token, place: int, thrown: EventDefinition) -> Change | None:
        """An error or escalation meets the edge of an activity; none when nothing there catches it."""
        host = self.nodes[(scope.inside or ())[place].place]
        for event in self.graph.boundary_events(host):
            if any(matches(thrown, own) for own in event.events):
                return replace(self.left_by(replace(change, scope=scope), place, event), raised=None)
        return None

    def caught_inside(self, change: Change) -> Change:
        """An error or escalation meets the event sub-processes of the scope that it has come to."""
        assert change.raised is not None
        for handler in self.graph.event_sub_processes(change.scope.place):
            for start in self.graph.starts(handler.id):
                if any(matches(change.raised, own) for own in start.events):
                    return replace(self.handled(change, handler, start), raised=None)
        return change

    def deliver(self, change: Change, thrown: EventDefinition) -> Change:
        """A signal or message reaches everybody in a scope who waits for it."""
        for token in change.scope.inside or ():
            if token not in (change.scope.inside or ()) or token.place in self.flows:
                continue
            place = (change.scope.inside or ()).index(token)
            node = self.nodes[token.place]
            if token.inside is not None:
                inner = self.deliver(Change(token, change.initial), thrown)
                change = _after(change, self.lifted(change.scope, place, inner))
                token = inner.scope
                place = (change.scope.inside or ()).index(token)
            waiting = [f.target for f in node.outgoing if f.target] if node.tag == "eventBasedGateway" else [node]
            for event in waiting:
                if event.tag == "intermediateCatchEvent" and any(matches(thrown, own) for own in event.events):
                    change = _after(change, self.leave(change.scope, [place], event, [Mind(token.known, change.initial)])[0])
                    break
            else:
                for event in self.graph.boundary_events(node):
                    if any(matches(thrown, own) for own in event.events):
                        change = _after(change, self.left_by(Change(change.scope, change.initial), place, event))
                        break
        for handler in self.graph.event_sub_processes(change.scope.place):
            for start in self.graph.starts(handler.id):
                if any(matches(thrown, own) for own in start.events):
                    change = _after(change, self.handled(Change(change.scope, change.initial), handler, start))
        return change


def _after(change: Change, following: Change) -> Change:
    """Two things that happen in one step."""
    words = following.words if following.words.startswith(change.words) and change.words else joined(change.words, following.words)
    passes, beside = (*change.passes, *following.passes), (*change.beside, *following.beside)
    return replace(following, words=words, passes=passes, beside=beside, fault=change.fault or following.fault)
