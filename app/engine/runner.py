"""Moves a case: starts it, completes a task, fires a timer, and says what changed.

The runner is the only writer of case state. It knows engines and definitions, not organisations or people: `app.cases` turns an `Advance` into rows.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException, WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import state
from app.engine.definition import CompiledDefinition, LegalElement
from app.engine.diagram import GATEWAY_TAGS
from app.engine.errors import ElementFailed, ExpressionError, NotWaiting
from app.engine.pruning import prune
from app.engine.scripting import Operators
from app.engine.timers import FIRES_AT, LegalTimer
from app.law.periods import Deadline, Stop

MAX_STEPS = 500
"""Engine steps that one action may take: a diagram that loops without anybody waiting is stopped here."""


@dataclass(frozen=True)
class OpenedTask:
    """A human task that waits from now on."""

    engine_id: str
    legal: LegalElement
    variables: dict[str, Any]
    deadline: Deadline | None
    inherited: bool  # the time limit is that of an enclosing activity
    handled: bool  # the diagram says what follows when it is late
    callers: tuple[str, ...]  # element ids of the call activities around it, outermost first


@dataclass(frozen=True)
class SetTimer:
    """A timer event that waits from now on."""

    engine_id: str
    fires_at: dt.datetime | None  # none while its clock is stopped, or where there is no limit this time
    attached_to: str | None  # engine id of the activity that it stands on
    process_key: str
    element_id: str
    name: str


@dataclass(frozen=True)
class Passed:
    """An element that was carried out."""

    legal: LegalElement
    engine_id: str
    callers: tuple[str, ...]


@dataclass
class Advance:
    """What one action changed."""

    opened: list[OpenedTask] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # engine ids of human tasks that no longer wait, for whatever reason
    completed: list[str] = field(default_factory=list)  # those of them that somebody completed
    timers_set: list[SetTimer] = field(default_factory=list)
    timers_cleared: list[str] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    ended: bool = False
    outcome: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class WaitingEvent:
    """An event of the diagram that has not happened yet, and the activities around it, outermost first."""

    engine_id: str
    legal: LegalElement
    callers: tuple[str, ...]


class WorkflowCache:
    """Live workflows of recently moved cases, by case and revision. A stale revision is never used."""

    def __init__(self, size: int = 128) -> None:
        self._size = size
        self._entries: OrderedDict[int, tuple[int, str, BpmnWorkflow]] = OrderedDict()
        self._lock = Lock()

    def take(self, case_id: int, revision: int, content_hash: str) -> BpmnWorkflow | None:
        """Hands the workflow out and forgets it: whoever fails half-way leaves nothing behind."""
        with self._lock:
            entry = self._entries.pop(case_id, None)
        return entry[2] if entry and entry[:2] == (revision, content_hash) else None

    def put(self, case_id: int, revision: int, content_hash: str, workflow: BpmnWorkflow) -> None:
        with self._lock:
            self._entries[case_id] = (revision, content_hash, workflow)
            self._entries.move_to_end(case_id)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)


class Run:
    """One action on one case's workflow."""

    def __init__(self, definition: CompiledDefinition, workflow: BpmnWorkflow, operators: Operators, excluded: Sequence[Stop] = ()) -> None:
        """`excluded` are times that the case's limits leave out."""
        self.definition = definition
        self.workflow = workflow
        workflow.script_engine.excluded = excluded
        workflow.script_engine.operators = operators
        self._passed: list[Passed] = []
        self._outcome: str | None = None
        self._completed: list[str] = []
        self.before_element: Callable[[Task], None] | None = None
        """Called with each engine task that is about to run by itself; what it raises stops the run there."""
        self.overriding: Mapping[str, Any] = {}
        """Variables that an administrator set: they stand against what is submitted."""
        self._before_tasks = set(self._waiting_tasks())
        self._before_timers = {task.id.hex for task in self._waiting_timers()}

    # -- the acts -----------------------------------------------------------------------------------------------------

    @classmethod
    def start(cls, definition: CompiledDefinition, variables: dict[str, Any], operators: Operators) -> Run:
        """Begins a new case with `variables` and runs it to its first wait."""
        with _named_failures():
            workflow = state.new_workflow(definition)
        run = cls(definition, workflow, operators)
        run._before_tasks, run._before_timers = set(), set()
        workflow.task_tree.data.update(copy.deepcopy(variables))
        for child in workflow.task_tree.children:
            child.data.update(copy.deepcopy(variables))
        run.proceed()
        return run

    def complete(self, engine_id: str, values: dict[str, Any]) -> None:
        """Completes a waiting human task; `values` become case variables. Raises `NotWaiting`."""
        task = self._task(engine_id)
        if task is None or not task.has_state(TaskState.READY) or not task.task_spec.manual:
            raise NotWaiting("这项任务已经不在待办状态")
        task.data.update({k: copy.deepcopy(v) for k, v in {**values, **self.overriding}.items() if k in self.definition.variables})
        with _named_failures():
            task.run()
        self._completed.append(engine_id)
        self._note(task)
        self.proceed()

    def fire(self, engine_id: str) -> bool:
        """Lets a timer event whose time has come happen. False when it does not wait any more."""
        task = self._task(engine_id)
        if task is None or not task.has_state(TaskState.WAITING):
            return False
        with _named_failures():
            task.task_spec._update(task)
        if task.has_state(TaskState.WAITING):
            return False
        self.proceed()
        return True

    def move_timer(self, engine_id: str, fires_at: dt.datetime | None) -> None:
        """Sets when a waiting timer event fires; none stops it. Raises `NotWaiting`."""
        task = self._task(engine_id)
        if task is None or not task.has_state(TaskState.WAITING):
            raise NotWaiting("这个定时器已经不在等待")
        task.internal_data[FIRES_AT] = fires_at.isoformat() if fires_at else ""

    def set_timer_anew(self, engine_id: str) -> dt.datetime | None:
        """Derives once more when a waiting timer event fires: the calendar has changed. None: never. Raises `NotWaiting`, `ElementFailed`."""
        task = self._task(engine_id)
        if task is None or not task.has_state(TaskState.WAITING):
            raise NotWaiting("这个定时器已经不在等待")
        with _named_failures():
            at: str = task.task_spec.event_definition.set_up(task)
        return dt.datetime.fromisoformat(at) if at else None

    def reopen(self, engine_id: str, following: list[str]) -> None:
        """Takes a completed human task back (撤回): it waits again, and what it led to is undone.

        `following` are the engine ids of the human tasks that opened since; each must still wait in the same process. Raises `NotWaiting`.
        """
        task = self._task(engine_id)
        if task is None or not task.has_state(TaskState.COMPLETED):
            raise NotWaiting("这项任务不能撤回：后面的环节已经办理")
        beyond = {self._task(other) for other in following}
        if any(t is None or t.workflow is not task.workflow or not t.is_descendant_of(task) for t in beyond):
            raise NotWaiting("这项任务不能撤回：后面的环节已经办理或已转入其他流程")
        timers = self._boundary_events(task)
        if any(timer.has_state(TaskState.COMPLETED) for timer in timers):
            raise NotWaiting("期限届满后已按规定另行处理，不能撤回")
        set_at = {timer.id: timer.internal_data.get(FIRES_AT) for timer in timers}
        with _named_failures():
            self.workflow.reset_from_task_id(task.id)
        waiting = self.workflow.event_manager.tasks
        for gone in [i for i in waiting if self._task(i.hex) is None]:
            waiting.pop(gone)  # SpiffWorkflow keeps events waiting that the reset removed
        for timer in self._boundary_events(task):
            if set_at.get(timer.id) is not None:
                timer.internal_data[FIRES_AT] = set_at[timer.id]  # a limit that was moved stays moved
        self.proceed()

    def _boundary_events(self, task: Task) -> list[Task]:
        """The boundary events of a task and of the activities around it."""
        around = [task, *(caller for _, caller in self.definition.scopes(task))]
        beside = [other for one in around if isinstance(one.parent.task_spec, BoundaryEventSplit) for other in one.parent.children]
        return [other for other in beside if isinstance(other.task_spec, BoundaryEvent)]

    # -- what changed -------------------------------------------------------------------------------------------------

    def finish(self) -> Advance:
        """What this action changed, with the bytes to store."""
        waiting = self._waiting_tasks()
        timers = {task.id.hex: task for task in self._waiting_timers()}
        ended = self.workflow.is_completed()
        advance = Advance(
            opened=[opened_task(self.definition, task) for hex_id, task in waiting.items() if hex_id not in self._before_tasks],
            closed=sorted(self._before_tasks - waiting.keys()),
            completed=self._completed,
            timers_set=[waiting_timer(self.definition, task) for hex_id, task in timers.items() if hex_id not in self._before_timers],
            timers_cleared=sorted(self._before_timers - timers.keys()),
            passed=self._passed,
            ended=ended,
            outcome=self._outcome,
            variables=dict(self.workflow.last_task.data) if self.workflow.last_task is not None else {},
        )
        self._forget_history()
        advance.body = state.dump(self.workflow)
        self.workflow.script_engine.operators = None
        return advance

    def waiting_events(self) -> list[WaitingEvent]:
        """The events of the diagram that wait, for their time or for something else to happen."""
        found = []
        for task in self.workflow.event_manager.tasks.values():
            legal = self.definition.resolve(task) if task.has_state(TaskState.WAITING) else None
            if legal is not None:
                found.append(WaitingEvent(task.id.hex, legal, self._callers(task)))
        return found

    # -- inside -------------------------------------------------------------------------------------------------------

    def proceed(self) -> None:
        """Runs everything that needs nobody, to the next wait. Raises `ElementFailed`."""
        steps = 0

        def did(task: Task) -> None:
            nonlocal steps
            steps += 1
            if steps > MAX_STEPS:
                spec, scope = task.task_spec, task.workflow.spec.name
                words = "流程一直循环，没有停在任何人处"
                raise ElementFailed(spec.bpmn_id or spec.name, spec.bpmn_name or "", words, scope=scope, variables=task.data)
            self._note(task)

        with _named_failures():
            self.workflow.do_engine_steps(self.before_element, did)
            while any(not t.task_spec.manual for t in self._ready()):
                self.workflow.do_engine_steps(self.before_element, did)

    def _ready(self) -> Iterator[Task]:
        for one in (self.workflow, *self.workflow.get_active_subprocesses()):
            yield from (task for task in list(one.tasks.values()) if task.state == TaskState.READY)

    def _note(self, task: Task) -> None:
        legal = self.definition.resolve(task)
        if legal is None:
            return
        if legal.element.tag == "endEvent" and task.workflow.parent_task_id is None:
            self._outcome = legal.name or self._outcome
        if legal.element.tag not in GATEWAY_TAGS or legal.basis:
            self._passed.append(Passed(legal, task.id.hex, self._callers(task)))

    def _callers(self, task: Task) -> tuple[str, ...]:
        return callers_of(self.definition, task)

    def _task(self, engine_id: str) -> Task | None:
        wanted = UUID(hex=engine_id)
        for one in (self.workflow, *self.workflow.subprocesses.values()):
            if wanted in one.tasks:
                task: Task = one.tasks[wanted]
                return task
        return None

    def _waiting_tasks(self) -> dict[str, Task]:
        return {task.id.hex: task for task in self._ready() if task.task_spec.manual}

    def _waiting_timers(self) -> list[Task]:
        return [
            task
            for task in self.workflow.event_manager.tasks.values()
            if isinstance(task.task_spec.event_definition, LegalTimer) and task.has_state(TaskState.WAITING)
        ]

    def _forget_history(self) -> None:
        """Forgets the trees of finished called processes and what lies behind in the others: their history is in the events."""
        live = {i for i, s in self.workflow.subprocesses.items() if state.is_live(self.workflow, i)}
        for caller_id in [i for i in self.workflow.subprocesses if i not in live]:
            self.workflow.subprocesses.pop(caller_id, None)
        for one in (self.workflow, *self.workflow.subprocesses.values()):
            prune(one)


