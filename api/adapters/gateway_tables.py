"""The table of news of gateways, beside those of `api.adapters.message_tables`."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from api.adapters.columns import Choice, UtcTime
from api.adapters.tables import metadata
from api.ports import GatewayNews

gateway_calls = Table(
    "gateway_calls",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("news", Choice(GatewayNews), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("annex_id", String(64), nullable=False),
    Index(None, "organisation_id", "news", "at"),
)
