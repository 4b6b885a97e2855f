"""Cases: one running procedure about one enterprise or one roster."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import SHANGHAI, Base, Key
from app.model.definition import Definition
from app.model.enterprise import Enterprise


class CaseStatus(StrEnum):
    """A case runs, has ended, or is suspended at an element that failed until somebody repairs it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class Case(Base):
    """A case. `revision` rises with every change of its state; a stale one is refused."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_region_started", "region_code", "id"),
        Index("ix_cases_definition_status", "definition_id", "status"),
        Index("ix_cases_started", "definition_id", "started_at", "region_code"),
        Index("ix_cases_ended", "definition_id", "ended_at", "started_at", "region_code"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    process_key: Mapped[str] = mapped_column(String(80), index=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    content_hash: Mapped[str] = mapped_column(String(64))  # of the definition: finds the compiled version without a query
    region_code: Mapped[str] = mapped_column(String(6))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprises.id"), index=True)
    roster_id: Mapped[int | None] = mapped_column(ForeignKey("rosters.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    start_key: Mapped[str | None] = mapped_column(String(120), unique=True)  # what started it: the same thing never starts it twice
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str | None] = mapped_column(String(120))
    revision: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    limits_moved: Mapped[bool] = mapped_column(default=False)  # some clock was stopped or limit extended: later steps may share it
    excluded: Mapped[list[Any]] = mapped_column(default=list)  # times of suspension that its limits leave out, `Stop.to_dict` each
    is_demo: Mapped[bool] = mapped_column(default=False)

    @property
    def number(self) -> str:
        """The case number people use: year of start and id, e.g. QC2027-000123."""
        return f"QC{self.started_at.astimezone(SHANGHAI).year}-{self.id:06d}"

    definition: Mapped[Definition] = relationship(lazy="raise")
    enterprise: Mapped[Enterprise | None] = relationship(lazy="raise")


class CaseState(Base):
    """The engine's task tree of a case, apart from the case so that lists never load it."""

    __tablename__ = "case_states"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class CaseParty(Base):
    """An organisation that takes or took part in a case, and may therefore see it."""

    __tablename__ = "case_parties"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
