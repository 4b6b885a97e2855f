"""Lays tokens out in a fresh workflow of the new version: the tree that SpiffWorkflow would hold, without the history.

Each token hangs under a finished task that holds the variables with which it came, because SpiffWorkflow merges a parent's variables again whenever
a waiting task is looked at. What a join still needs of its other ways is there too: their finished tasks with their variables.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine.definition import CompiledDefinition
from app.engine.migration.places import split_of
from app.engine.migration.tokens import Arrival, Token
from app.engine.scripting import SandboxedScriptEngine


class Layout:
    """A workflow of the new version in the making. `known` are variables that only the new version reads."""

    def __init__(self, definition: CompiledDefinition, known: Mapping[str, Any]) -> None:
        engine = SandboxedScriptEngine(definition)
        self.workflow: Any = BpmnWorkflow(definition.spec, definition.subprocess_specs, script_engine=engine, deserializing=True)
        self._known = known

    def begin(self, workflow: Any, was: Any) -> None:
        """The root of a workflow, as in the old one."""
        workflow.tasks = {}
        root = Task(workflow, workflow.spec.start, None, state=TaskState.COMPLETED, id=was.task_tree.id)
        root.data = self._variables(was.task_tree.data)
        workflow.task_tree = workflow.last_task = root
        workflow.data = copy.deepcopy(was.data)

    def inside(self, caller: Any, spec_name: str) -> Any:
        """The workflow that runs inside an activity."""
        made = BpmnSubWorkflow(
            self.workflow.subprocess_specs[spec_name], parent_task_id=caller.id, top_workflow=self.workflow, deserializing=True
        )
        self.workflow.subprocesses[caller.id] = made
        made.completed_event.connect(caller.task_spec._on_subworkflow_completed, caller)
        return made

    def keep(self, workflow: Any, spec: Any, token: Token) -> Any:
        """A token that goes on waiting, with its engine id; without the boundary events on it."""
        under = self._carrier(workflow, workflow.spec.start, token.came_with)
        split = split_of(spec)
        if split is not None:
            under = self._finished(workflow, split, under, token.came_with)
        return self._waiting(workflow, spec, under, token.task)

    def event(self, workflow: Any, spec: Any, activity: Any, was: Any | None) -> Any:
        """A boundary event that waits, with its engine id where it waited before."""
        if was is not None:
            return self._waiting(workflow, spec, activity.parent, was)
        event = Task(workflow, spec, activity.parent, state=TaskState.WAITING)
        event.data = copy.deepcopy(activity.parent.data)
        self.workflow.event_manager.add_task(event)
        return event

    def happened(self, workflow: Any, spec: Any, activity: Any) -> None:
        """A boundary event that happened and does not happen again."""
        self._finished(workflow, spec, activity.parent, activity.parent.data)

    def arrive(self, workflow: Any, way: Any, spec: Any, arrival: Arrival) -> Any:
        """A token that came to a join, or to the end, by a way."""
        before = self._carrier(workflow, way, arrival.before.data)
        before.last_state_change = arrival.before.last_state_change
        return self._waiting(workflow, spec, before, arrival.task)

    def enter(self, workflow: Any, spec: Any, variables: Mapping[str, Any]) -> None:
        """A token that comes to a place anew, as if the flow had just led there."""
        split = split_of(spec)
        child = Task(workflow, split or spec, self._carrier(workflow, workflow.spec.start, variables), state=TaskState.FUTURE)
        child.task_spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)
        child.task_spec._update(child)

    def _carrier(self, workflow: Any, spec: Any, variables: Mapping[str, Any]) -> Any:
        carrier = self._finished(workflow, spec, workflow.task_tree, variables)
        if workflow.last_task is workflow.task_tree:
            workflow.last_task = carrier
        return carrier

    def _finished(self, workflow: Any, spec: Any, parent: Any, variables: Mapping[str, Any]) -> Any:
        task = Task(workflow, spec, parent, state=TaskState.COMPLETED)
        task.data = self._variables(variables)
        return task

    def _waiting(self, workflow: Any, spec: Any, parent: Any, was: Any) -> Any:
        """The same engine task in the new version: id, state, variables and what SpiffWorkflow notes with it."""
        task = Task(workflow, spec, parent, state=was.state, id=UUID(hex=was.id.hex))
        task.data = self._variables(was.data)
        task.internal_data = copy.deepcopy(was.internal_data)
        task.last_state_change = was.last_state_change
        if isinstance(spec, CatchingEvent) and task.has_state(TaskState.WAITING):
            self.workflow.event_manager.add_task(task)
        return task

    def _variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        return copy.deepcopy({**self._known, **variables})
