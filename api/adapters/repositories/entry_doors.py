"""Hosts of personal pages, and tries to get in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from api.adapters import entry_tables as tables
from api.adapters.repositories.base import Repository, as_row
from api.ports import Charged, EntryHost
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports import Ration


class SqlEntryHosts(Repository):
    """`api.ports.EntryHosts`."""

    def put(self, host: EntryHost) -> None:
        """The first organisation keeps a host, with every path on it."""
        c = tables.entry_hosts.c
        is_new = self._insert_new(tables.entry_hosts, as_row(host), c.address) is not None
        on_host = or_(c.address == host.host, c.address.startswith(f"{host.host}/", autoescape=True))
        rows = self._connection.execute(select(tables.entry_hosts).where(on_host).order_by(c.at, c.address)).all()
        if any(row.organisation_id != host.organisation_id for row in rows):
            message = f"Another organisation has its personal pages on {host.host}. Choose a host of your own."
            raise Refusal("entry-host-taken", message)
        (before,) = [row for row in rows if row.address == host.address]
        if not is_new and before.brand == host.brand:
            return
        change = update(tables.entry_hosts).where(c.address == host.address).values(brand=host.brand, at=host.at)
        self._connection.execute(change)
        data = {"address": host.address, "brand": host.brand}
        self._event(host.organisation_id, host.organisation_id, "entry-host-set", host.at, **data)

    def all(self) -> Sequence[EntryHost]:
        """Every one."""
        rows = self._connection.execute(select(tables.entry_hosts).order_by(tables.entry_hosts.c.address))
        return [EntryHost(**row._asdict()) for row in rows]


class SqlDoorTries(Repository):
    """`api.ports.DoorTries`."""

    def charge(self, rations: Mapping[str, Ration], at: datetime) -> Charged:
        """Rows are taken in one order, so that two tries at a time wait for each other and never for ever."""
        c = tables.door_tries.c
        counts: dict[str, tuple[int, datetime]] = {}
        paused: dict[str, datetime] = {}
        for subject, ration in sorted(rations.items()):
            count, since, until = self._held(subject, at)
            if until is not None and until > at:
                paused[subject] = until
            over = at - since >= ration.window or until is not None
            counts[subject] = (1, at) if over else (count + 1, at if ration.slides else since)
        if paused:
            return Charged(paused, {})
        used_up = {}
        for subject, (count, since) in counts.items():
            ration = rations[subject]
            until = at + ration.pause if count >= ration.most else None
            if until is not None:
                used_up[subject] = until
            values = {"count": count, "since": since, "last_at": at, "paused_until": until}
            self._connection.execute(update(tables.door_tries).where(c.subject == subject).values(values))
        return Charged({}, used_up)

    def _held(self, subject: str, at: datetime) -> tuple[int, datetime, datetime | None]:
        """Count, beginning and pause, with the row kept until the commit."""
        c = tables.door_tries.c
        row = {"subject": subject, "count": 0, "since": at, "last_at": at, "paused_until": None}
        self._insert_new(tables.door_tries, row, c.subject)
        statement = select(c["count"], c.since, c.paused_until).where(c.subject == subject).with_for_update()
        count, since, until = self._connection.execute(statement).one()
        return count, since, until

    def paused_until(self, subject: str, at: datetime) -> datetime | None:
        """Only a pause that is not over."""
        c = tables.door_tries.c
        statement = select(c.paused_until).where(c.subject == subject, c.paused_until > at)
        until: datetime | None = self._connection.execute(statement).scalar_one_or_none()
        return until

    def clear(self, subject: str) -> None:
        """Remove."""
        self._connection.execute(delete(tables.door_tries).where(tables.door_tries.c.subject == subject))

    def give_back(self, subject: str) -> None:
        """Never under nought, and without the pause that the try began."""
        c = tables.door_tries.c
        where = (c.subject == subject, c["count"] > 0)
        values = {"count": c["count"] - 1, "paused_until": None}
        self._connection.execute(update(tables.door_tries).where(*where).values(values))

    def expire(self, before: datetime) -> int:
        """By the last try."""
        return self._connection.execute(delete(tables.door_tries).where(tables.door_tries.c.last_at < before)).rowcount
