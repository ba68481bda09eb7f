"""Exchange files with carriers: a rule, what jobs wait for, and what came back for each envelope."""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rules", sa.Column("carrier", sa.String(length=64), nullable=False, server_default="none"))
    op.add_column("jobs", sa.Column("waiting_for", sa.String(length=32), nullable=False, server_default=""))
    op.create_table(
        "exchanges",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=96)),
        sa.Column("envelopes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_exchanges_job_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_exchanges_organisation_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_exchanges")),
    )
    op.create_table(
        "enriched",
        sa.Column("own_id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("postal_line", sa.Text(), nullable=False),
        sa.Column("postal_2d", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("own_id", name=op.f("pk_enriched")),
    )
    op.create_index("ix_enriched_job_id", "enriched", ["job_id"])


def downgrade() -> None:
    op.drop_table("enriched")
    op.drop_table("exchanges")
    op.drop_column("jobs", "waiting_for")
    op.drop_column("rules", "carrier")
