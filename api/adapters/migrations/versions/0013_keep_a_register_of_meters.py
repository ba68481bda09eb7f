"""The register: complexes, dwellings and meters, the meters that hung there, and readings the corporation brought."""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complexes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_complexes_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complexes")),
        sa.UniqueConstraint("organisation_id", "mode", "key", name=op.f("uq_complexes_organisation_id_mode_key")),
    )
    op.create_table(
        "dwellings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("complex_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("house_number", sa.String(length=20), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complex_id"], ["complexes.id"], name=op.f("fk_dwellings_complex_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_dwellings_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dwellings")),
        sa.UniqueConstraint("organisation_id", "mode", "key", name=op.f("uq_dwellings_organisation_id_mode_key")),
    )
    op.create_index(op.f("ix_dwellings_complex_id"), "dwellings", ["complex_id"])
    op.create_table(
        "meters",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("complex_id", sa.String(length=64), nullable=False),
        sa.Column("dwelling_id", sa.String(length=64)),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("main_id", sa.String(length=64)),
        sa.Column("record_key", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("date_field", sa.String(length=100), nullable=False),
        sa.Column("expected_per_day", sa.String(length=32)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complex_id"], ["complexes.id"], name=op.f("fk_meters_complex_id")),
        sa.ForeignKeyConstraint(["dwelling_id"], ["dwellings.id"], name=op.f("fk_meters_dwelling_id")),
        sa.ForeignKeyConstraint(["main_id"], ["meters.id"], name=op.f("fk_meters_main_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_meters_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meters")),
        sa.UniqueConstraint("organisation_id", "mode", "key", name=op.f("uq_meters_organisation_id_mode_key")),
    )
    op.create_index(op.f("ix_meters_complex_id"), "meters", ["complex_id"])
    op.create_index(op.f("ix_meters_organisation_id_record_key"), "meters", ["organisation_id", "record_key"])
    op.create_table(
        "meter_segments",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("meter_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("dials", sa.Integer(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("placed_on", sa.Date()),
        sa.Column("start_reading", sa.String(length=32)),
        sa.Column("removed_on", sa.Date()),
        sa.Column("end_reading", sa.String(length=32)),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_meter_segments_meter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_meter_segments_organisation_id")
        ),
        sa.PrimaryKeyConstraint("meter_id", "place", name=op.f("pk_meter_segments")),
    )
    op.create_table(
        "meter_readings",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("meter_id", sa.String(length=64), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["meter_id"], ["meters.id"], name=op.f("fk_meter_readings_meter_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_meter_readings_organisation_id")
        ),
        sa.PrimaryKeyConstraint("meter_id", "read_on", name=op.f("pk_meter_readings")),
    )
    op.create_index(op.f("ix_records_organisation_id_record_id"), "records", ["organisation_id", "record_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_records_organisation_id_record_id"), "records")
    op.drop_table("meter_readings")
    op.drop_table("meter_segments")
    op.drop_table("meters")
    op.drop_table("dwellings")
    op.drop_table("complexes")
