"""Time limits of what moves: kept where the rule is the same, else counted anew from the case's own data, as of the day on which the work opened.

What was excluded or granted under the old rule stays excluded or granted under the new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from app import clock
from app.engine.definition import CompiledDefinition
from app.engine.errors import EngineError
from app.engine.migration.errors import MoveRefused
from app.engine.migration.places import boundaries_of
from app.engine.runner import OpenedTask, opened_task
from app.engine.timers import FIRES_AT, as_instant
from app.law.periods import Deadline, Direction, PeriodError, Span


@dataclass(frozen=True)
class Limit:
    """What is known of an open human task apart from the engine's state."""

    opened_at: dt.datetime
    deadline: Deadline | None
    inherited: bool


@dataclass
class Limits:
    """The limits of one case on its way: `of` by engine id of the human tasks that are open in the old version."""

    old: CompiledDefinition
    new: CompiledDefinition
    of: Mapping[str, Limit]

    def of_task(self, was: Any, now: Any) -> tuple[OpenedTask, bool]:
        """A human task in the new version with its limit, and whether that was counted anew. Raises `MoveRefused`."""
        known = self.of.get(was.id.hex)
        with self._as_of(known):
            try:
                opened = opened_task(self.new, now)
            except EngineError as error:
                raise MoveRefused(f"算不出“{_name(self.new, now)}”的期限：{error}") from error
        if known is None:
            return opened, True
        if self._rules(self.old, was) == self._rules(self.new, now):
            return replace(opened, deadline=known.deadline, inherited=known.inherited), False
        return replace(opened, deadline=carried(known.deadline, opened.deadline, opened.legal.name)), True

    def of_boundary(self, was: Any | None, now: Any, activity: Any, deadline: Deadline | None) -> None:
        """Sets when a boundary timer fires: as before where its rule is the same. `deadline` is that of a human task it stands on."""
        expression = now.task_spec.event_definition.expression
        if was is not None and FIRES_AT in now.internal_data and self._timer_rule(self.old, was) == self._timer_rule(self.new, now):
            return
        if expression == "due" and deadline is not None:
            now.internal_data[FIRES_AT] = "" if deadline.is_stopped else deadline.expires_at.isoformat()
            return
        self._set(now, expression, self._entered(activity))

    def of_event(self, was: Any, now: Any) -> None:
        """Sets when an intermediate timer fires: as before where its expression is the same."""
        expression = now.task_spec.event_definition.expression
        if getattr(was.task_spec.event_definition, "expression", None) != expression:
            self._set(now, expression, None)

    def _set(self, timer: Any, expression: str, entered: dt.datetime | None) -> None:
        with clock.at(entered) if entered else nullcontext():
            try:
                value = timer.workflow.script_engine.evaluate_timer(timer, expression)
                timer.internal_data[FIRES_AT] = as_instant(value).isoformat()
            except (EngineError, ValueError, TypeError) as error:
                raise MoveRefused(f"算不出“{_name(self.new, timer)}”的到期时间：{error}") from error

    def _as_of(self, known: Limit | None) -> AbstractContextManager[None]:
        return clock.at(known.opened_at) if known else nullcontext()

    def _entered(self, activity: Any) -> dt.datetime | None:
        """When an activity was entered, as far as its open work tells."""
        inside = [limit.opened_at for i, limit in self.of.items() if self._stands_in(i, activity)]
        return min(inside, default=None)

    def _stands_in(self, engine_id: str, activity: Any) -> bool:
        task = find(activity.workflow.top_workflow, engine_id)
        while task is not None and task.id != activity.id:
            parent_id = task.workflow.parent_task_id
            task = activity.workflow.top_workflow.get_task_from_id(parent_id) if parent_id is not None else None
        return task is not None

    def _rules(self, definition: CompiledDefinition, task: Any) -> list[str | None]:
        """Where the limit of a task may come from: its own rule, then those of the activities around it."""
        around = [caller for _, caller in definition.scopes(task)]
        return [_due(definition, one) for one in (task, *around)]

    def _timer_rule(self, definition: CompiledDefinition, boundary: Any) -> tuple[str, str | None]:
        expression = boundary.task_spec.event_definition.expression
        activity = next((t for t in boundary.parent.children if boundary.task_spec in boundaries_of(t.task_spec)), None)
        return expression, _due(definition, activity) if expression == "due" and activity is not None else None


def carried(before: Deadline | None, after: Deadline | None, name: str) -> Deadline | None:
    """A new limit with the stops and extensions of the old one. Raises `MoveRefused` when the clock stands still and the new rule knows no stop."""
    takes_stops = after is not None and isinstance(after.rule, Span) and after.rule.direction is not Direction.BEFORE
    if before is not None and before.is_stopped and not takes_stops:
        raise MoveRefused(f"“{name}”正在暂停计时，而新版本的这一环节没有可以暂停的期限；请先恢复计时")
    if before is None or after is None:
        return after
    try:
        return after.keeping(before if takes_stops else replace(before, stops=()))
    except PeriodError as error:
        raise MoveRefused(f"算不出“{name}”的期限：{error}") from error


def find(workflow: Any, engine_id: str) -> Any | None:
    """The engine task of that id anywhere in a case."""
    for one in (workflow, *workflow.subprocesses.values()):
        for task_id, task in one.tasks.items():
            if task_id.hex == engine_id:
                return task
    return None


def _due(definition: CompiledDefinition, task: Any) -> str | None:
    legal = definition.resolve(task)
    return legal.due if legal is not None else None


def _name(definition: CompiledDefinition, task: Any) -> str:
    legal = definition.resolve(task)
    return legal.name if legal is not None and legal.name else task.task_spec.name
