"""Rules about how elements are connected, after bpmnlint's of the same names."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.checking.graph import TASKS, Graph, Node
from app.engine.checking.sheet import Finding, Sheet
from app.engine.checking.wording import flow_label, kind_of, label, quoted

_CONNECTED_BY_FLOWS = TASKS | {"subProcess", "transaction", "adHocSubProcess"}


def no_disconnected(sheet: Sheet) -> Iterator[Finding]:
    """An element that no sequence flow touches."""
    for graph in sheet.graphs:
        for node in graph.nodes.values():
            if not (node.tag in _CONNECTED_BY_FLOWS or node.is_event or node.is_gateway) or _stands_alone(graph, node):
                continue
            if not node.incoming and not node.outgoing:
                yield Finding(node.id, node.name, f"{quoted(node)}没有和任何环节相连")


def no_implicit_start(sheet: Sheet) -> Iterator[Finding]:
    """An element that nothing leads to and that is no start."""
    for graph in sheet.graphs:
        for node in graph.nodes.values():
            begins = node.tag in ("startEvent", "boundaryEvent") or (node.tag == "intermediateCatchEvent" and _only(node, "link"))
            if not node.incoming and not begins and not _stands_alone(graph, node):
                yield Finding(node.id, node.name, f"没有连线通到{quoted(node)}，它不会轮到")


def no_implicit_end(sheet: Sheet) -> Iterator[Finding]:
    """An element that leads nowhere and that is no end."""
    for graph in sheet.graphs:
        for node in graph.nodes.values():
            ends = node.tag == "endEvent" or (node.tag == "intermediateThrowEvent" and _only(node, "link"))
            if not node.outgoing and not ends and not _stands_alone(graph, node):
                yield Finding(node.id, node.name, f"{quoted(node)}之后没有去处，应连到下一环节或结束事件")


def no_implicit_split(sheet: Sheet) -> Iterator[Finding]:
    """A task or event with several ways out that are all taken at once."""
    for node in sheet.nodes():
        if node.is_activity or node.is_event:
            unconditional = [flow for flow in node.outgoing if flow.condition is None and flow.id != node.default]
            if len(unconditional) > 1:
                yield Finding(node.id, node.name, f"{quoted(node)}有 {len(unconditional)} 条去路会同时走，分支应画成网关")


def no_duplicate_sequence_flows(sheet: Sheet) -> Iterator[Finding]:
    """Two flows that say the same."""
    for graph in sheet.graphs:
        seen: set[tuple[str, str, str]] = set()
        reported: set[tuple[str, str]] = set()
        for flow in graph.flows.values():
            key = (flow.source_ref, flow.target_ref, flow.condition or "")
            if key not in seen:
                seen.add(key)
                continue
            yield Finding(flow.id, flow.name, f"{flow_label(flow)}重复：起点、终点和条件都相同")
            for node, side in ((flow.source, "出"), (flow.target, "入")):
                if node is not None and (node.id, side) not in reported:
                    reported.add((node.id, side))
                    yield Finding(node.id, node.name, f"{quoted(node)}有重复的流{side}连线")


def conditional_flows(sheet: Sheet) -> Iterator[Finding]:
    """Where one way out has a condition or is the default, every other one needs a condition."""
    for node in sheet.nodes():
        if not node.default and all(flow.condition is None for flow in node.outgoing):
            continue
        for flow in node.outgoing:
            if flow.condition is None and flow.id != node.default:
                yield Finding(flow.id, flow.name, f"{quoted(node)}的去路{flow_label(flow)}没有条件，也不是默认去路")


def fake_join(sheet: Sheet) -> Iterator[Finding]:
    """Several ways into a task or event look like a join and are none."""
    for node in sheet.nodes():
        if (node.is_activity or node.is_event) and len(node.incoming) > 1:
            yield Finding(node.id, node.name, f"{len(node.incoming)} 条连线直接汇入{quoted(node)}，每来一条就办一次；汇合应画成网关")


def dangling_flow(sheet: Sheet) -> Iterator[Finding]:
    """A flow that begins or ends at nothing, or leaves its sub-process. bpmnlint does not see these files: they do not open."""
    for graph in sheet.graphs:
        for flow in graph.flows.values():
            for end, reference, side in ((flow.source, flow.source_ref, "起点"), (flow.target, flow.target_ref, "终点")):
                if end is None:
                    yield Finding(flow.id, flow.name, f"连线的{side}不存在：{reference or '（空）'}")
                elif end.scope != flow.scope:
                    yield Finding(flow.id, flow.name, f"连线不能穿过子流程的边界：{side}“{label(end)}”在另一层")


def dangling_reference(sheet: Sheet) -> Iterator[Finding]:
    """A default way out that is no flow of the element, a boundary event that stands on nothing."""
    for graph in sheet.graphs:
        for node in graph.nodes.values():
            if node.default and node.default not in {flow.id for flow in node.outgoing}:
                yield Finding(node.id, node.name, f"{quoted(node)}的默认去路不是它的连线：{node.default}")
            if node.tag == "boundaryEvent":
                host = graph.nodes.get(node.attached_to or "")
                if host is None or not host.is_activity or host.scope != node.scope:
                    yield Finding(
                        node.id, node.name, f"{kind_of(node)}{quoted(node)}没有依附在同一层的环节上：{node.attached_to or '（空）'}"
                    )


def _only(node: Node, kind: str) -> bool:
    return bool(node.events) and all(event.kind == kind for event in node.events)


def _stands_alone(graph: Graph, node: Node) -> bool:
    """Whether an element needs no flows: event sub-processes, compensation, what stands in an ad-hoc sub-process."""
    parent = graph.nodes.get(node.scope)
    if node.triggered_by_event or node.for_compensation or (parent is not None and parent.tag == "adHocSubProcess"):
        return True
    return node.tag == "boundaryEvent" and len(node.events) == 1 and node.has_event("compensate")
