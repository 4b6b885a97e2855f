"""Human tasks, their drafts and the stops of their clocks."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key
from app.model.case import Case
from app.model.identity import Organisation


class TaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Task(Base):
    """A human task: the row that a work list shows. The engine knows it as `engine_id`."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "ix_tasks_inbox",
            "organisation_id",
            "sort_due",
            "id",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_tasks_done", "completed_by_id", "completed_at"),
        # What waits and what is finished at the elements of a diagram; they hold all that the counts read (SQLite looks at the status again).
        Index(
            "ix_tasks_waiting",
            "process_key",
            "element_id",
            "case_id",
            "due_on",
            "clock_stopped",
            "status",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index(
            "ix_tasks_finished",
            "process_key",
            "completed_at",
            "element_id",
            "case_id",
            "created_at",
            "due_on",
            "overdue_at",
            "status",
            sqlite_where=text("status = 'completed'"),
            postgresql_where=text("status = 'completed'"),
        ),
        Index("ix_tasks_case", "case_id", "status"),
        Index("ix_tasks_assignee", "assignee_id", "status"),
        UniqueConstraint("engine_id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    engine_id: Mapped[str] = mapped_column(String(32))
    process_key: Mapped[str] = mapped_column(String(80))  # the (called) process that the element stands in
    element_id: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    basis: Mapped[str] = mapped_column(String(400), default="")  # legal step ids, separated by spaces
    article: Mapped[str] = mapped_column(String(300), default="")
    actor: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))  # none: nobody there yet, see `waiting_for`
    waiting_for: Mapped[str | None] = mapped_column(String(200))  # what an administrator must set up first
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    delegated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(String(10))
    optional: Mapped[bool] = mapped_column(default=False)
    panel: Mapped[str | None] = mapped_column(String(20))
    form: Mapped[str | None] = mapped_column(String(200))
    ui_form: Mapped[str | None] = mapped_column(String(200))
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    due_on: Mapped[dt.date | None]
    warn_on: Mapped[dt.date | None]  # yellow from this day
    promise_due_on: Mapped[dt.date | None]  # the bureau's own service promise, never later than `due_on`
    sort_due: Mapped[dt.date] = mapped_column(default=dt.date(9999, 12, 31))  # `due_on`, or the end of time
    deadline: Mapped[dict[str, Any] | None]  # the derivation of `due_on`
    inherited_due: Mapped[bool] = mapped_column(default=False)  # the limit of an enclosing activity
    clock_stopped: Mapped[bool] = mapped_column(default=False)
    overdue_at: Mapped[dt.datetime | None]  # when the miss was recorded
    urged_at: Mapped[dt.datetime | None]
    completed_at: Mapped[dt.datetime | None]
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decision: Mapped[str | None] = mapped_column(String(40))
    data: Mapped[dict[str, Any] | None]  # what was submitted
    context: Mapped[dict[str, Any] | None]  # case variables when the task was opened

    case: Mapped[Case] = relationship(lazy="raise")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")


class Draft(Base):
    """What somebody typed and has not submitted. One per task; a conflicting save is refused by `revision`."""

    __tablename__ = "drafts"

    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[dict[str, Any]]
    revision: Mapped[int]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[dt.datetime]


class ClockStop(Base):
    """A time that does not count: who stopped the clock of a task, why and since when."""

    __tablename__ = "clock_stops"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"), index=True)
    ground: Mapped[str] = mapped_column(String(20))  # correction, expert_review, hearing, …
    reason: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(String(200))
    stopped_on: Mapped[dt.date]
    stopped_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    resumed_on: Mapped[dt.date | None]
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
