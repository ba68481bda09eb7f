"""List the letters that were found in PDFs, so that people can leaf through them before they are sent."""

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("letters", sa.String(length=96)))


def downgrade() -> None:
    op.drop_column("jobs", "letters")
