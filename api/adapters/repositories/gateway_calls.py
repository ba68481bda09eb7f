"""News of gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from api.adapters.gateway_tables import gateway_calls
from api.adapters.repositories.base import Repository, as_row
from api.ports import GatewayCall, GatewayNews

if TYPE_CHECKING:
    from collections.abc import Sequence


class SqlGatewayCalls(Repository):
    """`api.ports.GatewayCalls`."""

    def add(self, call: GatewayCall) -> bool:
        """Once."""
        return self._insert_new(gateway_calls, as_row(call), gateway_calls.c.id) is not None

    def unplaced(self, organisation_id: str, limit: int) -> Sequence[GatewayCall]:
        """By time."""
        c = gateway_calls.c
        where = (c.organisation_id == organisation_id, c.news == GatewayNews.UNPLACED)
        statement = select(gateway_calls).where(*where).order_by(c.at.desc(), c.id.desc()).limit(limit)
        return [GatewayCall(**row._asdict()) for row in self._connection.execute(statement)]
