"""The work list: what is to be done, may be done at any time, was done, was set off, was copied.

One statement for the rows, one for the counters.

Open tasks of an organisation come in the order of their time limits from the partial index `ix_tasks_inbox`: how long it takes does not
depend on how many tasks there are in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases.keyset import rows_of_page
from app.cases.search_terms import case_id_of, escaped, region_within
from app.cases.worklist_queries import OPEN, is_red, is_yellow, supervised_ids, task_query
from app.cases.worklist_rows import Counters, Filters, Options, Page, Row
from app.model import Case, CaseStatus, Definition, Enterprise, Notice, Organisation, OrganisationKind, Task

PAGE = 50
COPIED_KINDS = ("notice", "copy", "filing")


def counters(session: Session, principal: Principal) -> Counters:
    """The four counters, in one statement."""
    if not principal.organisation_ids:
        return Counters()
    supervised = (
        select(func.count())
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .where(OPEN, Task.id.in_(supervised_ids(principal)), scope.tasks(principal))
        .scalar_subquery()
    )
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((is_yellow(), 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_red(), 1), else_=0)), 0),
            supervised,
        )
        .select_from(Task)
        .where(OPEN, scope.own_tasks(principal), Task.optional.is_(False))
    ).one()
    return Counters(*(int(value) for value in row))


def page(session: Session, principal: Principal, filters: Filters, size: int = PAGE) -> Page:
    """One page of the list."""
    if filters.tab == "copied":
        return _copied_page(session, principal, filters, size)
    query = task_query(session, principal, filters)
    sort: tuple[Any, Any]
    if filters.tab == "done":
        sort, newest_first = (Task.completed_at, Task.id), True
    else:
        sort, newest_first = (Task.sort_due, Task.id), False
    found, previous, following = rows_of_page(
        session, query, sort, size, after=filters.after, before=filters.before, newest_first=newest_first
    )
    rows = [_row(found_row, principal) for found_row in found]

    def cursor(index: int) -> str:
        task = found[index]
        return f"{(task.completed_at if newest_first else task.sort_due).isoformat()}.{task.id}"

    return Page(rows, cursor(0) if previous else "", cursor(-1) if following else "")


def every_row(session: Session, principal: Principal, filters: Filters, most: int = 20_000) -> Iterator[Row]:
    """All rows of the list with its filters, page by page."""
    at, given = replace(filters, after="", before=""), 0
    while given < most:
        part = page(session, principal, at, size=500)
        yield from part.rows
        given += len(part.rows)
        if not part.next:
            return
        at = replace(at, after=part.next)


def options(session: Session, principal: Principal) -> Options:
    """The procedures in use and the regions under the person's offices."""
    processes = session.execute(
        select(Definition.key, func.max(Definition.name))
        .where(Definition.starts != "called")
        .group_by(Definition.key)
        .order_by(Definition.key)
    ).all()
    inside = [region_within(Organisation.region_code, o.region_code) for o in principal.authorities]
    regions: Sequence[str] = ()
    if inside:
        regions = session.scalars(
            select(Organisation.region_code)
            .where(Organisation.kind == OrganisationKind.AUTHORITY, or_(*inside))
            .distinct()
            .order_by(Organisation.region_code)
        ).all()
    return Options([(key, name) for key, name in processes], regions)


def _row(found: Any, principal: Principal) -> Row:
    before = " ".join(part for part in (found.before_office, found.before_user) if part)
    return Row(
        key=f"t{found.id}",
        task_id=found.id,
        case_id=found.case_id,
        case_number=found.Case.number,
        procedure=found.procedure,
        subject=found.enterprise or found.Case.title,
        uscc=found.uscc or "",
        region_code=found.Case.region_code,
        step=found.name,
        article=found.article,
        due_on=found.due_on,
        warn_on=found.warn_on,
        promise_due_on=found.promise_due_on,
        clock_stopped=found.clock_stopped,
        optional=found.optional,
        from_whom=before or "立案",
        since=found.completed_at or found.created_at,
        holder=" ".join(part for part in (found.holder, found.assignee) if part) or found.waiting_for or "",
        mine=found.assignee_id == principal.user_id,
        suspended=found.Case.status == CaseStatus.SUSPENDED,
        completed_on=found.completed_at.astimezone(clock.SHANGHAI).date() if found.completed_at else None,
        decision=found.decision,
    )


def _copied_page(session: Session, principal: Principal, filters: Filters, size: int) -> Page:
    """Notices that were sent for information, newest first."""
    query = (
        select(
            Notice.id, Notice.title, Notice.due_on, Notice.contact, Notice.created_at, Notice.read_at, Notice.facts, Case,
            Definition.name.label("procedure"), Enterprise.name.label("enterprise"), Enterprise.uscc,
        )
        .outerjoin(Case, Case.id == Notice.case_id)
        .outerjoin(Definition, Definition.id == Case.definition_id)
        .outerjoin(Enterprise, Enterprise.id == Case.enterprise_id)
        .where(scope.notices(principal), Notice.kind.in_(COPIED_KINDS))
    )  # fmt: skip
    if filters.process:
        query = query.where(Case.process_key == filters.process)
    if filters.region:
        query = query.where(region_within(Case.region_code, filters.region))
    if filters.q:
        like = f"%{escaped(filters.q)}%"
        texts = (Notice.title, Notice.body, Enterprise.name, Enterprise.uscc)
        query = query.where(or_(*(column.like(like, escape="!") for column in texts), Case.id == (case_id_of(filters.q) or -1)))
    found, previous, following = rows_of_page(
        session, query, (Notice.created_at, Notice.id), size, after=filters.after, before=filters.before, newest_first=True
    )
    rows = [
        Row(
            key=f"n{n.id}",
            task_id=None,
            case_id=n.Case.id if n.Case else None,
            case_number=n.Case.number if n.Case else "",
            procedure=n.procedure or "",
            subject=n.enterprise or (n.Case.title if n.Case else ""),
            uscc=n.uscc or "",
            region_code=n.Case.region_code if n.Case else "",
            step=n.title,
            article=str((n.facts or {}).get("article") or ""),
            due_on=n.due_on,
            warn_on=None,
            promise_due_on=None,
            clock_stopped=False,
            optional=False,
            from_whom=(n.contact or "").split("，")[0] or "系统",
            since=n.created_at,
            notice_id=n.id,
            unread=n.read_at is None,
        )
        for n in found
    ]

    def cursor(index: int) -> str:
        return f"{found[index].created_at.isoformat()}.{found[index].id}"

    return Page(rows, cursor(0) if previous else "", cursor(-1) if following else "")
