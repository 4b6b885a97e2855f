"""The work list: what is to be done, may be done at any time, was done, was set off, was copied.

One statement for the rows, one for the counters.

Open tasks of an organisation come in the order of their time limits from the partial index `ix_tasks_inbox`: how long it takes does not
depend on how many tasks there are in all. Pages begin behind a row (keyset): nothing is skipped or shown twice when tasks come and go.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, literal_column, or_, select, tuple_, union
from sqlalchemy.orm import Session, aliased

from app import clock
from app.access import scope
from app.access.organisations import region_prefix
from app.access.principal import Principal
from app.model import Case, CaseStatus, Definition, Enterprise, Notice, Organisation, OrganisationKind, Task, TaskStatus, User

PAGE = 50
TABS = ("todo", "anytime", "done", "started", "copied")
LIGHTS = ("yellow", "red", "supervised")
COPIED_KINDS = ("notice", "copy", "filing")
_NUMBER = re.compile(r"(?:QC\d{4}-)?0*(\d{1,12})", re.IGNORECASE)

# Written out, because a partial index is only used when the statement says so itself.
OPEN = Task.status == literal_column(f"'{TaskStatus.OPEN.value}'")


@dataclass(frozen=True)
class Filters:
    """What the list shows. `after` and `before` are cursors: the row behind or before which the page lies."""

    tab: str = "todo"
    light: str = ""
    process: str = ""
    region: str = ""
    q: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def from_query(cls, query: Any) -> Filters:
        """From a query string; what is unknown counts as not given."""
        tab, light = query.get("tab", ""), query.get("light", "")
        return cls(
            tab=tab if tab in TABS else "todo",
            light=light if light in LIGHTS else "",
            process=query.get("process", "")[:80],
            region=query.get("region", "")[:6],
            q=query.get("q", "").strip()[:60],
            after=query.get("after", "")[:60],
            before=query.get("before", "")[:60],
        )

    def as_query(self, **changes: str) -> dict[str, str]:
        """The query string's values; a change of filter goes back to the first page."""
        changed = replace(self, **{"after": "", "before": "", **changes})
        values = {name: getattr(changed, name) for name in self.__dataclass_fields__}
        return {k: v for k, v in values.items() if v and (k, v) != ("tab", "todo")}

    @property
    def narrowed(self) -> bool:
        return bool(self.light or self.process or self.region or self.q)


@dataclass(frozen=True)
class Row:
    """A row of the list. `light_of` and the due macro read it like a task."""

    key: str
    task_id: int | None
    case_id: int | None
    case_number: str
    procedure: str
    subject: str
    uscc: str
    region_code: str
    step: str
    article: str
    due_on: dt.date | None
    warn_on: dt.date | None
    promise_due_on: dt.date | None
    clock_stopped: bool
    optional: bool
    from_whom: str
    since: dt.datetime
    holder: str = ""  # who has it, where that is not oneself
    mine: bool = False  # claimed by the person
    suspended: bool = False  # its case waits until a fault is mended
    completed_on: dt.date | None = None
    decision: str | None = None
    notice_id: int | None = None
    unread: bool = False


@dataclass(frozen=True)
class Page:
    """Some rows with the cursors of the neighbouring pages."""

    rows: Sequence[Row]
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Counters:
    """How many open tasks there are, by what is urgent about them."""

    open: int = 0
    yellow: int = 0
    red: int = 0
    supervised: int = 0


@dataclass(frozen=True)
class Options:
    """What one may filter by."""

    processes: Sequence[tuple[str, str]] = field(default=())
    regions: Sequence[str] = field(default=())


def counters(session: Session, principal: Principal) -> Counters:
    """The four counters, in one statement."""
    if not principal.organisation_ids:
        return Counters()
    supervised = (
        select(func.count())
        .select_from(Task)
        .join(Case, Case.id == Task.case_id)
        .where(OPEN, Task.id.in_(_supervised_ids(principal)), scope.tasks(principal))
        .scalar_subquery()
    )
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((_is_yellow(), 1), else_=0)), 0),
            func.coalesce(func.sum(case((_is_red(), 1), else_=0)), 0),
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
    query = _task_query(session, principal, filters)
    sort: tuple[Any, Any]
    if filters.tab == "done":
        sort, newest_first = (Task.completed_at, Task.id), True
    else:
        sort, newest_first = (Task.sort_due, Task.id), False
    found, previous, following = _keyset(session, query, sort, filters, size, newest_first=newest_first)
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


# -- what the filters mean ------------------------------------------------------------------------------------------------


def _is_yellow() -> ColumnElement[bool]:
    today = clock.today()
    return and_(Task.clock_stopped.is_(False), Task.sort_due >= today, Task.warn_on <= today)


