"""Column types: values of the ports as they lie in SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import BigInteger, DateTime, Integer, String, TypeDecorator

from api.ports import BlobRef

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

E = TypeVar("E", bound=StrEnum)

# SQLite grows numbers by itself only for INTEGER PRIMARY KEY
Number = BigInteger().with_variant(Integer(), "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps it as text without zone, which sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: it would be read back as another moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times must be aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Choice(TypeDecorator[E], Generic[E]):
    """A `StrEnum` as its text: a new member needs no migration."""

    impl = String(32)
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        """Members of which enumeration."""
        super().__init__()
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Only members go in."""
        del dialect
        return None if value is None else self.members(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> E | None:  # noqa: ANN401 - a driver's value
        """Only members come out."""
        del dialect
        return None if value is None else self.members(value)


class BlobColumn(TypeDecorator[BlobRef]):
    """A blob reference as ``sha256:size``."""

    impl = String(96)
    cache_ok = True

    def process_bind_param(self, value: BlobRef | None, dialect: Dialect) -> str | None:
        """As text."""
        del dialect
        return None if value is None else str(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> BlobRef | None:  # noqa: ANN401 - a driver's value
        """As a reference."""
        del dialect
        return None if value is None else BlobRef.parse(value)
