"""Takes one case to another version, in memory: the same for trying and for doing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from app.engine import state
from app.engine.definition import CompiledDefinition, LegalElement
from app.engine.errors import ElementFailed, EngineError
from app.engine.migration.compare import compare
from app.engine.migration.errors import MoveRefused
from app.engine.migration.layout import Layout
from app.engine.migration.limits import Limit, Limits
from app.engine.migration.net import Net
from app.engine.migration.places import Kind, boundaries_of, inputs_of, is_join, kind_of, label_of, places_before, specs_of
from app.engine.migration.plan import GIVEN_UP, Pair, Plan
from app.engine.migration.tokens import Arrival, Token, marking_of, tokens_of
from app.engine.runner import MAX_STEPS, OpenedTask, SetTimer, opened_task, waiting_timer
from app.engine.scripting import ServiceCall
from app.engine.timers import FIRES_AT, LegalTimer
from app.law.periods import Stop


@dataclass(frozen=True)
class MovedTask:
    """A human task that stays open: what it was, and what it is now with its limit."""

    was: LegalElement
    now: OpenedTask
    recounted: bool  # the limit comes from another rule than before


@dataclass
class Moved:
    """A case in the new version."""

    body: bytes
    kept: list[MovedTask] = field(default_factory=list)
    opened: list[OpenedTask] = field(default_factory=list)  # human tasks that are new
    cancelled: list[str] = field(default_factory=list)  # engine ids of human tasks that the plan gives up
    timers: list[SetTimer] = field(default_factory=list)  # all that wait now


@dataclass
class _Journey:
    """One case on its way."""

    layout: Layout
    limits: Limits
    tasks: dict[str, tuple[Any, Any]] = field(default_factory=dict)  # human tasks that stay: engine task before and after
    activities: list[tuple[Token, Any]] = field(default_factory=list)  # every place with boundary events, and its engine task now
    events: list[tuple[Any, Any]] = field(default_factory=list)
    joins: list[Any] = field(default_factory=list)
    entering: list[tuple[Any, Any, Mapping[str, Any]]] = field(default_factory=list)


class Mover:
    """Takes cases of one version to another along a plan. Made once for many cases; keeps nothing of any."""

    def __init__(self, old: CompiledDefinition, new: CompiledDefinition, plan: Plan) -> None:
        self.old = old
        self.new = new
        self.plan = compare(old, new, plan).plan
        self._specs = specs_of(old), specs_of(new)
        self._nets: dict[str, Net] = {}

    def move(self, body: bytes, limits: Mapping[str, Limit], known: Mapping[str, Any], excluded: Sequence[Stop] = ()) -> Moved:
        """A stored case in the new version.

        `limits` by engine id of the open human tasks; `known` are values that were submitted earlier and that only the new version reads; `excluded` are
        times that its limits leave out.
        Raises `MoveRefused`; nothing outside is ever touched.
        """
        source = state.restore(self.old, body)
        layout = Layout(self.new, known)
        layout.workflow.script_engine.excluded = excluded
        trip = _Journey(layout, Limits(self.old, self.new, limits))
        with _reasons():
            self._carry(trip, source, trip.layout.workflow, (self.old.spec.name, self.new.spec.name))
            kept = self._count(trip)
            self._settle(trip)
            self._check(trip.layout.workflow)
            return self._result(source, trip, kept)

    # -- one spec after the other -------------------------------------------------------------------------------------

    def _carry(self, trip: _Journey, was: Any, now: Any, pair: Pair) -> None:
        """Lays out the tokens of one workflow, and of those inside it."""
        trip.layout.begin(now, was)
        found = tokens_of(was)
        for token in found.placed:
            self._place(trip, token, now, pair)
        for join in {arrival.task.task_spec: None for arrival in found.arrivals}:
            self._arrive(trip, join, [arrival for arrival in found.arrivals if arrival.task.task_spec is join], now, pair)
        ends = [name for name in inputs_of(now.spec.end) if name in now.spec.task_specs]
        for arrival in found.ended:
            way = arrival.way if arrival.way in ends else sorted(ends)[0]
            trip.layout.arrive(now, now.spec.task_specs[way], now.spec.end, arrival)

    def _place(self, trip: _Journey, token: Token, now: Any, pair: Pair) -> None:
        spec = token.task.task_spec
        target = self._target(pair, spec)
        if target is None:
            return
        if kind_of(target) != token.kind:
            trip.entering.append((now, target, _latest(token)))
            return
        task = trip.layout.keep(now, target, token)
        if token.kind == Kind.TASK:
            trip.tasks[task.id.hex] = token.task, task
        elif token.kind == Kind.EVENT:
            if isinstance(target.event_definition, LegalTimer):
                trip.events.append((token.task, task))
        else:
            inside = trip.layout.inside(task, target.spec)
            self._carry(trip, token.task.workflow.top_workflow.subprocesses[token.task.id], inside, (spec.spec, target.spec))
        trip.activities.append((token, task))

    def _target(self, pair: Pair, spec: Any) -> Any | None:
        """The spec that a place becomes; none where the plan gives it up. Raises `MoveRefused` while that is undecided."""
        name = f"{spec.bpmn_name or spec.name}"
        target = self.plan.target(pair, spec.name)
        if target is None:
            raise MoveRefused(f"“{name}”在新版本中没有对应的环节，迁移计划还没有写明怎么处理")
        if target == GIVEN_UP:
            return None
        found = self._specs[1][pair[1]].task_specs.get(target)
        kind = kind_of(found) if found is not None else None
        if kind is None or (kind != kind_of(spec) and kind not in (Kind.TASK, Kind.ACTIVITY, Kind.EVENT)):
            raise MoveRefused(f"“{name}”不能对应到“{getattr(found, 'bpmn_name', None) or target}”：两者不是同一类环节")
        return found

    def _arrive(self, trip: _Journey, join: Any, arrivals: list[Arrival], now: Any, pair: Pair) -> None:
        """Tokens at a join wait on at the join that it became, each on the way that its own became."""
        target = self._target(pair, join)
        if target is None:
            return
        if not is_join(target):
            variables: dict[str, Any] = {}
            for arrival in sorted(arrivals, key=lambda a: float(a.task.last_state_change)):
                variables.update(arrival.before.data)
            trip.entering.append((now, target, variables))
            return
        for arrival in arrivals:
            way = self._way(pair, join, target, arrival.way)
            task = trip.layout.arrive(now, now.spec.task_specs[way], target, arrival)
            if task.has_state(TaskState.WAITING):
                trip.joins.append(task)

    def _way(self, pair: Pair, old_join: Any, new_join: Any, way: str) -> str:
        """The way into the new join that stands for one into the old join.

        It is that of the same element; else the one that comes from the same places; else the only one that is left over.
        """
        old_ways, new_ways = {spec.name: spec for spec in old_join.inputs}, {spec.name: spec for spec in new_join.inputs}
        follows = {one: self.plan.target(pair, one) or one for one in old_ways}
        if follows[way] in new_ways:
            return follows[way]
        left = {one: spec for one, spec in new_ways.items() if one not in follows.values()}
        sources = {self.plan.target(pair, one) for one in places_before(old_ways[way])}
        alike = [one for one, spec in left.items() if places_before(spec) == sources]
        if len(alike) == 1:
            return str(alike[0])
        if len(left) == 1 and sum(follows[one] not in new_ways for one in old_ways) == 1:
            return str(next(iter(left)))
        raise MoveRefused(f"汇合“{old_join.bpmn_name or old_join.name}”的各条来路变了，看不出已经到达的对应哪一条")

    # -- limits and events --------------------------------------------------------------------------------------------

    def _count(self, trip: _Journey) -> dict[str, MovedTask]:
        """The limits of what stays open, and the boundary events that go with them."""
        kept: dict[str, MovedTask] = {}
        for engine_id, (was, now) in trip.tasks.items():
            opened, recounted = trip.limits.of_task(was, now)
            legal = self.old.resolve(was)
            assert legal is not None
            kept[engine_id] = MovedTask(legal, opened, recounted)
        for token, activity in trip.activities:
            moved = kept.get(activity.id.hex)
            own = moved.now.deadline if moved is not None and not moved.now.inherited else None
            self._events(trip, token, activity, own)
        for was, now in trip.events:
            trip.limits.of_event(was, now)
        return kept

    def _events(self, trip: _Journey, token: Token, activity: Any, deadline: Any) -> None:
        workflow = activity.workflow
        pair = token.task.workflow.spec.name, workflow.spec.name
        before = {self.plan.target(pair, spec.name): spec.name for spec in boundaries_of(token.task.task_spec)}
        for spec in boundaries_of(activity.task_spec):
            was = before.get(spec.name)
            if was is not None and was in token.happened:
                trip.layout.happened(workflow, spec, activity)
                continue
            waited = token.events.get(was) if was is not None else None
            event = trip.layout.event(workflow, spec, activity, waited)
            if isinstance(spec.event_definition, LegalTimer):
                trip.limits.of_boundary(waited, event, activity, deadline)

    # -- to the next wait, and to the proof ---------------------------------------------------------------------------

    def _settle(self, trip: _Journey) -> None:
        """Lets in what comes to a place anew and through joins that wait for nothing any more, to the next wait. No timer fires and no service is called."""
        if not trip.entering and not trip.joins:
            return
        top = trip.layout.workflow
        top.script_engine.operators = _no_services
        for one in (top, *top.subprocesses.values()):
            for task in list(one.tasks.values()):
                if task.has_state(TaskState.DEFINITE_MASK):
                    task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
        with _held(top):
            for now, spec, variables in trip.entering:
                trip.layout.enter(now, spec, variables)
            for join in trip.joins:
                if join.has_state(TaskState.WAITING):
                    join.task_spec._update(join)
            for _ in range(MAX_STEPS):
                ready = next(_automatic(top), None)
                if ready is None:
                    break
                ready.run()
            else:
                raise MoveRefused("迁移后流程一直循环，没有停在任何人处")

    def _check(self, top: Any) -> None:
        """Refuses a state that no case of the new version gets into by itself: it might wait for ever, or do things twice."""
        live = [(caller, sub) for caller, sub in top.subprocesses.items() if state.is_live(top, caller)]
        for workflow in (top, *(sub for _, sub in live)):
            scope = workflow.spec.name
            net = self._nets.setdefault(scope, Net(workflow.spec))
            here = marking_of(workflow)
            label = label_of(self.new, scope)
            if not here:
                raise MoveRefused(f"迁移后“{label}”里没有任何在办环节，案件会停住")
            found = net.reaches(here)
            if found is None:
                raise MoveRefused(f"新版本的“{label}”过于复杂，核对不完，不能迁移")
            if not found:
                names = "、".join(f"“{name}”" for name in sorted(self._names(scope, here)))
                raise MoveRefused(f"按新版本办理的案件不会同时停在{names}（{label}），迁移后走不到办结或重复办理")

    def _names(self, scope: str, here: Any) -> set[str]:
        specs = self._specs[1][scope].task_specs
        return {specs[name].bpmn_name or name for (_, name, _), _ in here}

    def _result(self, source: Any, trip: _Journey, kept: dict[str, MovedTask]) -> Moved:
        """Stores the new state, reads it again, and says what waits in it."""
        body = state.dump(trip.layout.workflow)
        workflow = state.restore(self.new, body)
        waiting = {task.id.hex: task for task in _human(workflow)}
        open_before = {task.id.hex for task in _human(source)}
        timers = [task for task in workflow.event_manager.tasks.values() if isinstance(task.task_spec.event_definition, LegalTimer)]
        lost = kept.keys() - waiting.keys()
        if lost:
            raise MoveRefused("迁移后的案件与预期不符：有任务没有保留下来")
        return Moved(
            body=body,
            kept=[_with_variables(moved, waiting[engine_id]) for engine_id, moved in kept.items()],
            opened=[opened_task(self.new, task) for engine_id, task in waiting.items() if engine_id not in kept],
            cancelled=sorted(open_before - waiting.keys()),
            timers=[waiting_timer(self.new, task) for task in timers if task.has_state(TaskState.WAITING)],
        )


def _latest(token: Token) -> Mapping[str, Any]:
    """The variables with which a token goes on: of an activity, what was decided inside so far."""
    inside = token.task.workflow.top_workflow.subprocesses.get(token.task.id)
    last = inside.last_task if inside is not None else None
    variables: Mapping[str, Any] = last.data if last is not None else token.task.data
    return variables


def _human(workflow: Any) -> Iterator[Any]:
    for one in (workflow, *workflow.subprocesses.values()):
        yield from (task for task in one.tasks.values() if task.has_state(TaskState.READY) and task.task_spec.manual)


def _automatic(workflow: Any) -> Iterator[Any]:
    for one in (workflow, *workflow.get_active_subprocesses()):
        yield from (task for task in list(one.tasks.values()) if task.has_state(TaskState.READY) and not task.task_spec.manual)


def _with_variables(moved: MovedTask, task: Any) -> MovedTask:
    return replace(moved, now=replace(moved.now, variables=dict(task.data)))


def _no_services(call: ServiceCall) -> None:
    raise EngineError("迁移时不能执行服务任务，请对应到它后面的环节")


@contextmanager
def _held(workflow: Any) -> Iterator[None]:
    """Within the block no timer fires that waited before."""
    waiting = [t for t in workflow.event_manager.tasks.values() if FIRES_AT in t.internal_data]
    times = {task.id: task.internal_data[FIRES_AT] for task in waiting}
    for task in waiting:
        task.internal_data[FIRES_AT] = ""
    yield
    for task in waiting:
        task.internal_data[FIRES_AT] = times[task.id]


@contextmanager
def _reasons() -> Iterator[None]:
    """Turns whatever goes wrong on the way into a reason why the case stays."""
    try:
        yield
    except MoveRefused:
        raise
    except ElementFailed as error:
        raise MoveRefused(str(error)) from error
    except SpiffWorkflowException as error:
        raise MoveRefused(f"新版本走不下去：{error}") from error