def _is_red() -> ColumnElement[bool]:
    return and_(Task.clock_stopped.is_(False), Task.sort_due < clock.today())


def _supervised_ids(principal: Principal) -> Any:
    """Tasks that the person's office was told to press for (督办): named by the notice, or the late ones of the case that it names."""
    told = (scope.notices(principal), Notice.kind == "supervision")
    named = select(Notice.task_id).where(*told, Notice.task_id.is_not(None))
    of_case = (
        select(Task.id)
        .join(Notice, Notice.case_id == Task.case_id)
        .where(*told, Notice.task_id.is_(None), Task.status == TaskStatus.OPEN, Task.overdue_at.is_not(None))
    )
    return union(named, of_case)


def _task_query(session: Session, principal: Principal, filters: Filters) -> Select[Any]:
    query = _columns()
    if filters.light == "supervised" and filters.tab == "todo":
        query = query.where(OPEN, Task.id.in_(_supervised_ids(principal)), scope.tasks(principal))
    elif filters.tab == "done":
        query = query.where(Task.completed_by_id == principal.user_id, Task.status == TaskStatus.COMPLETED)
    elif filters.tab == "started":
        query = query.where(OPEN, Case.started_by_id == principal.user_id)
    else:
        query = query.where(OPEN, scope.own_tasks(principal), Task.optional.is_(filters.tab == "anytime"))
    if filters.light == "yellow":
        query = query.where(_is_yellow())
    elif filters.light == "red":
        query = query.where(_is_red())
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
        return select(other.case_id).where(other.id.in_(_supervised_ids(principal)))
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
    like = f"%{_escaped(q)}%"
    earlier = aliased(Task)
    submitted = select(earlier.case_id).where(
        earlier.case_id.in_(_cases_at_hand(principal, filters)), earlier.data.is_not(None), _json_like(session, earlier.data, q)
    )
    clauses: list[ColumnElement[bool]] = [
        Enterprise.name.like(like, escape="!"),
        Enterprise.uscc.like(like.upper(), escape="!"),
        Case.title.like(like, escape="!"),
        Task.name.like(like, escape="!"),
        _json_like(session, Task.context, q),
        Task.case_id.in_(submitted),
    ]
    case_id = case_id_of(q)
    if case_id is not None:
        clauses.append(Case.id == case_id)
    return or_(*clauses)


def case_id_of(text: str) -> int | None:
    """The id behind a case number such as QC2027-000123; none when the text is no number."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None


def _escaped(q: str) -> str:
    return re.sub(r"([!%_])", r"!\1", q)


def _json_like(session: Session, column: Any, q: str) -> ColumnElement[bool]:
    """Whether JSON holds a text. SQLite stores it with Chinese characters escaped, PostgreSQL as they are."""
    plain = session.get_bind().dialect.name != "sqlite"
    inner = json.dumps(q, ensure_ascii=not plain)[1:-1]
    return cast(column, Text).like(f"%{_escaped(inner)}%", escape="!")


def region_within(column: Any, region_code: str) -> ColumnElement[bool]:
    """Region codes within a region, as a range that an index serves."""
    prefix = region_prefix(region_code.ljust(6, "0"))
    return and_(column >= prefix.ljust(6, "0"), column <= prefix.ljust(6, "9"))


# -- pages ----------------------------------------------------------------------------------------------------------------


def _keyset(
    session: Session, query: Select[Any], sort: tuple[Any, Any], filters: Filters, size: int, *, newest_first: bool
) -> tuple[list[Any], bool, bool]:
    """The rows of a page, and whether there are pages before and after it."""
    backwards = bool(filters.before)
    position = _position(filters.before or filters.after)
    falling = newest_first != backwards
    if position is not None:
        at = tuple_(*(literal(value, column.type) for value, column in zip(position, sort, strict=True)))
        query = query.where(tuple_(*sort) < at if falling else tuple_(*sort) > at)
    order = [column.desc() if falling else column.asc() for column in sort]
    found = list(session.execute(query.order_by(*order).limit(size + 1)))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
        return found, more and bool(found), bool(found) and position is not None
    return found, position is not None and bool(found), more


def _position(cursor: str) -> tuple[Any, int] | None:
    """The sort values in a cursor; none when somebody wrote it by hand."""
    value, _, row_id = cursor.rpartition(".")
    try:
        return (dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)), int(row_id)
    except ValueError:
        return None


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
        like = f"%{_escaped(filters.q)}%"
        texts = (Notice.title, Notice.body, Enterprise.name, Enterprise.uscc)
        query = query.where(or_(*(column.like(like, escape="!") for column in texts), Case.id == (case_id_of(filters.q) or -1)))
    found, previous, following = _keyset(session, query, (Notice.created_at, Notice.id), filters, size, newest_first=True)
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
