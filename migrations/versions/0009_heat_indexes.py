"""Indexes for the counts on a diagram: what waits, what is finished, when cases began and ended, what failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = ["process_key", "element_id", "case_id", "due_on", "clock_stopped", "status"]
    finished = ["process_key", "completed_at", "element_id", "case_id", "created_at", "due_on", "overdue_at", "status"]
    _on_tasks("ix_tasks_waiting", waiting, "open")
    _on_tasks("ix_tasks_finished", finished, "completed")
    op.create_index("ix_cases_started", "cases", ["definition_id", "started_at", "region_code"])
    op.create_index("ix_cases_ended", "cases", ["definition_id", "ended_at", "started_at", "region_code"])
    op.create_index("ix_incidents_definition", "incidents", ["definition_id", "opened_at"])


def _on_tasks(name: str, columns: list[str], status: str) -> None:
    where = sa.text(f"status = '{status}'")
    op.create_index(name, "tasks", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_incidents_definition", table_name="incidents")
    op.drop_index("ix_cases_ended", table_name="cases")
    op.drop_index("ix_cases_started", table_name="cases")
    op.drop_index("ix_tasks_finished", table_name="tasks")
    op.drop_index("ix_tasks_waiting", table_name="tasks")
