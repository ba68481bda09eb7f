"""Give records and contact moments their place in lists after they were committed, and reminders their hour."""

import sqlalchemy as sa
from alembic import op


revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNPLACED = sa.text("position IS NULL")


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("remind_at", sa.String(5), nullable=False, server_default="09:00"))
    op.add_column("records", sa.Column("fresh", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_records_fresh",
        "records",
        ["organisation_id"],
        sqlite_where=sa.text("fresh = 1"),
        postgresql_where=sa.text("fresh"),
    )
    op.add_column("contact_moments", sa.Column("position", sa.BigInteger()))
    # readers go on with the cursors that they have
    op.execute("UPDATE contact_moments SET position = number")
    op.create_index(
        "ix_contact_moments_fresh",
        "contact_moments",
        ["organisation_id"],
        sqlite_where=UNPLACED,
        postgresql_where=UNPLACED,
    )
    op.create_index(op.f("ix_contact_moments_organisation_id_position"), "contact_moments", ["organisation_id", "position"])
    op.drop_index(op.f("ix_contact_moments_organisation_id_number"), "contact_moments")
    _import_answers()
    _lend_records()


def _import_answers() -> None:
    op.create_table(
        "answer_imports",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(32), nullable=False),
        sa.Column("checks_only", sa.Boolean(), nullable=False),
        sa.Column("media_type", sa.String(200), nullable=False),
        sa.Column("blob", sa.String(96)),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rows", "written", "taken", "for_review")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("unchanged", "invalid")),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("finding_counts", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_answer_imports_organisation_id")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_answer_imports_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_imports")),
    )
    for columns in (["organisation_id", "campaign_id", "id"], ["organisation_id", "blob"]):
        op.create_index(op.f(f"ix_answer_imports_{'_'.join(columns)}"), "answer_imports", columns)


def _lend_records() -> None:
    op.create_table(
        "record_leases",
        sa.Column("record_id", sa.String(64), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("leased_to", sa.String(64), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_record_leases_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_leases")),
    )
    columns = ["organisation_id", "leased_until"]
    op.create_index(op.f("ix_record_leases_organisation_id_leased_until"), "record_leases", columns)


def downgrade() -> None:
    op.drop_table("record_leases")
    op.drop_table("answer_imports")
    op.create_index(op.f("ix_contact_moments_organisation_id_number"), "contact_moments", ["organisation_id", "number"])
    op.drop_index(op.f("ix_contact_moments_organisation_id_position"), "contact_moments")
    op.drop_index("ix_contact_moments_fresh", "contact_moments")
    op.drop_column("contact_moments", "position")
    op.drop_index("ix_records_fresh", "records")
    op.drop_column("records", "fresh")
    op.drop_column("campaigns", "remind_at")
