"""Tables of the doors of personal pages, beside those of `api.adapters.tables`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from api.adapters.columns import UtcTime
from api.adapters.tables import metadata

entry_hosts = Table(
    "entry_hosts",
    metadata,
    Column("address", String(160), primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("brand", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
)

door_tries = Table(
    "door_tries",
    metadata,
    Column("subject", String(96), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False, index=True),
    Column("paused_until", UtcTime),
)
