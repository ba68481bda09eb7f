"""Find answers that wait for a person by an index; drop one that no query of webhooks uses."""

from alembic import op


revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = ["organisation_id", "state", "updated_at", "id"]
UNUSED = "ix_webhook_deliveries_state_next_try_at"


def upgrade() -> None:
    op.create_index(op.f("ix_records_organisation_id_state_updated_at_id"), "records", COLUMNS)
    op.drop_index(UNUSED, "webhook_deliveries")


def downgrade() -> None:
    op.create_index(UNUSED, "webhook_deliveries", ["state", "next_try_at"])
    op.drop_index(op.f("ix_records_organisation_id_state_updated_at_id"), "records")
