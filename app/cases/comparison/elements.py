"""What each element of a diagram says, as facts in words: whatever stands in the file stands in some fact, so that no change goes unseen."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from app.cases.comparison import words
from app.engine.diagram import BPMN, NAMESPACES, SPIFF
from app.services.labels import OPERATOR_LABELS, PARAMETER_LABELS

_REST: Final = "其他设置"
_NOT_SAID: Final = frozenset({f"{{{BPMN}}}incoming", f"{{{BPMN}}}outgoing"})
"""What follows from the connections, which are elements themselves."""
_DIRECTIONS: Final = {"Diverging": "由此分开", "Converging": "在此汇合"}
_SCRIPTS: Final = {"preScript": "办理前的数据处理", "postScript": "办理后的数据处理"}


_REFERENCES: Final = {"sourceRef": "从", "targetRef": "到", "attachedToRef": "附着于", "default": "否则走"}
_INSIDE: Final = "所在子流程"
_NAMED: Final = frozenset({*_REFERENCES.values(), _INSIDE})
"""Facts that are ids of other elements: one that is only called otherwise is the same."""


@dataclass(frozen=True)
class Described:
    """An element of a diagram and what it says."""

    id: str
    name: str
    tag: str
    facts: Mapping[str, str]
    place: str  # where it is drawn
    names: Mapping[str, str]  # of all elements beside it, by id

    @property
    def type(self) -> str:
        return words.TYPES.get(self.tag, self.tag)

    def shown(self, label: str) -> str:
        """A fact as people read it; empty where the element does not say it."""
        value = self.facts.get(label, "")
        return self.names.get(value) or value if label in _NAMED else value


def describe(root: Any) -> dict[str, Described]:
    """Every element of a diagram by id, in the order of the file; processes among them."""
    names = {node.get("id"): _text_of(node.get("name")) for node in root.iter() if node.get("id")}
    places = _places(root)
    found: dict[str, Described] = {}
    for node in root.iter(f"{{{BPMN}}}*"):
        element_id = node.get("id")
        tag = etree.QName(node).localname
        if not element_id or tag == "definitions" or not (tag in words.TYPES or element_id in places):
            continue
        facts = {label: value for label, value in _facts(node, tag) if value}
        name = names[element_id] or _between(node, tag, names) or (node.findtext("bpmn:text", "", NAMESPACES) or "").strip()
        found[element_id] = Described(element_id, name, tag, facts, places.get(element_id, ""), names)
    return found


def _text_of(text: str | None) -> str:
    return " ".join((text or "").split())


def _between(node: Any, tag: str, names: Mapping[str, str]) -> str:
    """A connection without a name is called after its ends."""
    if tag not in ("sequenceFlow", "messageFlow", "association"):
        return ""
    ends = (node.get("sourceRef") or "", node.get("targetRef") or "")
    return "→".join(names.get(end) or end for end in ends)


def _facts(node: Any, tag: str) -> Iterator[tuple[str, str]]:
    """The facts of an element; what no line here takes is left in the last one."""
    rest = copy.deepcopy(node)
    for inner in [child for child in rest.iter() if child is not rest and child.get("id") and _is_own(child)]:
        inner.getparent().remove(inner)
    if tag != "process":
        yield "类型", words.TYPES.get(tag, tag)
    yield "名称", _text_of(_take(rest, "name"))
    for attribute, label in _REFERENCES.items():
        yield label, _take(rest, attribute)
    yield "调用的流程", _take(rest, "calledElement")
    yield "分合", _DIRECTIONS.get(direction := _take(rest, "gatewayDirection"), direction)
    if _take(rest, "isExecutable") == "false":
        yield "可以执行", "否"
    if tag == "boundaryEvent":
        yield "发生时", "原任务继续" if _take(rest, "cancelActivity") == "false" else "原任务结束"
    parent = node.getparent()
    yield _INSIDE, parent.get("id") or "" if parent is not None and etree.QName(parent).localname == "subProcess" else ""
    yield "说明", "\n".join(_pull(rest, "bpmn:documentation"))
    yield "条件", "\n".join(_pull(rest, "bpmn:conditionExpression"))
    yield "脚本", "\n".join(_pull(rest, "bpmn:script"))
    yield "到时", "\n".join(words.limit(text) for text in _pull(rest, "bpmn:timerEventDefinition/bpmn:timeDate"))
    if rest.find("bpmn:terminateEventDefinition", NAMESPACES) is not None:
        yield "到这里", "整个流程结束"
    yield "文字", "\n".join(_pull(rest, "bpmn:text"))
    yield from _extensions(rest)
    _drop_empty(rest, "bpmn:timerEventDefinition", "bpmn:terminateEventDefinition")
    yield _REST, _left(rest)


def _is_own(node: Any) -> bool:
    """Whether a node inside another is described by itself."""
    return isinstance(node.tag, str) and node.tag.startswith(f"{{{BPMN}}}") and etree.QName(node).localname in words.TYPES


def _extensions(rest: Any) -> Iterator[tuple[str, str]]:
    for one in rest.findall("bpmn:extensionElements/spiff:properties/spiff:property", NAMESPACES):
        name, value = one.get("name") or "", one.get("value") or ""
        if name == "parts":
            yield from _parts(value)
        else:
            yield words.property_label(name), words.property_value(name, value)
        one.getparent().remove(one)
    yield "决策表", "\n".join(_pull(rest, "bpmn:extensionElements/spiff:calledDecisionId"))
    for name, label in _SCRIPTS.items():
        yield label, "\n".join(_pull(rest, f"bpmn:extensionElements/spiff:{name}"))
    for operator in rest.findall("bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES):
        called = operator.get("id") or ""
        yield "服务", OPERATOR_LABELS.get(called, called)
        yield "服务结果存入", operator.get("resultVariable") or ""
        for given in operator.iter(f"{{{SPIFF}}}parameter"):
            name = given.get("id") or ""
            yield f"服务的{PARAMETER_LABELS.get(name, name)}", given.get("value") or ""
        operator.getparent().remove(operator)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The map that a call hands to a shared sub-process, fact by fact."""
    try:
        parts = json.loads(text)
        for part, given in parts.items():
            for name, value in given.items():
                yield f"部分 {part} 的{words.property_label(name)}", words.property_value(name, str(value))
    except (AttributeError, ValueError):
        yield "给子流程的内容", text


