"""What the filters of the work list mean, as conditions and joins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select, union
from sqlalchemy.orm import Session, aliased

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases.search_terms import case_id_of, escaped, json_like, region_within
from app.cases.worklist_rows import Filters
from app.model import Case, Definition, Enterprise, Notice, Organisation, Task, TaskStatus, User

# Written out, because a partial index is only used when the statement says so itself.
OPEN = Task.status == literal_column(f"'{TaskStatus.OPEN.value}'")


def is_yellow() -> ColumnElement[bool]:
    today = clock.today()
    return and_(Task.clock_stopped.is_(False), Task.sort_due >= today, Task.warn_on <= today)


def is_red() -> ColumnElement[bool]:
    return and_(Task.clock_stopped.is_(False), Task.sort_due < clock.today())


def supervised_ids(principal: Principal) -> Any:
    """Tasks that the person's office was told to press for (督办): named by the notice, or the late ones of the case that it names."""
    told = (scope.notices(principal), Notice.kind == "supervision")
    named = select(Notice.task_id).where(*told, Notice.task_id.is_not(None))
    of_case = (
        select(Task.id)
        .join(Notice, Notice.case_id == Task.case_id)
        .where(*told, Notice.task_id.is_(None), Task.status == TaskStatus.OPEN, Task.overdue_at.is_not(None))
    )
    return union(named, of_case)


def task_query(session: Session, principal: Principal, filters: Filters) -> Select[Any]:
    query = _columns()
    if filters.light == "supervised" and filters.tab == "todo":
        query = query.where(OPEN, Task.id.in_(supervised_ids(principal)), scope.tasks(principal))
    elif filters.tab == "done":
        query = query.where(Task.completed_by_id == principal.user_id, Task.status == TaskStatus.COMPLETED)
    elif filters.tab == "started":
        query = query.where(OPEN, Case.started_by_id == principal.user_id)
    else:
        query = query.where(OPEN, scope.own_tasks(principal), Task.optional.is_(filters.tab == "anytime"))
    if filters.light == "yellow":
        query = query.where(is_yellow())
    elif filters.light == "red":
        query = query.where(is_red())
    if filters.process:
        query = query.where(Case.process_key == filters.process)
    if filters.region:
        query = query.where(region_within(Case.region_code, filters.region))
    if filters.q:
        query = query.where(_matches(session, principal, filters))
    return query


def _cases_at_hand(principal: Principal, filters: Filters) -> Any:
    """The ids of the cases behind a list, so that a search in what was submitted earlier looks at no others."""
    other = aliased(Task)
    if filters.tab == "done":
        return select(other.case_id).where(other.completed_by_id == principal.user_id)
    if filters.tab == "started":
        return select(Case.id).where(Case.started_by_id == principal.user_id)
    if filters.light == "supervised":
        return select(other.case_id).where(other.id.in_(supervised_ids(principal)))
    return select(other.case_id).where(
        other.status == literal_column(f"'{TaskStatus.OPEN.value}'"), other.organisation_id.in_(principal.organisation_ids)
    )


def _columns() -> Select[Any]:
    """What a row shows, joined. The step before it is the one completed last when the task was opened."""
    holder, assignee = aliased(Organisation), aliased(User)
    before, before_office, before_user = aliased(Task), aliased(Organisation), aliased(User)
    inner = aliased(Task)
    latest_before = (
        select(inner.id)
        .where(inner.case_id == Task.case_id, inner.status == TaskStatus.COMPLETED, inner.id != Task.id)
        .where(inner.completed_at <= Task.created_at)
        .order_by(inner.completed_at.desc(), inner.id.desc())
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
    )
    return (
        select(
            Task.id, Task.case_id, Task.name, Task.article, Task.due_on, Task.warn_on, Task.promise_due_on, Task.clock_stopped,
            Task.optional, Task.created_at, Task.sort_due, Task.completed_at, Task.decision, Task.assignee_id, Task.waiting_for, Case,
            Definition.name.label("procedure"), Enterprise.name.label("enterprise"), Enterprise.uscc, holder.name.label("holder"),
            assignee.name.label("assignee"), before_office.name.label("before_office"), before_user.name.label("before_user"),
        )
        .join(Case, Case.id == Task.case_id)
        .join(Definition, Definition.id == Case.definition_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .outerjoin(holder, holder.id == Task.organisation_id)
        .outerjoin(assignee, assignee.id == Task.assignee_id)
        .outerjoin(before, before.id == latest_before)
        .outerjoin(before_office, before_office.id == before.organisation_id)
        .outerjoin(before_user, before_user.id == before.completed_by_id)
    )  # fmt: skip


def _matches(session: Session, principal: Principal, filters: Filters) -> ColumnElement[bool]:
    """Enterprise, code, case number, step, or anything that forms of the case hold."""
    q = filters.q
    like = f"%{escaped(q)}%"
    earlier = aliased(Task)
    submitted = select(earlier.case_id).where(
        earlier.case_id.in_(_cases_at_hand(principal, filters)), earlier.data.is_not(None), json_like(session, earlier.data, q)
    )
    clauses: list[ColumnElement[bool]] = [
        Enterprise.name.like(like, escape="!"),
        Enterprise.uscc.like(like.upper(), escape="!"),
        Case.title.like(like, escape="!"),
        Task.name.like(like, escape="!"),
        json_like(session, Task.context, q),
        Task.case_id.in_(submitted),
    ]
    case_id = case_id_of(q)
    if case_id is not None:
        clauses.append(Case.id == case_id)
    return or_(*clauses)
