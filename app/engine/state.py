"""A running case as bytes: its task tree and nothing else.

The definition is not stored (it is compiled once per version); predicted tasks are not stored (they are predicted again); the trees of finished
called processes are not stored (their history is in the events). What is left is what only this case knows.
"""

from __future__ import annotations

import json
import zlib
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

from app.engine.definition import CompiledDefinition
from app.engine.scripting import SandboxedScriptEngine

FORMAT = 1
_PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE


def new_workflow(definition: CompiledDefinition) -> BpmnWorkflow:
    """A workflow that has not begun."""
    return BpmnWorkflow(definition.spec, definition.subprocess_specs, script_engine=SandboxedScriptEngine(definition))


def dump(workflow: BpmnWorkflow) -> bytes:
    """The task tree of a workflow as compressed JSON."""
    subs = ",".join(f'"{i.hex}":{_dump_one(s)}' for i, s in workflow.subprocesses.items() if is_live(workflow, i))
    return zlib.compress(f'{{"format":{FORMAT},"top":{_dump_one(workflow)},"sub":{{{subs}}}}}'.encode(), 1)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_live(workflow: BpmnWorkflow, caller_id: UUID) -> bool:
    """Whether the called process behind a call activity still runs."""
    caller = _find(workflow, caller_id)
    return caller is not None and bool(caller.has_state(TaskState.NOT_FINISHED_MASK))


def _dump_one(workflow: Any) -> str:
    head = _json(
        {
            "spec": workflow.spec.name,
            "data": workflow.data,
            "last": workflow.last_task.id.hex if workflow.last_task is not None else None,
            "success": workflow.success,
            "completed": workflow.completed,
            "root": workflow.task_tree.id.hex,
        }
    )
    # A finished task does not change any more: its text is kept with the live workflow.
    if not hasattr(workflow, "finished_rows"):
        workflow.finished_rows = {}
    kept: dict[UUID, tuple[int, str]] = workflow.finished_rows
    rows = []
    for task in workflow.tasks.values():
        if task.has_state(_PREDICTED):
            continue
        row = kept.get(task.id)
        if row is None or row[0] != task.state:
            row = (task.state, _json(_dump_task(task)))
            if task.has_state(TaskState.FINISHED_MASK):
                kept[task.id] = row
            else:
                kept.pop(task.id, None)  # taken back (撤回): it will finish otherwise
        rows.append(row[1])
    return f'{head[:-1]},"tasks":[{",".join(rows)}]}}'


def _dump_task(task: Task) -> list[Any]:
    parent = task.parent
    if parent is None:
        data, gone = task.data, []
    else:
        data = DeepMerge.get_updated_keys(parent.data, task.data)
        gone = list(DeepMerge.get_deleted_keys(parent.data, task.data))
    internal = task.internal_data
    return [
        task.id.hex,
        parent.id.hex if parent is not None else None,
        task.task_spec.name,
        task.state,
        round(task.last_state_change, 3),
        data,
        gone,
        internal,
        task.triggered,
    ]


def restore(definition: CompiledDefinition, body: bytes) -> BpmnWorkflow:
    """The workflow that `dump` stored, ready to go on."""
    stored = json.loads(zlib.decompress(body))
    workflow = BpmnWorkflow(
        definition.spec, definition.subprocess_specs, script_engine=SandboxedScriptEngine(definition), deserializing=True
    )
    _restore_one(workflow, stored["top"])
    pending = dict(stored["sub"])
    while pending:
        progress = [i for i in pending if _find(workflow, UUID(i)) is not None]
        if not progress:
            raise ValueError("stored sub-process without its caller")
        for caller_hex in progress:
            _restore_subprocess(workflow, UUID(caller_hex), pending.pop(caller_hex))
    for one in (workflow, *workflow.subprocesses.values()):
        _predict(one)
    return workflow


def _find(workflow: BpmnWorkflow, task_id: UUID) -> Task | None:
    for one in (workflow, *workflow.subprocesses.values()):
        if task_id in one.tasks:
            found: Task = one.tasks[task_id]
            return found
    return None


def _restore_subprocess(workflow: BpmnWorkflow, caller_id: UUID, stored: dict[str, Any]) -> None:
    caller = _find(workflow, caller_id)
    assert caller is not None
    subprocess = BpmnSubWorkflow(
        workflow.subprocess_specs[stored["spec"]], parent_task_id=caller_id, top_workflow=workflow, deserializing=True
    )
    workflow.subprocesses[caller_id] = subprocess
    _restore_one(subprocess, stored)
    subprocess.completed_event.connect(caller.task_spec._on_subworkflow_completed, caller)


def _restore_one(workflow: Any, stored: dict[str, Any]) -> None:
    workflow.tasks = {}
    for hex_id, parent_hex, spec, state, changed, data, gone, internal, triggered in stored["tasks"]:
        parent = workflow.tasks.get(UUID(parent_hex)) if parent_hex else None
        task = Task(workflow, workflow.spec.task_specs[spec], parent, state=state, id=UUID(hex_id))
        task.last_state_change = changed
        task.data = {**parent.data, **data} if parent is not None else data
        for key in gone:
            task.data.pop(key, None)
        task.internal_data = internal
        task.triggered = triggered
        if isinstance(task.task_spec, CatchingEvent) and task.has_state(TaskState.WAITING):
            workflow.top_workflow.event_manager.add_task(task)
    workflow.task_tree = workflow.tasks[UUID(stored["root"])]
    workflow.data = stored["data"]
    workflow.success = stored["success"]
    workflow.completed = stored["completed"]
    workflow.last_task = workflow.tasks.get(UUID(stored["last"])) if stored["last"] else None


def _predict(workflow: Any) -> None:
    """Predicts again what follows each unfinished task."""
    for task in list(workflow.tasks.values()):
        if task.has_state(TaskState.DEFINITE_MASK) and not task.has_state(TaskState.FINISHED_MASK):
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
