"""Rosters name the process that publishes them: a province may have several kinds of lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = "shandong.list_publication"
"""The one process that published lists until now."""


def upgrade() -> None:
    with op.batch_alter_table("rosters") as table:
        table.add_column(sa.Column("publication", sa.String(length=80), nullable=False, server_default=BEFORE))
    with op.batch_alter_table("rosters") as table:
        table.alter_column("publication", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("rosters") as table:
        table.drop_column("publication")
