"""Moving running cases to another version: plans, runs, what became of each case, and what a move can be taken back to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.model.base import Instant

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_migration_plans",
        sa.Column("id", KEY, nullable=False),
        sa.Column("from_definition_id", KEY, nullable=False),
        sa.Column("to_definition_id", KEY, nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by_id", KEY, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_by_id", KEY, nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["from_definition_id"], ["definitions.id"], name=op.f("fk_case_migration_plans_from_definition_id")),
        sa.ForeignKeyConstraint(["to_definition_id"], ["definitions.id"], name=op.f("fk_case_migration_plans_to_definition_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_case_migration_plans_created_by_id")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_case_migration_plans_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_migration_plans")),
        sa.UniqueConstraint(
            "from_definition_id", "to_definition_id", name=op.f("uq_case_migration_plans_from_definition_id_to_definition_id")
        ),
    )
    op.create_index("ix_case_migration_plans_to_definition_id", "case_migration_plans", ["to_definition_id"])
    op.create_table(
        "case_migration_runs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("plan_id", KEY, nullable=False),
        sa.Column("plan_revision", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("of_run_id", KEY, nullable=True),
        sa.Column("requested_by_id", KEY, nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["case_migration_plans.id"], name=op.f("fk_case_migration_runs_plan_id")),
        sa.ForeignKeyConstraint(["of_run_id"], ["case_migration_runs.id"], name=op.f("fk_case_migration_runs_of_run_id")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["users.id"], name=op.f("fk_case_migration_runs_requested_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_migration_runs")),
    )
    op.create_index("ix_case_migration_runs_plan", "case_migration_runs", ["plan_id", "id"])
    op.create_index("ix_case_migration_runs_status", "case_migration_runs", ["status"])
    op.create_table(
        "case_migration_items",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["case_migration_runs.id"], name=op.f("fk_case_migration_items_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_migration_items_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "case_id", name=op.f("pk_case_migration_items")),
    )
    op.create_index("ix_case_migration_items_outcome", "case_migration_items", ["run_id", "outcome", "case_id"])
    op.create_index("ix_case_migration_items_case", "case_migration_items", ["case_id", "run_id"])
    op.create_table(
        "case_migration_snapshots",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("tasks", JSON, nullable=False),
        sa.Column("timers", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["case_migration_runs.id"], name=op.f("fk_case_migration_snapshots_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_migration_snapshots_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "case_id", name=op.f("pk_case_migration_snapshots")),
    )


def downgrade() -> None:
    raise NotImplementedError("moves of cases are not taken back with their tables; restore a backup instead")
