"""Keep evidence: chains of events that nobody can change or remove, annexes that can go, checkpoints."""

import sqlalchemy as sa
from alembic import op


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

DIGEST = sa.String(length=71)
SQLITE = (
    "CREATE TRIGGER evidence_events_keep_update BEFORE UPDATE ON evidence_events"
    " BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END",
    "CREATE TRIGGER evidence_events_keep_delete BEFORE DELETE ON evidence_events"
    " BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END",
    "CREATE TRIGGER evidence_events_keep_insert BEFORE INSERT ON evidence_events"
    " WHEN EXISTS (SELECT 1 FROM evidence_events"
    " WHERE organisation_id = NEW.organisation_id AND mode = NEW.mode AND seq = NEW.seq)"
    " BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION evidence_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$"
    " BEGIN RAISE EXCEPTION 'evidence is only ever added' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER evidence_events_keep BEFORE UPDATE OR DELETE ON evidence_events"
    " FOR EACH ROW EXECUTE FUNCTION evidence_is_kept()",
    "CREATE TRIGGER evidence_events_keep_all BEFORE TRUNCATE ON evidence_events"
    " FOR EACH STATEMENT EXECUTE FUNCTION evidence_is_kept()",
)


def upgrade() -> None:
    op.create_table(
        "evidence_chains",
        *_chain(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.Column("open_since", sa.DateTime(timezone=True)),
        _organisation("evidence_chains"),
        sa.PrimaryKeyConstraint("organisation_id", "mode", name=op.f("pk_evidence_chains")),
    )
    op.create_table(
        "evidence_events",
        *_chain(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("prev", DIGEST, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_digest", DIGEST, nullable=False),
        sa.Column("digest", DIGEST, nullable=False),
        _organisation("evidence_events"),
        sa.PrimaryKeyConstraint("organisation_id", "mode", "seq", name=op.f("pk_evidence_events")),
    )
    _index("evidence_events", "organisation_id", "mode", "subject_id", "seq")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.create_table(
        "evidence_annexes",
        sa.Column("id", sa.String(length=64), nullable=False),
        *_chain(),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("hmac", DIGEST, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _organisation("evidence_annexes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_annexes")),
    )
    _index("evidence_annexes", "organisation_id", "mode", "subject_id")
    op.create_table(
        "evidence_checkpoints",
        sa.Column("id", sa.String(length=64), nullable=False),
        *_chain(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("head", DIGEST, nullable=False),
        sa.Column("root", DIGEST, nullable=False),
        sa.Column("prev", DIGEST, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(length=96)),
        sa.Column("stamp", sa.String(length=96)),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        _organisation("evidence_checkpoints"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_checkpoints")),
        sa.UniqueConstraint(
            "organisation_id", "mode", "number", name=op.f("uq_evidence_checkpoints_organisation_id_mode_number")
        ),
    )
    _index("evidence_checkpoints", "state", "next_try_at")


def downgrade() -> None:
    for table in ("evidence_checkpoints", "evidence_annexes", "evidence_events", "evidence_chains"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION evidence_is_kept()")


def _chain() -> tuple[sa.Column[str], sa.Column[str]]:
    organisation = sa.Column("organisation_id", sa.String(length=64), nullable=False)
    return organisation, sa.Column("mode", sa.String(length=32), nullable=False)


def _organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
