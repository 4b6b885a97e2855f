"""What a second person has to say about a version before it is deployed, and libraries that wait to be taken in."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key
from app.model.identity import User

_WAITING = text("status = 'waiting'")


class ApprovalStatus(StrEnum):
    """Waiting until another administrator approves or sends back, or the version is withdrawn."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class DefinitionAuthor(Base):
    """Somebody whose work a version is: saved in its design, uploaded it, took it in or drafted it again. They do not approve it."""

    __tablename__ = "definition_authors"

    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)


class Approval(Base):
    """A draft submitted for approval, and what became of it. At most one of a version waits."""

    __tablename__ = "approvals"
    __table_args__ = (
        Index("uq_approvals_waiting", "definition_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_approvals_definition", "definition_id", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    content_hash: Mapped[str] = mapped_column(String(64))  # what was submitted: an approval holds for this content alone
    status: Mapped[str] = mapped_column(String(10))
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(String(500))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")

    submitted_by: Mapped[User] = relationship(lazy="raise", foreign_keys=submitted_by_id)
    decided_by: Mapped[User | None] = relationship(lazy="raise", foreign_keys=decided_by_id)


class LibraryImport(Base):
    """An archive of a library that somebody has sent and not yet taken in."""

    __tablename__ = "library_imports"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    archive: Mapped[bytes] = mapped_column(LargeBinary)
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[dt.datetime]
