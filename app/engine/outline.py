"""The outline of a process for people who do not read diagrams: its stages in order, and what each asks of whom."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from app.engine.definition import CompiledDefinition
from app.engine.diagram import BPMN, NAMESPACES, Element, read_diagram

_STAGES = frozenset({"callActivity", "subProcess", "userTask", "manualTask"})
_CHOICES = frozenset({"exclusiveGateway", "inclusiveGateway", "eventBasedGateway"})


@dataclass(frozen=True)
class Stage:
    """A stage of a process: a human task, or an activity with tasks inside."""

    element: Element
    depth: int
    conditional: bool  # whether it comes depends on a choice on the way that normally goes elsewhere
    inside: tuple[Element, ...]  # human tasks within, called processes included, in the order of the files


def outline(definition: CompiledDefinition) -> list[Stage]:
    """The stages of a process, those on the way first. Boundary events and what follows them are left out: they are what goes wrong."""
    process = definition.process
    node = _node(definition, process.key)
    flows: dict[str, list[tuple[str, bool]]] = {}
    defaults = {g.get("default") for g in node.iter() if g.get("default")}
    choices = {e.id for e in process.elements.values() if e.tag in _CHOICES}
    for flow in node.iterfind("bpmn:sequenceFlow", NAMESPACES):
        source = flow.get("sourceRef")
        aside = source in choices and flow.get("id") not in defaults and _leaves_more_than_one(node, source)
        flows.setdefault(source, []).append((flow.get("targetRef"), aside))
    start = next((e.id for e in process.elements.values() if e.tag == "startEvent" and e.scope is None), None)
    if start is None:
        return []
    seen: dict[str, tuple[int, bool]] = {start: (0, False)}
    pending = deque([start])
    while pending:
        here = pending.popleft()
        depth, conditional = seen[here]
        for target, aside in flows.get(here, ()):
            known = seen.get(target)
            if known is None:
                seen[target] = (depth + 1, conditional or aside)
                pending.append(target)
            elif known[1] and not (conditional or aside):
                seen[target] = (known[0], False)
                pending.append(target)
    found = [(seen[e.id], e) for e in process.elements.values() if e.id in seen and e.tag in _STAGES]
    return [Stage(e, depth, conditional, tuple(_inside(definition, e))) for (depth, conditional), e in sorted(found, key=lambda f: f[0][0])]


def _node(definition: CompiledDefinition, key: str) -> Any:
    for path, body in definition.files.items():
        if path.endswith(".bpmn") and key.encode() in body:
            for node in read_diagram(path, body).tree.iterfind("bpmn:process", NAMESPACES):
                if node.get("id") == key:
                    return node
    raise KeyError(key)


def _leaves_more_than_one(node: Any, gateway: str) -> bool:
    return len(node.findall(f"{{{BPMN}}}sequenceFlow[@sourceRef='{gateway}']")) > 1


def _inside(definition: CompiledDefinition, element: Element) -> list[Element]:
    if element.is_human:
        return [element]
    found: list[Element] = []
    if element.called:
        for inner in definition.processes[element.called].elements.values():
            if inner.is_human or inner.called:
                found += _inside(definition, inner)
    else:
        for inner in definition.process.elements.values():
            if inner.scope == element.id:
                found += _inside(definition, inner)
    return found
