"""Tables of the print room, beside those of `api.adapters.tables`."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from api.adapters.columns import BlobColumn, Choice, Number, UtcTime
from api.adapters.tables import metadata
from api.ports import CheckState, Loop, MailRunState, ReprintState, ResultSource
from docgen.postal.results import Outcome


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)


def _batch() -> Column[str]:
    return Column("batch_id", String(64), ForeignKey("batches.id"), nullable=False)


rules = Table(
    "rules",
    metadata,
    _organisation(),
    Column("four_eyes", Boolean, nullable=False),
    Column("cut_offs", JSON),
    Column("mark_profile", String(64), nullable=False),
    Column("sort_plan", String(64), nullable=False),
    Column("household", Text, nullable=False),
    Column("carrier", String(64), nullable=False, server_default="none"),
    Column("updated_at", UtcTime, nullable=False),
    Column("updated_by", String(64), nullable=False),
    PrimaryKeyConstraint("organisation_id"),
)

checks = Table(
    "checks",
    metadata,
    _id(),
    _organisation(),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    _batch(),
    Column("number", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("blob", BlobColumn, nullable=False),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", Choice(CheckState), nullable=False),
    Column("symbols", Integer, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("picture", BlobColumn),
    Unique("batch_id", "number"),
)

results = Table(
    "results",
    metadata,
    Column("number", Number, primary_key=True),
    Column("organisation_id", String(64), nullable=False),
    _batch(),
    Column("piece_id", String(64), nullable=False, index=True),
    Column("print_number", Integer, nullable=False),
    Column("outcome", Choice(Outcome), nullable=False),
    Column("source", Choice(ResultSource), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "batch_id", "number"),
)

results_files = Table(
    "results_files",
    metadata,
    Column("organisation_id", String(64), nullable=False),
    _batch(),
    Column("sha256", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    PrimaryKeyConstraint("batch_id", "sha256"),
)

reprints = Table(
    "reprints",
    metadata,
    _id(),
    _organisation(),
    _batch(),
    Column("number", Integer, nullable=False),
    Column("loop", Choice(Loop), nullable=False),
    Column("piece_ids", JSON, nullable=False),
    Column("by", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", Choice(ReprintState), nullable=False),
    Column("child_id", String(64)),
    Column("files", JSON, nullable=False),
    Unique("batch_id", "number"),
)

mail_runs = Table(
    "mail_runs",
    metadata,
    _id(),
    _organisation(),
    Column("title", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("state", Choice(MailRunState), nullable=False),
    Column("files", JSON, nullable=False),
    Column("handed_over_at", UtcTime),
    Column("handed_over_by", String(64), nullable=False),
    Column("reference", Text, nullable=False),
    Column("proof", BlobColumn),
    Index(None, "organisation_id", "id"),
)

alarms = Table(
    "alarms",
    metadata,
    _organisation(),
    Column("subject_id", String(64), nullable=False),
    Column("state", String(32), nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("cleared_at", UtcTime, index=True),
    PrimaryKeyConstraint("subject_id", "state", "since"),
)
