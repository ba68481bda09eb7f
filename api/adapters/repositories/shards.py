"""Shards: the parts that the records of a large job are validated in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, as_row
from api.ports import Shard, ShardState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import BlobRef


class SqlShards(Repository):
    """`api.ports.Shards`."""

    def add(self, shard: Shard) -> bool:
        """Insert what is new."""
        return self._insert_new(tables.shards, as_row(shard), tables.shards.c.id) is not None

    def get(self, organisation_id: str, shard_id: str) -> Shard:
        """One shard."""
        return Shard(**self._one(tables.shards, organisation_id, shard_id, "shard")._asdict())

    def of_job(self, organisation_id: str, job_id: str) -> Sequence[Shard]:
        """By number."""
        c = tables.shards.c
        statement = select(tables.shards).where(c.organisation_id == organisation_id, c.job_id == job_id)
        return [Shard(**row._asdict()) for row in self._connection.execute(statement.order_by(c.number))]

    def finish(self, organisation_id: str, shard_id: str, drawn: BlobRef | None = None) -> bool:
        """Once."""
        c = tables.shards.c
        where = (c.organisation_id == organisation_id, c.id == shard_id, c.state == ShardState.PLANNED)
        statement = update(tables.shards).where(*where).values(state=ShardState.VALIDATED, drawn=drawn)
        return self._connection.execute(statement).rowcount == 1

    def unfinished(self, organisation_id: str, job_id: str) -> int:
        """Count."""
        c = tables.shards.c
        where = (c.organisation_id == organisation_id, c.job_id == job_id, c.state == ShardState.PLANNED)
        return self._connection.execute(select(func.count()).select_from(tables.shards).where(*where)).scalar_one()
