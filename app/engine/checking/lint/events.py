"""Rules about events and what each scope needs of them, after bpmnlint's of the same names."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.checking.graph import Graph, Node
from app.engine.checking.sheet import SHARED_EVENTS, Finding, Sheet
from app.engine.checking.wording import quoted


def start_event_required(sheet: Sheet) -> Iterator[Finding]:
    """A process or sub-process without a start event."""
    for owner, members in _scopes(sheet):
        if not any(node.tag == "startEvent" for node in members):
            yield Finding(owner.id, owner.name, f"{_words(owner)}没有开始事件")


def end_event_required(sheet: Sheet) -> Iterator[Finding]:
    """A process or sub-process without an end event."""
    for owner, members in _scopes(sheet):
        if not any(node.tag == "endEvent" for node in members):
            yield Finding(owner.id, owner.name, f"{_words(owner)}没有结束事件")


def single_blank_start_event(sheet: Sheet) -> Iterator[Finding]:
    """More than one start event that begins without an event."""
    for owner, members in _scopes(sheet, ad_hoc=True):
        blank = [node for node in members if node.tag == "startEvent" and not node.events]
        if len(blank) > 1:
            yield Finding(owner.id, owner.name, f"{_words(owner)}有 {len(blank)} 个普通开始事件，只能有一个")


def sub_process_blank_start_event(sheet: Sheet) -> Iterator[Finding]:
    """An ordinary sub-process begins when it is reached, not when an event happens."""
    for owner, members in _scopes(sheet, ad_hoc=True):
        if isinstance(owner, Node) and not owner.triggered_by_event:
            for node in members:
                if node.tag == "startEvent" and node.events:
                    yield Finding(node.id, node.name, f"子流程{quoted(owner)}的开始事件{quoted(node)}不能带事件类型")


def event_sub_process_typed_start_event(sheet: Sheet) -> Iterator[Finding]:
    """An event sub-process begins with an event."""
    for owner, members in _scopes(sheet, ad_hoc=True):
        if isinstance(owner, Node) and owner.triggered_by_event:
            for node in members:
                if node.tag == "startEvent" and not node.events:
                    yield Finding(node.id, node.name, f"事件子流程{quoted(owner)}的开始事件{quoted(node)}没有写是什么事件")


def single_event_definition(sheet: Sheet) -> Iterator[Finding]:
    """An event that is two things."""
    for node in sheet.nodes():
        if node.is_event and len(node.events) > 1:
            yield Finding(node.id, node.name, f"{quoted(node)}有 {len(node.events)} 种事件类型，只能有一种")


def link_event(sheet: Sheet) -> Iterator[Finding]:
    """Links come in pairs of one name within their scope."""
    for graph in sheet.graphs:
        for members in graph.scopes.values():
            yield from _links([node for node in members if node.has_event("link")])


def _links(links: list[Node]) -> Iterator[Finding]:
    by_name: dict[str, list[Node]] = {}
    for node in links:
        name = next(event.name for event in node.events if event.kind == "link")
        if name:
            by_name.setdefault(name, []).append(node)
        else:
            yield Finding(node.id, node.name, f"链接事件{quoted(node)}没有名称")
    for name, group in by_name.items():
        catching = [node for node in group if node.tag != "intermediateThrowEvent"]
        if len(group) == 1:
            side = "发出" if catching else "接收"
            yield Finding(group[0].id, group[0].name, f"链接“{name}”在同一层没有{side}的一方")
        elif len(catching) > 1:
            for node in catching:
                yield Finding(node.id, node.name, f"链接“{name}”在同一层有 {len(catching)} 个接收的一方")
        elif not catching:
            for node in group:
                yield Finding(node.id, node.name, f"链接“{name}”在同一层没有接收的一方")


def ad_hoc_sub_process(sheet: Sheet) -> Iterator[Finding]:
    """An ad-hoc sub-process has no order, hence no start and no end."""
    for graph in sheet.graphs:
        for owner in graph.nodes.values():
            if owner.tag == "adHocSubProcess":
                for node in graph.scopes.get(owner.id, ()):
                    if node.tag in ("startEvent", "endEvent"):
                        yield Finding(node.id, node.name, f"即席子流程{quoted(owner)}里不能有开始或结束事件")


def superfluous_termination(sheet: Sheet) -> Iterator[Finding]:
    """A terminating end that is the only end has nothing to terminate."""
    for _, members in _scopes(sheet, ad_hoc=True):
        ends = [node for node in members if not node.outgoing]
        terminating = [node for node in ends if node.tag == "endEvent" and node.has_event("terminate")]
        if len(terminating) == 1 and all(node in terminating or _interrupts(sheet, node) for node in ends):
            node = terminating[0]
            yield Finding(node.id, node.name, f"{quoted(node)}是唯一的结束，不必用终止事件")


def global_(sheet: Sheet) -> Iterator[Finding]:
    """Shared errors, escalations, messages and signals have a name of their own and are used."""
    used = {
        (kind, reference)
        for kind in SHARED_EVENTS
        for element in sheet.root.iter()
        if isinstance(element.tag, str) and (reference := element.get(f"{kind}Ref"))
    }
    for kind, element, name in sheet.shared_events:
        words = f"{SHARED_EVENTS[kind]}“{name or element}”"
        if name is not None and not name.strip():
            yield Finding(element, "", f"{words}没有名称")
        if (kind, element) not in used:
            yield Finding(element, name or "", f"{words}没有用到")
        if sum((kind, name) == (other, its_name) for other, _, its_name in sheet.shared_events) > 1:
            yield Finding(element, name or "", f"{words}重名")


def _scopes(sheet: Sheet, *, ad_hoc: bool = False) -> Iterator[tuple[Graph | Node, list[Node]]]:
    """Processes and sub-processes with their members."""
    for graph in sheet.graphs:
        for scope, members in graph.scopes.items():
            owner = graph.nodes.get(scope)
            if ad_hoc or owner is None or owner.tag != "adHocSubProcess":
                yield owner or graph, members


def _interrupts(sheet: Sheet, node: Node) -> bool:
    starts = [n for graph in sheet.graphs if node.id in graph.nodes for n in graph.starts(node.id)]
    return node.is_sub_process and node.triggered_by_event and any(start.interrupting for start in starts)


def _words(owner: Graph | Node) -> str:
    return f"子流程{quoted(owner)}" if isinstance(owner, Node) else f"流程“{owner.name or owner.id}”"
