"""Tables of agreements, beside those of `api.adapters.tables`: questions, requests, files, unclear answers."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false, text
from sqlalchemy import UniqueConstraint as Unique

from agreements.lifecycle.deciding import Method, RequestState
from api.adapters.columns import BlobColumn, Choice, UtcTime
from api.adapters.tables import metadata
from api.ports import AskingState, Mode, QuestionState, Reach


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)


def _question() -> Column[str]:
    return Column("question_id", String(64), ForeignKey("questions.id"), nullable=False)


questions = Table(
    "questions",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("key", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("brand_id", String(64), ForeignKey("packages.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Choice(QuestionState), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("frozen_at", UtcTime),
    Column("campaign_id", String(64), nullable=False),
    Column("answer_field", String(100), nullable=False),
    Column("signature_field", String(100), nullable=False),
    Column("yes_value", Text, nullable=False),
    Column("no_value", Text, nullable=False),
    Column("mail", String(100), nullable=False),
    Column("sms", String(100), nullable=False),
    Column("revision", Integer, nullable=False),
    Unique("organisation_id", "mode", "key", "version"),
    Index(None, "organisation_id", "id"),
    # ids stand behind in each index, or SQLite sorts less and reads all rows of the organisation
    Index(None, "organisation_id", "campaign_id", "id"),
)

# name, email and phone are personal data: columns that can be emptied
agreements = Table(
    "agreements",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    _question(),
    Column("recipient", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("token_digest", String(100), nullable=False),
    Column("words", String(100), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("valid_until", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", String(32), nullable=False),
    Column("code", String(16), nullable=False),
    Column("state", Choice(RequestState), nullable=False),
    Column("how", Choice(Method)),
    Column("decided_at", UtcTime),
    Column("decided_seq", BigInteger, nullable=False),
    Column("reach", Choice(Reach), nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("remind_at", UtcTime),
    Column("fetches", Integer, nullable=False),
    Column("annexes", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    # without a place in the list of changes: written, and perhaps not committed
    Column("fresh", Boolean, nullable=False, server_default=false()),
    Unique("question_id", "recipient"),
    Unique("token_digest"),
    Index(None, "organisation_id", "id"),
    Index(None, "organisation_id", "phone"),
    Index(None, "organisation_id", "recipient", "id"),
    Index(None, "organisation_id", "updated_at", "id"),
    Index(None, "organisation_id", "question_id", "id"),
    # the reach comes last: lists are in the order of ids, and counts read nothing but the index
    Index("ix_agreements_question_state", "organisation_id", "question_id", "state", "id", "reach"),
    Index(None, "state", "remind_at", "id"),
    Index(None, "state", "valid_until", "id"),
    Index("ix_agreements_fresh", "organisation_id", sqlite_where=text("fresh = 1"), postgresql_where=text("fresh")),
)

askings = Table(
    "askings",
    metadata,
    _id(),
    _organisation(),
    _question(),
    Column("people", BlobColumn, nullable=False),
    Column("total", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("done", Integer, nullable=False),
    Column("made", Integer, nullable=False),
    Column("state", Choice(AskingState), nullable=False),
    Index(None, "organisation_id", "question_id", "id"),
)

# sender and text are personal data: columns that can be emptied
unclear_answers = Table(
    "unclear_answers",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("why", String(100), nullable=False),
    Column("came_at", UtcTime, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("question_id", String(64), nullable=False),
    Column("sender", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("settled_at", UtcTime),
    Column("settled_by", String(64), nullable=False),
    Column("outcome", String(32), nullable=False),
)
# an index of those that wait only: what is settled stays for years
Index(
    "ix_unclear_answers_waiting",
    *(unclear_answers.c[name] for name in ("organisation_id", "came_at", "id")),
    sqlite_where=unclear_answers.c.settled_at.is_(None),
    postgresql_where=unclear_answers.c.settled_at.is_(None),
)
