"""A second person's approval before deployment, who made each version, and libraries that wait to be taken in."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.model.base import Instant

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
WAITING = sa.text("status = 'waiting'")
NO_CASE = sa.text("case_id IS NULL")

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("definition_id", KEY, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("submitted_by_id", KEY, nullable=False),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", KEY, nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_approvals_definition_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_approvals_submitted_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_approvals_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index("uq_approvals_waiting", "approvals", ["definition_id"], unique=True, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_approvals_definition", "approvals", ["definition_id", "id"])
    _people("definition_authors", "definition_id", "definitions")
    _people("design_editors", "design_id", "designs")
    op.create_table(
        "library_imports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("sent_by_id", KEY, nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_library_imports_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_imports")),
    )
    op.create_index("ix_events_without_case", "events", ["kind", "id"], sqlite_where=NO_CASE, postgresql_where=NO_CASE)
    _who_made_what_is_there()


def _people(table: str, column: str, of: str) -> None:
    op.create_table(
        table,
        sa.Column(column, KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id")),
        sa.PrimaryKeyConstraint(column, "user_id", name=op.f(f"pk_{table}")),
    )


def _who_made_what_is_there() -> None:
    """Designs and drafts made before keep their people: what is not deployed yet may still need a second person."""
    op.execute("INSERT INTO design_editors (design_id, user_id) SELECT DISTINCT design_id, saved_by_id FROM design_saves")
    op.execute(
        "INSERT INTO definition_authors (definition_id, user_id) SELECT DISTINCT designs.definition_id, design_editors.user_id"
        " FROM design_editors JOIN designs ON designs.id = design_editors.design_id WHERE designs.definition_id IS NOT NULL"
    )
    connection = op.get_bind()
    authors = sa.table("definition_authors", sa.column("definition_id"), sa.column("user_id"))
    known = set(connection.execute(sa.select(authors.c.definition_id, authors.c.user_id)).tuples())
    fresh = [pair for pair in dict.fromkeys(_uploaders(connection)) if pair not in known]
    if fresh:
        connection.execute(sa.insert(authors), [{"definition_id": definition, "user_id": user} for definition, user in fresh])


def _uploaders(connection: sa.Connection) -> Iterator[tuple[int, int]]:
    definitions = sa.table("definitions", sa.column("id"), sa.column("key"), sa.column("version"))
    events = sa.table("events", sa.column("kind"), sa.column("user_id"), sa.column("detail", JSON))
    ids = {
        (key, version): id_
        for id_, key, version in connection.execute(sa.select(definitions.c.id, definitions.c.key, definitions.c.version))
    }
    drafted = sa.select(events.c.user_id, events.c.detail).where(events.c.kind == "process_drafted", events.c.user_id.is_not(None))
    for user_id, detail in connection.execute(drafted):
        definition_id = ids.get((detail.get("key"), detail.get("version")))
        if definition_id is not None:
            yield definition_id, user_id


def downgrade() -> None:
    op.drop_index("ix_events_without_case", table_name="events")
    op.drop_table("library_imports")
    op.drop_table("design_editors")
    op.drop_table("definition_authors")
    op.drop_table("approvals")
