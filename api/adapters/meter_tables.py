"""Tables of complexes, dwellings and meters, beside those of `api.adapters.tables`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, TypeDecorator
from sqlalchemy import UniqueConstraint as Unique

from api.adapters.columns import Choice, UtcTime
from api.adapters.tables import metadata
from api.ports import MeterKind, Mode

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class Exact(TypeDecorator[Decimal]):
    """A decimal number as its text: SQLite has only floating ones."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Without exponent."""
        del dialect
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The very same number."""
        del dialect
        return None if value is None else Decimal(value)


def _organisation() -> Column[str]:
    return Column("organisation_id", String(64), ForeignKey("organisations.id"), nullable=False)


complexes = Table(
    "complexes",
    metadata,
    Column("id", String(64), primary_key=True),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("key", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Unique("organisation_id", "mode", "key"),
)

# the address is personal data: columns that can be emptied
dwellings = Table(
    "dwellings",
    metadata,
    Column("id", String(64), primary_key=True),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("complex_id", String(64), ForeignKey("complexes.id"), nullable=False, index=True),
    Column("key", String(64), nullable=False),
    Column("address", String(200), nullable=False),
    Column("postcode", String(20), nullable=False),
    Column("house_number", String(20), nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Unique("organisation_id", "mode", "key"),
)

meters = Table(
    "meters",
    metadata,
    Column("id", String(64), primary_key=True),
    _organisation(),
    Column("mode", Choice(Mode), nullable=False),
    Column("complex_id", String(64), ForeignKey("complexes.id"), nullable=False, index=True),
    Column("dwelling_id", String(64), ForeignKey("dwellings.id")),
    Column("key", String(64), nullable=False),
    Column("kind", Choice(MeterKind), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("main_id", String(64), ForeignKey("meters.id")),
    Column("record_key", String(64), nullable=False),
    Column("field", String(100), nullable=False),
    Column("date_field", String(100), nullable=False),
    Column("expected_per_day", Exact),
    Column("updated_at", UtcTime, nullable=False),
    Unique("organisation_id", "mode", "key"),
    Index(None, "organisation_id", "record_key"),
)

meter_segments = Table(
    "meter_segments",
    metadata,
    _organisation(),
    Column("meter_id", String(64), ForeignKey("meters.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("number", String(64), nullable=False),
    Column("dials", Integer, nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("placed_on", Date),
    Column("start_reading", Exact),
    Column("removed_on", Date),
    Column("end_reading", Exact),
    PrimaryKeyConstraint("meter_id", "place"),
)

meter_readings = Table(
    "meter_readings",
    metadata,
    _organisation(),
    Column("meter_id", String(64), ForeignKey("meters.id"), nullable=False),
    Column("read_on", Date, nullable=False),
    Column("value", Exact, nullable=False),
    Column("at", UtcTime, nullable=False),
    PrimaryKeyConstraint("meter_id", "read_on"),
)
