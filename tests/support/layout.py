"""Draws a diagram that was written as text: shapes from left to right, lines between them, and the references that drawings carry."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = {
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
GAP, MARGIN = 60, 40
_SIZES = {"Event": (36, 36), "Gateway": (50, 50)}
_AHEAD_OF_FLOWS = ("documentation", "extensionElements", "auditing", "monitoring", "categoryValueRef")


@dataclass
class Box:
    """Where a node stands; a sub-process carries the boxes inside."""

    node: Any
    x: float = 0
    y: float = 0
    width: float = 100
    height: float = 80
    inside: list[Box] = field(default_factory=list)

    def move(self, dx: float, dy: float) -> None:
        self.x, self.y = self.x + dx, self.y + dy
        for box in self.inside:
            box.move(dx, dy)

    def all(self) -> Iterator[Box]:
        yield self
        for box in self.inside:
            yield from box.all()


def laid_out(body: bytes) -> bytes:
    """The diagram with a drawing, unless it has one; whatever cannot be read stays as it is."""
    try:
        root = etree.fromstring(body)
    except etree.XMLSyntaxError:
        return body
    processes = root.findall(f"{{{BPMN}}}process")
    if not processes or root.find("bpmndi:BPMNDiagram", DI) is not None:
        return body
    _refer(root)
    top = 0.0
    drawn = etree.Element(root.tag, nsmap={**root.nsmap, **DI}, attrib=dict(root.attrib))
    drawn.extend(list(root))
    diagram = etree.SubElement(drawn, _di("bpmndi", "BPMNDiagram"), id="Drawing")
    plane = etree.SubElement(diagram, _di("bpmndi", "BPMNPlane"), id="Plane", bpmnElement=processes[0].get("id") or "P")
    for process in processes:
        boxes = _placed(process)
        for box in boxes:
            box.move(100, 100 + top)
        top += max((box.y + box.height for box in boxes), default=0) + GAP
        found = {box.node.get("id"): box for outer in boxes for box in outer.all()}
        for box in found.values():
            _shape(plane, box)
        for flow in process.iter(f"{{{BPMN}}}sequenceFlow"):
            _edge(plane, flow, found)
    etree.indent(drawn)
    return bytes(etree.tostring(drawn, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _refer(root: Any) -> None:
    """Gives nodes their `incoming` and `outgoing`, which modellers write and bpmnlint reads."""
    nodes = {e.get("id"): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        for attribute, tag in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
            node = nodes.get(flow.get(attribute))
            if node is not None and flow.get("id"):
                reference = etree.Element(f"{{{BPMN}}}{tag}")
                reference.text = flow.get("id")
                before = [
                    c for c in node if etree.QName(c).localname in (*_AHEAD_OF_FLOWS, "incoming", *([tag] if tag == "outgoing" else []))
                ]
                node.insert(node.index(before[-1]) + 1 if before else 0, reference)


def _placed(scope: Any) -> list[Box]:
    """The boxes of a scope in columns; the first column begins at 0, 0."""
    boxes = {box.node.get("id"): box for child in scope if (box := _box(child)) is not None}
    columns = _columns(scope, boxes)
    left = 0.0
    for number in sorted(set(columns.values())):
        top = 0.0
        column = [boxes[node] for node in boxes if columns.get(node) == number]
        for box in column:
            box.move(left, top + (80 - box.height) / 2 if box.height < 80 else top)
            top += max(box.height, 80) + GAP
        left += max(box.width for box in column) + GAP
    on_edges: dict[str, int] = {}
    for box in boxes.values():
        host = boxes.get(box.node.get("attachedToRef") or "")
        if host is not None:
            place = on_edges[host.node.get("id")] = on_edges.get(host.node.get("id"), 0) + 1
            box.move(host.x + 44 * place - 34 - box.x, host.y + host.height - 18 - box.y)
    return list(boxes.values())


def _box(node: Any) -> Box | None:
    tag = etree.QName(node).localname if isinstance(node.tag, str) and node.tag.startswith(f"{{{BPMN}}}") else ""
    if not node.get("id") or not tag.endswith(("Event", "Gateway", "ask", "Activity", "rocess", "transaction")):
        return None
    width, height = next((size for end, size in _SIZES.items() if tag.endswith(end)), (100, 80))
    box = Box(node, width=width, height=height)
    if tag in ("subProcess", "transaction", "adHocSubProcess"):
        box.inside = _placed(node)
        for inner in box.inside:
            inner.move(MARGIN, MARGIN)
        box.width = max((inner.x + inner.width for inner in box.inside), default=60) + MARGIN
        box.height = max((inner.y + inner.height for inner in box.inside), default=40) + MARGIN
    return box


def _columns(scope: Any, boxes: dict[str, Box]) -> dict[str, int]:
    """How many steps each node is from a beginning; loops do not push anything on."""
    follows: dict[str, list[str]] = {}
    for flow in scope.findall(f"{{{BPMN}}}sequenceFlow"):
        follows.setdefault(flow.get("sourceRef"), []).append(flow.get("targetRef"))
    for box in boxes.values():
        if box.node.get("attachedToRef") in boxes:
            follows.setdefault(box.node.get("attachedToRef"), []).append(box.node.get("id"))
    targets = {target for found in follows.values() for target in found}
    columns: dict[str, int] = {}
    for origin in [*(n for n in boxes if n not in targets), *boxes]:
        if origin in columns:
            continue
        columns[origin] = 0
        pending = deque([origin])
        while pending:
            node = pending.popleft()
            for target in follows.get(node, ()):
                if target in boxes and target not in columns:
                    columns[target] = columns[node] + 1
                    pending.append(target)
    return {n: c for n, c in columns.items() if boxes[n].node.get("attachedToRef") not in boxes}


def _shape(plane: Any, box: Box) -> None:
    node = box.node.get("id")
    shape = etree.SubElement(plane, _di("bpmndi", "BPMNShape"), id=f"{node}_di", bpmnElement=node)
    if box.inside:
        shape.set("isExpanded", "true")
    bounds = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(shape, _di("dc", "Bounds"), {k: f"{v:g}" for k, v in bounds.items()})


def _edge(plane: Any, flow: Any, boxes: dict[str, Box]) -> None:
    source, target = boxes.get(flow.get("sourceRef")), boxes.get(flow.get("targetRef"))
    edge = etree.SubElement(plane, _di("bpmndi", "BPMNEdge"), id=f"{flow.get('id')}_di", bpmnElement=flow.get("id") or "")
    start = (source.x + source.width, source.y + source.height / 2) if source else (0, 0)
    end = (target.x, target.y + target.height / 2) if target else (50, 0)
    for x, y in (start, end):
        etree.SubElement(edge, _di("di", "waypoint"), {"x": f"{x:g}", "y": f"{y:g}"})


def _di(prefix: str, tag: str) -> str:
    return f"{{{DI[prefix]}}}{tag}"
