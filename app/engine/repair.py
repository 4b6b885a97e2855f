"""Repairs of a case that cannot go on: other data, another element, around the element that fails.

Each works on a `Run` before it is stored, so that a repair that fails leaves nothing behind. Where a token may go is decided by `elsewhere`.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.engine import elsewhere, expressions
from app.engine.definition import CompiledDefinition
from app.engine.diagram import Element
from app.engine.elsewhere import entry, stands_for
from app.engine.errors import CannotMove, EngineError, NotWaiting
from app.engine.runner import OpenedTask, Run, opened_task
from app.engine.timers import FIRES_AT, LegalTimer
from app.law.periods import Stop

Act = Callable[[Run], object]


@dataclass(frozen=True)
class Place:
    """An element of a version: `scope` is the process, or the embedded sub-process, in which it stands."""

    scope: str
    element_id: str


@dataclass(frozen=True)
class Standing:
    """Something that waits in a case: a human task, a timer event, or an activity around such."""

    engine_id: str
    place: Place
    element: Element
    name: str
    depth: int  # activities around it


def standings(run: Run) -> list[Standing]:
    """What waits, the outermost activities first. Boundary events are left out: they wait with their activity."""
    definition = run.definition
    found: dict[str, Standing] = {}
    for task in _waiting(run):
        around = definition.scopes(task)
        for distance, (element, engine_task) in enumerate([*reversed(around), (definition.element_of(task), task)]):
            if element is not None and engine_task.id.hex not in found:
                legal = definition.resolve(engine_task)
                place = Place(engine_task.workflow.spec.name, element.id)
                name = (legal.name if legal else "") or element.id
                found[engine_task.id.hex] = Standing(engine_task.id.hex, place, element, name, distance)
    return sorted(found.values(), key=lambda s: s.depth)


def _waiting(run: Run) -> list[Task]:
    events = [t for t in run.workflow.event_manager.tasks.values() if not isinstance(t.task_spec, BoundaryEvent)]
    return [*_human(run), *(t for t in events if t.has_state(TaskState.WAITING))]


def _human(run: Run) -> Iterator[Task]:
    for one in (run.workflow, *run.workflow.get_active_subprocesses()):
        yield from (t for t in one.tasks.values() if t.state == TaskState.READY and t.task_spec.manual)


def _find(run: Run, engine_id: str) -> Task | None:
    wanted = UUID(hex=engine_id)
    found = (one.tasks.get(wanted) for one in (run.workflow, *run.workflow.subprocesses.values()))
    return next((task for task in found if task is not None), None)


# -- other data -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reckoned:
    """What follows from the data of a case where it waits: the open tasks as they would open now, and when its timers fire."""

    tasks: dict[str, OpenedTask]
    timers: dict[str, dt.datetime | None]  # by engine id; none where the expression fails
    names: dict[str, str]  # what the timers are called


def reckon(run: Run) -> Reckoned:
    """What the data says now. A time limit whose expression fails is no reason to refuse a repair of the data: it counts as none."""
    tasks = {}
    for task in _human(run):
        try:
            tasks[task.id.hex] = opened_task(run.definition, task)
        except EngineError:
            continue
    events = run.workflow.event_manager.tasks.values()
    timers = [t for t in events if isinstance(t.task_spec.event_definition, LegalTimer) and t.has_state(TaskState.WAITING)]
    names = {t.id.hex: t.task_spec.bpmn_name or t.task_spec.bpmn_id for t in timers}
    return Reckoned(tasks, {t.id.hex: _instant(run, t) for t in timers}, names)


def _instant(run: Run, timer: Task) -> dt.datetime | None:
    try:
        found: dt.datetime = run.workflow.script_engine.evaluate_timer(timer, timer.task_spec.event_definition.expression)
    except EngineError:
        return None
    return found


def instants_without(run: Run, before: Sequence[Stop]) -> dict[str, dt.datetime]:
    """When waiting timers fire now that the case leaves out more time than `before`: engine id → instant.

    Only of timers that stood where their expression had put them. One that was moved (a stopped clock, an extension) follows the limit of its task.
    """
    engine = run.workflow.script_engine
    found = {}
    for timer in run.workflow.event_manager.tasks.values():
        if not isinstance(timer.task_spec.event_definition, LegalTimer) or not timer.has_state(TaskState.WAITING):
            continue
        after = _instant(run, timer)
        now, engine.excluded = engine.excluded, before
        was = _instant(run, timer)
        engine.excluded = now
        stands = timer.internal_data.get(FIRES_AT)
        if after is not None and stands and was == dt.datetime.fromisoformat(stands):
            found[timer.id.hex] = after
    return found


def variables_at(run: Run, engine_id: str | None = None) -> dict[str, Any]:
    """The variables at a waiting place, or at the one that was reached last."""
    task = _find(run, engine_id) if engine_id else None
    if task is None:
        task = max(_waiting(run), key=lambda t: t.last_state_change, default=run.workflow.last_task)
    return copy.deepcopy(task.data) if task is not None else {}


def set_variables(run: Run, values: Mapping[str, Any]) -> None:
    """Gives variables other values, everywhere in the case: at what waits, in the activities around it, and where branches have come together."""
    for one in (run.workflow, *run.workflow.get_active_subprocesses()):
        live = [task for task in one.tasks.values() if task.has_state(TaskState.WAITING | TaskState.READY | TaskState.STARTED)]
        # A gateway that waits for the last of its branches takes over what the others ended with.
        gateways = {task.task_spec for task in live if isinstance(task.task_spec, UnstructuredJoin)}
        ended = [task.parent for task in one.tasks.values() if task.task_spec in gateways]
        for task in {*live, *ended}:
            task.data.update(copy.deepcopy(dict(values)))
        one.finished_rows = {}  # what was stored of finished tasks says how they differ from what has changed here


def read_at(definition: CompiledDefinition, place: Place) -> frozenset[str]:
    """The variables that an element reads: in its own expressions, and for a gateway in the conditions of its exits."""
    element = definition.by_spec[place.scope, place.element_id]
    sources = [source for owner, _, source in definition.processes[element.process_key].expressions if owner == element.id]
    workflow_spec = definition.spec if definition.spec.name == place.scope else definition.subprocess_specs[place.scope]
    conditions = getattr(workflow_spec.task_specs[place.element_id], "cond_task_specs", ())
    sources += [condition.args[0] for condition, _ in conditions if condition is not None]
    return frozenset().union(*(expressions.names_read_in(source) for source in sources))


# -- around the element that fails ------------------------------------------------------------------------------------


class _Arrived(Exception):
    """The run came to the place at which it is to be led on."""

    def __init__(self, task: Task) -> None:
        self.task = task


def failing_place(definition: CompiledDefinition, scope: str, element_id: str) -> Place | None:
    """Where a case stands that failed at an element: at itself, or at the activity whose boundary event failed. None when it is not in the version.

    `scope` is the process or embedded sub-process of the element; the process does for an element of a sub-process too.
    """
    for (where, known), element in definition.by_spec.items():
        if known == element_id and scope in (where, element.process_key):
            return Place(where, element.attached_to or element.id)
    return None


def with_values(run: Run, act: Act, at: Place | None, values: Mapping[str, Any]) -> None:
    """Lets an act run with other values of some variables: they hold against what is submitted, and once more at `at` against what was computed."""

    def hold(task: Task) -> None:
        if at is not None and _stands_at(task, at):
            task.data.update(copy.deepcopy(dict(values)))

    set_variables(run, values)
    run.before_element, run.overriding = hold, values
    try:
        act(run)
    finally:
        run.before_element, run.overriding = None, {}
    for task in _waiting(run):
        hold(task)


def divert(run: Run, act: Act | None, at: Place, target: str, outward: int = 0) -> None:
    """Lets an act run until it comes to `at`, which is not carried out, and goes on at the element `target`. Without an act the case stands there.

    With `outward`, the activities around `at` are left too, that many, and `target` stands beside the outermost of them. Raises `CannotMove`.
    """
    task = _arrive(run, act, at)
    if task is None:
        raise CannotMove("流程没有再停在原来的环节，不需要转到别处，请改用“重试”")
    around = run.definition.scopes(task)
    if outward > len(around):
        raise CannotMove("没有这么多层上级环节")
    data = task.data
    token = around[outward - 1][1] if outward else task
    token.data = copy.deepcopy(data)  # what was done inside is not lost when it is left
    _relocate(run, token, target)
    run.proceed()


def _arrive(run: Run, act: Act | None, at: Place) -> Task | None:
    """Runs an act until the place; the engine task that stands there, not carried out. None when the act does not come there."""
    if act is None:
        return next((task for task in _waiting(run) if _stands_at(task, at)), None)

    def before(task: Task) -> None:
        if _stands_at(task, at):
            raise _Arrived(task)

    known = {task.id for task in _waiting(run)}
    run.before_element, run.workflow.script_engine.held = before, (at.scope, at.element_id)
    try:
        act(run)
    except _Arrived as arrived:
        return arrived.task
    finally:
        run.before_element = run.workflow.script_engine.held = None
    return next((t for t in _waiting(run) if t.id not in known and _stands_at(t, at)), None)


def _stands_at(task: Task, at: Place) -> bool:
    return bool(task.workflow.spec.name == at.scope and stands_for(task.task_spec) == at.element_id)


# -- another element --------------------------------------------------------------------------------------------------


def move(run: Run, engine_id: str, target: str) -> None:
    """Takes the token at a waiting place away and goes on at another element of the same process.

    The activity left is cancelled with its boundary events. Raises `NotWaiting`, `CannotMove`, `ElementFailed`.
    """
    token = _find(run, engine_id)
    if token is None or not token.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED):
        raise NotWaiting("所选的环节已经不在等待，请重新选择")
    inside = [task for task in _waiting(run) if any(caller is token for _, caller in run.definition.scopes(task))]
    for task in inside:
        token.data.update(copy.deepcopy(task.data))  # what was done inside is not lost when it is left
    _relocate(run, token, target)
    run.proceed()


def _relocate(run: Run, token: Task, target: str) -> None:
    workflow = token.workflow
    reason = elsewhere.refusal(workflow.spec, stands_for(token.task_spec), target)
    if reason is not None:
        raise CannotMove(reason)
    if any(task is not token and task.workflow is workflow and stands_for(task.task_spec) == target for task in _live(run)):
        raise CannotMove("这一环节正在办理，不能再转入一次")
    beside = token.parent.children if isinstance(token.parent.task_spec, BoundaryEventSplit) else []
    for task in [token, *(t for t in beside if isinstance(t.task_spec, BoundaryEvent) and t.state == TaskState.WAITING)]:
        task.cancel()
    _forget_inside(run, token)
    spec = entry(workflow.spec, target)
    moved = token._add_child(spec, TaskState.FUTURE)
    spec._predict(moved, mask=TaskState.NOT_FINISHED_MASK)
    if isinstance(spec, UnstructuredJoin):
        moved._inherit_data()
        moved._ready()  # a gateway with one way in would look for that way and wait
    else:
        spec._update(moved)
    # What joined the boundary events of the activity left behind learns that it is over.
    workflow.update_waiting_tasks()


def _live(run: Run) -> Iterator[Task]:
    for one in (run.workflow, *run.workflow.get_active_subprocesses()):
        yield from (t for t in one.tasks.values() if t.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED))


def _forget_inside(run: Run, token: Task) -> None:
    """The trees of the activities that were cancelled with a token, and the events that waited in them."""
    gone = {token.id} & run.workflow.subprocesses.keys()
    while gone:
        inside = {i for caller in gone for i in run.workflow.subprocesses.pop(caller).tasks}
        for task_id in inside & run.workflow.event_manager.tasks.keys():
            run.workflow.event_manager.tasks.pop(task_id)
        gone = inside & run.workflow.subprocesses.keys()
