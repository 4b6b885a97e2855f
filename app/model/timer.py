"""Timers: rows with an index, asked for when due, never polled case by case."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key
from app.model.case import Case


class TimerKind(StrEnum):
    EVENT = "event"  # a timer event of the diagram
    OVERDUE = "overdue"  # a task's legal time limit has run out
    WARNING = "warning"  # a task turns yellow


class Timer(Base):
    """Something that is to happen at an instant. The row is deleted in the transaction in which it happens."""

    __tablename__ = "timers"
    __table_args__ = (
        Index("ix_timers_due", "fired", "due_at"),
        Index("ix_timers_case", "case_id"),
        Index(
            "ix_timers_waiting", "process_key", "element_id", "case_id",
            sqlite_where=text("element_id IS NOT NULL"), postgresql_where=text("element_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    engine_id: Mapped[str | None] = mapped_column(String(32))  # the engine's waiting event
    attached_to: Mapped[str | None] = mapped_column(String(32))  # the engine task that a boundary event stands on
    process_key: Mapped[str | None] = mapped_column(String(80))  # where the event stands in the diagrams, as is the next
    element_id: Mapped[str | None] = mapped_column(String(80))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    due_at: Mapped[dt.datetime | None]  # none while the clock is stopped
    fired: Mapped[bool] = mapped_column(default=False)  # the clock has seen that it is due; a worker carries it out

    case: Mapped[Case] = relationship(lazy="raise")
