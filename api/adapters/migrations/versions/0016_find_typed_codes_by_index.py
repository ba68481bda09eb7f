"""Find typed codes by an index that SQLite uses."""

from alembic import op


revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_entries_code_digest"), table_name="entries")
    op.create_index(op.f("ix_entries_organisation_id_code_digest"), "entries", ["organisation_id", "code_digest"])


def downgrade() -> None:
    op.drop_index(op.f("ix_entries_organisation_id_code_digest"), table_name="entries")
    op.create_index(op.f("ix_entries_code_digest"), "entries", ["code_digest"])
