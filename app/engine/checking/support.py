"""What the engine reads and would run differently from what is drawn. `app.engine.foreign` refuses what it does not run at all."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.checking.cycles import components
from app.engine.checking.graph import EventDefinition, Graph, Node
from app.engine.checking.sheet import Finding
from app.engine.checking.wording import EVENT_KINDS, quoted
from app.engine.diagram import Process


def not_executed_as_drawn(graph: Graph) -> Iterator[Finding]:
    """Events in places where the engine does not watch for them, and joins that it does not wait at a second time."""
    yield from _joins_in_loops(graph)
    for node in graph.nodes.values():
        if node.tag == "eventBasedGateway":
            sentence = f"事件网关{quoted(node)}不能执行：引擎不会等它后面的定时器。请改为人工任务加边界定时器"
            yield Finding(node.id, node.name, sentence)
        elif node.is_sub_process and node.triggered_by_event:
            yield from _handler(graph, node)
        elif node.tag == "startEvent" and node.scope == graph.id and node.event is not None and node.event.kind != "timer":
            yield Finding(node.id, node.name, f"流程不能由{_kind(node.event)}开始：请由人启动，或由其他流程的 start_case 启动")


def _joins_in_loops(graph: Graph) -> Iterator[Finding]:
    """SpiffWorkflow counts a branch that came in an earlier round as having come in this one."""
    nodes = list(graph.nodes.values())
    number = {node.id: place for place, node in enumerate(nodes)}

    def following(place: int) -> Iterator[int]:
        node = nodes[place]
        for target in (*(flow.target for flow in node.outgoing), *graph.boundary_events(node)):
            if target is not None:
                yield number[target.id]

    for component in components(range(len(nodes)), following):
        for node in (nodes[place] for place in component if len(component) > 1):
            if node.tag in ("parallelGateway", "inclusiveGateway") and len(node.incoming) > 1:
                sentence = f"汇合网关{quoted(node)}在循环里，引擎再次走到时不会等齐各路。请把分开到汇合的一段画成子流程"
                yield Finding(node.id, node.name, sentence)


def _handler(graph: Graph, handler: Node) -> Iterator[Finding]:
    for start in graph.starts(handler.id):
        if start.event is not None and start.event.kind != "signal":
            kind = _kind(start.event)
            yield Finding(start.id, start.name, f"事件子流程{quoted(handler)}由{kind}触发，引擎不能执行：请改用边界事件")
        elif start.interrupting:
            sentence = f"事件子流程{quoted(handler)}会中断所在流程，引擎不能执行：请改用中断的边界事件，或设为不中断"
            yield Finding(start.id, start.name, sentence)


def timer_without_due(graph: Graph, process: Process) -> Iterator[Finding]:
    """A timer that fires when its activity is due, on an activity that never is. Parts of a shared sub-process are checked where it is called."""
    for node in graph.nodes.values():
        host = process.elements.get(node.attached_to or node.id)
        if host is None or not any(event.kind == "timer" and event.time == "due" for event in node.events):
            continue
        if not host.properties.get("due") and not host.properties.get("basis", "").startswith("{"):
            where = f"它所依附的“{host.name or host.id}”" if node.attached_to else "它"
            yield Finding(node.id, node.name, f"定时器{quoted(node)}按 due 触发，而{where}没有写期限（due）")


def _kind(event: EventDefinition) -> str:
    return f"{EVENT_KINDS.get(event.kind, event.kind)}事件"
