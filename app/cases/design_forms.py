"""What the form builder asks beside the files of a design: which tasks show a form, what else of the design names its fields, what a form would take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from app.cases import form_check, forms, library
from app.cases.errors import CaseError, FieldProblem, InvalidForm
from app.engine import expressions
from app.engine.decision_tables import read_tables
from app.engine.diagram import Diagram, Element
from app.engine.errors import ERROR, DiagramError, ExpressionError
from app.law.labels import actor_label

KINDS = {"condition": "条件", "script": "计算", "due": "期限", "timer": "定时", "parameter": "服务参数"}


def about(files: Mapping[str, bytes]) -> dict[str, Any]:
    """For each form the tasks that show it, and for each variable the places of diagrams, tables, forms and scenarios that name it."""
    found = library.read_files(files)
    diagrams = list({diagram.path: diagram for diagram in found.diagrams.values()}.values())
    processes = [process for diagram in diagrams for process in diagram.processes.values()]
    tasks: dict[str, list[dict[str, str]]] = {}
    for process in processes:
        for element in process.elements.values():
            for form, name, actor in _shown(element):
                row = {"process": process.name, "element": element.id, "name": name, "actor": actor, "actor_name": actor_label(actor)}
                tasks.setdefault(form, []).append(row)
    uses: dict[str, list[str]] = {}
    for variable, place in (*_in_diagrams(diagrams), *_in_tables(files), *_in_forms(files), *_in_scenarios(files)):
        places = uses.setdefault(variable, [])
        if place not in places:
            places.append(place)
    return {"tasks": tasks, "uses": uses}


def _shown(element: Element) -> Iterator[tuple[str, str, str]]:
    """(form, name of the task, who does it) for the element itself and the parts that it hands on."""
    for facts in (element.properties, *element.parts.values()):
        form = facts.get("formJsonSchemaFilename", "")
        if form and not form.startswith("{"):
            actor = facts.get("actor", element.properties.get("actor", ""))
            yield form, facts.get("name", element.name), "" if actor.startswith("{") else actor


def _in_diagrams(diagrams: list[Diagram]) -> Iterator[tuple[str, str]]:
    for diagram in diagrams:
        names = {node.get("id"): node for node in diagram.tree.iter() if node.get("id")}
        for process in diagram.processes.values():
            for element_id, kind, source in process.expressions:
                place = f"流程图“{process.name}”：{_called(element_id, names)}的{KINDS.get(kind, '表达式')}"
                yield from ((name, place) for name in _names(source))


def _called(element_id: str, nodes: Mapping[str, Any]) -> str:
    """An element in words; a flow without a name by where it leads."""
    node = nodes.get(element_id)
    name = (node.get("name") or "").strip() if node is not None else ""
    target = nodes.get(node.get("targetRef")) if node is not None and not name else None
    if target is not None:
        return f"通往“{(target.get('name') or '').strip() or target.get('id')}”的流向"
    return f"“{name or element_id}”"


def _in_tables(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, body in files.items():
        if not path.endswith(".dmn"):
            continue
        try:
            tables = read_tables(path, body)
        except DiagramError:
            continue  # the check of the design says what is wrong with it
        for table in tables.values():
            yield from ((name, f"决策表 {path}") for source in table.expressions for name in _names(source))


def _in_forms(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, body in files.items():
        schema = (form_check.read(body) if form_check.is_schema(path) else None) or {}
        sources = schema.get("x-prefill")
        for name, source in sources.items() if isinstance(sources, dict) else ():
            if str(source).startswith("case."):
                yield str(source).removeprefix("case."), f"表单“{schema.get('title', path)}”：字段“{name}”的预填"


def _in_scenarios(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, body in files.items():
        if not path.endswith(".yaml"):
            continue
        try:
            scenario = yaml.safe_load(body)
        except (yaml.YAMLError, UnicodeDecodeError):
            continue  # the check of the design says what is wrong with it
        answers = scenario.get("forms") if isinstance(scenario, dict) else None
        for given in answers.values() if isinstance(answers, dict) else ():
            times = given if isinstance(given, list) else [given]
            yield from ((str(name), f"试运行方案 {path}") for one in times if isinstance(one, dict) for name in one)


def _names(source: str) -> frozenset[str]:
    try:
        return expressions.names_in(source)
    except ExpressionError:
        return frozenset()  # the check of the design says what is wrong with it


def tried(schema: Any, submitted: Any) -> dict[str, Any]:
    """What a form would take from a submission, with sums and computed fields. Raises `InvalidForm` as a real submission does, `CaseError` for no form."""
    if not isinstance(schema, dict) or not isinstance(submitted, dict):
        raise InvalidForm([FieldProblem("", "表单数据应为对象")])
    if wrong := [p for p in form_check.check("forms/tried.json", json.dumps(schema).encode(), None) if p.severity == ERROR]:
        raise CaseError(f"表单本身有问题：{wrong[0].message}")
    return forms.reckoned(schema, submitted)
