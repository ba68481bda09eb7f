"""The register of complexes, dwellings and meters."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from api.adapters import meter_tables as tables
from api.adapters.campaign_tables import records
from api.adapters.repositories.base import Repository, as_row, chunked
from api.adapters.repositories.records import COLUMNS as RECORD
from api.adapters.repositories.records import record_of
from api.adapters.tables import events, organisations
from api.ports import (
    REGISTER_EVENTS,
    Complex,
    Dwelling,
    KnownReading,
    MeterAnswer,
    MeterPoint,
    MeterRegister,
    MeterSegment,
    RecordState,
)
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, Table

    from api.ports import Mode, Page, PageRequest

T = TypeVar("T")
Owned = TypeVar("Owned", MeterSegment, KnownReading)


class SqlMeters(Repository):
    """`api.ports.Meters`."""

    def lock(self, organisation_id: str) -> None:
        """SQLite has one writer anyway; elsewhere the row of the organisation stands for its register."""
        statement = select(organisations.c.id).where(organisations.c.id == organisation_id)
        self._connection.execute(statement.with_for_update(key_share=True))

    def revision(self, organisation_id: str) -> int:
        """The number of the last event of the register."""
        c = events.c
        where = (c.organisation_id == organisation_id, c.subject_id == organisation_id, c.name.in_(REGISTER_EVENTS))
        return self._connection.execute(select(func.max(c.number)).where(*where)).scalar_one() or 0

    def register(self, organisation_id: str, mode: Mode) -> MeterRegister:
        """All of it."""
        meters = select(tables.meters.c.id).where(*_of(tables.meters, organisation_id, mode))
        return MeterRegister(
            self._all(Complex, _by_key(tables.complexes, *_of(tables.complexes, organisation_id, mode))),
            self._all(Dwelling, _by_key(tables.dwellings, *_of(tables.dwellings, organisation_id, mode))),
            self._all(MeterPoint, _by_key(tables.meters, *_of(tables.meters, organisation_id, mode))),
            self._all(MeterSegment, _in_order(tables.meter_segments, "place", meters)),
            self._all(KnownReading, _in_order(tables.meter_readings, "read_on", meters)),
        )

    def put(self, rows: MeterRegister) -> None:
        """Meters above others go first: those below name them."""
        self._put(tables.complexes, rows.complexes, "id")
        self._put(tables.dwellings, rows.dwellings, "id")
        highest_first = sorted(rows.meters, key=lambda meter: meter.main_id is not None)
        self._put(tables.meters, highest_first, "id")
        self._put(tables.meter_segments, rows.segments, "meter_id", "place")
        self._put(tables.meter_readings, rows.readings, "meter_id", "read_on")

    def drop_segment(self, organisation_id: str, meter_id: str, place: int) -> None:
        """One at most."""
        c = tables.meter_segments.c
        where = (c.organisation_id == organisation_id, c.meter_id == meter_id, c.place == place)
        self._connection.execute(delete(tables.meter_segments).where(*where))

    def tell(self, organisation_id: str, subject_id: str, name: str, at: datetime, **data: object) -> None:
        """Write an event."""
        self._event(organisation_id, subject_id, name, at, **data)

    def complex(self, organisation_id: str, complex_id: str) -> Complex:
        """One complex."""
        return Complex(**self._one(tables.complexes, organisation_id, complex_id, "complex")._asdict())

    def complexes(self, organisation_id: str, mode: Mode, page: PageRequest) -> Page[Complex]:
        """By key."""
        return self._listed(Complex, tables.complexes, page, *_of(tables.complexes, organisation_id, mode))

    def dwellings(self, organisation_id: str, complex_ids: Iterable[str]) -> Sequence[Dwelling]:
        """Those of complexes, by key."""
        return list(self._among(Dwelling, tables.dwellings, "complex_id", organisation_id, complex_ids))

    def dwellings_by_id(self, organisation_id: str, dwelling_ids: Iterable[str]) -> Mapping[str, Dwelling]:
        """Those with these ids."""
        found = self._among(Dwelling, tables.dwellings, "id", organisation_id, dwelling_ids)
        return {dwelling.id: dwelling for dwelling in found}

    def complexes_by_id(self, organisation_id: str, complex_ids: Iterable[str]) -> Mapping[str, Complex]:
        """Those with these ids."""
        return {each.id: each for each in self._among(Complex, tables.complexes, "id", organisation_id, complex_ids)}

    def get(self, organisation_id: str, meter_id: str) -> MeterPoint:
        """One meter."""
        return MeterPoint(**self._one(tables.meters, organisation_id, meter_id, "meter")._asdict())

    def list(
        self, organisation_id: str, mode: Mode, page: PageRequest, complex_id: str | None = None, key: str | None = None
    ) -> Page[MeterPoint]:
        """By key."""
        c = tables.meters.c
        wanted = _of(tables.meters, organisation_id, mode)
        wanted += [] if complex_id is None else [c.complex_id == complex_id]
        wanted += [] if key is None else [c.key == key]
        return self._listed(MeterPoint, tables.meters, page, *wanted)

    def of_complexes(self, organisation_id: str, complex_ids: Iterable[str]) -> Sequence[MeterPoint]:
        """All of complexes, by key."""
        return list(self._among(MeterPoint, tables.meters, "complex_id", organisation_id, complex_ids))

    def segments(self, organisation_id: str, meter_ids: Iterable[str]) -> Mapping[str, tuple[MeterSegment, ...]]:
        """Those of meters, in order."""
        return self._owned(MeterSegment, tables.meter_segments, "place", organisation_id, meter_ids)

    def readings(self, organisation_id: str, meter_ids: Iterable[str]) -> Mapping[str, tuple[KnownReading, ...]]:
        """Those the corporation brought, oldest first."""
        return self._owned(KnownReading, tables.meter_readings, "read_on", organisation_id, meter_ids)

    def answers(self, organisation_id: str, meter_ids: Iterable[str]) -> Sequence[MeterAnswer]:
        """By when they were decided; the day is another answer of the same recipient."""
        meters, day = tables.meters.c, records.alias("day")
        same_recipient = and_(
            day.c.organisation_id == records.c.organisation_id,
            day.c.campaign_id == records.c.campaign_id,
            day.c.record_id == records.c.record_id,
            day.c.field == meters.date_field,
            day.c.kind == ReplyKind.DATE,
            day.c.state == RecordState.SETTLED,
        )
        is_its = and_(
            records.c.organisation_id == meters.organisation_id,
            records.c.record_id == meters.record_key,
            records.c.mode == meters.mode,
            records.c.kind == ReplyKind.METER_READING,
            records.c.state == RecordState.SETTLED,
            or_(meters.field == "", records.c.field == meters.field),
        )
        joined = tables.meters.join(records, is_its).outerjoin(day, same_recipient)
        columns = (meters.id.label("its_meter"), day.c.value.label("its_day"), *RECORD)
        order = (records.c.decided_at, records.c.id, meters.id)
        found: list[MeterAnswer] = []
        for ids in chunked(dict.fromkeys(meter_ids)):
            where = (meters.organisation_id == organisation_id, meters.id.in_(ids))
            for row in self._connection.execute(select(*columns).select_from(joined).where(*where).order_by(*order)):
                values = row._asdict()
                meter_id, answered = values.pop("its_meter"), values.pop("its_day")
                found.append(MeterAnswer(meter_id, record_of(values), answered or ""))
        return found

    def _all(self, make: type[T], statement: Select[Any]) -> tuple[T, ...]:
        # columns are in the order of the fields: by name it takes twice as long, and a register is large
        return tuple([make(*row) for row in self._connection.execute(statement).all()])

    def _put(self, table: Table, rows: Iterable[object], *key: str) -> None:
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table)
        set_to = {column.name: statement.excluded[column.name] for column in table.c if column.name not in key}
        upsert = statement.on_conflict_do_update(index_elements=list(key), set_=set_to)
        for block in chunked(rows):
            self._connection.execute(upsert, [as_row(row) for row in block])

    def _listed(self, make: type[T], table: Table, page: PageRequest, *wanted: ColumnElement[bool]) -> Page[T]:
        """By key; a cursor is the id of the last that was given."""
        after = [] if page.after is None else [table.c.key > self._key_of(table, page.after, wanted[0])]
        statement = _by_key(table, *wanted, *after)
        return self._page(statement, page.limit, lambda row: make(**row._asdict()), lambda item: item.id)  # type: ignore[attr-defined] # every row has an id

    def _key_of(self, table: Table, row_id: str, is_own: ColumnElement[bool]) -> str:
        found = self._connection.execute(select(table.c.key).where(table.c.id == row_id, is_own)).scalar_one_or_none()
        if found is None:
            raise Refusal("bad-cursor", "This cursor was not given by this list; start again without one.")
        return str(found)

    def _among(self, make: type[T], table: Table, column: str, organisation_id: str, ids: Iterable[str]) -> Iterator[T]:
        """Rows of which a column is one of these; in order of key within two thousand."""
        for some in chunked(dict.fromkeys(ids)):
            is_one = (table.c.organisation_id == organisation_id, table.c[column].in_(some))
            yield from self._all(make, _by_key(table, *is_one))

    def _owned(
        self, make: type[Owned], table: Table, order: str, organisation_id: str, meter_ids: Iterable[str]
    ) -> Mapping[str, tuple[Owned, ...]]:
        found: dict[str, tuple[Owned, ...]] = {}
        for some in chunked(dict.fromkeys(meter_ids)):
            statement = _in_order(table, order, some).where(table.c.organisation_id == organisation_id)
            for meter_id, rows in groupby(self._all(make, statement), key=lambda row: row.meter_id):
                found[meter_id] = tuple(rows)
        return found


def _of(table: Table, organisation_id: str, mode: Mode) -> list[ColumnElement[bool]]:
    return [table.c.organisation_id == organisation_id, table.c.mode == mode]


def _by_key(table: Table, *wanted: ColumnElement[bool]) -> Select[Any]:
    return select(table).where(*wanted).order_by(table.c.key)


def _in_order(table: Table, order: str, meter_ids: Any) -> Select[Any]:  # noqa: ANN401 - ids, or a query for them
    return select(table).where(table.c.meter_id.in_(meter_ids)).order_by(table.c.meter_id, table.c[order])
