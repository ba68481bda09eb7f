"""Tables of people and their sessions, beside those of `api.adapters.tables`."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from api.adapters.columns import UtcTime
from api.adapters.tables import metadata


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)


users = Table(
    "users",
    metadata,
    Column("id", String(64), primary_key=True),
    _organisation(),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
    Index(None, "organisation_id", "login"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    _organisation(),
    Column("user_id", String(64), ForeignKey("users.id"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("paused_until", UtcTime),
)
