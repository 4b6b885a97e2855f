"""What happened, appended and never changed (triggers in the database refuse it)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Key

_NO_CASE = text("case_id IS NULL")


class Event(Base):
    """One thing that happened in a case or to the system."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_case", "case_id", "id"),
        Index("ix_events_without_case", "kind", "id", sqlite_where=_NO_CASE, postgresql_where=_NO_CASE),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[dt.datetime]
    kind: Mapped[str] = mapped_column(String(30))  # case_started, task_created, task_completed, …
    process_key: Mapped[str | None] = mapped_column(String(80))
    element_id: Mapped[str | None] = mapped_column(String(80))
    basis: Mapped[str] = mapped_column(String(400), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    task_id: Mapped[int | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    public_to_enterprise: Mapped[bool] = mapped_column(default=True)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
