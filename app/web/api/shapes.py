"""What the API says of things."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases import drafts, forms, work
from app.engine.errors import Problem
from app.law.periods import Deadline
from app.model import Case, Definition, Document, Event, Task, TaskStatus
from app.web.context import light_of


def definition(found: Definition) -> dict[str, Any]:
    return {
        "key": found.key,
        "version": found.version,
        "name": found.name,
        "kind": found.kind,
        "jurisdiction": found.jurisdiction,
        "state": found.status,
    }


def problems(found: Iterable[Problem]) -> list[dict[str, str]]:
    """What the checks say of process files."""
    return [{"file": p.file, "element": p.element, "name": p.name, "code": p.code, "message": p.message} for p in found]


def case(found: Case) -> dict[str, Any]:
    enterprise = found.enterprise
    return {
        "id": found.id,
        "number": found.number,
        "title": found.title,
        "process": found.process_key,
        "process_name": found.definition.name,
        "version": found.definition.version,
        "region": found.region_code,
        "enterprise": {"uscc": enterprise.uscc, "name": enterprise.name} if enterprise else None,
        "status": found.status,
        "outcome": found.outcome,
        "started": moment(found.started_at),
        "ended": moment(found.ended_at),
    }


def case_with_tasks(found: Case, open_tasks: list[Task]) -> dict[str, Any]:
    """A case with who has it and by when."""
    rows = [
        {
            "id": task.id,
            "name": task.name,
            "actor": task.actor,
            "org": task.organisation.name if task.organisation else None,
            "due": day(task.due_on),
            "light": light_of(task),
        }
        for task in open_tasks
    ]
    return {**case(found), "revision": found.revision, "tasks": rows}


def event(principal: Principal, found: Event, user: str | None, organisation: str | None) -> dict[str, Any]:
    """An event. Names and reasons of another organisation's people are for authorities."""
    return {
        "id": found.id,
        "at": moment(found.at),
        "event": found.kind,
        "process": found.process_key,
        "element": found.element_id,
        "basis": found.basis.split(),
        "name": found.name,
        "task": found.task_id,
        "actor": user if scope.sees_inside(principal, found) else None,
        "org": organisation,
        "detail": scope.detail_of(principal, found),
    }


class TaskShapes:
    """Tasks as the API lists them. Forms that several tasks share are read once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._choices: dict[tuple[int, str | None], list[str]] = {}

    def brief(self, task: Task, case: Case) -> dict[str, Any]:
        return {
            "id": task.id,
            "case": task.case_id,
            "name": task.name,
            "basis": task.basis.split(),
            "actor": task.actor,
            "due": day(task.due_on),
            "light": light_of(task),
            "choices": self._choices_of(task, case),
        }

    def _choices_of(self, task: Task, case: Case) -> list[str]:
        key = (case.definition_id, task.form)
        if key not in self._choices:
            schema, _ = forms.form_for_reading(self.session, task, case)
            self._choices[key] = [choice["value"] for choice in forms.choices(schema)]
        return self._choices[key]

    def state(self, task: Task, case: Case) -> dict[str, Any]:
        """A task after an act on it."""
        return {
            **self.brief(task, case),
            "status": task.status,
            "revision": task.revision,
            "assignee": task.assignee_id,
            "decision": task.decision,
            "case_status": case.status,
        }

    def full(self, principal: Principal, task: Task, case: Case) -> dict[str, Any]:
        """A task with its form. What is typed or was submitted is for those who work on it and for authorities above."""
        schema, ui_schema = forms.form_of(self.session, task, case)
        mine = task.status == TaskStatus.OPEN and work.may_do(principal, task)
        colleagues = work.colleagues(self.session, task) if mine else []
        return {
            **self.state(task, case),
            "case_number": case.number,
            "process": task.process_key,
            "element": task.element_id,
            "article": task.article,
            "optional": task.optional,
            "created": moment(task.created_at),
            "completed": moment(task.completed_at),
            "deadline": Deadline.from_dict(task.deadline).explain() if task.deadline else [],
            "waiting_for": task.waiting_for,
            "may_do": mine,
            "colleagues": [{"id": user.id, "name": user.name} for user in colleagues if user.id != principal.user_id],
            "schema": schema,
            "ui_schema": ui_schema,
            "data": self._data(principal, task, case, schema, mine=mine),
        }

    def _data(self, principal: Principal, task: Task, case: Case, schema: dict[str, Any], *, mine: bool) -> dict[str, Any]:
        if mine:
            draft = drafts.of(self.session, task.id)
            return draft.data if draft else forms.prefilled(self.session, task, case, schema)
        concerned = principal.is_authority or task.organisation_id in principal.organisation_ids
        return task.data or {} if concerned and task.status == TaskStatus.COMPLETED else {}


def document(found: Document) -> dict[str, Any]:
    return {"id": found.id, "name": found.name, "size": found.size}


def day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def moment(value: dt.datetime | None) -> str | None:
    """An instant, in China."""
    return value.astimezone(clock.SHANGHAI).isoformat() if value else None
