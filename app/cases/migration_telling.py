"""Who is told of a move: whoever gets a task or loses it, whose draft no longer fits, enterprises of every change they see.

Offices learn of changed limits and forms in one notice for the whole run: a bureau with three hundred cases does not get three hundred letters.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import telling
from app.cases.migration_foresight import Foresight, TaskChange, visible_change
from app.engine.runner import Advance
from app.law.periods import format_date
from app.model import Case, CaseMigrationItem, CaseMigrationRun, Definition, MigrationOutcome, Organisation, OrganisationKind, Task
from app.services.notices import Message, tell

KIND = "migration"
SHOWN = 20
"""Tasks that an office's notice names; the rest are counted."""


def tell_case(session: Session, case: Case, found: Foresight, opened: list[Task], run_id: int) -> None:
    """The notices that follow from the move of one case. Called once it is written."""
    rows = {row["task_id"]: row for row in found.report["tasks"]}
    messages = [m for change in found.changes for m in _about(session, case, found, change, rows[change.task.id], run_id)]
    for task in found.cancelled:
        office = _organisation(session, task.organisation_id)
        if office is not None and not task.optional:
            body = f"{_named(case)}已按修订后的流程办理，“{task.name}”不再需要贵单位办理。"
            messages.append(_message(f"{run_id}:{task.id}:gone", office, f"不再办理：{task.name}", body))
    tell(session, case, messages)
    telling.tell_about(session, case, Advance(opened=found.moved.opened), opened, None, quiet=True)


def _about(session: Session, case: Case, found: Foresight, change: TaskChange, row: dict[str, Any], run_id: int) -> list[Message]:
    task, key = change.task, f"{run_id}:{change.task.id}"
    office, left = _organisation(session, change.organisation_id), _organisation(session, change.was_with)
    due = f"期限 {format_date(task.due_on)}。" if task.due_on else ""
    told = []
    if change.handed_over:
        if left is not None:
            goes_to = found.office(change.organisation_id) or "其他单位"
            body = f"{_named(case)}已按修订后的流程办理，“{row['name'][0]}”改由{goes_to}办理，贵单位不再办理。"
            told.append(_message(f"{key}:left", left, f"转出：{row['name'][0]}", body))
        if office is not None:
            comes_from = found.office(change.was_with) or "其他单位"
            body = f"{_named(case)}已按修订后的流程办理，“{task.name}”由{comes_from}转由贵单位办理。{due}"
            told.append(_message(f"{key}:got", office, f"转入：{task.name}", body, task))
    elif office is not None and change.lost:
        fields = "、".join(f"“{title}”" for title in change.lost)
        body = f"{_named(case)}的“{task.name}”换了表单。暂存的草稿已保留，其中{fields}在新表单中没有对应的栏目，请核对后再提交。{due}"
        told.append(_message(f"{key}:draft", office, f"草稿请核对：{task.name}", body, task))
    elif office is not None and office.kind != OrganisationKind.AUTHORITY and visible_change(row):
        body = f"{_named(case)}已按修订后的流程办理，请按新的要求办理“{task.name}”。{due}"
        told.append(_message(f"{key}:changed", office, f"办理要求有变化：{task.name}", body, task))
    return told


def tell_offices(session: Session, run: CaseMigrationRun, definition: Definition) -> None:
    """One notice to each office about the limits, forms and names that a finished run changed in the tasks that it has."""
    query = (
        select(Case, CaseMigrationItem.detail)
        .join(Case, Case.id == CaseMigrationItem.case_id)
        .where(CaseMigrationItem.run_id == run.id, CaseMigrationItem.outcome == MigrationOutcome.MOVED)
        .order_by(Case.id)
    )
    lines: dict[int, list[str]] = {}
    for case, detail in session.execute(query).tuples():
        for row in detail.get("tasks", ()):
            if row["office_id"] is not None and row["office"][0] == row["office"][1] and visible_change(row):
                lines.setdefault(row["office_id"], []).append(f"{case.number}“{row['name'][1]}”{_difference(row)}")
    offices = session.scalars(select(Organisation).where(Organisation.id.in_(lines), Organisation.kind == OrganisationKind.AUTHORITY))
    messages = []
    for office in offices:
        own = lines[office.id]
        more = f"；其余 {len(own) - SHOWN} 项请在工作台查看" if len(own) > SHOWN else ""
        body = f"“{definition.name}”已修订，在办案件改按第 {definition.version} 版办理，贵单位有 {len(own)} 项待办有变化：{'；'.join(own[:SHOWN])}{more}。"
        messages.append(_message(f"{run.id}:office:{office.id}", office, f"流程修订：{definition.name}", body))
    tell(session, None, messages)


def _difference(row: dict[str, Any]) -> str:
    before, after = row["due"]
    if before != after:
        return f"期限 {before or '无'} 改为 {after or '无'}"
    return "换了表单" if row["form"] else f"原为“{row['name'][0]}”"


def _named(case: Case) -> str:
    return f"{case.title}（{case.number}）"


def _organisation(session: Session, organisation_id: int | None) -> Organisation | None:
    return session.get(Organisation, organisation_id) if organisation_id is not None else None


def _message(key: str, organisation: Organisation, title: str, body: str, task: Task | None = None) -> Message:
    return Message(
        key=f"migration:{key}:{organisation.id}", organisation=organisation, kind=KIND, title=title, body=body,
        due_on=task.due_on if task is not None else None, task_id=task.id if task is not None else None,
    )  # fmt: skip
