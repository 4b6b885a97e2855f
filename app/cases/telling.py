"""Tells enterprises before they ask, and offices what fell to them: a notice for each task that opens and each end that concerns them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.engine.runner import Advance
from app.model import Case, Enterprise, Organisation, OrganisationKind, Task
from app.services.notices import Message, contact_of, handling_office, tell


def tell_about(session: Session, case: Case, step: Advance, opened: list[Task]) -> None:
    """The notices that follow from one step of a case."""
    messages = [m for task in opened if not task.optional and (m := _about_task(session, case, task, step)) is not None]
    if step.ended and case.enterprise_id is not None:
        messages.append(_about_end(session, case, step))
    tell(session, case, messages)


def _about_task(session: Session, case: Case, task: Task, step: Advance) -> Message | None:
    """Enterprises, consultants and experts are told of each task; offices see theirs on the work list."""
    organisation = session.get(Organisation, task.organisation_id) if task.organisation_id else None
    if organisation is None or organisation.kind == OrganisationKind.AUTHORITY:
        return None
    due = f"，期限 {task.due_on:%Y-%m-%d}" if task.due_on else ""
    return Message(
        key=f"task:{task.engine_id}",
        organisation=organisation,
        kind="task",
        title=f"待办：{task.name}",
        body=f"{case.title}（{case.number}）现在需要您单位办理“{task.name}”{due}。",
        next_step=task.name,
        due_on=task.due_on,
        contact=contact_of(handling_office(session, case, task.context or {})),
        task_id=task.id,
        facts={"article": task.article},
    )


def _about_end(session: Session, case: Case, step: Advance) -> Message:
    enterprise = session.get_one(Enterprise, case.enterprise_id)
    return Message(
        key=f"end:{case.id}",
        organisation=enterprise.organisation,
        kind="case_ended",
        title=f"办结：{case.title}",
        body=f"{case.title}（{case.number}）已办结：{step.outcome or '办结'}。",
        contact=contact_of(handling_office(session, case, step.variables)),
    )
