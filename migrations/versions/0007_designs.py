"""Designs: processes that administrators are changing, with every save."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.model.base import Instant

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
OPEN = sa.text("status = 'open'")

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "designs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("base_id", KEY, nullable=True),
        sa.Column("definition_id", KEY, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by_id", KEY, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["definitions.id"], name=op.f("fk_designs_base_id")),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_designs_definition_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_designs_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designs")),
    )
    op.create_index("uq_designs_open", "designs", ["key"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "design_saves",
        sa.Column("design_id", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("saved_by_id", KEY, nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["design_id"], ["designs.id"], name=op.f("fk_design_saves_design_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name=op.f("fk_design_saves_saved_by_id")),
        sa.PrimaryKeyConstraint("design_id", "revision", name=op.f("pk_design_saves")),
    )


def downgrade() -> None:
    op.drop_table("design_saves")
    op.drop_index("uq_designs_open", table_name="designs")
    op.drop_table("designs")