def _take(node: Any, attribute: str) -> str:
    value = node.get(attribute) or ""
    if attribute in node.attrib:
        del node.attrib[attribute]
    return value


def _pull(rest: Any, path: str) -> list[str]:
    """The texts of the nodes at a path, which are taken out."""
    found = rest.findall(path, NAMESPACES)
    texts = [(node.text or "").strip() for node in found]
    for node in found:
        node.getparent().remove(node)
    return texts


def _drop_empty(rest: Any, *paths: str) -> None:
    """Takes out nodes whose contents other facts have said."""
    for node in [one for path in paths for one in rest.findall(path, NAMESPACES)]:
        if len(node) == 0:
            rest.remove(node)


def _left(rest: Any) -> str:
    """What no fact has said, as it is written: attributes and elements without layout, names of namespaces and empty shells."""
    for node in [one for one in rest.iter() if one is not rest]:
        if node.tag in _NOT_SAID or not isinstance(node.tag, str):
            node.getparent().remove(node)
    return _written(rest, outermost=True)


def _written(node: Any, outermost: bool = False) -> str:
    attributes = " ".join(f"{etree.QName(name).localname}={value}" for name, value in sorted(node.attrib.items()) if name != "id")
    inside = " ".join(filter(None, (_written(child) for child in node)))
    text = _text_of(node.text)
    said = " ".join(filter(None, (attributes, text, inside)))
    name = etree.QName(node).localname
    if outermost or name in ("extensionElements", "properties"):
        return said
    return f"{name}({said})"


def _places(root: Any) -> dict[str, str]:
    """Where each element is drawn: the numbers of its shape or of its line, whole."""
    found: dict[str, str] = {}
    for shape in root.iter("{*}BPMNShape", "{*}BPMNEdge"):
        drawn = shape.findall("{*}Bounds") or shape.findall("{*}waypoint")
        numbers = (round(float(point.get(name) or 0)) for point in drawn for name in ("x", "y", "width", "height"))
        found[shape.get("bpmnElement") or ""] = " ".join(map(str, numbers))
    return found
