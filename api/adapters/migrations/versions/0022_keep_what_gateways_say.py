"""Keep what gateways of text messages say: each reply once, and reports that nobody could place."""

import sqlalchemy as sa
from alembic import op


revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_calls",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("news", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("annex_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_gateway_calls_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_calls")),
    )
    columns = ["organisation_id", "news", "at"]
    op.create_index(op.f("ix_gateway_calls_organisation_id_news_at"), "gateway_calls", columns)


def downgrade() -> None:
    op.drop_table("gateway_calls")
