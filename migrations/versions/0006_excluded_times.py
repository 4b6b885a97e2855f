"""Cases keep the times of suspension that do not count towards their limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("excluded", kind, nullable=False, server_default="[]"))
    with op.batch_alter_table("cases") as table:
        table.alter_column("excluded", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.drop_column("excluded")
