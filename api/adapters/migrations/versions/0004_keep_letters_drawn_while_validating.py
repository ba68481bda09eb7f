"""Keep letters drawn while validating."""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shards", sa.Column("drawn", sa.String(length=96), nullable=True))


def downgrade() -> None:
    op.drop_column("shards", "drawn")
