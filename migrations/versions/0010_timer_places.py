"""Where a waiting timer event stands, so that the cases that wait there can be counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("timers") as timers:
        timers.add_column(sa.Column("process_key", sa.String(80)))
        timers.add_column(sa.Column("element_id", sa.String(80)))
    where = sa.text("element_id IS NOT NULL")
    op.create_index("ix_timers_waiting", "timers", ["process_key", "element_id", "case_id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_timers_waiting", table_name="timers")
    with op.batch_alter_table("timers") as timers:
        timers.drop_column("element_id")
        timers.drop_column("process_key")
