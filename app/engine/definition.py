"""A version of a process, compiled with everything it needs, and the legal facts of its elements."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from lxml.etree import LxmlError
from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser.process import VALIDATOR, SpiffBpmnParser
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser

from app.engine import expressions
from app.engine.decision_tables import DecisionTable, read_tables
from app.engine.decision_tasks import DecisionTask, DecisionTaskParser
from app.engine.diagram import Diagram, Element, Process, bad_expressions, read_diagram
from app.engine.errors import DiagramError, ExpressionError, Problem
from app.engine.scripting import OperatorTask
from app.engine.timers import BoundaryEventParser, IntermediateCatchEventParser
from app.law.periods import Deadline

_RESERVED_IDS = frozenset({"Root", "Start", "End"})  # SpiffWorkflow's own nodes have these names
_PARSER_FAILURES = (LxmlError, ValueError, NotImplementedError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError)
"""What SpiffWorkflow's parser trips over when a diagram is wrong in a way that it does not foresee."""
_BRACED = re.compile(r"\{(\w+)\}")


class _Parser(SpiffBpmnParser):
    """SpiffWorkflow's parser with our timers and operators."""

    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("serviceTask"): (ServiceTaskParser, OperatorTask),
        full_tag("businessRuleTask"): (DecisionTaskParser, DecisionTask),
        full_tag("boundaryEvent"): (BoundaryEventParser, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (IntermediateCatchEventParser, IntermediateCatchEvent),
    }


@dataclass(frozen=True)
class LegalElement:
    """An element with its legal facts resolved: parts and braces are replaced by what the outer call activities say."""

    element: Element
    name: str
    basis: tuple[str, ...]
    article: str
    actor: str | None
    due: str | None
    form: str | None
    ui_form: str | None
    panel: str | None
    supplied: Mapping[str, str] = field(default_factory=dict)
    """What the part map of a call activity gave, every fact of it."""

    @property
    def process_key(self) -> str:
        return self.element.process_key

    @property
    def id(self) -> str:
        return self.element.id


