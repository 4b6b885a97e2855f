"""Organisations, users and the roles that users have in organisations."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key


class OrganisationKind(StrEnum):
    """What an organisation is. Only authorities have a level and a body."""

    AUTHORITY = "authority"
    ENTERPRISE = "enterprise"
    CONSULTANT = "consultant"
    EXPERT_GROUP = "expert_group"
    SUPPORT_BODY = "support_body"
    ASSOCIATION = "association"
    SYSTEM = "system"


class Role(StrEnum):
    """What a user may do in an organisation. The three administrators are apart from each other and from the work."""

    HANDLER = "handler"  # 经办人
    REVIEWER = "reviewer"  # 审核人
    SIGNER = "signer"  # 负责人
    ADMINISTRATOR = "administrator"  # system and processes
    SECURITY = "security"  # users and roles
    AUDITOR = "auditor"  # audit trail


class Organisation(Base):
    """An authority of one level and body for one region, an enterprise, a consultant, a pool of experts."""

    __tablename__ = "organisations"
    __table_args__ = (
        Index("ix_organisations_place", "region_code", "kind", "body"),
        UniqueConstraint("kind", "level", "body", "region_code", "name"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    level: Mapped[str | None] = mapped_column(String(10))  # county, city, province, national
    body: Mapped[str | None] = mapped_column(String(20))  # environment, coordinator, finance, …
    region_code: Mapped[str] = mapped_column(String(6))  # GB/T 2260
    contact_name: Mapped[str | None] = mapped_column(String(60))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(120))
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)


class User(Base):
    """A person who signs in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    session_version: Mapped[int] = mapped_column(default=1)  # raising it ends every session of the user
    last_login_at: Mapped[dt.datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)

    memberships: Mapped[list[Membership]] = relationship(back_populates="user", lazy="joined", cascade="all, delete-orphan")


class Membership(Base):
    """A role of a user in an organisation."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "organisation_id", "role"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))

    user: Mapped[User] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(lazy="joined")
