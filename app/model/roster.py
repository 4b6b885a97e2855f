"""Rosters: the lists of enterprises that travel from county to province."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key


class RosterStatus(StrEnum):
    OPEN = "open"  # at some level of the chain
    APPROVED = "approved"  # handed over for publication
    PUBLISHED = "published"


class EntryStatus(StrEnum):
    LISTED = "listed"
    RETURNED = "returned"  # sent back with a question; must be corrected or struck before it goes up
    STRUCK = "struck"


class Roster(Base):
    """A bureau's list for a year. Its line is the bureau's body: each body sees its own lists."""

    __tablename__ = "rosters"
    __table_args__ = (Index("ix_rosters_handed_over", "line", "year", "status"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    line: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[str] = mapped_column(String(10))
    publication: Mapped[str] = mapped_column(String(80))  # the process that publishes it
    # The publication case whose list this one belongs to once that list is settled. No foreign key: cases name rosters already.
    publication_case_id: Mapped[int | None] = mapped_column(Key, index=True)
    created_at: Mapped[dt.datetime]

    entries: Mapped[list[RosterEntry]] = relationship(
        back_populates="roster", order_by="RosterEntry.id", lazy="raise", cascade="all, delete-orphan"
    )


class RosterEntry(Base):
    """An enterprise on a roster, with whatever was said about it on the way."""

    __tablename__ = "roster_entries"
    __table_args__ = (UniqueConstraint("roster_id", "uscc"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"))
    uscc: Mapped[str] = mapped_column(String(18))
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(String(6))
    industry_code: Mapped[str | None] = mapped_column(String(5))
    address: Mapped[str | None] = mapped_column(String(200))
    legal_representative: Mapped[str | None] = mapped_column(String(60))
    contact_name: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    grounds: Mapped[list[str]]  # of those that its kind of list knows: "1", "2", …
    management_level: Mapped[str] = mapped_column(String(10), default="county")
    status: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)  # why it was struck or returned
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    rolled_from_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publications.id"), index=True)
    history: Mapped[list[Any]] = mapped_column(default=list)  # at, organisation, act, reason

    roster: Mapped[Roster] = relationship(back_populates="entries", lazy="raise")
