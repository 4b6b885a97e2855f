"""Walks a process and everything that it calls, each in the setting of its call."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.engine import expressions
from app.engine.checking.answers import fields_of
from app.engine.checking.calls import reached
from app.engine.checking.data import Known, Reason
from app.engine.checking.domains import Domains, assignments
from app.engine.checking.graph import EventDefinition, Graph, Node
from app.engine.checking.sheet import Sheet
from app.engine.checking.soundness import walk as walking
from app.engine.checking.soundness.game import Game
from app.engine.checking.soundness.plan import Called, Parts, Plan, scripts_and_conditions
from app.engine.checking.soundness.verdicts import verdicts
from app.engine.diagram import Diagram, Process
from app.engine.errors import Problem

MAX_CALLS_DEEP = 12


@dataclass(frozen=True)
class Visit:
    """What one walk gave: what is wrong, and what the caller notices."""

    problems: tuple[Problem, ...]
    called: Called


@dataclass
class Inspection:
    """Walks the processes of a set of diagrams. `diagrams` and `sheets` by process key, `forms` by path under `forms/`."""

    diagrams: Mapping[str, Diagram]
    sheets: Mapping[str, Sheet]
    forms: Mapping[str, bytes]
    walkable: Collection[str]  # processes whose drawing is whole enough to walk
    given: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)  # process → element id → variables that it gives
    _visits: dict[tuple[str, str, frozenset[str], bool], Visit] = field(default_factory=dict)
    _under_way: list[str] = field(default_factory=list)
    _until: float = field(default_factory=lambda: time.monotonic() + walking.MAX_SECONDS)

    def problems(self, key: str) -> list[Problem]:
        """What is wrong with how a process runs, and with those it calls as it calls them."""
        return list(self._visit(key, (), frozenset()).problems) if key in self.walkable else []

    # -- one walk -----------------------------------------------------------------------------------------------------

    def _visit(self, key: str, parts: Parts, observed: frozenset[str]) -> Visit:
        alone = not self._under_way
        setting = (key, _digest(parts), observed, alone)
        if setting not in self._visits:
            self._under_way.append(key)
            self._visits[setting] = self._walked(key, parts, observed, alone)
            self._under_way.pop()
        return self._visits[setting]

    def _walked(self, key: str, parts: Parts, observed: frozenset[str], alone: bool) -> Visit:
        graph, process = self._graph(key), self.diagrams[key].processes[key]
        relevant = self._relevant(process, observed)
        inner: list[Problem] = []

        def called(node: Node) -> Called:
            if node.id not in answers:
                visit = self._call(process, node, parts, relevant)
                inner.extend(visit.problems)
                answers[node.id] = visit.called
            return answers[node.id]

        answers: dict[str, Called] = {}
        heights = {element: bounds.y for element, bounds in self.sheets[key].bounds.items()}
        elsewhere = frozenset(event for other, thrown in self._thrown.items() if other != key for event in thrown)
        if alone and process.properties.get("starts", "called") == "called":
            elsewhere |= frozenset(event for node in graph.nodes.values() for event in node.events)  # its callers may throw anything
        reason = Reason(self._domains, relevant)
        plan = Plan(graph, process, self.forms, parts, reason, observed, called, elsewhere, self.given.get(key, {}), heights)
        found = walking.walk(Game(plan), self._until)
        wrong = verdicts(plan, found, whole=alone)
        own = [Problem(graph.path, v.element, v.name, v.code, v.message) for v in wrong]
        endings = {state.root.ended or () for state in found.states if state.is_over and not state.beside}
        outcomes: tuple[Known, ...] = tuple(sorted(endings, key=repr)) if endings and not wrong else (*endings, ())
        waits = any(not edge.automatic for edges in found.edges for edge in edges)
        return Visit(tuple(dict.fromkeys([*own, *inner])), Called(outcomes, self._thrown_in(key), waits or bool(wrong)))

    def _call(self, process: Process, node: Node, parts: Parts, relevant: frozenset[str]) -> Visit:
        """A called process as this call activity calls it. What cannot be walked ends in any way."""
        key = node.called or ""
        if key not in self.walkable or key in self._under_way or len(self._under_way) >= MAX_CALLS_DEEP:
            return Visit((), Called())
        element = process.elements.get(node.id)
        own = element.parts if element is not None else {}
        return self._visit(key, (own, *parts) if own else parts, relevant & self._settable(key))

    # -- what is known beforehand -------------------------------------------------------------------------------------

    def _graph(self, key: str) -> Graph:
        return next(graph for graph in self.sheets[key].graphs if graph.id == key)

    def _processes(self) -> list[Process]:
        return [self.diagrams[key].processes[key] for key in sorted(self.diagrams)]

    @cached_property
    def _domains(self) -> Domains:
        """Over all diagrams: variables are shared by name between caller and called."""
        domains = Domains()
        for process in self._processes():
            scripts, conditions = scripts_and_conditions(process)
            for source in conditions:
                domains.condition(source)
            for source in scripts:
                domains.script(source)
        return domains

    @cached_property
    def _thrown(self) -> Mapping[str, frozenset[EventDefinition]]:
        """Process → signals, messages, errors and escalations that it throws itself."""
        found = {}
        for key in self.diagrams:
            thrown = (n for n in self._graph(key).nodes.values() if n.tag in ("endEvent", "intermediateThrowEvent", "sendTask"))
            found[key] = frozenset(e for n in thrown for e in n.events if e.kind in ("signal", "message", "error", "escalation"))
        return found

    def _thrown_in(self, key: str) -> frozenset[EventDefinition]:
        """The same with everything that it calls."""
        return frozenset(event for inner in reached(key, self.diagrams) for event in self._thrown.get(inner, ()))

    def _relevant(self, process: Process, observed: frozenset[str]) -> frozenset[str]:
        """Variables that decide something: those that conditions read, those that the caller reads, and those that scripts make them from."""
        scripts, conditions = scripts_and_conditions(process)
        found = observed.union(*(expressions.names_in(source) for source in conditions))
        made = [(name, script) for script in scripts for name, _ in assignments(script)]
        while True:
            more = found.union(*(expressions.names_in(script) for name, script in made if name in found))
            if more == found:
                return frozenset(name for name in found if self._domains.of(name) is not None)
            found = more

    def _settable(self, key: str) -> frozenset[str]:
        """Variables that a process, or one that it calls, may set."""
        names: set[str] = set()
        for inner in reached(key, self.diagrams):
            process = self.diagrams[inner].processes[inner]
            scripts, _ = scripts_and_conditions(process)
            names |= {name for script in scripts for name, _ in assignments(script)}.union(*self.given.get(inner, {}).values())
        forms = (fields_of(form) for form in self.forms.values())
        return frozenset(names.union(*forms))


def _digest(parts: Parts) -> str:
    return hashlib.sha256(repr([sorted((k, sorted(v.items())) for k, v in one.items()) for one in parts]).encode()).hexdigest()
