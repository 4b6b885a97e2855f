"""What the walk needs to know of a process before it begins: who waits where, what is read later, where tokens may meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.engine import expressions
from app.engine.checking.answers import Field, fields_of
from app.engine.checking.data import Known, Reason
from app.engine.checking.domains import assignments
from app.engine.checking.graph import EventDefinition, Flow, Graph, Node
from app.engine.definition import facts_in
from app.engine.diagram import Process

WAITING_TASKS = frozenset({"userTask", "manualTask"})
Parts = tuple[Mapping[str, Mapping[str, str]], ...]
"""The part maps of the call activities around a process, innermost first."""


@dataclass(frozen=True)
class Called:
    """What a called process can do, as far as its caller notices."""

    outcomes: tuple[Known, ...] = ((),)  # what it may have set when it ends
    throws: frozenset[EventDefinition] = frozenset()
    waits: bool = True  # whether it ever waits for anybody


@dataclass
class Plan:
    """One process in one setting."""

    graph: Graph
    process: Process
    forms: Mapping[str, bytes]  # path under forms/ → file
    parts: Parts
    reason: Reason
    observed: frozenset[str]  # variables that the caller reads afterwards
    called: Callable[[Node], Called]
    thrown_elsewhere: frozenset[EventDefinition]  # by processes that may run in the same case
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)  # element id → variables that an automatic task gives
    heights: Mapping[str, float] = field(default_factory=dict)  # y of each shape: the engine tries conditions from top to bottom
    _rests: dict[str, bool] = field(default_factory=dict)

    # -- facts of a node ----------------------------------------------------------------------------------------------

    def facts(self, node: Node) -> Mapping[str, str]:
        """The legal facts of an element in this setting."""
        element = self.process.elements.get(node.id)
        return facts_in(element, self.parts) if element is not None else {}

    def is_optional(self, node: Node) -> bool:
        """Whether nobody waits for a task."""
        return self.facts(node).get("optional") == "true"

    def fields(self, node: Node) -> list[Field]:
        """The fields of a task's form that decide something later."""
        form = self.forms.get(self.facts(node).get("formJsonSchemaFilename", ""))
        found = fields_of(form) if form is not None else {}
        return [one for name, one in sorted(found.items()) if name in self.reason.relevant]

    @cached_property
    def scripts(self) -> Mapping[str, list[str]]:
        """Element id → its scripts in the order in which they run."""
        found: dict[str, list[str]] = {}
        for element, kind, source in self.process.expressions:
            if kind == "script":
                found.setdefault(element, []).append(source)
        return found

    def choices(self, gateway: Node) -> list[Flow]:
        """The conditional ways out of a gateway in the order in which the engine tries them."""
        conditional = [flow for flow in gateway.outgoing if flow.condition and flow.id != gateway.default]
        return sorted(conditional, key=lambda flow: self.heights.get(flow.target.id, 0.0) if flow.target is not None else 0.0)

    def default(self, gateway: Node) -> Flow | None:
        """The way out of a gateway that needs no condition."""
        return next((flow for flow in gateway.outgoing if flow.id == gateway.default or not flow.condition), None)

    # -- what is read later -------------------------------------------------------------------------------------------

    @cached_property
    def live(self) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
        """Node id → variables that are read from there on: on arriving at the node, and on leaving it."""
        before: dict[str, frozenset[str]] = dict.fromkeys(self.graph.nodes, frozenset())
        after = dict(before)
        changed = True
        while changed:
            changed = False
            for node in reversed(self.graph.nodes.values()):
                leaving = self._exit(node, after) if not node.outgoing else _union(before[f.target.id] for f in node.outgoing if f.target)
                arriving = self._reads(node) | (leaving - self._sets(node)) | self._around(node, before, leaving)
                if (arriving, leaving) != (before[node.id], after[node.id]):
                    before[node.id], after[node.id] = arriving, leaving
                    changed = True
        return before, after

    def _exit(self, node: Node, after: Mapping[str, frozenset[str]]) -> frozenset[str]:
        return self.observed if node.scope == self.graph.id else after.get(node.scope, frozenset())

    def _around(self, node: Node, before: Mapping[str, frozenset[str]], leaving: frozenset[str]) -> frozenset[str]:
        """What is read inside an activity, and where the events on its edge lead."""
        found = _union(before[event.id] for event in self.graph.boundary_events(node))
        if node.id in self.graph.scopes:
            found |= _union(before[start.id] for start in self.graph.starts(node.id)) | leaving
            found |= _union(before[handler.id] for handler in self.graph.event_sub_processes(node.id))
        return found

    def _reads(self, node: Node) -> frozenset[str]:
        sources = [flow.condition for flow in node.outgoing if flow.condition] if node.is_gateway else []
        for script in self.scripts.get(node.id, ()):
            for name, value in assignments(script):
                if name in self.reason.relevant and value is not None:
                    sources.append(script)
                    break
        return _union(expressions.names_in(source) for source in sources) & self.reason.relevant

    def _sets(self, node: Node) -> frozenset[str]:
        """Variables that certainly have a new value afterwards."""
        assigned = {name for script in self.scripts.get(node.id, ()) for name, value in assignments(script) if value is not None}
        answered = {found.name for found in self.fields(node) if found.required} if node.tag in WAITING_TASKS else set()
        return frozenset((assigned | answered) & self.reason.relevant) - self._reads(node)

    # -- where tokens may meet ----------------------------------------------------------------------------------------

    @cached_property
    def slow(self) -> frozenset[str]:
        """Flows on which a token is seen to stand, though the engine passes them at once.

        Two branches that run into one way without being joined go over it at different moments; they are caught where both can stand at the same time.
        Where nothing but automatic steps leads from the meeting point to an end there is no such place, so tokens linger behind it.
        """
        forked = self._reachable(node for node in self.graph.nodes.values() if self._forks(node))
        merges = [n for n in self.graph.nodes.values() if len(n.incoming) > 1 and n.id in forked and not _synchronises(n)]
        return frozenset(flow.id for node in merges if self._runs_out(node) for flow in node.outgoing)

    def _forks(self, node: Node) -> bool:
        splits = node.tag in ("parallelGateway", "inclusiveGateway") or not node.is_gateway
        return (splits and len(node.outgoing) > 1) or any(not event.interrupting for event in self.graph.boundary_events(node))

    def _runs_out(self, node: Node) -> bool:
        """Whether a token can go from a node to an end that terminates nothing without ever standing still."""
        seen: set[str] = set()
        pending = [node]
        while pending:
            here = pending.pop()
            if here.id in seen or self.rests(here) or (_synchronises(here) and len(here.incoming) > 1):
                continue
            seen.add(here.id)
            if not here.outgoing and not here.has_event("terminate"):
                return True
            pending += [flow.target for flow in here.outgoing if flow.target is not None]
        return False

    def rests(self, node: Node) -> bool:
        """Whether a token stays at a node until somebody or something moves it on."""
        if node.id not in self._rests:
            self._rests[node.id] = self._would_rest(node)
        return self._rests[node.id]

    def _would_rest(self, node: Node) -> bool:
        if node.tag == "callActivity":
            return self.called(node).waits
        if node.tag == "intermediateCatchEvent":
            return bool(node.events)
        return node.tag in WAITING_TASKS or node.tag == "eventBasedGateway" or node.is_sub_process

    @cached_property
    def aside(self) -> frozenset[str]:
        """Nodes and flows that only what does not interrupt leads to: several may be under way there at once."""
        nodes = self.graph.nodes.values()
        events = [node for node in nodes if node.tag == "boundaryEvent" and not node.interrupting]
        main = self._reachable((node for node in nodes if node.tag == "startEvent"), past=frozenset(e.id for e in events))
        side = self._reachable(events)
        handlers = {node.id for node in nodes if node.triggered_by_event and node.is_sub_process}
        return (side - main) | handlers

    @cached_property
    def apart(self) -> frozenset[str]:
        """Events on edges whose side way nothing else depends on: it is walked by itself instead of beside everything that goes on meanwhile.

        It never meets the main way or joins with another side way, ends and throws nothing, and sets nothing that is read after its scope.
        """
        events = [node for node in self.graph.nodes.values() if node.tag == "boundaryEvent" and not node.interrupting]
        ways = {event.id: self._reachable([event]) for event in events}
        return frozenset(event.id for event in events if self._stands_apart(event, ways))

    def _stands_apart(self, event: Node, ways: Mapping[str, frozenset[str]]) -> bool:
        way = ways[event.id]
        nodes = [self.graph.nodes[element] for element in way if element in self.graph.nodes]
        others = frozenset().union(*(found for origin, found in ways.items() if origin != event.id and origin not in way))
        after = self.observed if event.scope == self.graph.id else self.live[1][event.scope]
        return way <= self.aside and not any(self._touches(node, others, after) for node in nodes)

    def _touches(self, node: Node, others: frozenset[str], read_after: frozenset[str]) -> bool:
        """Whether what goes on elsewhere may notice that a token has come to a node."""
        if node.tag in ("endEvent", "intermediateThrowEvent") and node.events:
            return True
        if _synchronises(node) and len(node.incoming) > 1 and node.id in others:
            return True
        called = self.called(node) if node.tag == "callActivity" else Called()
        answered = {found.name for found in self.fields(node)} if node.tag in WAITING_TASKS else set()
        assigned = {name for script in self.scripts.get(node.id, ()) for name, _ in assignments(script)} | self.given.get(
            node.id, frozenset()
        )
        outcomes = {name for outcome in called.outcomes for name, _ in outcome}
        return bool(called.throws or read_after & (answered | assigned | outcomes))

    def _reachable(self, origins: Iterable[Node], past: frozenset[str] = frozenset()) -> frozenset[str]:
        """Nodes and flows that a token can come to from some nodes, those left out; `past` are never entered."""
        found: set[str] = set()
        pending = list(origins)
        while pending:
            node = pending.pop()
            around = [event for event in self.graph.boundary_events(node) if event.id not in past]
            inner = self.graph.starts(node.id) if node.id in self.graph.scopes else []
            found |= {flow.id for flow in node.outgoing}
            for following in (*(f.target for f in node.outgoing), *around, *inner):
                if following is not None and following.id not in found:
                    found.add(following.id)
                    pending.append(following)
        return frozenset(found)

    @cached_property
    def upstream(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Inclusive join → its incoming flow → nodes and flows of the scope from which a token can still come there without passing the join."""
        joins = [n for n in self.graph.nodes.values() if n.tag == "inclusiveGateway" and len(n.incoming) > 1]
        return {join.id: {flow.id: self._leading_to(flow, join) for flow in join.incoming} for join in joins}

    def _leading_to(self, flow: Flow, join: Node) -> frozenset[str]:
        found: set[str] = {flow.id}
        pending = [flow.source]
        while pending:
            node = pending.pop()
            if node is None or node is join or node.id in found:
                continue
            found |= {node.id, *(f.id for f in node.incoming)}
            pending += [f.source for f in node.incoming]
            if node.attached_to:
                pending.append(self.graph.nodes.get(node.attached_to))
        return frozenset(found)


def _synchronises(node: Node) -> bool:
    return node.tag in ("parallelGateway", "inclusiveGateway")


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def scripts_and_conditions(process: Process) -> tuple[list[str], list[str]]:
    """The sources of a process that decide where it goes: scripts, and conditions on flows."""
    return (
        [source for _, kind, source in process.expressions if kind == "script"],
        [source for _, kind, source in process.expressions if kind == "condition"],
    )


def timed(node: Node) -> bool:
    """Whether an event happens when a time has come."""
    return node.has_event("timer")
