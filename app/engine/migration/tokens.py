"""Reads where a live case waits: the tokens of one spec, with what SpiffWorkflow knows of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from app.engine.migration.errors import MoveRefused
from app.engine.migration.net import Marking, Position, arrived, at, marking
from app.engine.migration.places import Kind, boundaries_of, kind_of

_WAITS = TaskState.READY | TaskState.WAITING | TaskState.STARTED


@dataclass(frozen=True)
class Token:
    """A token at a place: its engine task, the variables with which it came, and the boundary events on it by spec name."""

    kind: Kind
    task: Any
    came_with: dict[str, Any]
    events: dict[str, Any]  # those that still wait
    happened: frozenset[str]  # those that do not


@dataclass(frozen=True)
class Arrival:
    """A token that came to a join, or to the end: its engine task there and the finished one before."""

    task: Any
    before: Any

    @property
    def way(self) -> str:
        name: str = self.before.task_spec.name
        return name


@dataclass(frozen=True)
class Tokens:
    """Where one spec of a case waits."""

    placed: tuple[Token, ...]
    arrivals: tuple[Arrival, ...]
    ended: tuple[Arrival, ...]  # ways that are over; their variables count when everything is


def tokens_of(workflow: Any) -> Tokens:
    """The tokens of a workflow or sub-workflow. Raises `MoveRefused` for what no stored case should hold."""
    placed, joins = [], []
    for task in list(workflow.tasks.values()):
        spec = task.task_spec
        if not task.has_state(_WAITS) or isinstance(spec, BoundaryEvent | BoundaryEventJoin) or spec.name == workflow.spec.end.name:
            continue
        kind = kind_of(spec)
        if kind == Kind.JOIN:
            joins.append(task)
        elif kind is None or kind == Kind.LOOP:
            raise MoveRefused(f"“{spec.bpmn_name or spec.name}”正在办理，这一类环节不能迁移")
        else:
            placed.append(_token(kind, task))
    arrivals = [arrival for join in joins for arrival in _arrivals(workflow, join)]
    ended = [Arrival(t, t.parent) for t in _finished(workflow, workflow.spec.end.name) if t.parent.has_state(TaskState.COMPLETED)]
    return Tokens(tuple(placed), tuple(arrivals), tuple(ended))


def _token(kind: Kind, task: Any) -> Token:
    before = task.parent
    waiting = {}
    if isinstance(before.task_spec, BoundaryEventSplit):
        waiting = {
            t.task_spec.name: t for t in before.children if isinstance(t.task_spec, BoundaryEvent) and t.has_state(TaskState.WAITING)
        }
    happened = frozenset(spec.name for spec in boundaries_of(task.task_spec)) - waiting.keys()
    return Token(kind, task, before.data, waiting, happened)


def _arrivals(workflow: Any, join: Any) -> list[Arrival]:
    """Those that came to a join since it last went through, the one that still waits among them."""
    last = join.parent
    while last is not None and not (last.task_spec is join.task_spec and last.has_state(TaskState.COMPLETED)):
        last = last.parent
    came = [t for t in _finished(workflow, join.task_spec.name) if t.parent.has_state(TaskState.COMPLETED)]
    return [Arrival(t, t.parent) for t in came if not t.has_state(TaskState.COMPLETED) and (last is None or t.is_descendant_of(last))]


def _finished(workflow: Any, spec_name: str) -> list[Any]:
    """Engine tasks of a spec that are no predictions."""
    states = TaskState.WAITING | TaskState.FINISHED_MASK
    return [t for t in workflow.tasks.values() if t.task_spec.name == spec_name and t.has_state(states)]


def marking_of(workflow: Any) -> Marking:
    """The tokens of a workflow as a state of its net."""
    found = tokens_of(workflow)
    positions: list[Position] = [at(token.task.task_spec.name, token.happened) for token in found.placed]
    positions += [arrived(arrival.task.task_spec.name, arrival.way) for arrival in found.arrivals]
    return marking(positions)
