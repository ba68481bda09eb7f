"""Tables of scans, beside those of `api.adapters.tables`: forms, files, pages, slips and their fields."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)
from sqlalchemy import UniqueConstraint as Unique

from api.adapters.columns import BlobColumn, Choice, Number, UtcTime
from api.adapters.tables import metadata
from api.ports import ActKind, DecidedBy, Mode, ScanBatchState, ScanFileState, Stage, WayOut
from docgen.reply_form import ReplyKind
from scanning.readings import Outcome, PageKind


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)


slip_forms = Table(
    "slip_forms",
    metadata,
    _organisation(),
    Column("form", String(6), nullable=False),
    Column("template_id", String(64), ForeignKey("packages.id"), nullable=False),
    Column("template", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("geometry", Text, nullable=False),
    Column("reply_form", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("organisation_id", "form", "template_id"),
)

slip_policies = Table(
    "slip_policies",
    metadata,
    _organisation(),
    Column("form", String(6), nullable=False),
    Column("version", Integer, nullable=False),
    Column("thresholds", JSON, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", String(64), nullable=False),
    PrimaryKeyConstraint("organisation_id", "form", "version"),
)

# what the sender knew is personal data: a column that can be emptied
piece_slips = Table(
    "piece_slips",
    metadata,
    Column("piece_id", String(64), primary_key=True),
    Column("organisation_id", String(64), nullable=False),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("form", String(6), nullable=False),
    Column("template_id", String(64), nullable=False),
    Column("page", Integer, nullable=False),
    Column("known", Text, nullable=False),
    Index(None, "job_id"),
)

scan_batches = Table(
    "scan_batches",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("state", Choice(ScanBatchState), nullable=False),
    Column("closed_at", UtcTime),
    Column("closed_by", String(64), nullable=False),
    Column("drop", String(200)),
    Unique("organisation_id", "drop"),
    Index(None, "organisation_id", "id"),
)

scan_files = Table(
    "scan_files",
    metadata,
    _id(),
    _organisation(),
    Column("batch_id", String(64), ForeignKey("scan_batches.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("blob", BlobColumn, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("again", Integer, nullable=False),
    Column("claim", String(64)),
    Column("state", Choice(ScanFileState), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("total", Integer),
    Column("findings", JSON, nullable=False),
    Column("ended_at", UtcTime),
    Unique("batch_id", "number"),
    Unique("organisation_id", "sha256", "again"),
    Unique("organisation_id", "claim"),
)

scan_pages = Table(
    "scan_pages",
    metadata,
    _id(),
    _organisation(),
    Column("batch_id", String(64), ForeignKey("scan_batches.id"), nullable=False),
    Column("file_id", String(64), ForeignKey("scan_files.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Choice(PageKind), nullable=False),
    Column("read_as", Choice(PageKind), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("bundle", BlobColumn),
    Column("parts", JSON, nullable=False),
    Column("page_hash", String(64), nullable=False),
    Column("dpi", Float),
    Column("bilevel", Boolean, nullable=False),
    Column("way_out", Choice(WayOut), nullable=False),
    Column("resolved_by", String(64), nullable=False),
    Column("resolved_at", UtcTime),
    Column("note", Text, nullable=False),
    Unique("file_id", "number"),
    Index(None, "batch_id", "kind"),
    Index(None, "organisation_id", "kind", "way_out", "id"),
)

slips = Table(
    "slips",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("batch_id", String(64), ForeignKey("scan_batches.id"), nullable=False),
    Column("page_id", String(64), ForeignKey("scan_pages.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("piece_id", String(64), nullable=False),
    Column("job_id", String(64), nullable=False),
    Column("form", String(6), nullable=False),
    Column("template_id", String(64), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("first_id", String(64)),
    Column("same_page", Boolean, nullable=False),
    Column("same_file", Boolean, nullable=False),
    Column("residual_mm", Float, nullable=False),
    Column("squares", Integer, nullable=False),
    Column("corners_px", JSON, nullable=False),
    Column("withdrawn_at", UtcTime),
    Unique("piece_id", "form", "ordinal"),
    Index(None, "page_id"),
    Index(None, "batch_id", "id"),
    Index(None, "organisation_id", "id"),
)

slip_fields = Table(
    "slip_fields",
    metadata,
    _id(),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("slip_id", String(64), ForeignKey("slips.id"), nullable=False),
    Column("page_id", String(64), ForeignKey("scan_pages.id"), nullable=False),
    Column("piece_id", String(64), nullable=False),
    Column("form", String(6), nullable=False),
    Column("name", String(100), nullable=False),
    Column("kind", Choice(ReplyKind), nullable=False),
    Column("place", Integer, nullable=False),
    Column("outcome", Choice(Outcome), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("read", Text, nullable=False),
    Column("machine", Text),
    Column("confidence", Float, nullable=False),
    Column("posterior", Float),
    Column("alternatives", JSON, nullable=False),
    Column("keying", String(16), nullable=False),
    Column("area_mm", JSON, nullable=False),
    Column("part", Integer),
    Column("stage", Choice(Stage), nullable=False),
    Column("value", Text),
    Column("decided_by", Choice(DecidedBy), nullable=False),
    Column("decided_at", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("unreadable", Boolean, nullable=False),
    Column("is_check", Boolean, nullable=False),
    Column("rival_id", String(64)),
    Column("leased_to", String(64), nullable=False),
    Column("leased_until", UtcTime),
    Unique("slip_id", "name"),
    Index(None, "organisation_id", "stage", "form", "name", "id"),
    Index(None, "organisation_id", "form", "name", "confidence", "id"),
)

field_acts = Table(
    "field_acts",
    metadata,
    Column("number", Number, primary_key=True),
    _organisation(),
    Column("field_id", String(64), ForeignKey("slip_fields.id"), nullable=False, index=True),
    Column("person", String(64), nullable=False),
    Column("kind", Choice(ActKind), nullable=False),
    Column("value", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    Column("insisted", Boolean, nullable=False),
    Column("undone_at", UtcTime),
    Index(None, "organisation_id", "person", "number"),
)
