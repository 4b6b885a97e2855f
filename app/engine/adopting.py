"""A drawing of another tool becomes one of ours: its process gets a key, and says that it is meant to be executed. Nothing else changes."""

from __future__ import annotations

import re
from typing import Any, Final

from lxml import etree

from app.engine.diagram import BPMN, NAMESPACES, is_drawing
from app.engine.errors import DiagramError, Problem
from app.engine.safe_xml import read_xml

_OURS: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]{2,60}")
_NAMES_A_PROCESS: Final = ("bpmnElement", "processRef")
_SPIFF: Final = NAMESPACES["spiff"]


def key_in(path: str, body: bytes) -> tuple[str, str] | None:
    """Key and name of the executable process of a file, where the key is one of ours. Raises `DiagramError` for what cannot be drawn."""
    process = _process(_drawing(path, body))
    key = process.get("id") or ""
    return (key, process.get("name") or key) if _OURS.fullmatch(key) else None


def adopted(path: str, body: bytes, key: str, name: str, jurisdiction: str) -> bytes:
    """The drawing with a key and a name of ours for its process. Raises `DiagramError` for what cannot be drawn or is not safe."""
    root = _drawing(path, body)
    process = _process(root)
    before = process.get("id") or ""
    for element in root.iter(etree.Element):
        for attribute in _NAMES_A_PROCESS:
            if (element.get(attribute) or "").rpartition(":")[2] == before:
                element.set(attribute, key)
    process.set("id", key)
    process.set("name", name)
    process.set("isExecutable", "true")
    _say_what_it_is(process, jurisdiction)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _drawing(path: str, body: bytes) -> Any:
    root = read_xml(path, body)
    if root.tag != f"{{{BPMN}}}definitions":
        raise DiagramError([Problem(path, "", "", "not-bpmn", "不是 BPMN 2.0 流程图（根元素应为 definitions）")])
    if root.find("bpmn:process", NAMESPACES) is None or not is_drawing(body):
        raise DiagramError([Problem(path, "", "", "no-bpmndi", "里面没有可以画出来的流程：缺少流程，或者缺少图形的位置")])
    return root


def _process(root: Any) -> Any:
    """The process that is meant: the executable one, else the largest."""
    return max(root.iterfind("bpmn:process", NAMESPACES), key=lambda one: (one.get("isExecutable") == "true", sum(1 for _ in one.iter())))


def _say_what_it_is(process: Any, jurisdiction: str) -> None:
    if process.find("bpmn:extensionElements/spiff:properties", NAMESPACES) is not None:
        return
    holder = process.find("bpmn:extensionElements", NAMESPACES)
    if holder is None:
        holder = etree.Element(f"{{{BPMN}}}extensionElements")
        process.insert(sum(1 for _ in process.iterfind("bpmn:documentation", NAMESPACES)), holder)
    properties = etree.SubElement(holder, f"{{{_SPIFF}}}properties", nsmap={"spiffworkflow": _SPIFF})
    for name, value in (("kind", "other"), ("jurisdiction", jurisdiction), ("starts", "called")):
        etree.SubElement(properties, f"{{{_SPIFF}}}property", name=name, value=value)
