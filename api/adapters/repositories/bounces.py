"""Mail that came to return paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, tuple_, update

from api.adapters import message_tables as own
from api.adapters.repositories.base import Repository, as_row
from api.ports import BouncedMail, BounceOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.ports import Page, PageRequest

_NOT_PLACED: Final = (BounceOutcome.UNMATCHED, BounceOutcome.OTHER)


class SqlBounces(Repository):
    """`api.ports.Bounces`."""

    def add(self, bounce: BouncedMail) -> bool:
        """Once."""
        return self._insert_new(own.bounced_mails, as_row(bounce), own.bounced_mails.c.id) is not None

    def get(self, organisation_id: str, bounce_id: str) -> BouncedMail:
        """One."""
        return BouncedMail(**self._one(own.bounced_mails, organisation_id, bounce_id, "bounce")._asdict())

    def list(
        self, organisation_id: str, page: PageRequest, outcome: BounceOutcome | None = None, *, unseen: bool = False
    ) -> Page[BouncedMail]:
        """By time, then by id."""
        c = own.bounced_mails.c
        wanted = [c.organisation_id == organisation_id]
        wanted += [c.outcome == outcome] if outcome else []
        wanted += [c.outcome.in_(_NOT_PLACED), c.seen_by == ""] if unseen else []
        if page.after:
            last = select(c.at).where(c.organisation_id == organisation_id, c.id == page.after).scalar_subquery()
            wanted.append(tuple_(c.at, c.id) < tuple_(last, page.after))
        statement = select(own.bounced_mails).where(*wanted).order_by(c.at.desc(), c.id.desc())
        return self._page(statement, page.limit, lambda row: BouncedMail(**row._asdict()), lambda one: one.id)

    def seen(self, organisation_id: str, bounce_id: str, by: str) -> None:
        """The last to look."""
        c = own.bounced_mails.c
        where = (c.organisation_id == organisation_id, c.id == bounce_id)
        self._connection.execute(update(own.bounced_mails).where(*where).values(seen_by=by))

    def forget(self, before: datetime, limit: int) -> Sequence[BouncedMail]:
        """Oldest first."""
        c = own.bounced_mails.c
        old = select(c.id).where(c.at < before).order_by(c.at).limit(limit)
        statement = delete(own.bounced_mails).where(c.id.in_(old)).returning(own.bounced_mails)
        return [BouncedMail(**row._asdict()) for row in self._connection.execute(statement)]
