"""Designs: processes that administrators are changing, saved as they edit, before there is a version to check and deploy."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key
from app.model.definition import Definition
from app.model.identity import User

_OPEN = text("status = 'open'")


class DesignStatus(StrEnum):
    """Open while it is edited; finished when it has become a version; discarded when nobody wants it."""

    OPEN = "open"
    FINISHED = "finished"
    DISCARDED = "discarded"


class Design(Base):
    """A process under change. There is at most one open for a process: several people edit the same one."""

    __tablename__ = "designs"
    __table_args__ = (Index("uq_designs_open", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))  # the process id
    name: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(10))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("definitions.id"))  # the version that it began from
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definitions.id"))  # the version that it became
    revision: Mapped[int]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]

    base: Mapped[Definition | None] = relationship(lazy="raise", foreign_keys=base_id)


class DesignSave(Base):
    """What a design held after one save: which blob stands under which path. The newest one is what it holds now."""

    __tablename__ = "design_saves"

    design_id: Mapped[int] = mapped_column(ForeignKey("designs.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    files: Mapped[dict[str, Any]]  # path → SHA-256
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[dt.datetime]

    saved_by: Mapped[User] = relationship(lazy="raise")


class DesignEditor(Base):
    """Somebody who has saved in a design, also when the save itself is no longer kept: nobody approves their own work."""

    __tablename__ = "design_editors"

    design_id: Mapped[int] = mapped_column(ForeignKey("designs.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
