"""Ask people to agree: questions, requests, files of people, answers that wait for a person."""

import sqlalchemy as sa
from alembic import op


revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WAITS = sa.text("settled_at IS NULL")


def upgrade() -> None:
    _questions()
    _agreements()
    _askings()
    _unclear_answers()


def downgrade() -> None:
    for name in ("unclear_answers", "askings", "agreements", "questions"):
        op.drop_table(name)


def _questions() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("brand_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True)),
        sa.Column("campaign_id", sa.String(length=64), nullable=False),
        sa.Column("answer_field", sa.String(length=100), nullable=False),
        sa.Column("signature_field", sa.String(length=100), nullable=False),
        sa.Column("yes_value", sa.Text(), nullable=False),
        sa.Column("no_value", sa.Text(), nullable=False),
        sa.Column("mail", sa.String(length=100), nullable=False),
        sa.Column("sms", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["brand_id"], ["packages.id"], name=op.f("fk_questions_brand_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_questions_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint(
            "organisation_id", "mode", "key", "version", name=op.f("uq_questions_organisation_id_mode_key_version")
        ),
    )
    op.create_index(op.f("ix_questions_organisation_id_id"), "questions", ["organisation_id", "id"])
    by_campaign = ["organisation_id", "campaign_id", "id"]
    op.create_index(op.f("ix_questions_organisation_id_campaign_id_id"), "questions", by_campaign)


def _agreements() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("token_digest", sa.String(length=100), nullable=False),
        sa.Column("words", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("how", sa.String(length=32)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_seq", sa.BigInteger(), nullable=False),
        sa.Column("reach", sa.String(length=32), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("remind_at", sa.DateTime(timezone=True)),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("annexes", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_agreements_organisation_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_agreements_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
        sa.UniqueConstraint("question_id", "recipient", name=op.f("uq_agreements_question_id_recipient")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_agreements_token_digest")),
    )
    for columns in (
        ["organisation_id", "id"],
        ["organisation_id", "phone"],
        ["organisation_id", "recipient", "id"],
        ["organisation_id", "updated_at", "id"],
        ["organisation_id", "question_id", "id"],
        ["state", "remind_at", "id"],
        ["state", "valid_until", "id"],
    ):
        op.create_index(op.f(f"ix_agreements_{'_'.join(columns)}"), "agreements", columns)
    by_state = ["organisation_id", "question_id", "state", "id", "reach"]
    op.create_index("ix_agreements_question_state", "agreements", by_state)


def _askings() -> None:
    op.create_table(
        "askings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("people", sa.String(length=96), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_askings_organisation_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_askings_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_askings")),
    )
    by_question = ["organisation_id", "question_id", "id"]
    op.create_index(op.f("ix_askings_organisation_id_question_id_id"), "askings", by_question)


def _unclear_answers() -> None:
    op.create_table(
        "unclear_answers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=100), nullable=False),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_unclear_answers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unclear_answers")),
    )
    waiting = ["organisation_id", "came_at", "id"]
    op.create_index(
        "ix_unclear_answers_waiting", "unclear_answers", waiting, sqlite_where=WAITS, postgresql_where=WAITS
    )
