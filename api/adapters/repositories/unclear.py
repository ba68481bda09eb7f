"""Answers that a person has to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from api.adapters.agreement_tables import unclear_answers
from api.adapters.repositories.base import Repository, as_row
from api.adapters.repositories.cursors import behind, cursor_at
from api.ports import Unclear
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row

    from api.ports import Page, PageRequest


class SqlUnclearAnswers(Repository):
    """`api.ports.UnclearAnswers`."""

    def add(self, unclear: Unclear) -> None:
        """One row; the event says neither who nor what."""
        self._connection.execute(insert(unclear_answers).values(**as_row(unclear)))
        data = {
            "mode": unclear.mode,
            "channel": unclear.channel,
            "why": unclear.why,
            "request": unclear.request_id,
            "question": unclear.question_id,
        }
        self._event(unclear.organisation_id, unclear.id, "unclear-new", unclear.came_at, **data)

    def get(self, organisation_id: str, unclear_id: str) -> Unclear:
        """One."""
        return _unclear(self._one(unclear_answers, organisation_id, unclear_id, "unclear"))

    def waiting(self, organisation_id: str, page: PageRequest, question_id: str | None = None) -> Page[Unclear]:
        """By moment and id."""
        c = unclear_answers.c
        wanted = [*_waits(organisation_id), *([] if question_id is None else [c.question_id == question_id])]
        wanted += [] if page.after is None else [behind(page.after, c.came_at, c.id)]
        statement = select(unclear_answers).where(*wanted).order_by(c.came_at, c.id)
        return self._page(statement, page.limit, _unclear, lambda one: cursor_at(one.came_at, one.id))

    def count(self, organisation_id: str) -> int:
        """Over an index."""
        statement = select(func.count()).select_from(unclear_answers).where(*_waits(organisation_id))
        return int(self._connection.execute(statement).scalar_one())

    def settle(self, unclear: Unclear) -> None:
        """The first wins; what came in stays as it is."""
        if unclear.settled_at is None:
            raise ValueError("settled without a moment")
        c = unclear_answers.c
        names = ("settled_at", "settled_by", "outcome", "request_id")
        own = (c.organisation_id == unclear.organisation_id, c.id == unclear.id)
        statement = update(unclear_answers).where(*own, c.settled_at.is_(None))
        if self._connection.execute(statement.values({name: getattr(unclear, name) for name in names})).rowcount == 0:
            self.get(unclear.organisation_id, unclear.id)
            raise Refusal("unclear-settled", "Somebody settled this answer a moment ago. Look at it again.")
        data = {"mode": unclear.mode, "request": unclear.request_id, "outcome": unclear.outcome}
        self._event(
            unclear.organisation_id, unclear.id, "unclear-settled", unclear.settled_at, **data, by=unclear.settled_by
        )

    def forget(self, organisation_id: str, request_id: str) -> Sequence[str]:
        """The rest of the row stays."""
        c = unclear_answers.c
        about = update(unclear_answers).where(c.organisation_id == organisation_id, c.request_id == request_id)
        return sorted(self._connection.execute(about.values(sender="", text="").returning(c.id)).scalars())


def _waits(organisation_id: str) -> tuple[ColumnElement[bool], ...]:
    c = unclear_answers.c
    return (c.organisation_id == organisation_id, c.settled_at.is_(None))


def _unclear(row: Row[Any]) -> Unclear:
    return Unclear(**row._asdict())
