"""Let answers come by every road: campaigns, ways in, submissions, records by recipient, contact moments."""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# answers of slips that are there already become submissions, one for each slip
_SUBMISSIONS = """
INSERT INTO submissions (id, organisation_id, mode, campaign_id, recipient, road, came_at, language, once, receipt,
                         entry_id, piece_id, slip_id, "by", note)
SELECT 'sub_' || substr(r.slip_id, 5), r.organisation_id, min(r.mode), min(r.campaign_id), min(r.record_id), 'slip',
       min(r.decided_at), '', 'slip:' || r.slip_id, '', '', min(r.piece_id), r.slip_id, '', ''
FROM records r WHERE r.slip_id <> '' GROUP BY r.organisation_id, r.slip_id
"""
_ANSWERS = """
INSERT INTO given_answers (organisation_id, submission_id, campaign_id, recipient, field, kind, road, raw, value, verdict,
                           code, insisted, told, standing, confidence, decided_by, person, at, slip_field_id)
SELECT organisation_id, submission_id, campaign_id, record_id, field, kind, 'slip', value, value, 'accept', '', false, '',
       CASE state WHEN 'disputed' THEN 'contested' WHEN 'unreadable' THEN 'unreadable' ELSE 'ready' END,
       confidence, decided_by, person, decided_at, field_id
FROM records WHERE state <> 'withdrawn' AND slip_id <> '' ORDER BY decided_at, id
"""


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("piece_id", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("postcode", sa.String(length=16), nullable=False),
        sa.Column("house", sa.Text(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("piece_id", name=op.f("uq_entries_piece_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_entries_token_digest")),
    )
    op.create_index(op.f("ix_entries_campaign_id_recipient"), "entries", ["campaign_id", "recipient"])
    op.create_index(op.f("ix_entries_code_digest"), "entries", ["code_digest"])
    op.create_index(op.f("ix_entries_job_id"), "entries", ["job_id"])
    op.create_index(op.f("ix_entries_organisation_id_postcode"), "entries", ["organisation_id", "postcode"])
    op.create_index(op.f("ix_entries_organisation_id_recipient"), "entries", ["organisation_id", "recipient"])
    op.create_table(
        "contact_moments",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_contact_moments_organisation_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_contact_moments")),
    )
    op.create_index(op.f("ix_contact_moments_campaign_id_kind_recipient"), "contact_moments", ["campaign_id", "kind", "recipient"])
    op.create_index(op.f("ix_contact_moments_organisation_id_number"), "contact_moments", ["organisation_id", "number"])
    op.create_index(op.f("ix_contact_moments_organisation_id_recipient_number"), "contact_moments", ["organisation_id", "recipient", "number"])
    op.create_index(op.f("ix_contact_moments_subject_id"), "contact_moments", ["subject_id"])
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("road", sa.String(length=32), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("once", sa.String(length=100), nullable=False),
        sa.Column("receipt", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("piece_id", sa.String(length=64), nullable=False),
        sa.Column("slip_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo", sa.String(length=96), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_submissions_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("organisation_id", "once", name=op.f("uq_submissions_organisation_id_once")),
    )
    op.create_index(op.f("ix_submissions_campaign_id_recipient"), "submissions", ["campaign_id", "recipient"])
    op.create_index(op.f("ix_submissions_organisation_id_id"), "submissions", ["organisation_id", "id"])
    op.create_index(op.f("ix_submissions_slip_id"), "submissions", ["slip_id"])
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("reply_form", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.JSON(), nullable=False),
        sa.Column("reminded", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["packages.id"], name=op.f("fk_campaigns_brand_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_campaigns_organisation_id")),
        sa.ForeignKeyConstraint(["template_id"], ["packages.id"], name=op.f("fk_campaigns_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("organisation_id", "mode", "key", name=op.f("uq_campaigns_organisation_id_mode_key")),
    )
    op.create_index(op.f("ix_campaigns_organisation_id_id"), "campaigns", ["organisation_id", "id"])
    op.create_table(
        "given_answers",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("road", sa.String(length=32), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("insisted", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slip_field_id", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_given_answers_organisation_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_given_answers_submission_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_given_answers")),
    )
    op.create_index(op.f("ix_given_answers_campaign_id_recipient_field"), "given_answers", ["campaign_id", "recipient", "field"])
    op.create_index(op.f("ix_given_answers_slip_field_id"), "given_answers", ["slip_field_id"])
    op.create_index(op.f("ix_given_answers_submission_id"), "given_answers", ["submission_id"])
    op.add_column("jobs", sa.Column("campaign_id", sa.String(length=64), nullable=True))
    with op.batch_alter_table("records") as records:
        for name in ("campaign_id", "submission_id"):
            records.add_column(sa.Column(name, sa.String(length=64), nullable=False, server_default=""))
        records.add_column(sa.Column("code", sa.String(length=100), nullable=False, server_default=""))
        records.add_column(sa.Column("confirmations", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE records SET campaign_id = 'cmp_' || substr(job_id, 5), submission_id = 'sub_' || substr(slip_id, 5)"
    )
    with op.batch_alter_table("records") as records:
        for name in ("campaign_id", "submission_id"):
            records.alter_column(name, existing_type=sa.String(length=64), nullable=False, server_default=None)
        records.alter_column("code", existing_type=sa.String(length=100), nullable=False, server_default=None)
        records.alter_column("confirmations", existing_type=sa.Integer(), nullable=False, server_default=None)
        records.drop_constraint("uq_records_piece_id_field", type_="unique")
        records.create_unique_constraint("uq_records_campaign_id_record_id_field", ["campaign_id", "record_id", "field"])
    op.execute(_SUBMISSIONS)
    op.execute(_ANSWERS)


def downgrade() -> None:
    with op.batch_alter_table("records") as records:
        records.drop_constraint("uq_records_campaign_id_record_id_field", type_="unique")
        records.create_unique_constraint("uq_records_piece_id_field", ["piece_id", "field"])
        for name in ("confirmations", "code", "submission_id", "campaign_id"):
            records.drop_column(name)
    op.drop_column("jobs", "campaign_id")
    for table in ("given_answers", "campaigns", "submissions", "contact_moments", "entries"):
        op.drop_table(table)
