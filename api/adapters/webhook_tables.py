"""Tables of webhooks, beside those of `api.adapters.tables`: endpoints, events still to be told, deliveries."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from api.adapters.columns import Choice, UtcTime
from api.adapters.tables import metadata
from api.ports import DeliveryState, Mode, WebhookOff, WebhookState

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("url", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("description", Text, nullable=False),
    Column("types", JSON, nullable=False),
    Column("state", Choice(WebhookState), nullable=False),
    Column("disabled_why", Choice(WebhookOff), nullable=False),
    Column("disabled_at", UtcTime),
    Column("generation", Integer, nullable=False),
    Column("signs_from", Integer, nullable=False),
    Column("previous_until", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcTime),
    Column("paused_until", UtcTime),
    Index(None, "organisation_id", "id"),
)

# written with the event, removed when it is dealt out: a cursor over numbers would pass those that commit late
fresh_events = Table(
    "fresh_events",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", String(64), nullable=False),
    Column("webhook_id", String(64), ForeignKey("webhooks.id"), nullable=False),
    Column("event_number", BigInteger, nullable=False),
    Column("type", String(100), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcTime),
    Column("last_at", UtcTime),
    Column("last_status", Integer),
    Column("last_code", String(64), nullable=False),
    Column("last_answer", Text, nullable=False),
    Index(None, "webhook_id", "event_number"),
    Index(None, "webhook_id", "state", "next_try_at"),
    Index(None, "created_at"),
)
