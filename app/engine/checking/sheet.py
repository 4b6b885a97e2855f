"""One BPMN file as the rules look at it: its processes, its drawing, its participants and shared events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree

from app.engine.checking.graph import Graph, Node, local_name, read_graphs
from app.engine.diagram import NAMESPACES, Diagram

DI = {
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
SHARED_EVENTS = {"error": "错误", "escalation": "升级", "message": "消息", "signal": "信号"}


@dataclass(frozen=True)
class Bounds:
    """Where a shape stands on the canvas."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def touches(self, other: Bounds) -> bool:
        """Whether the two share a point."""
        return self.right >= other.x and other.right >= self.x and self.bottom >= other.y and other.bottom >= self.y

    def contains(self, other: Bounds) -> bool:
        """Whether the other lies inside."""
        return other.x >= self.x and other.y >= self.y and other.right <= self.right and other.bottom <= self.bottom


@dataclass(frozen=True)
class Finding:
    """What a rule found: the element, how it is called, and a sentence."""

    element: str
    name: str
    message: str


@dataclass(frozen=True)
class Participant:
    """A pool, a lane or a message flow: what stands beside the processes."""

    id: str
    tag: str
    name: str
    process: str = ""


@dataclass
class Sheet:
    """One file."""

    path: str
    root: Any = field(repr=False)
    graphs: list[Graph]

    @classmethod
    def of(cls, diagram: Diagram) -> Sheet:
        """The sheet of a parsed diagram."""
        return cls(diagram.path, diagram.tree, read_graphs(diagram))

    def nodes(self) -> Iterator[Node]:
        """Every flow node of every process."""
        for graph in self.graphs:
            yield from graph.nodes.values()

    @cached_property
    def bounds(self) -> dict[str, Bounds]:
        """Element id → its shape's bounds, where they are numbers."""
        found = {}
        for shape in self.root.iterfind(".//bpmndi:BPMNShape", DI):
            box = shape.find("dc:Bounds", DI)
            if box is not None and shape.get("bpmnElement"):
                numbers = [_number(box.get(name)) for name in ("x", "y", "width", "height")]
                if None not in numbers:
                    found[shape.get("bpmnElement")] = Bounds(*(n for n in numbers if n is not None))
        return found

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Ids of all elements that the drawing shows."""
        shown = (e.get("bpmnElement") for tag in ("BPMNShape", "BPMNEdge") for e in self.root.iterfind(f".//bpmndi:{tag}", DI))
        return frozenset(element for element in shown if element)

    @cached_property
    def expanded(self) -> frozenset[str]:
        """Ids of sub-processes that are drawn open."""
        return frozenset(e.get("bpmnElement") for e in self.root.iterfind(".//bpmndi:BPMNShape", DI) if e.get("isExpanded") == "true")

    @cached_property
    def participants(self) -> list[Participant]:
        """Pools and message flows of the collaboration, if there is one."""
        found = []
        for child in self.root.iterfind("bpmn:collaboration/*", NAMESPACES):
            tag = local_name(child)
            if tag in ("participant", "messageFlow"):
                found.append(Participant(child.get("id") or "", tag, child.get("name") or "", child.get("processRef") or ""))
        return found

    @cached_property
    def shared_events(self) -> list[tuple[str, str, str | None]]:
        """(kind, id, name) of the errors, escalations, messages and signals that the file declares."""
        return [
            (local_name(child), child.get("id") or "", child.get("name"))
            for child in self.root
            if isinstance(child, etree._Element) and local_name(child) in SHARED_EVENTS
        ]


def _number(value: str | None) -> float | None:
    try:
        return float(value or "")
    except ValueError:
        return None
