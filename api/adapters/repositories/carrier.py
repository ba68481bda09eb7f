"""Exchanges with carriers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from api.adapters import carrier_tables as tables
from api.adapters.repositories.base import Repository, as_row, chunked
from api.ports import Exchange
from docgen.postal.enrichment import Enriched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import ColumnElement

_IDS_AT_ONCE = 500
_ROW = ("own_id", "organisation_id", "job_id", "place", "bundle", "postal_line", "postal_2d")
_GIVEN = select(*(tables.enriched.c[name] for name in ("own_id", "place", "bundle", "postal_line", "postal_2d")))


class SqlExchanges(Repository):
    """`api.ports.Exchanges`."""

    def add(self, exchange: Exchange, enriched: Iterable[Enriched] = ()) -> None:
        """Rows in blocks."""
        self._connection.execute(insert(tables.exchanges).values(**as_row(exchange)))
        scope = (exchange.organisation_id, exchange.job_id)
        for block in chunked(enriched):
            self._insert_many(tables.enriched, _ROW, [(each.own_id, *scope, *each[1:]) for each in block])
        name, data = "carrier-left-out", dict[str, object](reason=exchange.reason)
        if exchange.file is not None:
            name, data = "carrier-imported", {"sha256": exchange.file.sha256, "envelopes": exchange.envelopes}
        told = data | {"profile": exchange.profile, "by": exchange.by}
        self._event(exchange.organisation_id, exchange.job_id, name, exchange.at, **told)

    def find(self, organisation_id: str, job_id: str) -> Exchange | None:
        """At most one."""
        c = tables.exchanges.c
        statement = select(tables.exchanges).where(c.organisation_id == organisation_id, c.job_id == job_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else Exchange(**row._asdict())

    def of_job(self, organisation_id: str, job_id: str) -> Mapping[str, Enriched]:
        """All."""
        return self._given(organisation_id, tables.enriched.c.job_id == job_id)

    def of_envelopes(self, organisation_id: str, own_ids: Collection[str]) -> Mapping[str, Enriched]:
        """In blocks."""
        ids, found = sorted(own_ids), dict[str, Enriched]()
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            found |= self._given(organisation_id, tables.enriched.c.own_id.in_(some))
        return found

    def _given(self, organisation_id: str, where: ColumnElement[bool]) -> dict[str, Enriched]:
        statement = _GIVEN.where(tables.enriched.c.organisation_id == organisation_id, where)
        return {row[0]: _enriched(row) for row in self._connection.execute(statement)}


def _enriched(row: Any) -> Enriched:  # noqa: ANN401 - a row of the database
    own_id, place, bundle, line, code = row
    return Enriched(own_id, place, bundle, line, bytes(code))
