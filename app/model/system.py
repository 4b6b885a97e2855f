"""Rows that keep the system itself running."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Key


class Lease(Base):
    """Who may do a job of which there is one at a time. An expired lease is free."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[dt.datetime]


class Setting(Base):
    """A value that administrators or the system itself keep."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Holiday(Base):
    """A day of an imported State Council arrangement that differs from the plain week."""

    __tablename__ = "holidays"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str] = mapped_column(String(60))


class ServicePromise(Base):
    """承诺时限: a time limit shorter than the law's that a bureau sets itself for a legal step."""

    __tablename__ = "service_promises"
    __table_args__ = (UniqueConstraint("organisation_id", "step"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    step: Mapped[str] = mapped_column(String(80))
    value: Mapped[int]
    unit: Mapped[str] = mapped_column(String(10))  # day, workday


class IdempotencyKey(Base):
    """The answer to a request that may be repeated: the repetition gets it again and nothing happens twice."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(100))
    request_hash: Mapped[str] = mapped_column(String(64))
    status_code: Mapped[int]
    response: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
