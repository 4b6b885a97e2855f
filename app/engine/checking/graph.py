"""The control flow of a process as its file draws it: nodes, flows, scopes and events.

`app.engine.diagram` reads what elements mean in law; this module reads how they hang together, other tools' elements included, so that the
rules and the walk can look at a diagram before anything tries to execute it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree

from app.engine.diagram import BPMN, NAMESPACES, Diagram

TASKS = frozenset({"task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask"})
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
THROWING = frozenset({"intermediateThrowEvent", "endEvent"})
CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
EVENTS = THROWING | CATCHING
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"})
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
_WITHOUT_SHAPE = frozenset({"dataObject"})
_OTHER_FLOW_ELEMENTS = frozenset({"dataObject", "dataObjectReference", "dataStoreReference"})
_ARTIFACTS = frozenset({"textAnnotation", "association", "group"})
_DEFINITION = "EventDefinition"


@dataclass(frozen=True)
class EventDefinition:
    """What an event waits for or throws: its kind (`timer`, `message`, …) and the name or code that both sides agree on."""

    kind: str
    name: str = ""  # of the signal or message, code of the error or escalation, name of the link
    time: str = ""  # a timer's date expression


@dataclass(eq=False)
class Flow:
    """A sequence flow. Ends that name nothing are empty."""

    id: str
    name: str
    source: Node | None
    target: Node | None
    condition: str | None
    scope: str
    source_ref: str = ""
    target_ref: str = ""


@dataclass(eq=False)
class Node:
    """A flow node with the flows that touch it."""

    id: str
    tag: str
    name: str
    scope: str  # id of the process or sub-process that it stands in
    xml: Any = field(repr=False)
    attached_to: str | None = None
    interrupting: bool = True  # boundary events, and start events of event sub-processes
    default: str | None = None
    called: str | None = None
    events: tuple[EventDefinition, ...] = ()
    triggered_by_event: bool = False
    looped: bool = False  # multi-instance or standard loop
    for_compensation: bool = False
    incoming: list[Flow] = field(default_factory=list, repr=False)
    outgoing: list[Flow] = field(default_factory=list, repr=False)

    @property
    def is_activity(self) -> bool:
        return self.tag in ACTIVITIES

    @property
    def is_event(self) -> bool:
        return self.tag in EVENTS

    @property
    def is_gateway(self) -> bool:
        return self.tag in GATEWAYS

    @property
    def is_sub_process(self) -> bool:
        return self.tag in SUB_PROCESSES

    @property
    def event(self) -> EventDefinition | None:
        """Its only or first event definition."""
        return self.events[0] if self.events else None

    def has_event(self, kind: str) -> bool:
        return any(event.kind == kind for event in self.events)


@dataclass(eq=False)
class Graph:
    """One process of a file. A scope is the process or a sub-process; flows never leave their scope."""

    path: str
    id: str
    name: str
    executable: bool
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    scopes: dict[str, list[Node]] = field(default_factory=dict)
    others: list[tuple[str, str, str]] = field(default_factory=list)  # (id, tag, name) of data, artifacts and lanes

    def starts(self, scope: str) -> list[Node]:
        """The start events of a scope."""
        return [node for node in self.scopes.get(scope, ()) if node.tag == "startEvent"]

    def boundary_events(self, node: Node) -> list[Node]:
        """The events on the edge of an activity."""
        return self._edges.get(node.id, [])

    def event_sub_processes(self, scope: str) -> list[Node]:
        """The event sub-processes of a scope."""
        return self._handlers.get(scope, [])

    @cached_property
    def _edges(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            host = self.nodes.get(node.attached_to or "")
            if node.tag == "boundaryEvent" and host is not None and host.scope == node.scope:
                found.setdefault(host.id, []).append(node)
        return found

    @cached_property
    def _handlers(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.is_sub_process and node.triggered_by_event:
                found.setdefault(node.scope, []).append(node)
        return found


def read_graphs(diagram: Diagram) -> list[Graph]:
    """Every process of a file, executable or not."""
    names = _event_names(diagram.tree)
    found = diagram.tree.iterfind("bpmn:process", NAMESPACES)
    return [_read(diagram.path, node, names) for node in found]


def is_drawn(tag: str) -> bool:
    """Whether an element of this kind has a shape or edge of its own."""
    return tag not in _WITHOUT_SHAPE


def _read(path: str, process: Any, names: dict[str, str]) -> Graph:
    graph = Graph(path, process.get("id") or "", process.get("name") or "", process.get("isExecutable") == "true")
    flows: list[tuple[str, Any]] = []
    pending: list[tuple[str, Any]] = [(graph.id, process)]
    while pending:
        scope, container = pending.pop(0)
        graph.scopes.setdefault(scope, [])
        for child in container:
            tag = local_name(child)
            if tag == "sequenceFlow":
                flows.append((scope, child))
            elif tag in FLOW_NODES and child.get("id") and child.get("id") not in graph.nodes:
                node = _node(scope, tag, child, names)
                graph.nodes[node.id] = node
                graph.scopes[scope].append(node)
                if node.is_sub_process:
                    pending.append((node.id, child))
            elif tag in _OTHER_FLOW_ELEMENTS | _ARTIFACTS and child.get("id"):
                graph.others.append((child.get("id"), tag, child.get("name") or ""))
            elif tag == "laneSet":
                graph.others += [
                    (lane.get("id") or "", "lane", lane.get("name") or "") for lane in child.iterfind(".//bpmn:lane", NAMESPACES)
                ]
    for scope, child in flows:
        _connect(graph, scope, child)
    return graph


def _node(scope: str, tag: str, xml: Any, names: dict[str, str]) -> Node:
    in_event_sub_process = local_name(xml.getparent()) in SUB_PROCESSES and xml.getparent().get("triggeredByEvent") == "true"
    flag = "cancelActivity" if tag == "boundaryEvent" else "isInterrupting"
    return Node(
        id=xml.get("id"),
        tag=tag,
        name=" ".join((xml.get("name") or "").split()),
        scope=scope,
        xml=xml,
        attached_to=xml.get("attachedToRef"),
        interrupting=xml.get(flag, "true") == "true" if tag == "boundaryEvent" or in_event_sub_process else True,
        default=xml.get("default"),
        called=xml.get("calledElement"),
        events=tuple(_events(xml, names)),
        triggered_by_event=xml.get("triggeredByEvent") == "true",
        looped=any(local_name(child).endswith("LoopCharacteristics") for child in xml),
        for_compensation=xml.get("isForCompensation") == "true",
    )


def _events(xml: Any, names: dict[str, str]) -> Iterator[EventDefinition]:
    for child in xml:
        tag = local_name(child)
        if tag.endswith(_DEFINITION):
            kind = tag.removesuffix(_DEFINITION)
            reference = child.get(f"{kind}Ref")
            own = child.get("name") or "" if kind == "link" else ""
            yield EventDefinition(
                kind, names.get(reference, reference) if reference else own, (child.findtext("bpmn:timeDate", "", NAMESPACES) or "").strip()
            )
    if local_name(xml) in ("sendTask", "receiveTask") and xml.get("messageRef"):
        yield EventDefinition("message", names.get(xml.get("messageRef"), xml.get("messageRef")))


def _event_names(root: Any) -> dict[str, str]:
    """Id → what identifies a signal, message, error or escalation to those who throw and catch it."""
    names = {}
    for kind, attribute in (("signal", "name"), ("message", "name"), ("error", "errorCode"), ("escalation", "escalationCode")):
        for found in root.iterfind(f"bpmn:{kind}", NAMESPACES):
            names[found.get("id") or ""] = found.get(attribute) or found.get("name") or found.get("id") or ""
    return names


def _connect(graph: Graph, scope: str, xml: Any) -> None:
    source_ref, target_ref = xml.get("sourceRef") or "", xml.get("targetRef") or ""
    condition = xml.find("bpmn:conditionExpression", NAMESPACES)
    flow = Flow(
        id=xml.get("id") or f"{source_ref}→{target_ref}",
        name=" ".join((xml.get("name") or "").split()),
        source=graph.nodes.get(source_ref),
        target=graph.nodes.get(target_ref),
        condition=None if condition is None else (condition.text or "").strip(),
        scope=scope,
        source_ref=source_ref,
        target_ref=target_ref,
    )
    graph.flows[flow.id] = flow
    if flow.source is not None:
        flow.source.outgoing.append(flow)
    if flow.target is not None:
        flow.target.incoming.append(flow)


def local_name(node: Any) -> str:
    """The tag of a BPMN element without its namespace; empty for anything else."""
    if not isinstance(node.tag, str):
        return ""
    name = etree.QName(node)
    return name.localname if name.namespace == BPMN else ""
