"""Moving running cases to another version: plans, runs over many cases, what became of each, and what a move can be taken back to."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key
from app.model.case import Case
from app.model.definition import Definition


class MigrationAct(StrEnum):
    """What a run does with each of its cases: tries to move it, moves it, takes its move back."""

    PREVIEW = "preview"
    MOVE = "move"
    UNDO = "undo"


class MigrationRunStatus(StrEnum):
    """A run is carried out in the background until every case had its turn, or somebody stops it."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class MigrationOutcome(StrEnum):
    """What became of a case in a run."""

    WAITING = "waiting"
    POSSIBLE = "possible"  # a preview found nothing against it
    MOVED = "moved"
    REFUSED = "refused"
    UNDONE = "undone"


class CaseMigrationPlan(Base):
    """Which element of one version becomes which of another. One plan for each pair of versions, edited until it is right."""

    __tablename__ = "case_migration_plans"
    __table_args__ = (UniqueConstraint("from_definition_id", "to_definition_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    from_definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"))
    to_definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), index=True)
    mapping: Mapped[dict[str, Any]]  # see `app.engine.migration.plan`
    revision: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[dt.datetime]

    old: Mapped[Definition] = relationship(foreign_keys=[from_definition_id], lazy="raise")
    new: Mapped[Definition] = relationship(foreign_keys=[to_definition_id], lazy="raise")


class CaseMigrationRun(Base):
    """One act on many cases, with the plan as it was when the run began."""

    __tablename__ = "case_migration_runs"
    __table_args__ = (Index("ix_case_migration_runs_plan", "plan_id", "id"), Index("ix_case_migration_runs_status", "status"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("case_migration_plans.id"))
    plan_revision: Mapped[int]
    act: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    mapping: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text, default="")
    of_run_id: Mapped[int | None] = mapped_column(ForeignKey("case_migration_runs.id"))  # the moves that are taken back
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]

    plan: Mapped[CaseMigrationPlan] = relationship(lazy="raise")


class CaseMigrationItem(Base):
    """What became of one case in a run. Waiting ones are taken one at a time, each in a transaction of its own."""

    __tablename__ = "case_migration_items"
    __table_args__ = (
        Index("ix_case_migration_items_outcome", "run_id", "outcome", "case_id"),
        Index("ix_case_migration_items_case", "case_id", "run_id"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("case_migration_runs.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was refused: the same sentence for the same reason
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # tasks before and after
    finished_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship(lazy="raise")


class CaseMigrationSnapshot(Base):
    """A case as it was before a move, and the revision at which that can still be put back."""

    __tablename__ = "case_migration_snapshots"

    run_id: Mapped[int] = mapped_column(ForeignKey("case_migration_runs.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int]  # of the case after the move
    body: Mapped[bytes] = mapped_column(LargeBinary)
    tasks: Mapped[list[Any]]  # rows of the open tasks before, and what the move made of them
    timers: Mapped[list[Any]]