@dataclass
class CompiledDefinition:
    """A process ready to run. Shared by all its cases; never changed."""

    key: str
    content_hash: str
    spec: Any
    subprocess_specs: dict[str, Any]
    processes: dict[str, Process]
    files: Mapping[str, bytes]
    by_spec: dict[tuple[str, str], Element] = field(default_factory=dict)
    decisions: Mapping[str, DecisionTable] = field(default_factory=dict)

    @property
    def process(self) -> Process:
        return self.processes[self.key]

    @cached_property
    def variables(self) -> frozenset[str]:
        """Variables that any expression or form of the definition reads: only these travel with the token."""
        names: set[str] = set()
        for process in self.processes.values():
            for _, _, source in process.expressions:
                names |= expressions.names_in(source)
            for element in process.elements.values():
                for facts in (element.properties, *element.parts.values()):
                    names.update(name for value in facts.values() for name in _BRACED.findall(value))
        for table in self.decisions.values():
            for source in table.expressions:
                names |= expressions.names_in(source)
        for path, body in self.files.items():
            if _is_form(path):
                sources = json.loads(body).get("x-prefill", {}).values()
                names.update(source.removeprefix("case.") for source in sources if source.startswith("case."))
        return frozenset(names)

    def form(self, path: str) -> dict[str, Any]:
        """A form file of this version. Raises `KeyError` when it names none of that path."""
        parsed: dict[str, Any] = json.loads(self.files[f"forms/{path}"])
        return parsed

    # -- what an engine task is in the diagram ------------------------------------------------------------------------

    def element_of(self, task: Any) -> Element | None:
        """The diagram element behind an engine task; none for the engine's own helpers."""
        bpmn_id = getattr(task.task_spec, "bpmn_id", None)
        return self.by_spec.get((task.workflow.spec.name, bpmn_id)) if bpmn_id else None

    def scopes(self, task: Any) -> list[tuple[Element, Any]]:
        """The call activities and embedded sub-processes around a task, innermost first, with their engine tasks."""
        around = []
        workflow = task.workflow
        while workflow.parent_task_id is not None:
            caller = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
            element = self.element_of(caller)
            if element is not None:
                around.append((element, caller))
            workflow = caller.workflow
        return around

    def resolve(self, task: Any) -> LegalElement | None:
        """The legal facts of the element behind a task."""
        element = self.element_of(task)
        if element is None:
            return None
        facts = facts_in(element, [caller.parts for caller, _ in self.scopes(task) if caller.parts])
        basis = facts.get("basis", "")
        if basis.startswith("{"):
            basis = ""
        return LegalElement(
            element=element,
            name=(facts.get("name") if element.is_human else None) or element.name,  # a part names its task, not the services around it
            basis=tuple(basis.split()),
            article=self._filled(facts.get("article"), task) or "",
            actor=self._filled(facts.get("actor"), task),
            due=_unless_braced(facts.get("due")),
            form=_unless_braced(facts.get("formJsonSchemaFilename")),
            ui_form=_unless_braced(facts.get("formUiSchemaFilename")),
            panel=_unless_braced(facts.get("panel")),
            supplied={name: _with_variables(fact, task.data) for name, fact in facts.items() if element.properties.get(name) != fact},
        )

    def _filled(self, value: str | None, task: Any) -> str | None:
        """A fact in braces that no part map gave is the case variable of that name."""
        if value and value.startswith("{") and value.endswith("}"):
            found = task.data.get(value[1:-1])
            return str(found) if found else None
        return value

    # -- time limits --------------------------------------------------------------------------------------------------

    def deadline(self, task: Any, legal: LegalElement | None) -> Deadline | None:
        """The time limit of an element itself, without what the case leaves out. Raises `ExpressionError`."""
        if legal is None or not legal.due:
            return None
        value = expressions.evaluate(legal.due, task.data)
        if value is None:
            return None  # the expression says that there is none this time
        if not isinstance(value, Deadline):
            raise ExpressionError(f"期限表达式没有得出期限：{legal.due}")
        return value.excluding(task.workflow.script_engine.excluded)

    def timer_deadline(self, event: Any) -> Deadline | None:
        """What `due` is for a timer event: the limit of the activity that it stands on, or its own where it stands on none.

        None when the limit's expression says that there is none this time. Raises `ExpressionError` when none is written.
        """
        legal = self._limited(event)
        if legal is None or not legal.due:
            raise ExpressionError("定时器写着 due，但它所依附的环节（或它本身）没有期限")
        # The activity may still be a prediction without variables; the event has them.
        return self.deadline(event, legal)

    def _limited(self, event: Any) -> LegalElement | None:
        """The element whose limit a timer event watches."""
        element = self.element_of(event)
        if element is None or element.attached_to is None:
            return self.resolve(event)
        siblings = ((self.element_of(sibling), sibling) for sibling in event.parent.children)
        host = next((sibling for found, sibling in siblings if found is not None and found.id == element.attached_to), None)
        return self.resolve(host) if host is not None else None

    def has_due_timer(self, element: Element) -> bool:
        """Whether the diagram itself says what follows when the element is late."""
        process = self.processes[element.process_key]
        return any(e.attached_to == element.id and e.has_timer for e in process.elements.values())


def facts_in(element: Element, outer: Sequence[Mapping[str, Mapping[str, str]]]) -> dict[str, str]:
    """The properties of an element inside call activities with these part maps, innermost first: a part's facts prevail over its own."""
    facts = dict(element.properties)
    for parts in outer:
        basis = facts.get("basis", "")
        supplied = parts.get(basis[1:-1]) if basis.startswith("{") and basis.endswith("}") else None
        if supplied is None:
            break
        facts.update(supplied)
    return facts


def _unless_braced(value: str | None) -> str | None:
    return None if not value or value.startswith("{") else value


def _with_variables(text: str, data: Mapping[str, Any]) -> str:
    """A text with the case variables that it names in braces. What the case does not have (yet) is left out."""
    return _BRACED.sub(lambda found: str(data.get(found[1]) or ""), text)


