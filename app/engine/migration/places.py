"""Where a case can wait, in SpiffWorkflow's terms and in ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin

from app.engine.definition import CompiledDefinition
from app.engine.diagram import Element


class Kind(StrEnum):
    """What a case waits for at a place."""

    TASK = "task"  # somebody's work
    ACTIVITY = "activity"  # a called process or sub-process: its own places
    EVENT = "event"  # a timer, or another event
    JOIN = "join"  # the other ways into a parallel or inclusive gateway
    BOUNDARY = "boundary"  # an event on an activity
    LOOP = "loop"  # the instances of a loop or multi-instance activity


@dataclass(frozen=True)
class Place:
    """A place of one diagram, or of one sub-process in it: `scope` is the name of SpiffWorkflow's spec."""

    scope: str
    kind: Kind
    element: Element

    @property
    def id(self) -> str:
        return self.element.id

    @property
    def name(self) -> str:
        return self.element.name or self.element.id


def kind_of(spec: Any) -> Kind | None:
    """What a case waits for at a task spec; none where it never waits."""
    if isinstance(spec, LoopTask):
        return Kind.LOOP
    if isinstance(spec, BoundaryEvent):
        return Kind.BOUNDARY
    if isinstance(spec, SubWorkflowTask):
        return Kind.ACTIVITY
    if isinstance(spec, CatchingEvent):
        return None if isinstance(spec.event_definition, NoneEventDefinition) else Kind.EVENT
    if is_join(spec):
        return Kind.JOIN
    return Kind.TASK if spec.manual else None


def is_join(spec: Any) -> bool:
    """Whether a gateway waits for tokens on several ways in."""
    return isinstance(spec, UnstructuredJoin) and spec.bpmn_id is not None and len(inputs_of(spec)) > 1


def inputs_of(spec: Any) -> set[str]:
    """The names of the specs that lead to a spec."""
    return {source.name for source in spec.inputs}


def outputs_of(spec: Any) -> list[Any]:
    """The specs that follow, without SpiffWorkflow's own bookkeeping of boundary events."""
    return [target for target in spec.outputs if not isinstance(target, BoundaryEventJoin)]


def places_before(spec: Any) -> set[str]:
    """The places from which a token comes to a spec without waiting anywhere on the way, or the spec itself where it is one."""
    found, pending, seen = set(), [spec], {spec}
    while pending:
        one = pending.pop()
        if kind_of(one) is not None:
            found.add(str(one.name))
            continue
        fresh = [source for source in one.inputs if source not in seen]
        seen.update(fresh)
        pending.extend(fresh)
    return found


def split_of(spec: Any) -> Any | None:
    """SpiffWorkflow's helper in front of an activity with boundary events."""
    return next((source for source in spec.inputs if isinstance(source, BoundaryEventSplit)), None)


def boundaries_of(spec: Any) -> list[Any]:
    """The specs of the boundary events on an activity."""
    split = None if isinstance(spec, BoundaryEvent) else split_of(spec)
    return [target for target in split.outputs if isinstance(target, BoundaryEvent)] if split is not None else []


def specs_of(definition: CompiledDefinition) -> dict[str, Any]:
    """SpiffWorkflow's specs of a version by name: the process, those that it calls, and their sub-processes."""
    return {definition.spec.name: definition.spec, **definition.subprocess_specs}


def places_of(definition: CompiledDefinition, scope: str) -> dict[str, Place]:
    """The places of one spec by element id, in the order of the diagram."""
    found = {}
    for name, spec in specs_of(definition)[scope].task_specs.items():
        kind, element = kind_of(spec), definition.by_spec.get((scope, name))
        if kind is not None and element is not None:
            found[name] = Place(scope, kind, element)
    process = definition.processes.get(process_of(definition, scope))
    order = {element_id: n for n, element_id in enumerate(process.elements)} if process else {}
    return dict(sorted(found.items(), key=lambda item: order.get(item[0], 0)))


def process_of(definition: CompiledDefinition, scope: str) -> str:
    """The key of the process in whose drawing a spec stands: its own, or the one that holds the sub-process."""
    return scope if scope in definition.processes else next((p.key for p in definition.processes.values() if scope in p.elements), scope)


def label_of(definition: CompiledDefinition, scope: str) -> str:
    """The name of the process or sub-process behind a spec."""
    if scope in definition.processes:
        return definition.processes[scope].name
    element = next((p.elements[scope] for p in definition.processes.values() if scope in p.elements), None)
    return (element.name or element.id) if element else scope
