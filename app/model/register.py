"""Registers of consultants and experts: who is on them, what happened to each, whom consultants served, and how experts were drawn."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key
from app.model.identity import Organisation


class Standing(StrEnum):
    """How an entry stands. Warnings and orders to correct do not take it off the list; they are told by its history."""

    APPLIED = "applied"
    REFUSED = "refused"
    LISTED = "listed"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    EXPIRED = "expired"
    LEFT = "left"  # at its own wish


class Register(Base):
    """A register that an authority keeps for a region, after a text of the catalogue."""

    __tablename__ = "registers"
    __table_args__ = (UniqueConstraint("law", "region_code"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    law: Mapped[str] = mapped_column(String(60))  # the id of its text in the catalogue: bj-agency-2007.registry
    jurisdiction: Mapped[str] = mapped_column(String(40))  # whose register it is, also where the text is the nation's
    kind: Mapped[str] = mapped_column(String(20))  # consultant, expert
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    keeper_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    opened_on: Mapped[dt.date]
    is_demo: Mapped[bool] = mapped_column(default=False)

    keeper: Mapped[Organisation] = relationship(lazy="raise")


class RegisterEntry(Base):
    """A consultant or an expert on a register. It stays when it is off the list: its history counts when it applies again."""

    __tablename__ = "register_entries"
    __table_args__ = (
        UniqueConstraint("register_id", "uscc"),
        Index("ix_register_entries_listed", "register_id", "status", "name"),
        Index("ix_register_entries_term", "status", "term_until"),
        Index("ix_register_entries_idle", "register_id", "status", "idle_since"),
        Index("ix_register_entries_review", "status", "review_due_on"),
        Index("ix_register_entries_consultant", "consultant_key"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"))
    name: Mapped[str] = mapped_column(String(120))
    uscc: Mapped[str | None] = mapped_column(String(18))  # of a consultant
    consultant_key: Mapped[str | None] = mapped_column(String(130))  # what cases know a consultant by, see `ConsultantService`
    employer: Mapped[str | None] = mapped_column(String(120))  # of an expert
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)  # who acts for a consultant
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)  # the expert's own account
    status: Mapped[str] = mapped_column(String(10))
    grade: Mapped[str | None] = mapped_column(String(10))
    specialty_words: Mapped[str] = mapped_column(String(400), default="")  # each between bars, so that a list can be narrowed to one
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # figures and contacts, see `app.law.admission.FIELDS`
    judged: Mapped[dict[str, Any]] = mapped_column(default=dict)  # number of a condition → what a person found
    warnings: Mapped[int] = mapped_column(default=0)
    applied_on: Mapped[dt.date]
    admitted_on: Mapped[dt.date | None]
    term_until: Mapped[dt.date | None]
    banned_until: Mapped[dt.date | None]  # the last day on which there is no new application
    idle_since: Mapped[dt.date | None]  # the last client, or admission
    review_due_on: Mapped[dt.date | None]
    is_demo: Mapped[bool] = mapped_column(default=False)

    @property
    def specialties(self) -> list[str]:
        """Kinds of experts; lines of business of a consultant."""
        return self.specialty_words.strip("|").split("|") if self.specialty_words else []

    @specialties.setter
    def specialties(self, words: list[str]) -> None:
        self.specialty_words = f"|{'|'.join(words)}|" if words else ""

    register: Mapped[Register] = relationship(lazy="raise")
    marks: Mapped[list[RegisterMark]] = relationship(back_populates="entry", order_by="RegisterMark.id", lazy="raise")


class RegisterMark(Base):
    """One thing that happened to an entry, appended and never changed (triggers in the database refuse it)."""

    __tablename__ = "register_marks"
    __table_args__ = (Index("ix_register_marks_entry", "entry_id", "kind", "done_on"), Index("ix_register_marks_case", "case_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str | None] = mapped_column(String(120), unique=True)  # what it is about: it never happens twice
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"))
    kind: Mapped[str] = mapped_column(String(20))  # an `Act`
    done_on: Mapped[dt.date]
    ground: Mapped[str | None] = mapped_column(String(20))  # key of a ground of the register's text
    step: Mapped[str | None] = mapped_column(String(80))  # the legal step
    article: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("register_marks.id"), index=True)  # the order to correct that it settles
    public: Mapped[bool]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))  # who decided
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime]

    entry: Mapped[RegisterEntry] = relationship(back_populates="marks", lazy="raise")


class CaseSubject(Base):
    """Whom a case is about where that is no enterprise: an entry of a register, or a consultant that is on none yet."""

    __tablename__ = "case_subjects"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))


class ConsultantService(Base):
    """A consultant that helps an enterprise with its audit, as the enterprise's case says. It need not be on any register.

    `consultant_key` is its 统一社会信用代码, or `name:` and its name while nobody has given the code.
    """

    __tablename__ = "consultant_services"
    __table_args__ = (
        Index("ix_consultant_services_consultant", "consultant_key", "engaged_on"),
        Index("ix_consultant_services_enterprise", "enterprise_id", "engaged_on"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    consultant_key: Mapped[str] = mapped_column(String(130))
    name: Mapped[str] = mapped_column(String(120))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    region_code: Mapped[str] = mapped_column(String(6))
    mandatory: Mapped[bool]
    engaged_on: Mapped[dt.date]


class ClientOutcome(Base):
    """What came of a client of a consultant: an assessment or acceptance passed or failed, a limit missed."""

    __tablename__ = "client_outcomes"
    __table_args__ = (Index("ix_client_outcomes_consultant", "consultant_key", "kind", "happened_on"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    consultant_key: Mapped[str] = mapped_column(String(130))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # acceptance_failed, assessment_passed, late, refused, …
    happened_on: Mapped[dt.date]
    region_code: Mapped[str] = mapped_column(String(6))
    mandatory: Mapped[bool]
    counts: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str | None] = mapped_column(Text)  # why it does not count
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ProposalStatus(StrEnum):
    OPEN = "open"
    STARTED = "started"  # a case deals with it
    DONE = "done"
    DISMISSED = "dismissed"


class RegisterProposal(Base):
    """A ground that is met by number, or by time: what was counted, and what became of it. `key` names rule, entry and period."""

    __tablename__ = "register_proposals"
    __table_args__ = (Index("ix_register_proposals_register", "register_id", "status"), Index("ix_register_proposals_entry", "entry_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("register_entries.id"))  # none: about the whole register
    act: Mapped[str] = mapped_column(String(20))
    ground: Mapped[str | None] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(20), default="")  # a year, a day; none where what was counted tells one time from the next
    says: Mapped[str] = mapped_column(String(300))
    judge: Mapped[str] = mapped_column(String(120), default="")  # what a person must still find
    counted: Mapped[list[Any]] = mapped_column(default=list)  # {id, kind, on, case, number, enterprise, mark}
    last_counted_id: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(10))
    created_on: Mapped[dt.date]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    settled_on: Mapped[dt.date | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None] = mapped_column(Text)


class ExpertInterest(Base):
    """Why an expert must not judge an organisation: served it, works there, or has another interest."""

    __tablename__ = "expert_interests"
    __table_args__ = (UniqueConstraint("entry_id", "nature", "uscc", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), index=True)
    nature: Mapped[str] = mapped_column(String(10))  # served, employed, interest
    uscc: Mapped[str] = mapped_column(String(18), default="")
    name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(300), default="")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    declared_on: Mapped[dt.date]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ExpertDraw(Base):
    """One draw, with everything that lets anybody repeat it: pool, who was left out and why, the seed and its digest."""

    __tablename__ = "expert_draws"
    __table_args__ = (Index("ix_expert_draws_case", "case_id", "sitting", "round"), Index("ix_expert_draws_register", "register_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("registers.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    sitting: Mapped[int]  # a case may call experts more than once: to the acceptance, and to that after rectification
    round: Mapped[int]  # within the sitting
    method: Mapped[str] = mapped_column(String(10))  # random, designated
    replaces: Mapped[bool] = mapped_column(default=False)  # fills seats of those who recused themselves or cannot come
    reason: Mapped[str] = mapped_column(Text, default="")  # why again, or why designated
    wanted: Mapped[dict[str, Any]]  # specialty → how many
    seed: Mapped[str] = mapped_column(String(64), default="")
    digest: Mapped[str] = mapped_column(
        String(64), default=""
    )  # of seed, pool and wanted; also in the case's events, which nobody can change
    pool: Mapped[list[Any]]  # {entry, name, employer, specialties}
    excluded: Mapped[list[Any]]  # {entry, name, reason}
    drawn_at: Mapped[dt.datetime]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    members: Mapped[list[DrawMember]] = relationship(back_populates="draw", order_by="DrawMember.id", lazy="raise")


class MemberStatus(StrEnum):
    DRAWN = "drawn"
    RECUSED = "recused"
    UNAVAILABLE = "unavailable"
    ABSENT = "absent"  # agreed, and did not come


class DrawMember(Base):
    """A drawn expert: whether they come, and what they think."""

    __tablename__ = "draw_members"
    __table_args__ = (UniqueConstraint("draw_id", "entry_id"), Index("ix_draw_members_entry", "entry_id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("expert_draws.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"))
    specialty: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(Text)
    opinion: Mapped[str | None] = mapped_column(Text)
    agrees: Mapped[bool | None]
    dissent: Mapped[str | None] = mapped_column(Text)  # the written opinion of one who disagrees
    signed: Mapped[bool | None]
    given_at: Mapped[dt.datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    draw: Mapped[ExpertDraw] = relationship(back_populates="members", lazy="raise")
    entry: Mapped[RegisterEntry] = relationship(lazy="raise")
