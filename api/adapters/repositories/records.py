"""Settled answers, in the order in which they changed."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.adapters import campaign_tables as tables
from api.adapters.repositories.base import Repository, as_row
from api.ports import EVERY_RECORD, Record, Retryable
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row

    from api.ports import Page, PageRequest, RecordFilter

_CURSOR = re.compile(r"(\d{1,17})-(rec_[0-9a-z]{1,40})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
COLUMNS: Final = tuple([column for column in tables.records.c if column.name != "fresh"])
"""Those of `api.ports.Record`."""


class SqlRecords(Repository):
    """`api.ports.Records`."""

    def find(self, organisation_id: str, campaign_id: str, recipient: str, field: str) -> Record | None:
        """At most one."""
        c = tables.records.c
        where = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.record_id == recipient)
        row = self._connection.execute(select(*COLUMNS).where(*where, c.field == field)).one_or_none()
        return None if row is None else _record(row)

    def get(self, organisation_id: str, record_id: str) -> Record:
        """One."""
        row = self._one(tables.records, organisation_id, record_id, "answer")
        return record_of({name: value for name, value in row._asdict().items() if name != "fresh"})

    def of_recipient(self, organisation_id: str, campaign_id: str, recipient: str) -> Sequence[Record]:
        """By id."""
        c = tables.records.c
        where = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.record_id == recipient)
        return [_record(row) for row in self._connection.execute(select(*COLUMNS).where(*where).order_by(c.id))]

    def of_recipients(
        self, organisation_id: str, campaign_id: str, recipients: Collection[str]
    ) -> Mapping[str, Sequence[Record]]:
        """By id."""
        c = tables.records.c
        own = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.record_id.in_(recipients))
        found: dict[str, list[Record]] = defaultdict(list)
        for row in self._connection.execute(select(*COLUMNS).where(*own).order_by(c.id)):
            found[row.record_id].append(_record(row))
        return found

    def put(self, record: Record) -> None:
        """Insert the first revision; each other one takes the place of that before."""
        row = self._row(record)
        if record.revision == 1:
            done = self._insert_new(tables.records, row, tables.records.c.id) is not None
        else:
            c = tables.records.c
            where = (c.organisation_id == record.organisation_id, c.id == record.id, c.revision == record.revision - 1)
            done = self._connection.execute(update(tables.records).where(*where).values(**row)).rowcount > 0
        if not done:
            raise Retryable("record-taken", "Another transaction settles the same answer; try again.")
        name = "record-new" if record.revision == 1 else "record-changed"
        # thin: the value is personal data, and stays in its own table
        data = {
            "record": record.id,
            "mode": record.mode,
            "field": record.field,
            "state": record.state,
            "revision": record.revision,
            "source": record.source,
            "submission": record.submission_id,
            "slip": record.slip_id,
            "decided_by": record.decided_by,
        }
        self._event(record.organisation_id, record.piece_id or record.id, name, record.updated_at, **data)

    def unplaced(self) -> Sequence[str]:
        """By an index of them alone."""
        c = tables.records.c
        return list(self._connection.execute(select(c.organisation_id).where(c.fresh).distinct()).scalars())

    def has_unplaced(self, organisation_id: str) -> bool:
        """By an index of them alone."""
        c = tables.records.c
        any_of = exists(select(c.id).where(c.organisation_id == organisation_id, c.fresh))
        return self._connection.execute(select(any_of)).scalar_one()

    def place(self, organisation_id: str, now: datetime, limit: int) -> int:
        """One moment for all of them, later than any that was given; those being changed now come next time."""
        self._hold_places(organisation_id)
        c, at = tables.records.c, self._next_place(organisation_id, now)
        mine = select(c.id).where(c.organisation_id == organisation_id, c.fresh).order_by(c.id).limit(limit)
        some = mine.with_for_update(skip_locked=True, key_share=True)
        changes = {"updated_at": at, "fresh": False}
        return self._connection.execute(update(tables.records).where(c.id.in_(some)).values(**changes)).rowcount

    def lend(self, organisation_id: str, record_id: str, person: str, now: datetime, until: datetime) -> bool:
        """One statement decides; what is over goes first."""
        c = tables.record_leases.c
        over = (c.organisation_id == organisation_id, c.leased_until <= now)
        self._connection.execute(delete(tables.record_leases).where(*over))
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        row = {"record_id": record_id, "organisation_id": organisation_id, "leased_to": person, "leased_until": until}
        statement = dialect.insert(tables.record_leases).values(**row)
        mine = and_(c.leased_to == person, c.organisation_id == organisation_id)
        longer = {"leased_until": statement.excluded.leased_until}
        statement = statement.on_conflict_do_update(index_elements=["record_id"], set_=longer, where=mine)
        return self._connection.execute(statement.returning(c.record_id)).one_or_none() is not None

    def give_back(self, organisation_id: str, record_id: str, person: str) -> None:
        """Remove the row."""
        c = tables.record_leases.c
        where = (c.organisation_id == organisation_id, c.record_id == record_id, c.leased_to == person)
        self._connection.execute(delete(tables.record_leases).where(*where))

    def lent(self, organisation_id: str, now: datetime) -> Mapping[str, str]:
        """Those that are not over."""
        c = tables.record_leases.c
        where = (c.organisation_id == organisation_id, c.leased_until > now)
        return {row[0]: row[1] for row in self._connection.execute(select(c.record_id, c.leased_to).where(*where))}

    def _row(self, record: Record) -> dict[str, Any]:
        if self._has_one_writer:
            at = self._next_place(record.organisation_id, record.updated_at)
            return as_row(record) | {"updated_at": at, "fresh": False}
        row = as_row(record) | {"fresh": True}
        if record.revision > 1:
            # it keeps its place until it is given a later one, so that the last that was given is never forgotten
            del row["updated_at"]
        return row

    def _next_place(self, organisation_id: str, now: datetime) -> datetime:
        c = tables.records.c
        last = self._connection.execute(select(func.max(c.updated_at)).where(c.organisation_id == organisation_id))
        return max(now, (last.scalar_one() or _EPOCH) + _MICROSECOND)

    def list(self, organisation_id: str, page: PageRequest, wanted: RecordFilter = EVERY_RECORD) -> Page[Record]:
        """By last change and id."""
        c = tables.records.c
        which: list[ColumnElement[bool]] = [c.organisation_id == organisation_id]
        which += [] if wanted.form is None else [c.form == wanted.form]
        which += [] if wanted.campaign_id is None else [c.campaign_id == wanted.campaign_id]
        which += [] if wanted.state is None else [c.state == wanted.state]
        which += [] if wanted.updated_after is None else [c.updated_at > wanted.updated_after]
        which += [~c.fresh] if wanted.placed else []
        which += [] if page.after is None else [_behind(page.after)]
        statement = select(*COLUMNS).where(*which).order_by(c.updated_at, c.id)
        return self._page(statement, page.limit, _record, _cursor)


def _cursor(record: Record) -> str:
    return f"{(record.updated_at - _EPOCH) // _MICROSECOND}-{record.id}"


def _behind(cursor: str) -> ColumnElement[bool]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Refusal("bad-cursor", "This cursor was not given by this list; start again without one.")
    c, at = tables.records.c, _EPOCH + int(found[1]) * _MICROSECOND
    return or_(c.updated_at > at, and_(c.updated_at == at, c.id > found[2]))


def record_of(columns: Mapping[str, Any]) -> Record:
    """The record in the columns of its table."""
    return Record(**columns)


def _record(row: Row[Any]) -> Record:
    return record_of(row._asdict())
