"""Registers of consultants and experts: entries with their history, whom consultants serve, what is counted, and draws of experts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.model.base import Instant

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("law", sa.String(length=60), nullable=False),
        sa.Column("jurisdiction", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("keeper_id", KEY, nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["keeper_id"], ["organisations.id"], name=op.f("fk_registers_keeper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registers")),
        sa.UniqueConstraint("law", "region_code", name=op.f("uq_registers_law_region_code")),
    )
    op.create_index("ix_registers_keeper_id", "registers", ["keeper_id"])
    op.create_index("ix_registers_region_code", "registers", ["region_code"])
    op.create_table(
        "register_entries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("register_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("consultant_key", sa.String(length=130), nullable=True),
        sa.Column("employer", sa.String(length=120), nullable=True),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("specialty_words", sa.String(length=400), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("judged", JSON, nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=True),
        sa.Column("term_until", sa.Date(), nullable=True),
        sa.Column("banned_until", sa.Date(), nullable=True),
        sa.Column("idle_since", sa.Date(), nullable=True),
        sa.Column("review_due_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_register_entries_organisation_id")),
        sa.ForeignKeyConstraint(["register_id"], ["registers.id"], name=op.f("fk_register_entries_register_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_register_entries_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entries")),
        sa.UniqueConstraint("register_id", "uscc", name=op.f("uq_register_entries_register_id_uscc")),
    )
    op.create_index("ix_register_entries_consultant", "register_entries", ["consultant_key"])
    op.create_index("ix_register_entries_idle", "register_entries", ["register_id", "status", "idle_since"])
    op.create_index("ix_register_entries_listed", "register_entries", ["register_id", "status", "name"])
    op.create_index("ix_register_entries_organisation_id", "register_entries", ["organisation_id"])
    op.create_index("ix_register_entries_review", "register_entries", ["status", "review_due_on"])
    op.create_index("ix_register_entries_term", "register_entries", ["status", "term_until"])
    op.create_index("ix_register_entries_user_id", "register_entries", ["user_id"])
    op.create_table(
        "case_subjects",
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=True),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_subjects_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_case_subjects_entry_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_case_subjects_organisation_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_subjects")),
    )
    op.create_index("ix_case_subjects_entry_id", "case_subjects", ["entry_id"])
    op.create_table(
        "consultant_services",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("enterprise_id", KEY, nullable=False),
        sa.Column("consultant_key", sa.String(length=130), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("engaged_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_consultant_services_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_consultant_services_enterprise_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_consultant_services_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultant_services")),
        sa.UniqueConstraint("case_id", name=op.f("uq_consultant_services_case_id")),
    )
    op.create_index("ix_consultant_services_consultant", "consultant_services", ["consultant_key", "engaged_on"])
    op.create_index("ix_consultant_services_enterprise", "consultant_services", ["enterprise_id", "engaged_on"])
    op.create_table(
        "expert_draws",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("register_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("sitting", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("replaces", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted", JSON, nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pool", JSON, nullable=False),
        sa.Column("excluded", JSON, nullable=False),
        sa.Column("drawn_at", Instant(), nullable=False),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_expert_draws_case_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_expert_draws_organisation_id")),
        sa.ForeignKeyConstraint(["register_id"], ["registers.id"], name=op.f("fk_expert_draws_register_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_expert_draws_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_draws")),
        sa.UniqueConstraint("key", name=op.f("uq_expert_draws_key")),
    )
    op.create_index("ix_expert_draws_case", "expert_draws", ["case_id", "sitting", "round"])
    op.create_index("ix_expert_draws_register", "expert_draws", ["register_id", "id"])
    op.create_table(
        "expert_interests",
        sa.Column("id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("nature", sa.String(length=10), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("declared_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_expert_interests_case_id")),
        sa.ForeignKeyConstraint(["declared_by_id"], ["users.id"], name=op.f("fk_expert_interests_declared_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_expert_interests_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_interests")),
        sa.UniqueConstraint("entry_id", "nature", "uscc", "name", name=op.f("uq_expert_interests_entry_id_nature_uscc_name")),
    )
    op.create_index("ix_expert_interests_entry_id", "expert_interests", ["entry_id"])
    op.create_table(
        "register_marks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=True),
        sa.Column("step", sa.String(length=80), nullable=True),
        sa.Column("article", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("answers_id", KEY, nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("organisation_id", KEY, nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["answers_id"], ["register_marks.id"], name=op.f("fk_register_marks_answers_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_register_marks_case_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_register_marks_entry_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_register_marks_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_register_marks_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_marks")),
        sa.UniqueConstraint("key", name=op.f("uq_register_marks_key")),
    )
    op.create_index("ix_register_marks_answers_id", "register_marks", ["answers_id"])
    op.create_index("ix_register_marks_case", "register_marks", ["case_id"])
    op.create_index("ix_register_marks_entry", "register_marks", ["entry_id", "kind", "done_on"])
    op.create_table(
        "register_proposals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("register_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=True),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=True),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("says", sa.String(length=300), nullable=False),
        sa.Column("judge", sa.String(length=120), nullable=False),
        sa.Column("counted", JSON, nullable=False),
        sa.Column("last_counted_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by_id", KEY, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_register_proposals_case_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_register_proposals_entry_id")),
        sa.ForeignKeyConstraint(["register_id"], ["registers.id"], name=op.f("fk_register_proposals_register_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["users.id"], name=op.f("fk_register_proposals_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_proposals")),
        sa.UniqueConstraint("key", name=op.f("uq_register_proposals_key")),
    )
    op.create_index("ix_register_proposals_entry", "register_proposals", ["entry_id"])
    op.create_index("ix_register_proposals_register", "register_proposals", ["register_id", "status"])
    op.create_table(
        "client_outcomes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("consultant_key", sa.String(length=130), nullable=False),
        sa.Column("enterprise_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("task_id", KEY, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("judged_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_client_outcomes_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name=op.f("fk_client_outcomes_enterprise_id")),
        sa.ForeignKeyConstraint(["judged_by_id"], ["users.id"], name=op.f("fk_client_outcomes_judged_by_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_client_outcomes_task_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_outcomes")),
        sa.UniqueConstraint("key", name=op.f("uq_client_outcomes_key")),
    )
    op.create_index("ix_client_outcomes_case_id", "client_outcomes", ["case_id"])
    op.create_index("ix_client_outcomes_consultant", "client_outcomes", ["consultant_key", "kind", "happened_on"])
    op.create_index("ix_client_outcomes_task_id", "client_outcomes", ["task_id"])
    op.create_table(
        "draw_members",
        sa.Column("id", KEY, nullable=False),
        sa.Column("draw_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("specialty", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("dissent", sa.Text(), nullable=True),
        sa.Column("signed", sa.Boolean(), nullable=True),
        sa.Column("given_at", Instant(), nullable=True),
        sa.Column("given_by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["draw_id"], ["expert_draws.id"], name=op.f("fk_draw_members_draw_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entries.id"], name=op.f("fk_draw_members_entry_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["users.id"], name=op.f("fk_draw_members_given_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_members")),
        sa.UniqueConstraint("draw_id", "entry_id", name=op.f("uq_draw_members_draw_id_entry_id")),
    )
    op.create_index("ix_draw_members_entry", "draw_members", ["entry_id"])

    _append_only("register_marks")


def _append_only(table: str) -> None:
    """Nobody changes or takes back what stands in a table, not even by hand."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )


def downgrade() -> None:
    raise NotImplementedError("registers are not taken back; restore a backup instead")
