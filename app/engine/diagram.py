"""What a BPMN file says, read with a hardened parser: processes, elements and our extension properties.

No DTD, no entities, no network, bounded size and depth. Everything else in the engine works on the facts gathered here.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree

from app.engine.errors import DiagramError, Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NAMESPACES = {"bpmn": BPMN, "spiff": SPIFF}

MAX_BYTES = 2_000_000
MAX_DEPTH = 64

HUMAN_TAGS = frozenset({"userTask", "manualTask"})
ACTIVITY_TAGS = frozenset(
    {
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "callActivity",
        "subProcess",
        "task",
        "sendTask",
        "receiveTask",
    }
)
EVENT_TAGS = frozenset({"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"})
GATEWAY_TAGS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
FLOW_NODE_TAGS = ACTIVITY_TAGS | EVENT_TAGS | GATEWAY_TAGS


@dataclass(frozen=True)
class Element:
    """A flow node of a diagram with its properties."""

    process_key: str
    id: str
    tag: str
    name: str
    properties: dict[str, str]
    documentation: str = ""
    scope: str | None = None  # id of the embedded sub-process that it stands in
    attached_to: str | None = None  # boundary events
    called: str | None = None  # call activities
    interrupting: bool = True  # boundary events
    has_timer: bool = False

    @property
    def is_human(self) -> bool:
        return self.tag in HUMAN_TAGS

    @cached_property
    def parts(self) -> dict[str, dict[str, str]]:
        """The map of a shared sub-process: part name → facts."""
        parts: dict[str, dict[str, str]] = json.loads(self.properties.get("parts", "{}"))
        return parts


@dataclass(frozen=True)
class Process:
    """An executable process of a file."""

    key: str
    name: str
    documentation: str
    properties: dict[str, str]
    elements: dict[str, Element]
    expressions: tuple[tuple[str, str, str], ...]  # element id, kind (condition, script, due, timer, parameter), source
    operators: tuple[tuple[str, str], ...] = ()  # element id, operator that it calls

    @property
    def jurisdiction(self) -> str:
        return self.properties.get("jurisdiction") or self.key.split(".")[0]

    def date(self, name: str) -> dt.date | None:
        """A date property (`in_force_from`, `in_force_to`)."""
        value = self.properties.get(name)
        return dt.date.fromisoformat(value) if value else None


@dataclass(frozen=True)
class Diagram:
    """One parsed BPMN file."""

    path: str
    tree: Any = field(repr=False)
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def called(self) -> set[str]:
        """Keys of the processes that its call activities call."""
        return {e.called for p in self.processes.values() for e in p.elements.values() if e.called}

    @property
    def forms(self) -> set[str]:
        """Form files that it names, also through part maps."""
        names: set[str] = set()
        for process in self.processes.values():
            for element in process.elements.values():
                for facts in (element.properties, *element.parts.values()):
                    names.update(facts[key] for key in ("formJsonSchemaFilename", "formUiSchemaFilename") if facts.get(key))
        return {name for name in names if not name.startswith("{")}


def read_xml(path: str, body: bytes) -> Any:
    """Parses XML without DTDs, entities or network, with limits on size and depth.

    Raises `DiagramError` with one sentence otherwise.
    """

    def refuse(code: str, message: str) -> DiagramError:
        return DiagramError([Problem(path, "", "", code, message)])

    if len(body) > MAX_BYTES:
        raise refuse("too-large", f"文件超过 {MAX_BYTES // 1_000_000} MB，不能作为流程图")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise refuse("malformed-xml", f"不是格式正确的 XML（第 {error.lineno} 行）") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise refuse("dtd", "含有 DTD 声明，出于安全不予读取")
    if _depth(root) > MAX_DEPTH:
        raise refuse("too-deep", f"XML 嵌套超过 {MAX_DEPTH} 层")
    return root


def _depth(root: Any) -> int:
    deepest = depth = 0
    for action, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if action == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def read_diagram(path: str, body: bytes) -> Diagram:
    """Reads a BPMN file. Raises `DiagramError` when it is no BPMN or holds no executable process."""
    root = read_xml(path, body)
    if root.tag != f"{{{BPMN}}}definitions":
        raise DiagramError([Problem(path, "", "", "not-bpmn", "不是 BPMN 2.0 流程图（根元素应为 definitions）")])
    processes = {}
    for node in root.iterfind("bpmn:process", NAMESPACES):
        if node.get("isExecutable") == "true" and node.get("id"):
            processes[node.get("id")] = _read_process(path, node)
    if not processes:
        raise DiagramError([Problem(path, "", "", "not-executable", "没有可执行的流程（isExecutable=true），只能作为图样查看")])
    return Diagram(path, root, processes)


def _read_process(path: str, node: Any) -> Process:
    elements: dict[str, Element] = {}
    expressions: list[tuple[str, str, str]] = []
    problems: list[Problem] = []
    operators: list[tuple[str, str]] = []
    problems += [Problem(path, "", "", "bad-property", f"{name} 应为 2017-05-20 这样的日期：{value}") for name, value in _bad_dates(node)]
    for child in node.iter():
        if not isinstance(child.tag, str) or not child.tag.startswith(f"{{{BPMN}}}"):
            continue
        tag = etree.QName(child).localname
        if tag in FLOW_NODE_TAGS and child.get("id"):
            if child.get("id") in elements:
                problems.append(Problem(path, child.get("id"), child.get("name") or "", "duplicate-id", f"元素标识重复：{child.get('id')}"))
                continue
            try:
                element = _read_element(node.get("id"), tag, child)
            except ValueError as error:
                problems.append(Problem(path, child.get("id"), child.get("name") or "", "bad-property", f"扩展属性有误：{error}"))
                continue
            elements[element.id] = element
        expressions.extend(_read_expressions(tag, child))
        called = child.find("bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
        if called is not None:
            operators.append((child.get("id") or "", called.get("id") or ""))
    if problems:
        raise DiagramError(problems)
    return Process(
        node.get("id"),
        node.get("name") or node.get("id"),
        _documentation(node),
        _properties(node),
        elements,
        tuple(expressions),
        tuple(operators),
    )


def _bad_dates(node: Any) -> list[tuple[str, str]]:
    """Properties that should be dates and are none."""
    found = []
    for name, value in _properties(node).items():
        if name in ("in_force_from", "in_force_to") and value:
            try:
                dt.date.fromisoformat(value)
            except ValueError:
                found.append((name, value))
    return found


def _read_element(process_key: str, tag: str, node: Any) -> Element:
    parent = node.getparent()
    element = Element(
        process_key=process_key,
        id=node.get("id"),
        tag=tag,
        name=" ".join((node.get("name") or "").split()),
        properties=_properties(node),
        documentation=_documentation(node),
        scope=parent.get("id") if etree.QName(parent).localname == "subProcess" else None,
        attached_to=node.get("attachedToRef"),
        called=node.get("calledElement"),
        interrupting=node.get("cancelActivity", "true") == "true",
        has_timer=node.find("bpmn:timerEventDefinition", NAMESPACES) is not None,
    )
    if not _is_part_map(element.parts):
        raise ValueError("parts 应为 JSON 对象，每个部分的各项事实为文字")
    return element


def _is_part_map(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(facts, dict) and all(isinstance(fact, str) for fact in facts.values()) for facts in value.values()
    )


def _properties(node: Any) -> dict[str, str]:
    found = node.iterfind("bpmn:extensionElements/spiff:properties/spiff:property", NAMESPACES)
    return {p.get("name"): p.get("value") or "" for p in found}


def _documentation(node: Any) -> str:
    return "\n".join((d.text or "").strip() for d in node.iterfind("bpmn:documentation", NAMESPACES))


def _read_expressions(tag: str, node: Any) -> list[tuple[str, str, str]]:
    """Every piece of our language in an element, so that it can be checked before it runs."""
    element_id = node.get("id") or ""
    found: list[tuple[str, str, str]] = []

    def add(kind: str, source: str | None) -> None:
        if source and source.strip():
            found.append((element_id, kind, source.strip()))

    if tag == "sequenceFlow":
        add("condition", node.findtext("bpmn:conditionExpression", None, NAMESPACES))
    elif tag == "scriptTask":
        add("script", node.findtext("bpmn:script", None, NAMESPACES))
    if tag in FLOW_NODE_TAGS:
        for name in ("preScript", "postScript"):
            add("script", node.findtext(f"bpmn:extensionElements/spiff:{name}", None, NAMESPACES))
        for parameter in node.iterfind(".//spiff:parameter", NAMESPACES) if tag == "serviceTask" else ():
            add("parameter", parameter.get("value"))
        for timer in node.iterfind("bpmn:timerEventDefinition/bpmn:timeDate", NAMESPACES):
            add("timer", timer.text)
        properties = _properties(node)
        add("due", properties.get("due") if not properties.get("due", "").startswith("{") else None)
        for facts in json.loads(properties.get("parts", "{}")).values():
            add("due", facts.get("due"))
    return found
