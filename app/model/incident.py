"""Incidents: what could not be done, why, and the act that waits to be done again; and acts on many incidents at once."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.model.base import Base, Key
from app.model.case import Case
from app.model.definition import Definition


class IncidentKind(StrEnum):
    """What stands still: a case at an element, or a delivery of the outbox."""

    ELEMENT = "element"
    DELIVERY = "delivery"


class IncidentStatus(StrEnum):
    """Open until somebody repairs it; a delivery that was put back in line is under way until it arrives or fails again."""

    OPEN = "open"
    RETRYING = "retrying"
    RESOLVED = "resolved"


_UNRESOLVED = text("status <> 'resolved'")


class Incident(Base):
    """One failure. `cause` is the same for failures that one repair can mend; a case or a delivery has at most one that is not resolved."""

    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_cause", "status", "cause", "id"),
        Index("ix_incidents_case", "case_id", "id"),
        Index("ix_incidents_task", "task_id"),
        Index("ix_incidents_definition", "definition_id", "opened_at"),
        Index("uq_incidents_of_case", "case_id", unique=True, sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED),
        Index("uq_incidents_of_delivery", "outbox_id", unique=True, sqlite_where=_UNRESOLVED, postgresql_where=_UNRESOLVED),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))  # the suspended case
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))  # the delivery that was given up
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id", ondelete="SET NULL"))  # the task whose completion waits
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("definitions.id"))  # the version that failed
    process_key: Mapped[str] = mapped_column(String(80), default="")  # the (called) process that the element stands in
    element_id: Mapped[str] = mapped_column(String(80), default="")
    element_name: Mapped[str] = mapped_column(String(120), default="")
    message: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(String(64))
    pending: Mapped[dict[str, Any]]  # the act that failed, see `app.cases.incidents`
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what helps to find the fault: kind of error, place in the code
    opened_at: Mapped[dt.datetime]
    failed_at: Mapped[dt.datetime]  # when it failed last
    failures: Mapped[int] = mapped_column(default=1)  # how often, the first time included
    resolved_at: Mapped[dt.datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolution: Mapped[str | None] = mapped_column(String(20))  # retried, moved, cancelled, migrated, delivered
    reason: Mapped[str | None] = mapped_column(Text)  # what the administrator wrote

    case: Mapped[Case | None] = relationship(lazy="raise")
    definition: Mapped[Definition | None] = relationship(lazy="raise")


class IncidentRun(Base):
    """One act on many incidents of the same cause. It is carried out in the background, each incident in a transaction of its own."""

    __tablename__ = "incident_runs"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    act: Mapped[str] = mapped_column(String(10))  # retry, edit, move, cancel
    cause: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, Any]]  # what the act needs: values to set, the element to move to, why the time does not count
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[dt.datetime]


class RunItemStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class IncidentRunItem(Base):
    """What became of one incident in a run."""

    __tablename__ = "incident_run_items"
    __table_args__ = (Index("ix_incident_run_items_incident", "incident_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("incident_runs.id", ondelete="CASCADE"), primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(String(10))
    message: Mapped[str | None] = mapped_column(Text)  # why it failed
    finished_at: Mapped[dt.datetime | None]
