"""Recipients of campaigns, and their ways in to the personal page."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, delete, func, or_, select, update

from api.adapters import campaign_tables as tables
from api.adapters.repositories.base import Repository, chunked, not_found
from api.ports import FOR_A_PERSON, Entry, Page, Recipient, RecordState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row, Select

    from api.ports import PageRequest

_ENTRIES = select(*(tables.entries.c[name] for name in Entry._fields))
# databases differ in where they sort what is not there
_OLDEST_FIRST = (
    tables.entries.c.made_at.is_not(None),
    tables.entries.c.made_at.nulls_first(),
    tables.entries.c.job_id.nulls_first(),
    tables.entries.c.id,
)
_AT_ONCE = 500


class SqlEntries(Repository):
    """`api.ports.Entries`."""

    def add_many(self, organisation_id: str, entries: Iterable[Entry]) -> None:
        """In blocks; those with a time by themselves, since a driver does not know ours."""
        for block in chunked(entries):
            if any(entry.organisation_id != organisation_id for entry in block):
                raise ValueError("an entry of another organisation")
            plain = [entry for entry in block if entry.made_at is None and entry.revoked_at is None]
            self._insert_many(tables.entries, Entry._fields, plain)
            timed = [entry._asdict() for entry in block if entry.made_at is not None or entry.revoked_at is not None]
            if timed:
                self._connection.execute(tables.entries.insert(), timed)

    def clear(self, organisation_id: str, job_id: str) -> None:
        """All of a job."""
        c = tables.entries.c
        self._connection.execute(delete(tables.entries).where(c.organisation_id == organisation_id, c.job_id == job_id))

    def get(self, organisation_id: str, entry_id: str) -> Entry:
        """One."""
        found = self._entry(organisation_id, tables.entries.c.id == entry_id)
        if found is None:
            raise not_found("entry", entry_id)
        return found

    def by_token(self, organisation_id: str, digest: str) -> Entry | None:
        """At most one."""
        return self._entry(organisation_id, tables.entries.c.token_digest == digest)

    def by_code(self, organisation_id: str, digest: str) -> Sequence[Entry]:
        """A few at most."""
        c = tables.entries.c
        statement = _ENTRIES.where(c.organisation_id == organisation_id, c.code_digest == digest).order_by(c.id)
        return self._entries(statement.limit(10))

    def of_piece(self, organisation_id: str, piece_id: str) -> Entry | None:
        """At most one."""
        return self._entry(organisation_id, tables.entries.c.piece_id == piece_id)

    def of_recipient(self, organisation_id: str, campaign_id: str, recipient: str) -> Sequence[Entry]:
        """Ids of jobs grow with time."""
        c = tables.entries.c
        own = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.recipient == recipient)
        return self._entries(_ENTRIES.where(*own).order_by(*_OLDEST_FIRST))

    def of_recipients(
        self, organisation_id: str, campaign_id: str, recipients: Collection[str]
    ) -> Mapping[str, Sequence[Entry]]:
        """As of one."""
        c = tables.entries.c
        own = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.recipient.in_(recipients))
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries(_ENTRIES.where(*own).order_by(*_OLDEST_FIRST)):
            found[entry.recipient].append(entry)
        return found

    def hold(self, organisation_id: str, campaign_id: str, recipient: str) -> None:
        """A write that changes nothing."""
        c = tables.entries.c
        own = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.recipient == recipient)
        self._connection.execute(update(tables.entries).where(*own).values(made_by=c.made_by))

    def revoke(self, organisation_id: str, entry_ids: Collection[str], why: str, at: datetime) -> None:
        """Those that are not."""
        c = tables.entries.c
        for block in chunked(sorted(entry_ids)):
            for start in range(0, len(block), _AT_ONCE):
                own = (c.organisation_id == organisation_id, c.id.in_(block[start : start + _AT_ONCE]))
                statement = update(tables.entries).where(*own, c.revoked_at.is_(None))
                self._connection.execute(statement.values(revoked_at=at, revoked_why=why))

    def recipients(
        self, organisation_id: str, campaign_id: str, page: PageRequest, *, missing: Collection[str] | None = None
    ) -> Page[Recipient]:
        """Grouped by key; what is known last stands for the recipient."""
        c, r = tables.entries.c, tables.records.c
        own = (r.organisation_id == organisation_id, r.campaign_id == campaign_id, r.record_id == c.recipient)
        settled = select(func.count()).where(*own, r.state == RecordState.SETTLED)
        waiting = select(func.count()).where(*own, r.state.in_(FOR_A_PERSON)).scalar_subquery()
        wanted = [c.organisation_id == organisation_id, c.campaign_id == campaign_id]
        wanted += [] if page.after is None else [c.recipient > page.after]
        if missing is not None:
            of_these = settled.where(r.field.in_(missing)) if missing else settled
            wanted.append(of_these.correlate(tables.entries).scalar_subquery() < max(len(set(missing)), 1))
        statement = (
            select(
                c.recipient,
                func.sum(case((c.token_digest.is_(None), 0), else_=1)).label("letters"),
                settled.correlate(tables.entries).scalar_subquery().label("answered"),
                waiting.label("waiting"),
            )
            .where(*wanted)
            .group_by(c.recipient)
            .order_by(c.recipient)
        )
        found = self._page(statement, page.limit, lambda row: row, lambda row: row.recipient)
        entries = self.of_recipients(organisation_id, campaign_id, [row.recipient for row in found.items])
        return Page(tuple([_recipient(row, entries[row.recipient][-1]) for row in found.items]), found.next_after)

    def search(self, organisation_id: str, postcode: str, house: str, recipient: str, limit: int) -> Sequence[Entry]:
        """Whichever of the two was given."""
        c = tables.entries.c
        ways = []
        if postcode:
            ways.append(and_(c.postcode == postcode, c.house.startswith(house, autoescape=True)))
        if recipient:
            ways.append(c.recipient == recipient)
        if not ways:
            return []
        statement = _ENTRIES.where(c.organisation_id == organisation_id, or_(*ways))
        return self._entries(statement.order_by(c.job_id.desc().nulls_last(), c.id.desc()).limit(limit))

    def _entry(self, organisation_id: str, which: Any) -> Entry | None:  # noqa: ANN401 - a condition
        statement = _ENTRIES.where(tables.entries.c.organisation_id == organisation_id, which)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else Entry(*row)

    def _entries(self, statement: Select[Any]) -> Sequence[Entry]:
        return [Entry(*row) for row in self._connection.execute(statement)]


def _recipient(counts: Row[Any], latest: Entry) -> Recipient:
    known = (latest.recipient, latest.language, latest.postcode, latest.house)
    return Recipient(*known, letters=counts.letters, answered=counts.answered, waiting=counts.waiting)
