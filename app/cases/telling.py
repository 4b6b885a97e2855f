"""Tells enterprises before they ask, and offices what fell to them: a notice for each task that opens and each end that concerns them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.engine.runner import Advance
from app.model import Case, Enterprise, Organisation, OrganisationKind, Task
from app.services.notices import Message, contact_of, handling_office, tell


def tell_about(
    session: Session, case: Case, step: Advance, opened: list[Task], by_organisation_id: int | None, *, quiet: bool = False
) -> None:
    """The notices that follow from one step of a case. `quiet`: the enterprise is not told of steps between offices (a penalty procedure)."""
    messages = [m for task in opened if not task.optional and (m := _about_task(session, case, task, step)) is not None]
    if not quiet and (progress := _about_progress(session, case, step, opened, by_organisation_id)) is not None:
        messages.append(progress)
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


def _about_progress(session: Session, case: Case, step: Advance, opened: list[Task], by_organisation_id: int | None) -> Message | None:
    """Tells the enterprise that its case went on to another office: what was done, who has it now, what for and by when."""
    done = next((passed.legal for passed in step.passed if passed.legal.element.is_human), None)
    if case.enterprise is None or by_organisation_id is None or done is None or step.ended:
        return None
    own = case.enterprise.organisation_id
    waiting = [task for task in opened if task.organisation_id is not None and not task.optional]
    if any(task.organisation_id == own for task in waiting):
        return None  # it is told of its own task
    onward = [task for task in waiting if task.organisation_id != by_organisation_id]
    if not onward:
        return None
    first = onward[0]
    office = session.get_one(Organisation, first.organisation_id)
    now_with = "、".join(dict.fromkeys(session.get_one(Organisation, task.organisation_id).name for task in onward))
    return Message(
        key=f"progress:{first.engine_id}",
        organisation=case.enterprise.organisation,
        kind="progress",
        title=f"办理进展：“{done.name}”已办结",
        body=f"{case.title}（{case.number}）的“{done.name}”已办结，现由{now_with}办理“{first.name}”。",
        next_step=f"{office.name}办理“{first.name}”",
        due_on=min((task.due_on for task in onward if task.due_on), default=None),
        contact=contact_of(office),
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
