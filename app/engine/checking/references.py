"""Everything that a process names outside itself: legal steps, actors, services, decisions, parts of a shared sub-process, other processes.

Called processes and forms that are missing are found where a definition is compiled.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from app.engine.checking.calls import reached
from app.engine.checking.graph import Graph
from app.engine.checking.sheet import Finding
from app.engine.checking.wording import label, quoted
from app.engine.diagram import NAMESPACES, Diagram, Element, Process
from app.engine.errors import DiagramError
from app.engine.safe_xml import read_xml
from app.law.catalogue import catalogue
from app.law.labels import ACTOR_LABELS

_BRACED = re.compile(r"\{\w+\}")
Operators = Mapping[str, Callable[..., Any]]
"""Services by name, as functions whose parameters after the first are those of the diagram; their attribute `gives` names what they give."""


@dataclass(frozen=True)
class Surroundings:
    """What is there to be named: services, and the other processes and files of the library."""

    operators: Operators
    diagrams: Mapping[str, Diagram]
    bodies: Mapping[str, bytes]


def unresolved(graph: Graph, process: Process, around: Surroundings) -> Iterator[tuple[str, Finding]]:
    """(code, finding) for every name that leads nowhere."""
    for element in process.elements.values():
        for facts in (element.properties, *element.parts.values()):
            yield from (("unknown-basis", Finding(element.id, element.name, sentence)) for sentence in _unknown_steps(facts))
            actor = facts.get("actor", "")
            if actor and not _BRACED.fullmatch(actor) and actor not in ACTOR_LABELS:
                yield "unknown-actor", Finding(element.id, element.name, f"没有“{actor}”这个办理角色")
        if element.called and element.called in around.diagrams:
            called = around.diagrams[element.called].processes[element.called]
            yield from (("unknown-part", Finding(element.id, element.name, sentence)) for sentence in _wrong_parts(element, called))
            if process.key in reached(called.key, around.diagrams):
                yield "recursive-call", Finding(element.id, element.name, f"“{called.name}”直接或间接又调用本流程，会一直套下去")
    yield from _services(graph, process, around)
    yield from _decisions(graph, around)
    yield from _list_kind(process, around)
    yield from _stands_instead(process, around)


def without_actor(process: Process) -> Iterator[Finding]:
    """Steps of people that nobody is named for: they fall to the environment authority of the county."""
    for element in process.elements.values():
        by_caller = _BRACED.fullmatch(element.properties.get("basis", "").strip())
        if element.is_human and not element.properties.get("actor") and not by_caller:
            yield Finding(element.id, element.name, "没有选办理单位，将由案件所在地的县级生态环境部门办理")


def _unknown_steps(facts: Mapping[str, str]) -> Iterator[str]:
    basis = facts.get("basis", "")
    if not _BRACED.fullmatch(basis.strip()):
        for step in basis.split():
            if catalogue().step(step) is None:
                yield f"依据“{step}”不是法规目录里的步骤"


def _wrong_parts(caller: Element, called: Process) -> Iterator[str]:
    """Parts that the called process asks for and does not get, and those that it gets and does not know."""
    wanted, optional = parts_wanted(called), called.properties.get("optional_parts", "").split()
    for part in sorted(wanted - caller.parts.keys() - set(optional)):
        yield f"调用“{called.name}”时没有给出“{part}”部分的依据（parts）"
    for part in sorted(caller.parts.keys() - wanted):
        yield f"“{called.name}”没有叫“{part}”的部分（parts）"
    hosts = {e.attached_to or e.id for e in called.elements.values() if e.has_timer}
    for element in called.elements.values():
        part = element.properties.get("basis", "")[1:-1]
        given = caller.parts.get(part)
        on_due = element.id in hosts and any(
            s == "due" for i, k, s in called.expressions if k == "timer" and _stands_on(called, i, element)
        )
        if given is not None and on_due and not element.properties.get("due") and not given.get("due"):
            yield f"“{called.name}”的“{element.name}”按期限（due）定时，而“{part}”部分没有给出期限"


def _stands_on(process: Process, event: str, host: Element) -> bool:
    found = process.elements.get(event)
    return found is not None and (found.attached_to or found.id) == host.id


def parts_wanted(process: Process) -> set[str]:
    """Parts that a shared sub-process names in braces, itself or in what it hands on."""
    named = (facts.get("basis", "").strip() for e in process.elements.values() for facts in (e.properties, *e.parts.values()))
    return {basis[1:-1] for basis in named if _BRACED.fullmatch(basis)}


def _services(graph: Graph, process: Process, around: Surroundings) -> Iterator[tuple[str, Finding]]:
    for element_id, name in process.operators:
        node = graph.nodes.get(element_id)
        if node is None:
            continue
        if name not in around.operators:
            yield "unknown-operator", Finding(node.id, node.name, f"没有名为“{name}”的服务")
            continue
        given = {p.get("id") or "": p.get("value") or "" for p in node.xml.iterfind(".//spiff:parameter", NAMESPACES)}
        try:
            inspect.signature(around.operators[name]).bind(None, **given)
        except TypeError as error:
            yield "bad-parameter", Finding(node.id, node.name, f"服务“{name}”的参数不对：{error}")
        target = _constant(given.get("process", ""))
        if target is not None and target not in around.diagrams:
            yield "missing-process", Finding(node.id, node.name, f"服务“{name}”要启动的流程不存在：{target}")


def _constant(source: str) -> str | None:
    """The text that an expression simply is."""
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree.body.value if isinstance(tree.body, ast.Constant) and isinstance(tree.body.value, str) else None


def _list_kind(process: Process, around: Surroundings) -> Iterator[tuple[str, Finding]]:
    """What a process that begins with a list must say of it: on which grounds enterprises stand on it, and which process publishes it."""
    said = process.properties
    if "roster" not in said.get("starts", "").split():
        return
    if not said.get("grounds"):
        yield "bad-property", Finding("", "", f"“{process.name}”从名单开始，应写明列入依据（grounds）")
    publication = said.get("publication", "")
    if publication not in around.diagrams:
        yield "missing-process", Finding("", "", f"“{process.name}”的公布流程（publication）不存在：{publication or '（未写）'}")


def _stands_instead(process: Process, around: Surroundings) -> Iterator[tuple[str, Finding]]:
    """The national processes whose place a province's process takes (`instead_of`) are processes of the nation."""
    for key in process.properties.get("instead_of", "").split():
        if key not in around.diagrams:
            yield "missing-process", Finding("", "", f"“{process.name}”要代替的国家流程（instead_of）不存在：{key}")
        elif around.diagrams[key].processes[key].jurisdiction != "national" or process.jurisdiction == "national":
            yield "bad-property", Finding("", "", f"“{process.name}”不能代替“{key}”：代替（instead_of）是地方流程代替国家流程")


def _decisions(graph: Graph, around: Surroundings) -> Iterator[tuple[str, Finding]]:
    """Decision tables that business rule tasks name."""
    for node in graph.nodes.values():
        if node.tag == "businessRuleTask":
            wanted = (node.xml.findtext("bpmn:extensionElements/spiff:calledDecisionId", "", NAMESPACES) or "").strip()
            if not any(wanted in _decisions_of(path, body) for path, body in around.bodies.items() if path.endswith(".dmn")):
                sentence = f"{quoted(node)}要用的决策表不存在：{wanted or '（未写）'}"
                yield "missing-decision", Finding(node.id, label(node), sentence)


@lru_cache(maxsize=64)
def _decisions_of(path: str, body: bytes) -> frozenset[str]:
    try:
        root = read_xml(path, body)
    except DiagramError:
        return frozenset()
    return frozenset(d.get("id") or "" for d in root.iter(etree.Element) if etree.QName(d).localname == "decision")