def content_hash(files: Mapping[str, bytes]) -> str:
    """The identity of a version: a digest over its files and their paths."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return digest.hexdigest()


def compile_definition(key: str, files: Mapping[str, bytes]) -> CompiledDefinition:
    """Compiles process `key` from its files (paths under `processes/` and `forms/`).

    Raises `DiagramError` with every problem found: malformed XML, invalid BPMN, called processes or forms that are missing, expressions that the
    sandbox refuses.
    """
    diagrams = [read_diagram(path, body) for path, body in files.items() if path.endswith(".bpmn")]
    problems = _missing(diagrams, files) + [problem for diagram in diagrams for problem in bad_expressions(diagram)]
    if problems:
        raise DiagramError(problems)
    processes = {key: process for diagram in diagrams for key, process in diagram.processes.items()}
    decisions = {name: table for path, body in files.items() if path.endswith(".dmn") for name, table in read_tables(path, body).items()}
    parser = _Parser(validator=VALIDATOR)
    for diagram in diagrams:
        try:
            parser.add_bpmn_xml(diagram.tree, diagram.path)
        except (ValidationException, *_PARSER_FAILURES) as error:
            raise DiagramError([Problem(diagram.path, "", "", "invalid-bpmn", f"不是有效的 BPMN：{_said(error)}")]) from error
    try:
        spec = parser.get_spec(key)
        subprocess_specs = parser.get_subprocess_specs(key)
    except (SpiffWorkflowException, *_PARSER_FAILURES) as error:
        raise DiagramError([Problem(key, "", "", "not-executable", f"不能执行：{_said(error)}")]) from error
    compiled = CompiledDefinition(key, content_hash(files), spec, subprocess_specs, processes, files, decisions=decisions)
    compiled.by_spec.update(_index(processes, spec, subprocess_specs))
    return compiled


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _index(processes: dict[str, Process], spec: Any, subprocess_specs: dict[str, Any]) -> dict[tuple[str, str], Element]:
    """(engine spec, element id) → element. An embedded sub-process is a spec of its own, named by its element."""
    index = {}
    for workflow_spec in (spec, *subprocess_specs.values()):
        for process in processes.values():
            if workflow_spec.name == process.key or workflow_spec.name in process.elements:
                for element in process.elements.values():
                    if element.id in workflow_spec.task_specs:
                        index[workflow_spec.name, element.id] = element
    return index


def _missing(diagrams: list[Diagram], files: Mapping[str, bytes]) -> list[Problem]:
    known = {key for diagram in diagrams for key in diagram.processes}
    problems = []
    for diagram in diagrams:
        for process in diagram.processes.values():
            for element in process.elements.values():
                if element.id in _RESERVED_IDS:
                    problems.append(
                        Problem(diagram.path, element.id, element.name, "reserved-id", f"元素标识“{element.id}”为引擎保留，请改名")
                    )
                if element.called and element.called not in known:
                    problems.append(
                        Problem(diagram.path, element.id, element.name, "missing-process", f"调用的流程不存在：{element.called}")
                    )
                problems += [
                    Problem(diagram.path, element.id, element.name, "missing-form", f"表单文件不存在：{form}")
                    for form in sorted(element.forms)
                    if f"forms/{form}" not in files
                ]
    return problems


def bad_forms(files: Mapping[str, bytes]) -> list[Problem]:
    """Form files that are no JSON objects or, where they are schemas, no valid ones. For the gate before deployment; compiling trusts them."""
    forms = ((path, body) for path, body in files.items() if _is_form(path))
    return [Problem(path, "", "", "bad-form", fault) for path, body in forms if (fault := _fault_of_form(body, path.endswith(".ui.json")))]


@lru_cache(maxsize=512)
def _is_form(path: str) -> bool:
    return path.startswith("forms/") and path.endswith(".json")


def _fault_of_form(body: bytes, is_ui: bool) -> str | None:
    try:
        form = json.loads(body)
        if not isinstance(form, dict):
            return "表单文件应为 JSON 对象"
        if not is_ui:
            Draft202012Validator.check_schema(form)
    except (ValueError, RecursionError) as error:
        return f"表单文件不是有效的 JSON：{' '.join(str(error).split())[:200]}"
    except SchemaError as error:
        return f"表单不是有效的 JSON Schema：{error.json_path}"
    return None
