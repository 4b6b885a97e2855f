"""Rules about labels, after bpmnlint's of the same names."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.checking.graph import Node
from app.engine.checking.sheet import Finding, Sheet
from app.engine.checking.wording import flow_label, kind_of, label


def label_required(sheet: Sheet) -> Iterator[Finding]:
    """What people read on the drawing has a name: events, tasks, questions, outcomes, pools and lanes."""
    for graph in sheet.graphs:
        for node in graph.nodes.values():
            if not node.name and not _needs_none(node):
                yield Finding(node.id, "", f"{kind_of(node)}（{node.id}）没有名称")
        for flow in graph.flows.values():
            if flow.condition is not None and not flow.name:
                yield Finding(flow.id, "", f"带条件的去路没有名称：{flow_label(flow)}")
        for element, tag, name in graph.others:
            if tag == "lane" and not name.strip():
                yield Finding(element, "", f"泳道（{element}）没有名称")
    for participant in sheet.participants:
        if participant.tag == "participant" and not participant.name.strip():
            yield Finding(participant.id, "", f"泳池（{participant.id}）没有名称")


def superfluous_label(sheet: Sheet) -> Iterator[Finding]:
    """A label on a way that nothing has to choose."""
    for graph in sheet.graphs:
        for flow in graph.flows.values():
            source = flow.source
            chosen = flow.condition is not None or (source is not None and source.default == flow.id)
            forks = source is not None and source.tag in ("exclusiveGateway", "inclusiveGateway") and len(source.outgoing) > 1
            if flow.name and not chosen and not forks:
                where = f"“{label(source)}”之后" if source is not None else ""
                yield Finding(flow.id, flow.name, f"{where}无须选择，连线上的“{flow.name}”是多余的")


def _needs_none(node: Node) -> bool:
    """Parallel gateways, joins, event-based gateways and sub-processes explain themselves."""
    if node.tag in ("parallelGateway", "eventBasedGateway") or node.is_sub_process:
        return True
    return node.is_gateway and len(node.outgoing) <= 1
