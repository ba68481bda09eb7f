"""Take in scans of slips: forms, files, pages, slips, fields, what people did, and records."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slip_forms",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=6), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.Column("reply_form", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_slip_forms_organisation_id")),
        sa.ForeignKeyConstraint(["template_id"], ["packages.id"], name=op.f("fk_slip_forms_template_id")),
        sa.PrimaryKeyConstraint("organisation_id", "form", "template_id", name=op.f("pk_slip_forms")),
    )
    op.create_table(
        "slip_policies",
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_slip_policies_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "form", "version", name=op.f("pk_slip_policies")),
    )
    op.create_table(
        "piece_slips",
        sa.Column("piece_id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=6), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_piece_slips_job_id")),
        sa.PrimaryKeyConstraint("piece_id", name=op.f("pk_piece_slips")),
    )
    op.create_index(op.f("ix_piece_slips_job_id"), "piece_slips", ["job_id"])
    op.create_table(
        "scan_batches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("drop", sa.String(length=200)),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_scan_batches_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_batches")),
        sa.UniqueConstraint("organisation_id", "drop", name=op.f("uq_scan_batches_organisation_id_drop")),
    )
    op.create_index(op.f("ix_scan_batches_organisation_id_id"), "scan_batches", ["organisation_id", "id"])
    op.create_table(
        "scan_files",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("blob", sa.String(length=96), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=64)),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name=op.f("fk_scan_files_batch_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_scan_files_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_files")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_scan_files_batch_id_number")),
        sa.UniqueConstraint("organisation_id", "claim", name=op.f("uq_scan_files_organisation_id_claim")),
        sa.UniqueConstraint("organisation_id", "sha256", "again", name=op.f("uq_scan_files_organisation_id_sha256_again")),
    )
    op.create_table(
        "scan_pages",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("read_as", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("bundle", sa.String(length=96)),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("page_hash", sa.String(length=64), nullable=False),
        sa.Column("dpi", sa.Float()),
        sa.Column("bilevel", sa.Boolean(), nullable=False),
        sa.Column("way_out", sa.String(length=32), nullable=False),
        sa.Column("resolved_by", sa.String(length=64), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name=op.f("fk_scan_pages_batch_id")),
        sa.ForeignKeyConstraint(["file_id"], ["scan_files.id"], name=op.f("fk_scan_pages_file_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_scan_pages_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_pages")),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_scan_pages_file_id_number")),
    )
    op.create_index(op.f("ix_scan_pages_batch_id_kind"), "scan_pages", ["batch_id", "kind"])
    op.create_index(op.f("ix_scan_pages_organisation_id_kind_way_out_id"), "scan_pages", ["organisation_id", "kind", "way_out", "id"])
    op.create_table(
        "slips",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("page_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=6), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_id", sa.String(length=64)),
        sa.Column("same_page", sa.Boolean(), nullable=False),
        sa.Column("same_file", sa.Boolean(), nullable=False),
        sa.Column("residual_mm", sa.Float(), nullable=False),
        sa.Column("squares", sa.Integer(), nullable=False),
        sa.Column("corners_px", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name=op.f("fk_slips_batch_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_slips_organisation_id")),
        sa.ForeignKeyConstraint(["page_id"], ["scan_pages.id"], name=op.f("fk_slips_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
        sa.UniqueConstraint("piece_id", "form", "ordinal", name=op.f("uq_slips_piece_id_form_ordinal")),
    )
    op.create_index(op.f("ix_slips_batch_id_id"), "slips", ["batch_id", "id"])
    op.create_index(op.f("ix_slips_organisation_id_id"), "slips", ["organisation_id", "id"])
    op.create_index(op.f("ix_slips_page_id"), "slips", ["page_id"])
    op.create_table(
        "slip_fields",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("slip_id", sa.String(length=64), nullable=False),
        sa.Column("page_id", sa.String(length=64), nullable=False),
        sa.Column("piece_id", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("read", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text()),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("posterior", sa.Float()),
        sa.Column("alternatives", sa.JSON(), nullable=False),
        sa.Column("keying", sa.String(length=16), nullable=False),
        sa.Column("area_mm", sa.JSON(), nullable=False),
        sa.Column("part", sa.Integer()),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unreadable", sa.Boolean(), nullable=False),
        sa.Column("is_check", sa.Boolean(), nullable=False),
        sa.Column("rival_id", sa.String(length=64)),
        sa.Column("leased_to", sa.String(length=64), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_slip_fields_organisation_id")),
        sa.ForeignKeyConstraint(["page_id"], ["scan_pages.id"], name=op.f("fk_slip_fields_page_id")),
        sa.ForeignKeyConstraint(["slip_id"], ["slips.id"], name=op.f("fk_slip_fields_slip_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_fields")),
        sa.UniqueConstraint("slip_id", "name", name=op.f("uq_slip_fields_slip_id_name")),
    )
    op.create_index(op.f("ix_slip_fields_organisation_id_form_name_confidence_id"), "slip_fields", ["organisation_id", "form", "name", "confidence", "id"])
    op.create_index(op.f("ix_slip_fields_organisation_id_stage_form_name_id"), "slip_fields", ["organisation_id", "stage", "form", "name", "id"])
    op.create_table(
        "field_acts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("insisted", sa.Boolean(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["field_id"], ["slip_fields.id"], name=op.f("fk_field_acts_field_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_field_acts_organisation_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_field_acts")),
    )
    op.create_index(op.f("ix_field_acts_field_id"), "field_acts", ["field_id"])
    op.create_index(op.f("ix_field_acts_organisation_id_person_number"), "field_acts", ["organisation_id", "person", "number"])
    op.create_table(
        "records",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("piece_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=6), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("slip_id", sa.String(length=64), nullable=False),
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_records_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("piece_id", "field", name=op.f("uq_records_piece_id_field")),
    )
    op.create_index(op.f("ix_records_organisation_id_updated_at_id"), "records", ["organisation_id", "updated_at", "id"])


def downgrade() -> None:
    op.drop_table("records")
    op.drop_table("field_acts")
    op.drop_table("slip_fields")
    op.drop_table("slips")
    op.drop_table("scan_pages")
    op.drop_table("scan_files")
    op.drop_table("scan_batches")
    op.drop_table("piece_slips")
    op.drop_table("slip_policies")
    op.drop_table("slip_forms")
