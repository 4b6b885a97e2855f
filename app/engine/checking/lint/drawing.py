"""Rules about the drawing itself, after bpmnlint's of the same names."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.checking.graph import Graph, Node, is_drawn
from app.engine.checking.sheet import Bounds, Finding, Sheet
from app.engine.checking.wording import flow_label, quoted


def no_bpmndi(sheet: Sheet) -> Iterator[Finding]:
    """Everything that is executed can be seen: nodes, flows, data, notes, pools and lanes."""
    for graph in sheet.graphs:
        for node in graph.nodes.values():
            if node.id not in sheet.drawn:
                yield Finding(node.id, node.name, f"{quoted(node)}没有画在图上")
        for flow in graph.flows.values():
            if flow.id not in sheet.drawn:
                yield Finding(flow.id, flow.name, f"{flow_label(flow)}没有画在图上")
        for element, tag, name in graph.others:
            if is_drawn(tag) and element not in sheet.drawn:
                yield Finding(element, name, f"“{name or element}”没有画在图上")
    for participant in sheet.participants:
        if participant.id not in sheet.drawn:
            yield Finding(participant.id, participant.name, f"“{participant.name or participant.id}”没有画在图上")


def no_overlapping_elements(sheet: Sheet) -> Iterator[Finding]:
    """Shapes that cover one another, or stick out of the sub-process or pool that they belong to."""
    pools = {p.process: sheet.bounds.get(p.id) for p in sheet.participants if p.tag == "participant"}
    for graph in sheet.graphs:
        for scope, members in graph.scopes.items():
            shown = [(node, sheet.bounds[node.id]) for node in members if node.id in sheet.bounds]
            for node in _overlapping(shown):
                yield Finding(node.id, node.name, f"{quoted(node)}和别的图形重叠")
            outer = _outline(sheet, graph, scope, pools)
            for node, bounds in shown:
                if outer is not None and not outer.contains(bounds):
                    yield Finding(node.id, node.name, f"{quoted(node)}画到了所在子流程或泳池的外面")


def _overlapping(shown: list[tuple[Node, Bounds]]) -> list[Node]:
    """Sweeps from left to right, so that a shape is compared only with those that begin before it ends."""
    swept = sorted(shown, key=lambda pair: pair[1].x)
    found: set[str] = set()
    for place, (node, bounds) in enumerate(swept):
        for other, its_bounds in swept[place + 1 :]:
            if its_bounds.x > bounds.right:
                break
            if bounds.touches(its_bounds) and node.attached_to != other.id and other.attached_to != node.id:
                found |= {node.id, other.id}
    return [node for node, _ in shown if node.id in found]


def _outline(sheet: Sheet, graph: Graph, scope: str, pools: dict[str, Bounds | None]) -> Bounds | None:
    """The shape that the members of a scope must stay in: an open sub-process, or the pool of a process."""
    if scope == graph.id:
        return pools.get(scope)
    return sheet.bounds.get(scope) if scope in sheet.expanded else None
