"""Which version of its process a case was on when something was done, and what that is called now. Running cases may have moved since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine import store
from app.engine.definition import CompiledDefinition
from app.engine.migration.plan import Plan
from app.model import (
    Case,
    CaseMigrationItem,
    CaseMigrationPlan,
    CaseMigrationRun,
    Definition,
    Event,
    MigrationOutcome,
    Task,
    TaskStatus,
)

_MOVES = "moves of cases"


@dataclass(frozen=True)
class Move:
    """A case left a version, along a plan. A move that was taken back is none: nothing was done between the two."""

    at: dt.datetime
    from_definition_id: int
    to_definition_id: int
    plan: Plan


def moves(session: Session, case: Case) -> list[Move]:
    """The moves of a case, oldest first; asked for once in a session."""
    known: dict[int, list[Move]] = session.info.setdefault(_MOVES, {})
    if case.id not in known:
        rows = session.execute(
            select(
                CaseMigrationItem.finished_at, CaseMigrationPlan.from_definition_id, CaseMigrationPlan.to_definition_id,
                CaseMigrationRun.mapping,
            )
            .join(CaseMigrationRun, CaseMigrationRun.id == CaseMigrationItem.run_id)
            .join(CaseMigrationPlan, CaseMigrationPlan.id == CaseMigrationRun.plan_id)
            .where(CaseMigrationItem.case_id == case.id, CaseMigrationItem.outcome == MigrationOutcome.MOVED)
            .order_by(CaseMigrationItem.finished_at)
        )  # fmt: skip
        known[case.id] = [Move(at, old, new, Plan.from_dict(mapping)) for at, old, new, mapping in rows.tuples() if at is not None]
    return known[case.id]


def compiled_for(session: Session, task: Task, case: Case) -> CompiledDefinition:
    """The version that a task belongs to: an open one to that of its case, a finished one to that on which it was done."""
    if task.status == TaskStatus.OPEN or task.completed_at is None:
        return store.of_case(session, case)
    for move in moves(session, case):
        if task.completed_at <= move.at:
            return store.compiled(session, session.get_one(Definition, move.from_definition_id))
    return store.of_case(session, case)


# -- names ------------------------------------------------------------------------------------------------------------

_Place = tuple[str, str]  # process, element id


@dataclass(frozen=True)
class _Renaming:
    """What a move made of the elements of the version before it."""

    at: dt.datetime
    old: CompiledDefinition
    places: dict[_Place, _Place]


@dataclass(frozen=True)
class Names:
    """What elements that a case passed earlier are called in the version that it is on now."""

    renamings: Sequence[_Renaming]

    def of(self, event: Event) -> tuple[list[str], _Place]:
        """The activities around what an event tells of, outermost first, and the element itself."""
        return self._since(event.at, event.detail.get("callers") or (), (event.process_key or "", event.element_id or ""))

    def of_task(self, task: Task) -> tuple[list[str], _Place]:
        """The activities around a task, outermost first, and its element."""
        callers, place = (task.context or {}).get("_callers") or (), (task.process_key, task.element_id)
        return self._since(task.completed_at, callers, place) if task.completed_at is not None else (list(callers), place)

    def _since(self, moment: dt.datetime, callers: Sequence[str], place: _Place) -> tuple[list[str], _Place]:
        for renaming in self.renamings:
            if moment <= renaming.at:
                callers = [renaming.places.get(one, one)[1] for one in _path(renaming.old, callers)]
                place = renaming.places.get(place, place)
        return list(callers), place


def names_today(session: Session, case: Case) -> Names:
    """What the record of a case calls otherwise than its version does."""
    return Names([_renaming(session, move) for move in moves(session, case)])


def _renaming(session: Session, move: Move) -> _Renaming:
    old, new = (store.compiled(session, session.get_one(Definition, i)) for i in (move.from_definition_id, move.to_definition_id))
    places = {
        (_process(old, was), before): (_process(new, now), after)
        for (was, now), table in move.plan.tables.items()
        for before, after in table.items()
        if after
    }
    return _Renaming(move.at, old, places)


def _process(definition: CompiledDefinition, scope: str) -> str:
    """The process in which a diagram level stands: itself, or that of the embedded sub-process."""
    return next((key for key, process in definition.processes.items() if scope in process.elements), scope)


def _path(definition: CompiledDefinition, callers: Sequence[str]) -> list[_Place]:
    """Each activity on the way in with the process in which it stands."""
    found, key = [], definition.key
    for caller_id in callers:
        found.append((key, caller_id))
        element = definition.processes[key].elements.get(caller_id)
        key = (element.called if element is not None else None) or key
    return found
