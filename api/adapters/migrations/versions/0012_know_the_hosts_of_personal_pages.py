"""Know the hosts of personal pages, and count tries to get in."""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_hosts",
        sa.Column("address", sa.String(length=160), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_entry_hosts_organisation_id")),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_entry_hosts")),
    )
    op.create_table(
        "door_tries",
        sa.Column("subject", sa.String(length=96), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_door_tries")),
    )
    op.create_index(op.f("ix_door_tries_last_at"), "door_tries", ["last_at"])


def downgrade() -> None:
    op.drop_table("door_tries")
    op.drop_table("entry_hosts")
