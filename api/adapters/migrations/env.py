"""What Alembic runs around each migration: the connection is given, never made here."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from api.adapters.tables import metadata


def render_item(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:  # noqa: ANN401 - what Alembic passes
    """Write our column types as the plain ones they lie in: a migration must outlive the code of its day."""
    del autogenerate
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


connection = context.config.attributes["connection"]
# SQLite changes a column by copying its table
batch = connection.dialect.name == "sqlite" and not context.config.attributes.get("plain")
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=batch, render_item=render_item, compare_type=True
)
context.run_migrations()
