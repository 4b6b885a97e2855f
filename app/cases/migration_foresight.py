"""What a move would mean for the people of a case: worked out the same way before it is done and when it is done. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.access.organisations import resolve_actor
from app.cases import advancing, form_fields, forms
from app.engine.definition import CompiledDefinition
from app.engine.migration.limits import Limit
from app.engine.migration.mover import Moved, MovedTask, Mover
from app.law.periods import Deadline
from app.model import Case, CaseState, Draft, Organisation, Task, TaskStatus


@dataclass(frozen=True)
class TaskChange:
    """An open task that stays open: what it becomes and who has it then."""

    task: Task
    moved: MovedTask
    was_with: int | None
    organisation_id: int | None
    form_changed: bool
    lost: tuple[str, ...] = ()  # titles of what the draft holds and the new form does not have

    @property
    def handed_over(self) -> bool:
        return self.organisation_id != self.was_with

    @property
    def deadline(self) -> Deadline | None:
        """The limit afterwards. What may be done at any time has none."""
        return None if self.optional else self.moved.now.deadline

    @property
    def optional(self) -> bool:
        return self.moved.now.legal.element.properties.get("optional") == "true"


@dataclass
class Foresight:
    """A case as it would be in the new version, and what changes for whom."""

    moved: Moved
    body: bytes  # of the case as it is
    changes: list[TaskChange] = field(default_factory=list)
    cancelled: list[Task] = field(default_factory=list)
    offices: dict[int, str] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)  # the same in words and dates, as it was before anything was written

    def describe(self) -> dict[str, Any]:
        """What changes, in words and dates, for reports and the record."""
        at_once = sorted({timer.name for timer in self.moved.timers if timer.fires_at is not None and timer.fires_at <= clock.now()})
        return {
            "tasks": [self._task(change) for change in self.changes],
            "cancelled": [task.name for task in self.cancelled],
            "opened": [opened.legal.name for opened in self.moved.opened],
            "at_once": at_once,
        }

    def _task(self, change: TaskChange) -> dict[str, Any]:
        task, after = change.task, change.deadline
        return {
            "task_id": task.id,
            "element": [f"{task.process_key}:{task.element_id}", f"{change.moved.now.legal.process_key}:{change.moved.now.legal.id}"],
            "name": [task.name, change.moved.now.legal.name],
            "due": [task.due_on.isoformat() if task.due_on else None, after.due_on.isoformat() if after else None],
            "office": [self.office(change.was_with), self.office(change.organisation_id)],
            "office_id": change.organisation_id,
            "form": change.form_changed,
            "lost": list(change.lost),
        }

    def office(self, organisation_id: int | None) -> str:
        """The name of an organisation that has a task before or afterwards."""
        return self.offices.get(organisation_id, "") if organisation_id is not None else ""


def foresee(session: Session, mover: Mover, case: Case) -> Foresight:
    """Tries to move a case in memory. Raises `MoveRefused`."""
    tasks = {t.engine_id: t for t in session.scalars(select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN))}
    body = session.scalars(select(CaseState.body).where(CaseState.case_id == case.id)).one()
    limits = {engine_id: _limit(task) for engine_id, task in tasks.items() if not task.optional}  # what is optional has none on its row
    moved = mover.move(body, limits, _submitted(session, case, mover), advancing.excluded(case))
    found = Foresight(moved, body, cancelled=[tasks[engine_id] for engine_id in moved.cancelled if engine_id in tasks])
    changed = {kept.now.engine_id: _form_changed(mover, tasks[kept.now.engine_id], kept) for kept in moved.kept}
    written = _drafts(session, [tasks[engine_id].id for engine_id, other in changed.items() if other])
    for kept in moved.kept:
        task = tasks[kept.now.engine_id]
        draft = written.get(task.id)
        lost = _lost(mover, task, kept, draft) if draft is not None else ()
        found.changes.append(
            TaskChange(task, kept, task.organisation_id, _organisation(session, case, task, kept), changed[task.engine_id], lost)
        )
    ids = {i for change in found.changes for i in (change.was_with, change.organisation_id)}
    ids |= {task.organisation_id for task in found.cancelled}
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(i for i in ids if i is not None)))
    found.offices = dict(rows.tuples().all())
    found.report = found.describe()
    return found


def visible_change(row: dict[str, Any]) -> bool:
    """Whether whoever has a task sees a difference: other words, another day, another form."""
    return bool(row["form"]) or row["name"][0] != row["name"][1] or row["due"][0] != row["due"][1]


def _limit(task: Task) -> Limit:
    return Limit(task.created_at, Deadline.from_dict(task.deadline) if task.deadline else None, task.inherited_due)


def _submitted(session: Session, case: Case, mover: Mover) -> dict[str, Any]:
    """The last submitted values of variables that only the new version reads: the old one did not let them travel."""
    names = mover.new.variables - mover.old.variables
    if not names:
        return {}
    query = select(Task.data).where(Task.case_id == case.id, Task.status == TaskStatus.COMPLETED).order_by(Task.completed_at, Task.id)
    return {name: value for data in session.scalars(query) for name, value in (data or {}).items() if name in names}


def _organisation(session: Session, case: Case, task: Task, kept: MovedTask) -> int | None:
    """Who has a task afterwards: whoever has it now, unless the new version gives it to another actor."""
    actor = kept.now.legal.actor or "county_environment"
    if actor == task.actor:
        return task.organisation_id
    found = resolve_actor(session, actor, case)
    return found.id if found is not None else None


def _form_changed(mover: Mover, task: Task, kept: MovedTask) -> bool:
    names = (task.form, task.ui_form), (kept.now.legal.form, kept.now.legal.ui_form)
    before, after = ([_body(d, name) for name in pair] for d, pair in zip((mover.old, mover.new), names, strict=True))
    return before != after


def _body(definition: CompiledDefinition, name: str | None) -> bytes | None:
    return definition.files.get(f"forms/{name}") if name else None


def _drafts(session: Session, task_ids: Sequence[int]) -> dict[int, Draft]:
    if not task_ids:
        return {}
    return {draft.task_id: draft for draft in session.scalars(select(Draft).where(Draft.task_id.in_(task_ids)))}


def _lost(mover: Mover, task: Task, kept: MovedTask, draft: Draft) -> tuple[str, ...]:
    new = mover.new.form(kept.now.legal.form) if kept.now.legal.form else forms.CONFIRM_FORM
    old = mover.old.form(task.form) if task.form else forms.CONFIRM_FORM
    return tuple(form_fields.title_of(old, name) for name in form_fields.left_over(new, draft.data))
