"""Tables of messages, beside those of `api.adapters.tables`: outbox, lanes, suppressions, bounces."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from api.adapters.columns import BlobColumn, Choice, UtcTime
from api.adapters.tables import metadata
from api.ports import BounceOutcome, ChannelKind, MessagePurpose, MessageState, Mode, SuppressionReason

message_lanes = Table(
    "message_lanes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("channel", Choice(ChannelKind), nullable=False),
    Column("paused_until", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcTime),
    Column("code", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    UniqueConstraint("organisation_id", "name"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("channel", Choice(ChannelKind), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("purpose", Choice(MessagePurpose), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("to_digest", String(64), nullable=False),
    Column("to_annex", String(64), nullable=False),
    Column("rendered_annex", String(64), nullable=False),
    Column("state", Choice(MessageState), nullable=False),
    Column("state_at", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("message_id", String(320), nullable=False),
    Column("provider_id", String(200), nullable=False),
    Column("logo", BlobColumn),
    Column("parts_allowed", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("encoding", String(16), nullable=False),
    Column("soft_bounces", Integer, nullable=False),
    Column("code", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "organisation_id", "id"),
    Index(None, "organisation_id", "subject_id"),
    Index(None, "organisation_id", "lane", "state", "not_before"),
    Index(None, "organisation_id", "lane", "provider_id"),
    Index(None, "organisation_id", "to_digest"),
    Index(None, "organisation_id", "logo"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("mode", Choice(Mode), nullable=False),
    Column("channel", Choice(ChannelKind), nullable=False),
    Column("to_digest", String(64), nullable=False),
    Column("reason", Choice(SuppressionReason), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("sender", String(320), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Index(None, "organisation_id", "to_digest"),
    Index(None, "organisation_id", "id"),
)

bounced_mails = Table(
    "bounced_mails",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("source", String(32), nullable=False),
    Column("outcome", Choice(BounceOutcome), nullable=False),
    Column("raw", BlobColumn),
    Column("message_id", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("seen_by", String(120), nullable=False),
    Index(None, "organisation_id", "outcome", "at"),
    Index(None, "organisation_id", "at"),
)
