"""What a BPMN file says: processes, elements and our extension properties.

Everything else in the engine works on the facts gathered here. `safe_xml` reads the file; `foreign` says what in it is not executed.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml import etree

from app.engine import expressions, foreign
from app.engine.errors import DiagramError, ExpressionError, Problem
from app.engine.safe_xml import MAX_BYTES as MAX_BYTES
from app.engine.safe_xml import read_xml as read_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
NAMESPACES = {"bpmn": BPMN, "spiff": SPIFF}

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
_FORM_PROPERTIES = ("formJsonSchemaFilename", "formUiSchemaFilename")
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
    decision: str | None = None  # business rule tasks: id of the decision table
    interrupting: bool = True  # boundary events
    has_timer: bool = False

    @property
    def is_human(self) -> bool:
        return self.tag in HUMAN_TAGS

    @property
    def awaits_time(self) -> bool:
        """Whether a case stands here until a day comes."""
        return self.tag == "intermediateCatchEvent" and self.has_timer

    @property
    def forms(self) -> set[str]:
        """Form files that it names, itself or in the parts that it hands on."""
        named = (facts.get(key, "") for facts in (self.properties, *self.parts.values()) for key in _FORM_PROPERTIES)
        return {form for form in named if form and not form.startswith("{")}

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
    def decisions(self) -> set[str]:
        """Ids of the decision tables that its business rule tasks ask."""
        return {e.decision for p in self.processes.values() for e in p.elements.values() if e.decision}

    @property
    def forms(self) -> set[str]:
        """Form files that it names, also through part maps."""
        return {form for process in self.processes.values() for element in process.elements.values() for form in element.forms}


def read_diagram(path: str, body: bytes) -> Diagram:
    """Reads a BPMN file. Raises `DiagramError` with every reason why it is no diagram that can be executed."""
    root = read_xml(path, body)
    if root.tag != f"{{{BPMN}}}definitions":
        raise DiagramError([Problem(path, "", "", "not-bpmn", "不是 BPMN 2.0 流程图（根元素应为 definitions）")])
    problems = foreign.reasons(path, root)
    processes = {node.get("id") or "": _read_process(path, node, problems) for node in root.iterfind("bpmn:process", NAMESPACES)}
    diagram = Diagram(path, root, processes)
    if problems:
        raise DiagramError(problems + bad_expressions(diagram))
    return diagram


def is_drawing(body: bytes) -> bool:
    """Whether a file is safe BPMN that the viewer can show, even if it cannot be executed: a process or collaboration with a layout."""
    try:
        root = read_xml("", body)
    except DiagramError:
        return False
    drawn = root.find("bpmn:process", NAMESPACES) is not None or root.find("bpmn:collaboration", NAMESPACES) is not None
    return bool(root.tag == f"{{{BPMN}}}definitions" and drawn and root.find(".//{*}BPMNShape") is not None)


def bad_expressions(diagram: Diagram) -> list[Problem]:
    """Expressions and scripts that the sandbox refuses."""
    problems = []
    for process in diagram.processes.values():
        for element_id, kind, source in process.expressions:
            try:
                expressions.check(source, script=kind == "script")
            except ExpressionError as error:
                element = process.elements.get(element_id)
                problems.append(Problem(diagram.path, element_id, element.name if element else "", "bad-expression", str(error)))
    return problems


def _read_process(path: str, node: Any, problems: list[Problem]) -> Process:
    """The facts of a process; what is wrong with them is added to `problems`."""
    elements: dict[str, Element] = {}
    found: list[tuple[str, str, str]] = []
    operators: list[tuple[str, str]] = []
    problems += [Problem(path, "", "", "bad-property", f"{name} 应为 2017-05-20 这样的日期：{value}") for name, value in _bad_dates(node)]
    problems += [Problem(path, "", "", "bad-property", sentence) for sentence in _bad_grounds(node)]
    for child in node.iter(f"{{{BPMN}}}*"):
        tag = etree.QName(child).localname
        if tag in FLOW_NODE_TAGS:
            try:
                element = _read_element(node.get("id") or "", tag, child)
            except (ValueError, RecursionError) as error:
                sentence = "parts 不是有效的 JSON" if isinstance(error, json.JSONDecodeError | RecursionError) else str(error)
                problems.append(Problem(path, child.get("id") or "", child.get("name") or "", "bad-property", f"扩展属性有误：{sentence}"))
                continue
            if element.id in elements:
                problems.append(Problem(path, element.id, element.name, "duplicate-id", f"元素标识重复：{element.id}"))
                continue
            if element.id:
                elements[element.id] = element
        found.extend(_read_expressions(tag, child))
        called = child.find("bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
        if called is not None:
            operators.append((child.get("id") or "", called.get("id") or ""))
    return Process(
        node.get("id") or "",
        node.get("name") or node.get("id") or "",
        _documentation(node),
        _properties(node),
        elements,
        tuple(found),
        tuple(operators),
    )


def _bad_grounds(node: Any) -> list[str]:
    """What is wrong with the grounds of a list process: value → “name：meaning”."""
    text = _properties(node).get("grounds")
    if text is None:
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    fine = isinstance(found, dict) and found and all(isinstance(value, str) and value.strip() for value in found.values())
    return [] if fine else [f'grounds 应为 JSON 对象，如 {{"1": "第一类：超标准排放"}}：{text[:80]}']


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
        id=node.get("id") or "",
        tag=tag,
        name=" ".join((node.get("name") or "").split()),
        properties=_properties(node),
        documentation=_documentation(node),
        scope=parent.get("id") if etree.QName(parent).localname == "subProcess" else None,
        attached_to=node.get("attachedToRef"),
        called=node.get("calledElement"),
        decision=(node.findtext("bpmn:extensionElements/spiff:calledDecisionId", "", NAMESPACES) or "").strip() or None,
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
    return {p.get("name") or "": p.get("value") or "" for p in found}


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
