"""Let corporations choose the columns of their tables, and approve before files are written."""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("columns", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("jobs", sa.Column("approved_by", sa.String(length=64), nullable=False, server_default=""))
    op.create_index(op.f("ix_jobs_organisation_id_template_id"), "jobs", ["organisation_id", "template_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_jobs_organisation_id_template_id"), "jobs")
    op.drop_column("jobs", "approved_by")
    op.drop_column("jobs", "columns")
