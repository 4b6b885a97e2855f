"""Incidents in tables of their own: what failed, the act that waits, and acts on many at once.

The JSON column of suspended cases becomes rows; deliveries that were given up get one too.
"""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.model.base import Instant

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
UNRESOLVED = sa.text("status <> 'resolved'")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    incidents = op.create_table(
        "incidents",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("outbox_id", KEY, nullable=True),
        sa.Column("task_id", KEY, nullable=True),
        sa.Column("definition_id", KEY, nullable=True),
        sa.Column("process_key", sa.String(length=80), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_name", sa.String(length=120), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("pending", JSON, nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolved_by_id", KEY, nullable=True),
        sa.Column("resolution", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_incidents_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_incidents_outbox_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_incidents_task_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_incidents_definition_id")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["users.id"], name=op.f("fk_incidents_resolved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_cause", "incidents", ["status", "cause", "id"])
    op.create_index("ix_incidents_case", "incidents", ["case_id", "id"])
    op.create_index("ix_incidents_task", "incidents", ["task_id"])
    for name, column in (("uq_incidents_of_case", "case_id"), ("uq_incidents_of_delivery", "outbox_id")):
        op.create_index(name, "incidents", [column], unique=True, sqlite_where=UNRESOLVED, postgresql_where=UNRESOLVED)
    op.create_table(
        "incident_runs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("requested_by_id", KEY, nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_incident_runs_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_runs")),
    )
    op.create_table(
        "incident_run_items",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("incident_id", KEY, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["incident_runs.id"], name=op.f("fk_incident_run_items_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_incident_run_items_incident_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "incident_id", name=op.f("pk_incident_run_items")),
    )
    op.create_index("ix_incident_run_items_incident", "incident_run_items", ["incident_id"])
    _take_over(incidents)
    # Not in batch mode: on SQLite that copies and drops the table, and what refers to a case would go with it.
    op.drop_column("cases", "incident")


def _take_over(incidents: sa.Table) -> None:
    connection = op.get_bind()
    cases = sa.table(
        "cases", sa.column("id"), sa.column("status"), sa.column("definition_id"), sa.column("process_key"), sa.column("content_hash"),
        sa.column("started_at", Instant()), sa.column("incident", JSON),
    )
    outbox = sa.table(
        "outbox", sa.column("id"), sa.column("status"), sa.column("kind"), sa.column("next_at", Instant()), sa.column("attempts"),
        sa.column("last_error"),
    )
    rows = []
    for case in connection.execute(sa.select(cases).where(cases.c.status == "suspended")):
        told = case.incident or {}
        at = dt.datetime.fromisoformat(told["at"]) if told.get("at") else case.started_at
        message, element = told.get("message") or "没有记录", told.get("element") or ""
        timer = told.get("timer")
        rows.append(
            {
                "kind": "element", "case_id": case.id, "outbox_id": None, "definition_id": case.definition_id, "process_key": "",
                "element_id": element, "element_name": (told.get("name") or "")[:120], "message": message,
                "cause": _digest(case.content_hash, element, message), "pending": {"act": "timer", "timer_id": timer} if timer else {"act": "none"},
                "opened_at": at, "failures": 1,
            }
        )
    for message_row in connection.execute(sa.select(outbox).where(outbox.c.status == "failed")):
        told = message_row.last_error or "没有记录"
        rows.append(
            {
                "kind": "delivery", "case_id": None, "outbox_id": message_row.id, "definition_id": None, "process_key": "", "element_id": "",
                "element_name": "", "message": told, "cause": _digest(message_row.kind, told), "pending": {"act": "deliver"},
                "opened_at": message_row.next_at, "failures": max(message_row.attempts, 1),
            }
        )
    if rows:
        op.bulk_insert(incidents, [{**row, "status": "open", "failed_at": row["opened_at"], "detail": {}} for row in rows])


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def downgrade() -> None:
    raise NotImplementedError("incidents are not taken back; restore a backup instead")
