"""Tables of exchanges with carriers, beside those of `api.adapters.tables`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text

from api.adapters.columns import BlobColumn, UtcTime
from api.adapters.tables import metadata

exchanges = Table(
    "exchanges",
    metadata,
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("job_id", String(64), ForeignKey("jobs.id"), nullable=False),
    Column("profile", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", String(64), nullable=False),
    Column("file", BlobColumn),
    Column("envelopes", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("job_id"),
)

# a row for each envelope; own_id is the id of the piece that leads it
enriched = Table(
    "enriched",
    metadata,
    Column("own_id", String(64), primary_key=True),
    Column("organisation_id", String(64), nullable=False),
    Column("job_id", String(64), nullable=False),
    Column("place", Integer, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("postal_line", Text, nullable=False),
    Column("postal_2d", LargeBinary, nullable=False),
    Index(None, "job_id"),
)
