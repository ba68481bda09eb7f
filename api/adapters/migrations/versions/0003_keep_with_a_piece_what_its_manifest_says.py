"""Keep with a piece what its manifest says."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pieces", sa.Column("postcode", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("pieces", sa.Column("house", sa.Text(), nullable=False, server_default=""))
    op.add_column("pieces", sa.Column("kix", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("pieces", "kix")
    op.drop_column("pieces", "house")
    op.drop_column("pieces", "postcode")
