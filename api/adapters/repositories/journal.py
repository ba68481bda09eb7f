"""What happened, and what was answered to repeated requests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, as_row
from api.ports import Event, StoredAnswer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row, Select

    from api.ports import Page, PageRequest


class SqlEvents(Repository):
    """`api.ports.Events`: there is no statement here that changes or removes a row."""

    def append(self, event: Event) -> Event:
        """One event."""
        number = self._event(event.organisation_id, event.subject_id, event.name, event.at, **event.data)
        return replace(event, number=number)

    def of_subject(self, organisation_id: str, subject_id: str, page: PageRequest) -> Page[Event]:
        """Oldest first."""
        statement = _events(organisation_id, page).where(tables.events.c.subject_id == subject_id)
        return self._page(statement, page.limit, _event, lambda event: event.number)

    def list(self, organisation_id: str, page: PageRequest) -> Page[Event]:
        """Oldest first."""
        return self._page(_events(organisation_id, page), page.limit, _event, lambda event: event.number)


class SqlAnswers(Repository):
    """`api.ports.Answers`."""

    def begin(self, answer: StoredAnswer) -> StoredAnswer | None:
        """Insert, or give what is there."""
        if self._insert_new(tables.answers, as_row(answer), tables.answers.c.key) is not None:
            return None
        c = tables.answers.c
        statement = select(tables.answers).where(
            c.organisation_id == answer.organisation_id, c.key == answer.key, c.route == answer.route
        )
        return StoredAnswer(**self._connection.execute(statement).one()._asdict())

    def finish(self, answer: StoredAnswer) -> None:
        """Store."""
        c = tables.answers.c
        where = (c.organisation_id == answer.organisation_id, c.key == answer.key, c.route == answer.route)
        values = {"status": answer.status, "media_type": answer.media_type, "body": answer.body}
        self._connection.execute(update(tables.answers).where(*where).values(**values))

    def abandon(self, organisation_id: str, key: str, route: str) -> None:
        """Only while in progress."""
        c = tables.answers.c
        where = (c.organisation_id == organisation_id, c.key == key, c.route == route, c.status.is_(None))
        self._connection.execute(delete(tables.answers).where(*where))

    def expire(self, before: datetime) -> int:
        """In all organisations."""
        return self._connection.execute(delete(tables.answers).where(tables.answers.c.created_at < before)).rowcount


def _events(organisation_id: str, page: PageRequest) -> Select[Any]:
    c = tables.events.c
    where = (c.organisation_id == organisation_id, c.number > page.after_number())
    return select(tables.events).where(*where).order_by(c.number)


def _event(row: Row[Any]) -> Event:
    return Event(**row._asdict())
