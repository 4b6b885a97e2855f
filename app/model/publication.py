"""What is told: publications to everybody, notices to one organisation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.model.base import Base, Key


class Publication(Base):
    """A published list or announcement. The public sees it without signing in."""

    __tablename__ = "publications"
    __table_args__ = (Index("ix_publications_kind", "kind", "published_on"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)  # what is published: never twice
    kind: Mapped[str] = mapped_column(String(30))  # mandatory_list, disclosure, audit_result, acceptance_notice, passed_list
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]] = mapped_column(default=dict)
    year: Mapped[int]
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    publishers: Mapped[str] = mapped_column(String(200))
    published_on: Mapped[dt.date]
    closes_on: Mapped[dt.date | None]  # end of the objection period
    cases_total: Mapped[int] = mapped_column(default=0)  # cases to start because of it
    is_demo: Mapped[bool] = mapped_column(default=False)


class PublicationEntry(Base):
    """An enterprise on a published list, with the grounds of both lines merged and the case started for it."""

    __tablename__ = "publication_entries"
    __table_args__ = (UniqueConstraint("publication_id", "enterprise_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    position: Mapped[int]
    grounds: Mapped[list[str]]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))


class Notice(Base):
    """A written notice to one organisation: what happened, what comes next, by when, whom to call."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_organisation", "organisation_id", "read_at", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)  # what is told: never twice
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))
    kind: Mapped[str] = mapped_column(String(30))  # task, notice, reminder, supervision, clock_stop, …
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str | None] = mapped_column(String(200))
    due_on: Mapped[dt.date | None]
    contact: Mapped[str | None] = mapped_column(String(200))
    template: Mapped[str | None] = mapped_column(String(40))  # which official document can be printed from it
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
