"""Keeps a running case small: finished tasks that nothing can come back to are forgotten, so that a step costs the same in the 300th loop as in the 3rd.

The full history is in the events. What stays of the task tree is what SpiffWorkflow or an act still looks at:

- whatever has not finished, and each task above it up to the last thing that somebody or the time did: a completed human task may be withdrawn,
  what lies before it, before a fired timer or before a finished called process with people in it may not;
- the parents of these: a task that is updated takes its data from its parent;
- the split of an activity with boundary events together with all that hangs on it;
- the arrivals at a join that still waits for others, with what led to them.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, StartEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

_PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE
_UNFINISHED = TaskState.NOT_FINISHED_MASK & ~_PREDICTED


def prune(workflow: Any) -> None:
    """Forgets the history of one process level of a live workflow. Only between two actions, when everything that can run has run."""
    live = [task for task in workflow.tasks.values() if task.has_state(_UNFINISHED)]
    if not live:
        return
    kept = _needed(workflow, live)
    gone = [task for task in workflow.tasks.values() if task.id not in kept and task.has_state(TaskState.FINISHED_MASK)]
    if not gone:
        return
    _hang_below_kept(workflow, kept)
    for task in gone:
        del workflow.tasks[task.id]
    for task in list(workflow.tasks.values()):
        if task.parent is None and task is not workflow.task_tree:
            del workflow.tasks[task.id]  # was predicted below one that is gone
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = None


def _needed(workflow: Any, live: list[Task]) -> set[UUID]:
    kept = {workflow.task_tree.id}
    joins = {task.task_spec for task in live if isinstance(task.task_spec, UnstructuredJoin)}
    waiting_for = [t for t in workflow.tasks.values() if t.task_spec in joins and t.has_state(TaskState.FINISHED_MASK)]
    for task in live:
        _keep_tail(task, kept)
    for arrival in waiting_for:
        kept.update(task.id for task in (arrival, arrival.parent) if task is not None)
    return kept


def _keep_tail(task: Task, kept: set[UUID]) -> None:
    """A task and what is above it, up to the last one that cannot be undone and that one's parent."""
    current: Task | None = task
    enough = False
    while current is not None:
        _keep(current, kept)
        if enough:
            return
        enough = current.has_state(TaskState.FINISHED_MASK) and _is_final(current)
        current = current.parent


def _is_final(task: Task) -> bool:
    """Whether nobody can go back behind a finished task."""
    spec = task.task_spec
    if isinstance(spec, SubWorkflowTask):
        return _has_people(task.workflow.top_workflow.subprocess_specs, spec.spec, set())
    return bool(spec.manual) or (isinstance(spec, CatchingEvent) and not isinstance(spec, StartEvent))


def _has_people(processes: dict[str, Any], name: str, seen: set[str]) -> bool:
    if name in seen:
        return False
    seen.add(name)
    specs = processes[name].task_specs.values()
    return any(s.manual or (isinstance(s, SubWorkflowTask) and _has_people(processes, s.spec, seen)) for s in specs)


def _keep(task: Task, kept: set[UUID]) -> None:
    kept.add(task.id)
    parent = task.parent
    if parent is not None and isinstance(parent.task_spec, BoundaryEventSplit | StartEventSplit):
        kept.add(parent.id)
        kept.update(parent._children)  # the activity and its boundary events look at one another


def _hang_below_kept(workflow: Any, kept: set[UUID]) -> None:
    """Every kept task becomes a child of the nearest kept one above it."""
    parents = {task.id: _kept_above(task, kept) for task in workflow.tasks.values() if task.id in kept and task.parent is not None}
    for task in workflow.tasks.values():
        if task.id in kept:
            task._children = [i for i in task._children if i in kept or not workflow.tasks[i].has_state(TaskState.FINISHED_MASK)]
    for task_id, parent in parents.items():
        task = workflow.tasks[task_id]
        if task.parent is not parent:
            task.parent = parent
            parent._children.append(task_id)
            getattr(workflow, "finished_rows", {}).pop(task_id, None)  # its text names its parent


def _kept_above(task: Task, kept: set[UUID]) -> Task:
    above = task.parent
    while above.id not in kept:
        above = above.parent
    return above
