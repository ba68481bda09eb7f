"""Tables of evidence. The database refuses to change or remove events; migration 0019 makes the same triggers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from api.adapters.columns import BlobColumn, Choice, UtcTime
from api.adapters.tables import metadata
from api.ports import CheckpointState, Mode

_DIGEST: Final = String(71)


def _chain() -> tuple[Column[str], Column[Mode]]:
    organisation = Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)
    return organisation, Column("mode", Choice(Mode), nullable=False)


# the row that everyone who appends holds; ``open_since`` is when the first event under no checkpoint was
evidence_chains = Table(
    "evidence_chains",
    metadata,
    *_chain(),
    Column("seq", Integer, nullable=False),
    Column("digest", _DIGEST, nullable=False),
    Column("covered", Integer, nullable=False),
    Column("open_since", UtcTime),
    PrimaryKeyConstraint("organisation_id", "mode"),
)

# texts as they stand in files of evidence, so that what is stored is what is hashed
evidence_events = Table(
    "evidence_events",
    metadata,
    *_chain(),
    Column("seq", Integer, nullable=False),
    Column("at", String(27), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("prev", _DIGEST, nullable=False),
    Column("body", Text, nullable=False),
    Column("body_digest", _DIGEST, nullable=False),
    Column("digest", _DIGEST, nullable=False),
    PrimaryKeyConstraint("organisation_id", "mode", "seq"),
    Index(None, "organisation_id", "mode", "subject_id", "seq"),
)

evidence_annexes = Table(
    "evidence_annexes",
    metadata,
    Column("id", String(64), primary_key=True),
    *_chain(),
    Column("subject_id", String(64), nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
    Column("hmac", _DIGEST, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "organisation_id", "mode", "subject_id"),
)

evidence_checkpoints = Table(
    "evidence_checkpoints",
    metadata,
    Column("id", String(64), primary_key=True),
    *_chain(),
    Column("number", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("head", _DIGEST, nullable=False),
    Column("root", _DIGEST, nullable=False),
    Column("prev", _DIGEST, nullable=False),
    Column("at", String(27), nullable=False),
    Column("state", Choice(CheckpointState), nullable=False),
    Column("state_at", UtcTime, nullable=False),
    Column("document", BlobColumn),
    Column("stamp", BlobColumn),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcTime),
    Column("code", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    UniqueConstraint("organisation_id", "mode", "number"),
    Index(None, "state", "next_try_at"),
)

# INSERT OR REPLACE of SQLite removes rows without asking triggers of removal, so taking a number again is refused too
_SQLITE: Final = (
    """
    CREATE TRIGGER evidence_events_keep_update BEFORE UPDATE ON evidence_events
    BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END
    """,
    """
    CREATE TRIGGER evidence_events_keep_delete BEFORE DELETE ON evidence_events
    BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END
    """,
    """
    CREATE TRIGGER evidence_events_keep_insert BEFORE INSERT ON evidence_events
    WHEN EXISTS (
        SELECT 1 FROM evidence_events
        WHERE organisation_id = NEW.organisation_id AND mode = NEW.mode AND seq = NEW.seq
    )
    BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END
    """,
)
_POSTGRESQL: Final = (
    """
    CREATE OR REPLACE FUNCTION evidence_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'evidence is only ever added' USING ERRCODE = 'restrict_violation'; END
    $$
    """,
    """
    CREATE TRIGGER evidence_events_keep BEFORE UPDATE OR DELETE ON evidence_events
    FOR EACH ROW EXECUTE FUNCTION evidence_is_kept()
    """,
    """
    CREATE TRIGGER evidence_events_keep_all BEFORE TRUNCATE ON evidence_events
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_is_kept()
    """,
)


@event.listens_for(evidence_events, "after_create")
def _keep_events(_: Table, connection: Connection, **_options: object) -> None:
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)
