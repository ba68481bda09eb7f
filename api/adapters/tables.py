"""The tables. A change here needs a migration; a test compares the two on both databases."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from api.adapters.columns import BlobColumn, Choice, Number, UtcTime
from api.ports import (
    BatchState,
    ChunkState,
    JobKind,
    JobState,
    Mode,
    PackageKind,
    PackageState,
    PieceState,
    Policy,
    ShardState,
    WorkState,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)


organisations = Table(
    "organisations",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id(),
    _organisation(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("roles", JSON, nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Index(None, "organisation_id", "id"),
)

packages = Table(
    "packages",
    metadata,
    _id(),
    _organisation(),
    Column("kind", Choice(PackageKind), nullable=False),
    Column("key", String(200), nullable=False),
    Column("version", String(100), nullable=False),
    Column("package", BlobColumn, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", Choice(PackageState), nullable=False),
    UniqueConstraint("organisation_id", "kind", "key", "version"),
)

jobs = Table(
    "jobs",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("policy", Choice(Policy), nullable=False),
    Column("validate_only", Boolean, nullable=False),
    Column("template_id", String(64), ForeignKey("packages.id")),
    Column("brand_id", String(64), ForeignKey("packages.id")),
    Column("input", BlobColumn, nullable=False),
    Column("media_type", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("cut_off_at", UtcTime),
    Column("title", Text, nullable=False),
    Column("state", Choice(JobState), nullable=False),
    Column("error_code", String(100)),
    Column("total", Integer),
    Column("valid", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("composed", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("created_by", String(64), nullable=False, server_default=""),
    Column("rules", JSON, nullable=False, server_default="{}"),
    Column("columns", JSON, nullable=False, server_default="{}"),
    Column("approved_by", String(64), nullable=False, server_default=""),
    Column("kind", Choice(JobKind), nullable=False, server_default="letters"),
    Column("wishes", JSON, nullable=False, server_default="{}"),
    Column("letters", BlobColumn),
    Column("waiting_for", String(32), nullable=False, server_default=""),
    Column("campaign_id", String(64)),
    Index(None, "organisation_id", "id"),
    Index(None, "organisation_id", "template_id"),
)

findings = Table(
    "findings",
    metadata,
    Column("organisation_id", String(64), nullable=False),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("record_index", Integer),
    Column("severity", String(16), nullable=False),
    Column("code", String(100), nullable=False),
    Column("message", Text, nullable=False),
    Column("place", JSON, nullable=False),
    PrimaryKeyConstraint("job_id", "number"),
    Index(None, "job_id", "record_index"),
)

overlays = Table(
    "overlays",
    metadata,
    Column("organisation_id", String(64), nullable=False),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("file", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("blob", BlobColumn, nullable=False),
    PrimaryKeyConstraint("job_id", "file", "page"),
)

pieces = Table(
    "pieces",
    metadata,
    _id(),
    Column("organisation_id", String(64), nullable=False),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("record_index", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("weight_mg", Integer, nullable=False),
    Column("country", String(2), nullable=False),
    Column("language", String(16), nullable=False),
    Column("sort_key", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("input_offset", BigInteger),
    Column("batch_id", String(64)),
    Column("batch_position", Integer),
    Column("state", Choice(PieceState), nullable=False),
    Column("stop_reason", Text),
    Column("postcode", String(16), nullable=False),
    Column("house", Text, nullable=False),
    Column("kix", String(32)),
    Column("household", String(64), nullable=False, server_default=""),
    Column("set_id", String(64), nullable=False, server_default=""),
    Column("envelope", Integer),
    Column("bundle", Integer),
    Column("tray", Integer),
    Column("prints", Integer, nullable=False, server_default="0"),
    UniqueConstraint("job_id", "sequence"),
    Index(None, "job_id", "record_id"),
    Index(None, "batch_id", "batch_position"),
    Index(None, "organisation_id", "record_id"),
)

# what a record said, apart from what happened to it: this table can be emptied while the history stays
piece_values = Table(
    "piece_values",
    metadata,
    Column("piece_id", String(64), primary_key=True),
    Column("organisation_id", String(64), nullable=False),
    Column("job_id", String(64), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index(None, "job_id"),
)

batches = Table(
    "batches",
    metadata,
    _id(),
    _organisation(),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("group", JSON, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sheets", Integer, nullable=False),
    Column("weight_mg", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("state", Choice(BatchState), nullable=False),
    Column("files", JSON, nullable=False),
    Column("released_at", UtcTime),
    Column("code", String(6), nullable=False, server_default=""),
    Column("envelopes", Integer, nullable=False, server_default="0"),
    Column("parent_id", String(64)),
    Column("mail_run_id", String(64)),
    Column("state_at", UtcTime),
    Column("sheets_counted", Integer),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("job_id", "number"),
    Index(None, "organisation_id", "created_at", "id"),
    Index(None, "organisation_id", "code"),
    Index(None, "organisation_id", "state"),
    Index(None, "mail_run_id"),
)

chunks = Table(
    "chunks",
    metadata,
    _id(),
    _organisation(),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("batch_id", String(64), ForeignKey("batches.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", Choice(ChunkState), nullable=False),
    Column("result", BlobColumn),
    UniqueConstraint("batch_id", "number"),
)

shards = Table(
    "shards",
    metadata,
    _id(),
    _organisation(),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("records", BlobColumn, nullable=False),
    Column("state", Choice(ShardState), nullable=False),
    Column("drawn", BlobColumn),
    UniqueConstraint("job_id", "number"),
)

# no key to anything: what a blob was for may be gone, and it may still be needed by something else
trash = Table(
    "trash",
    metadata,
    _organisation(),
    Column("blob", BlobColumn, nullable=False),
    Column("not_before", UtcTime, nullable=False, index=True),
    Column("shared", Boolean, nullable=False),
    PrimaryKeyConstraint("organisation_id", "blob"),
)

work = Table(
    "work",
    metadata,
    Column("id", Number, primary_key=True),
    _organisation(),
    Column("kind", String(64), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("state", Choice(WorkState), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("owner", String(128)),
    Column("lease_until", UtcTime),
    Column("error_code", String(100)),
    Column("next_send_at", UtcTime),
    Column("sends", Integer, nullable=False),
    UniqueConstraint("kind", "subject_id"),
    Index(None, "state", "priority", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Number, primary_key=True),
    Column("work_id", Number, ForeignKey("work.id", ondelete="CASCADE"), nullable=False, index=True),
)

answers = Table(
    "answers",
    metadata,
    _organisation(),
    Column("key", String(255), nullable=False),
    Column("route", String(255), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("status", Integer),
    Column("media_type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation_id", "key", "route"),
)

events = Table(
    "events",
    metadata,
    Column("number", Number, primary_key=True),
    _organisation(),
    Column("subject_id", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("data", JSON, nullable=False),
    Index(None, "organisation_id", "number"),
    Index(None, "subject_id", "number"),
)
