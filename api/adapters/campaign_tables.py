"""Tables of campaigns, beside those of `api.adapters.tables`: ways in, submissions, answers, records, moments."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from api.adapters.columns import BlobColumn, Choice, Number, UtcTime
from api.adapters.tables import metadata
from api.ports import REMIND_AT, DecidedBy, ImportState, Mode, MomentKind, Policy, RecordState
from docgen.reply_form import ReplyKind
from scanning.decide.roads import Road, Standing
from scanning.validators.verdict import Verdict


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)


campaigns = Table(
    "campaigns",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("key", String(100), nullable=False),
    Column("name", Text, nullable=False),
    Column("template_id", String(64), ForeignKey("packages.id"), nullable=False),
    Column("brand_id", String(64), ForeignKey("packages.id"), nullable=False),
    Column("reply_form", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("closes_at", UtcTime, nullable=False),
    Column("gone_at", UtcTime, nullable=False),
    Column("opens_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("reminders", JSON, nullable=False),
    Column("reminded", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("remind_at", String(5), nullable=False, server_default=REMIND_AT),
    Unique("organisation_id", "mode", "key"),
    Index(None, "organisation_id", "id"),
)

# postcode, house and what the sender knew are personal data: columns that can be emptied
entries = Table(
    "entries",
    metadata,
    _id(),
    Column("organisation_id", String(64), nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("campaign_id", String(64), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("job_id", String(64)),
    Column("piece_id", String(64)),
    Column("language", String(16), nullable=False),
    Column("postcode", String(16), nullable=False),
    Column("house", Text, nullable=False),
    Column("known", Text, nullable=False),
    Column("token_digest", String(64), unique=True),
    Column("code_digest", String(64)),
    Column("made_at", UtcTime),
    Column("made_by", String(64), nullable=False),
    Column("revoked_at", UtcTime),
    Column("revoked_why", String(200), nullable=False),
    Unique("piece_id"),
    Index(None, "campaign_id", "recipient"),
    Index(None, "job_id"),
    Index(None, "organisation_id", "postcode"),
    # both, or SQLite looks through all letters of the organisation for each code that somebody types
    Index(None, "organisation_id", "code_digest"),
    Index(None, "organisation_id", "recipient"),
)

submissions = Table(
    "submissions",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("campaign_id", String(64), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("road", Choice(Road), nullable=False),
    Column("came_at", UtcTime, nullable=False),
    Column("language", String(16), nullable=False),
    Column("once", String(100), nullable=False),
    Column("receipt", String(32), nullable=False),
    Column("entry_id", String(64), nullable=False),
    Column("piece_id", String(64), nullable=False),
    Column("slip_id", String(64), nullable=False, index=True),
    Column("by", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("photo", BlobColumn),
    Unique("organisation_id", "once"),
    Index(None, "campaign_id", "recipient"),
    Index(None, "organisation_id", "id"),
)

given_answers = Table(
    "given_answers",
    metadata,
    Column("number", Number, primary_key=True),
    _organisation(),
    Column("submission_id", String(64), ForeignKey("submissions.id"), nullable=False, index=True),
    Column("campaign_id", String(64), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("field", String(100), nullable=False),
    Column("kind", Choice(ReplyKind), nullable=False),
    Column("road", Choice(Road), nullable=False),
    Column("raw", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("verdict", Choice(Verdict), nullable=False),
    Column("code", String(100), nullable=False),
    Column("insisted", Boolean, nullable=False),
    Column("told", Text, nullable=False),
    Column("standing", Choice(Standing), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("decided_by", Choice(DecidedBy), nullable=False),
    Column("person", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("slip_field_id", String(64), nullable=False, index=True),
    Column("ended_at", UtcTime),
    Index(None, "campaign_id", "recipient", "field"),
)

records = Table(
    "records",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("piece_id", String(64), nullable=False),
    Column("job_id", String(64), nullable=False),
    Column("record_id", Text, nullable=False),
    Column("form", String(6), nullable=False),
    Column("field", String(100), nullable=False),
    Column("kind", Choice(ReplyKind), nullable=False),
    Column("value", Text, nullable=False),
    Column("state", Choice(RecordState), nullable=False),
    Column("source", String(32), nullable=False),
    Column("slip_id", String(64), nullable=False),
    Column("field_id", String(64), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("decided_by", Choice(DecidedBy), nullable=False),
    Column("person", String(64), nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("campaign_id", String(64), nullable=False),
    Column("submission_id", String(64), nullable=False),
    Column("code", String(100), nullable=False),
    Column("confirmations", Integer, nullable=False),
    # changed, and not yet given its place in the list: docs/adr/0030
    Column("fresh", Boolean, nullable=False, server_default=false()),
    Unique("campaign_id", "record_id", "field"),
    Index(None, "organisation_id", "updated_at", "id"),
    Index(None, "organisation_id", "state", "updated_at", "id"),
    Index(None, "organisation_id", "record_id"),
    Index("ix_records_fresh", "organisation_id", sqlite_where=text("fresh = 1"), postgresql_where=text("fresh")),
)

_UNPLACED = text("position IS NULL")
answer_imports = Table(
    "answer_imports",
    metadata,
    _id(),
    _organisation(),
    Column("campaign_id", String(64), ForeignKey("campaigns.id"), nullable=False),
    Column("by", String(64), nullable=False),
    Column("policy", Choice(Policy), nullable=False),
    Column("checks_only", Boolean, nullable=False),
    Column("media_type", String(200), nullable=False),
    Column("blob", BlobColumn),
    Column("sha256", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", Choice(ImportState), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("written", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("for_review", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("finding_counts", JSON, nullable=False),
    Column("code", String(100), nullable=False),
    Column("detail", Text, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "organisation_id", "campaign_id", "id"),
    Index(None, "organisation_id", "blob"),
)

# whose hands an answer that waits for a person is in
record_leases = Table(
    "record_leases",
    metadata,
    Column("record_id", String(64), ForeignKey("records.id"), primary_key=True),
    Column("organisation_id", String(64), nullable=False),
    Column("leased_to", String(64), nullable=False),
    Column("leased_until", UtcTime, nullable=False),
    Index(None, "organisation_id", "leased_until"),
)

contact_moments = Table(
    "contact_moments",
    metadata,
    Column("number", Number, primary_key=True),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("campaign_id", String(64), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("kind", Choice(MomentKind), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("data", JSON, nullable=False),
    # none until it is given its place in the list: docs/adr/0030
    Column("position", BigInteger),
    Index(None, "organisation_id", "recipient", "number"),
    Index(None, "organisation_id", "position"),
    Index("ix_contact_moments_fresh", "organisation_id", sqlite_where=_UNPLACED, postgresql_where=_UNPLACED),
    Index(None, "campaign_id", "kind", "recipient"),
    Index(None, "subject_id"),
)
