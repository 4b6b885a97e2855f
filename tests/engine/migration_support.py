"""A case in the hand that moves from one small diagram to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app import clock
from app.engine.definition import CompiledDefinition
from app.engine.migration.limits import Limit
from app.engine.migration.mover import Moved, Mover
from app.engine.migration.plan import Plan
from app.engine.runner import Advance, OpenedTask, Run, resume
from app.law.periods import Deadline
from tests.support.diagrams import bpmn, compiled

BEGIN = dt.datetime(2027, 1, 11, 2, tzinfo=dt.UTC)
MAIN = ("t.main", "t.main")


def version(body: str, **others: str) -> CompiledDefinition:
    """A version of process `t.main`; `child=…` is process `t.child`."""
    return compiled(bpmn("t.main", body), **others)


def plan(table: Mapping[str, str] | None = None, **inner: Mapping[str, str]) -> Plan:
    """A plan for the main diagram; what it leaves open is proposed. `t_child__t_other={…}` is for a called process."""
    tables = {MAIN: dict(table or {})}
    for name, rows in inner.items():
        old, _, new = name.replace("t_", "t.").partition("__")
        tables[old, new] = dict(rows)
    return Plan(tables)


class Case:
    """A case that is stored after every step, with what the database would know of its open tasks."""

    def __init__(self, definition: CompiledDefinition, **variables: Any) -> None:
        self.definition = definition
        self.known: dict[str, OpenedTask] = {}
        self.opened_at: dict[str, dt.datetime] = {}
        self.timers: dict[str, dt.datetime | None] = {}
        self.services: list[str] = []
        self._keep(Run.start(definition, {"begun": "2027-01-11", **variables}, self._service).finish())

    def _service(self, call: Any) -> dict[str, Any]:
        self.services.append(call.operator)
        return {}

    def _keep(self, step: Advance) -> None:
        self.step, self.body = step, step.body
        for engine_id in step.closed:
            self.known.pop(engine_id)
        for task in step.opened:
            self.known[task.engine_id] = task
            self.opened_at[task.engine_id] = clock.now()
        for gone in step.timers_cleared:
            self.timers.pop(gone)
        self.timers.update({t.engine_id: t.fires_at for t in step.timers_set})

    @property
    def open(self) -> list[str]:
        """Element ids of the open human tasks."""
        return sorted(task.legal.id for task in self.known.values())

    def task(self, element: str) -> OpenedTask:
        return next(task for task in self.known.values() if task.legal.id == element)

    def fires_at(self, name: str) -> dt.datetime | None:
        """When the waiting timer of that element id fires."""
        run = self._run()
        timer = next(t for t in run._waiting_timers() if t.task_spec.name == name)
        return self.timers[timer.id.hex]

    @property
    def waiting_timers(self) -> list[str]:
        return sorted(t.task_spec.name for t in self._run()._waiting_timers())

    def _run(self) -> Run:
        return resume(self.definition, lambda: self.body, self._service)

    def do(self, element: str, **values: Any) -> Case:
        run = self._run()
        run.complete(self.task(element).engine_id, values)
        self._keep(run.finish())
        return self

    def fire(self, name: str) -> Case:
        """Lets a timer's time come."""
        run = self._run()
        timer = next(t for t in run._waiting_timers() if t.task_spec.name == name)
        with clock.at(max(clock.now(), self.timers[timer.id.hex] or clock.now())):
            assert run.fire(timer.id.hex)
            self._keep(run.finish())
        return self

    def with_deadline(self, element: str, deadline: Deadline) -> None:
        """The limit of a task was stopped or extended, and the timers on it with it."""
        task = self.task(element)
        self.known[task.engine_id] = replace(task, deadline=deadline)

    def limits(self) -> dict[str, Limit]:
        return {i: Limit(self.opened_at[i], t.deadline, t.inherited) for i, t in self.known.items()}

    def move(self, new: CompiledDefinition, along: Plan | None = None, **known: Any) -> Moved:
        """Takes the case across and goes on with it there."""
        moved = Mover(self.definition, new, along or Plan()).move(self.body, self.limits(), known)
        self.definition, self.body = new, moved.body
        for engine_id in moved.cancelled:
            del self.known[engine_id]
        for task in [*(kept.now for kept in moved.kept), *moved.opened]:
            self.known[task.engine_id] = task
            self.opened_at.setdefault(task.engine_id, clock.now())
        self.timers = {t.engine_id: t.fires_at for t in moved.timers}
        return moved
