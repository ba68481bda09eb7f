"""Addresses that get no messages, by digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from api.adapters import message_tables as own
from api.adapters.repositories.base import Repository, as_row, not_found
from api.ports import Suppression

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.ports import ChannelKind, Mode, Page, PageRequest

_DIGESTS_AT_ONCE = 500


class SqlSuppressions(Repository):
    """`api.ports.Suppressions`."""

    def add(self, suppression: Suppression) -> bool:
        """The id says whose, which and why, so a second one finds the first."""
        if self._insert_new(own.suppressions, as_row(suppression), own.suppressions.c.id) is None:
            return False
        data: dict[str, str] = {
            "mode": suppression.mode,
            "channel": suppression.channel,
            "reason": suppression.reason,
        }
        data |= {"message_id": suppression.message_id} if suppression.message_id else {}
        self._event(suppression.organisation_id, suppression.id, "suppression-added", suppression.at, **data)
        return True

    def of(self, organisation_id: str, mode: Mode, channel: ChannelKind, to_digest: str) -> Sequence[Suppression]:
        """By time."""
        return self.among(organisation_id, mode, channel, [to_digest])

    def among(
        self, organisation_id: str, mode: Mode, channel: ChannelKind, to_digests: Sequence[str]
    ) -> Sequence[Suppression]:
        """In blocks."""
        c = own.suppressions.c
        found: list[Suppression] = []
        for start in range(0, len(to_digests), _DIGESTS_AT_ONCE):
            some = c.to_digest.in_(to_digests[start : start + _DIGESTS_AT_ONCE])
            where = (c.organisation_id == organisation_id, c.mode == mode, c.channel == channel, some)
            rows = self._connection.execute(select(own.suppressions).where(*where).order_by(c.at, c.id))
            found += [Suppression(**row._asdict()) for row in rows]
        return found

    def get(self, organisation_id: str, suppression_id: str) -> Suppression:
        """One."""
        return Suppression(**self._one(own.suppressions, organisation_id, suppression_id, "suppression")._asdict())

    def lift(self, organisation_id: str, suppression_id: str, by: str, at: datetime) -> None:
        """The row goes, the event stays."""
        c = own.suppressions.c
        where = (c.organisation_id == organisation_id, c.id == suppression_id)
        row = self._connection.execute(delete(own.suppressions).where(*where).returning(own.suppressions)).one_or_none()
        if row is None:
            raise not_found("suppression", suppression_id)
        data = {"mode": row.mode, "channel": row.channel, "reason": row.reason, "by": by}
        self._event(organisation_id, suppression_id, "suppression-lifted", at, **data)

    def list(self, organisation_id: str, page: PageRequest) -> Page[Suppression]:
        """By id: they are derived, so the order says nothing."""
        c = own.suppressions.c
        wanted = [c.organisation_id == organisation_id, *([c.id > page.after] if page.after else [])]
        statement = select(own.suppressions).where(*wanted).order_by(c.id)
        return self._page(statement, page.limit, lambda row: Suppression(**row._asdict()), lambda one: one.id)
