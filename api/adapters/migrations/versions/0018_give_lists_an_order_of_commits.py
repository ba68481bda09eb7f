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


def downgrade() -> None:
    op.create_index(op.f("ix_contact_moments_organisation_id_number"), "contact_moments", ["organisation_id", "number"])
    op.drop_index(op.f("ix_contact_moments_organisation_id_position"), "contact_moments")
    op.drop_index("ix_contact_moments_fresh", "contact_moments")
    op.drop_column("contact_moments", "position")
    op.drop_index("ix_records_fresh", "records")
    op.drop_column("records", "fresh")
    op.drop_column("campaigns", "remind_at")