def callers_of(definition: CompiledDefinition, task: Task) -> tuple[str, ...]:
    """Element ids of the activities around an engine task, outermost first."""
    return tuple(element.id for element, _ in reversed(definition.scopes(task)))


def opened_task(definition: CompiledDefinition, task: Task) -> OpenedTask:
    """A waiting human task with its legal facts and its time limit, or that of the innermost activity around it that has one."""
    legal = definition.resolve(task)
    if legal is None:
        raise ElementFailed(task.task_spec.name, "", "人工任务不在流程图上")
    try:
        deadline, inherited = definition.deadline(task, legal), False
        scopes = definition.scopes(task)
        if deadline is None:
            for _, caller in scopes:
                deadline = definition.deadline(caller, definition.resolve(caller))
                if deadline is not None:
                    inherited = True
                    break
    except ExpressionError as error:
        scope = task.workflow.spec.name
        raise ElementFailed(legal.id, legal.name, str(error), scope=scope, variables=task.data) from error
    handled = any(definition.has_due_timer(e) for e in (legal.element, *(e for e, _ in scopes)))
    return OpenedTask(task.id.hex, legal, copy.deepcopy(task.data), deadline, inherited, handled, callers_of(definition, task))


def waiting_timer(definition: CompiledDefinition, task: Task) -> SetTimer:
    """A waiting timer event: when it fires, where it stands, and on which activity."""
    legal = definition.resolve(task)
    attached = None
    if legal is not None and legal.element.attached_to:
        for sibling in task.parent.children:
            element = definition.element_of(sibling)
            if element is not None and element.id == legal.element.attached_to:
                attached = sibling.id.hex
    at = task.internal_data[FIRES_AT]
    fires_at = dt.datetime.fromisoformat(at) if at else None
    place = (legal.process_key, legal.id, legal.name) if legal else ("", "", "")
    return SetTimer(task.id.hex, fires_at, attached, *place)


