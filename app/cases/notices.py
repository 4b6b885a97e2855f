"""Reading notices: those of one's own organisation, unread first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.orm import Session

from app import clock
from app.access import scope
from app.access.principal import Principal
from app.cases.errors import NotFound
from app.model import Case, Notice, Organisation, Task, TaskStatus

PAGE = 50
KINDS = {
    "task": "待办", "notice": "通知", "reminder": "临期提醒", "supervision": "督办", "clock_stop": "计时变动", "urge": "催办",
    "filing": "备案", "case_ended": "办结", "register": "名录", "migration": "流程修订",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A notice with what it is about; `task_open` while the task that it speaks of waits for the reader."""

    notice: Notice
    case: Case | None
    organisation: Organisation
    task_open: bool


@dataclass(frozen=True)
class Page:
    """One page of notices."""

    rows: Sequence[Told]
    total: int
    unread: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def page(session: Session, principal: Principal, *, unread_only: bool = False, number: int = 1) -> Page:
    """The person's notices, unread ones first, then the newest."""
    mine = scope.notices(principal)
    unread = session.scalar(select(func.count(Notice.id)).where(mine, Notice.read_at.is_(None))) or 0
    total = unread if unread_only else session.scalar(select(func.count(Notice.id)).where(mine)) or 0
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    query = _told().where(mine)
    if unread_only:
        query = query.where(Notice.read_at.is_(None))
    unread_first = case((Notice.read_at.is_(None), 0), else_=1)
    found = session.execute(query.order_by(unread_first, Notice.id.desc()).limit(PAGE).offset((number - 1) * PAGE)).all()
    return Page([_row(*row) for row in found], total, unread, number)


def find(session: Session, principal: Principal, notice_id: int) -> Told:
    """One of the person's notices. Raises `NotFound`."""
    found = session.execute(_told().where(Notice.id == notice_id, scope.notices(principal))).first()
    if found is None:
        raise NotFound()
    return _row(*found)


def mark_read(session: Session, principal: Principal, notice_id: int) -> None:
    """Writes down when a notice was first opened. Raises `NotFound`."""
    found = session.scalars(select(Notice).where(Notice.id == notice_id, scope.notices(principal))).first()
    if found is None:
        raise NotFound()
    if found.read_at is None:
        found.read_at = clock.now()


def mark_all_read(session: Session, principal: Principal) -> int:
    """Marks every unread notice as read. Gives how many."""
    done = session.execute(update(Notice).where(scope.notices(principal), Notice.read_at.is_(None)).values(read_at=clock.now()))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _told() -> Select[Any]:
    return (
        select(Notice, Case, Organisation, Task.status)
        .join(Organisation, Organisation.id == Notice.organisation_id)
        .outerjoin(Case, Case.id == Notice.case_id)
        .outerjoin(Task, Task.id == Notice.task_id)
    )


def _row(notice: Notice, about: Case | None, organisation: Organisation, task_status: str | None) -> Told:
    return Told(notice, about, organisation, task_status == TaskStatus.OPEN)
