"""Give requests to agree their place in the list of changes after they were committed."""

import sqlalchemy as sa
from alembic import op


revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreements", sa.Column("fresh", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_agreements_fresh",
        "agreements",
        ["organisation_id"],
        sqlite_where=sa.text("fresh = 1"),
        postgresql_where=sa.text("fresh"),
    )


def downgrade() -> None:
    op.drop_index("ix_agreements_fresh", "agreements")
    op.drop_column("agreements", "fresh")
