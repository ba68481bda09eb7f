"""Print PDFs that others made: jobs without template and brand, their wishes, and pictures of what is wrong."""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PACKAGES = ("template_id", "brand_id")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("kind", sa.String(length=32), nullable=False, server_default="letters"))
    op.add_column("jobs", sa.Column("wishes", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("jobs") as jobs:
        for column in PACKAGES:
            jobs.alter_column(column, existing_type=sa.String(length=64), nullable=True)
    op.create_table(
        "overlays",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("blob", sa.String(length=96), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_overlays_job_id")),
        sa.PrimaryKeyConstraint("job_id", "file", "page", name=op.f("pk_overlays")),
    )


def downgrade() -> None:
    op.drop_table("overlays")
    with op.batch_alter_table("jobs") as jobs:
        for column in PACKAGES:
            jobs.alter_column(column, existing_type=sa.String(length=64), nullable=False)
    op.drop_column("jobs", "wishes")
    op.drop_column("jobs", "kind")
