"""Process definitions: each version once, made of files stored by content hash."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key


class DefinitionStatus(StrEnum):
    """The life of a version. A deployed one never changes."""

    DRAFT = "draft"
    DEPLOYED = "deployed"
    RETIRED = "retired"


class Blob(Base):
    """The bytes of a diagram, table or form, stored once under their SHA-256."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Definition(Base):
    """One version of one process, with everything it needs pinned."""

    __tablename__ = "definitions"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(80))  # the process id: shandong.mandatory_audit
    version: Mapped[int]
    status: Mapped[str] = mapped_column(String(10), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str | None] = mapped_column(String(40))
    jurisdiction: Mapped[str] = mapped_column(String(40))
    starts: Mapped[str] = mapped_column(String(40), default="called")
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    in_force_from: Mapped[dt.date | None]
    in_force_to: Mapped[dt.date | None]
    extension_note: Mapped[str | None] = mapped_column(String(300))  # why it is in force past its expiry
    created_at: Mapped[dt.datetime]
    deployed_at: Mapped[dt.datetime | None]

    files: Mapped[list[DefinitionFile]] = relationship(back_populates="definition", cascade="all, delete-orphan")


class DefinitionFile(Base):
    """A file of a definition: which blob stands under which path."""

    __tablename__ = "definition_files"

    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))

    definition: Mapped[Definition] = relationship(back_populates="files")