@contextmanager
def _named_failures() -> Iterator[None]:
    """Turns whatever SpiffWorkflow raises into a failure that names the element."""
    try:
        yield
    except (ElementFailed, NotWaiting):
        raise
    except WorkflowException as error:
        raise _as_failure(error) from error
    except SpiffWorkflowException as error:
        raise ElementFailed("", "", str(error)) from error


def _as_failure(error: WorkflowException) -> ElementFailed:
    """What SpiffWorkflow says of an element, in words where we know them."""
    spec, task = error.task_spec, getattr(error, "task", None)
    message = next((words for english, words in _IN_CHINESE.items() if english in str(error)), str(error))
    variables = task.data if task is not None else None
    if not hasattr(spec, "bpmn_id"):
        return ElementFailed("", "", message, variables=variables)
    return ElementFailed(spec.bpmn_id or spec.name, spec.bpmn_name or "", message, scope=spec._wf_spec.name, variables=variables)


_IN_CHINESE = {"No conditions satisfied": "没有一个出口的条件成立，也没有默认出口", "was not found": "调用的流程不存在"}


def resume(
    definition: CompiledDefinition,
    body: Callable[[], bytes],
    operators: Operators,
    cached: BpmnWorkflow | None = None,
    excluded: Sequence[Stop] = (),
) -> Run:
    """Takes up a stored case; `cached` spares reading it, `excluded` are times that its limits leave out."""
    workflow = cached if cached is not None else state.restore(definition, body())
    return Run(definition, workflow, operators, excluded)
