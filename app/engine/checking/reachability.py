"""Elements that no way leads to from the start, whatever anybody decides."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.checking.cycles import components
from app.engine.checking.graph import Graph, Node
from app.engine.checking.sheet import Finding
from app.engine.checking.wording import quoted


def unreachable(graph: Graph) -> Iterator[Finding]:
    """The first element of each part that cannot be reached, with how many others follow it."""
    lost = {node.id: node for node in graph.nodes.values()}
    for node in _reached(graph):
        lost.pop(node.id, None)
    order = list(lost)
    number = {node: place for place, node in enumerate(order)}
    follows = {node.id: [n.id for n in _following(graph, node) if n.id in lost] for node in lost.values()}
    led_to: set[str] = set()
    for component in reversed(components(range(len(order)), lambda i: (number[target] for target in follows[order[i]]))):
        members = {order[i] for i in component}
        if members & led_to:
            led_to |= {target for member in members for target in follows[member]}
            continue
        first = next(node for node in lost.values() if node.id in members)
        behind = _behind(first.id, follows)
        led_to |= members | behind
        more = f"，它后面的 {len(behind)} 个环节也是" if behind else ""
        yield Finding(first.id, first.name, f"从开始事件走不到{quoted(first)}{more}")


def _reached(graph: Graph) -> Iterator[Node]:
    pending = [*graph.starts(graph.id), *graph.event_sub_processes(graph.id)]
    seen: set[str] = set()
    while pending:
        node = pending.pop()
        if node.id not in seen:
            seen.add(node.id)
            yield node
            pending += _following(graph, node)


def _following(graph: Graph, node: Node) -> list[Node]:
    """What a token at a node can come to next: along its flows, over its edge, and inside."""
    inside = [*graph.starts(node.id), *graph.event_sub_processes(node.id)] if node.is_sub_process else []
    return [*(flow.target for flow in node.outgoing if flow.target is not None), *graph.boundary_events(node), *inside]


def _behind(origin: str, follows: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    pending = list(follows[origin])
    while pending:
        node = pending.pop()
        if node not in found and node != origin:
            found.add(node)
            pending += follows[node]
    return found
