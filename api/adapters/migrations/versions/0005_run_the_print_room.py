"""Run the print room: checks, results, reprints, mail runs, rules and alarms."""

from typing import Any

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def piece_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("household", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("set_id", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("envelope", sa.Integer(), nullable=True),
        sa.Column("bundle", sa.Integer(), nullable=True),
        sa.Column("tray", sa.Integer(), nullable=True),
        sa.Column("prints", sa.Integer(), nullable=False, server_default="0"),
    ]


def batch_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("code", sa.String(length=6), nullable=False, server_default=""),
        sa.Column("envelopes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("mail_run_id", sa.String(length=64), nullable=True),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheets_counted", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
    ]


INDEXES = (
    ("pieces", ("organisation_id", "record_id")),
    ("batches", ("organisation_id", "code")),
    ("batches", ("organisation_id", "state")),
    ("batches", ("mail_run_id",)),
)


def organisation(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")),
    ]


def batch(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f(f"fk_{table}_batch_id")),
    ]


def upgrade() -> None:
    op.add_column("jobs", sa.Column("created_by", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("jobs", sa.Column("rules", sa.JSON(), nullable=False, server_default="{}"))
    for column in piece_columns():
        op.add_column("pieces", column)
    for column in batch_columns():
        op.add_column("batches", column)
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
    # what was released before had been printed once, each piece in an envelope of its own
    op.execute("UPDATE pieces SET set_id = id, envelope = batch_position + 1 WHERE batch_id IS NOT NULL")
    op.execute("UPDATE pieces SET prints = 1 WHERE state = 'printed_ready'")
    op.execute("UPDATE batches SET state_at = COALESCE(released_at, created_at), envelopes = pieces")
    op.create_table(
        "rules",
        *organisation("rules"),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("cut_offs", sa.JSON(), nullable=True),
        sa.Column("mark_profile", sa.String(length=64), nullable=False),
        sa.Column("sort_plan", sa.String(length=64), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_rules")),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.String(length=64), nullable=False),
        *organisation("checks"),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        *batch("checks"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("blob", sa.String(length=96), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("symbols", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("picture", sa.String(length=96), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_checks_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_checks_batch_id_number")),
    )
    op.create_table(
        "results",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        *batch("results"),
        sa.Column("piece_id", sa.String(length=64), nullable=False),
        sa.Column("print_number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_results")),
    )
    op.create_index(op.f("ix_results_piece_id"), "results", ["piece_id"])
    op.create_index(op.f("ix_results_batch_id_number"), "results", ["batch_id", "number"])
    op.create_table(
        "results_files",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        *batch("results_files"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "sha256", name=op.f("pk_results_files")),
    )
    op.create_table(
        "reprints",
        sa.Column("id", sa.String(length=64), nullable=False),
        *organisation("reprints"),
        *batch("reprints"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("loop", sa.String(length=32), nullable=False),
        sa.Column("piece_ids", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("child_id", sa.String(length=64), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reprints")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_reprints_batch_id_number")),
    )
    op.create_table(
        "mail_runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        *organisation("mail_runs"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over_by", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("proof", sa.String(length=96), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_runs")),
    )
    op.create_index(op.f("ix_mail_runs_organisation_id_id"), "mail_runs", ["organisation_id", "id"])
    op.create_table(
        "alarms",
        *organisation("alarms"),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", "state", "since", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_cleared_at"), "alarms", ["cleared_at"])


def downgrade() -> None:
    for table in ("alarms", "mail_runs", "reprints", "results_files", "results", "checks", "rules"):
        op.drop_table(table)
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    for batch_column in batch_columns():
        op.drop_column("batches", batch_column.name)
    for column in piece_columns():
        op.drop_column("pieces", column.name)
    op.drop_column("jobs", "rules")
    op.drop_column("jobs", "created_by")
