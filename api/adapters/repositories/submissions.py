"""What came in by any road, with its answers; nothing is removed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from api.adapters import campaign_tables as tables
from api.adapters.repositories.base import Repository, as_row
from api.ports import Answer, Submission

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sqlalchemy import Row

    from api.ports import Page, PageRequest
    from scanning.decide.roads import Standing


class SqlSubmissions(Repository):
    """`api.ports.Submissions`."""

    def add(self, submission: Submission) -> bool:
        """Once."""
        if self._insert_new(tables.submissions, as_row(submission), tables.submissions.c.id) is None:
            return False
        # thin: answers are personal data, and stay in their own table
        data = {"campaign": submission.campaign_id, "road": submission.road, "slip": submission.slip_id}
        self._event(submission.organisation_id, submission.id, "submission-new", submission.came_at, **data)
        return True

    def get(self, organisation_id: str, submission_id: str) -> Submission:
        """One."""
        return _submission(self._one(tables.submissions, organisation_id, submission_id, "submission"))

    def once(self, organisation_id: str, once: str) -> Submission | None:
        """At most one."""
        c = tables.submissions.c
        return self._find(c.organisation_id == organisation_id, c.once == once)

    def of_slip(self, organisation_id: str, slip_id: str) -> Submission | None:
        """At most one."""
        c = tables.submissions.c
        return self._find(c.organisation_id == organisation_id, c.slip_id == slip_id)

    def list(
        self, organisation_id: str, page: PageRequest, campaign_id: str | None = None, recipient: str | None = None
    ) -> Page[Submission]:
        """By id, which grows with time."""
        c = tables.submissions.c
        wanted = [c.organisation_id == organisation_id]
        wanted += [] if campaign_id is None else [c.campaign_id == campaign_id]
        wanted += [] if recipient is None else [c.recipient == recipient]
        wanted += [] if page.after is None else [c.id > page.after]
        statement = select(tables.submissions).where(*wanted).order_by(c.id)
        return self._page(statement, page.limit, _submission, lambda one: one.id)

    def answers(self, organisation_id: str, submission_ids: Collection[str]) -> Mapping[str, Sequence[Answer]]:
        """By number."""
        c = tables.given_answers.c
        where = (c.organisation_id == organisation_id, c.submission_id.in_(submission_ids))
        found: dict[str, list[Answer]] = defaultdict(list)
        for row in self._connection.execute(select(tables.given_answers).where(*where).order_by(c.number)):
            found[row.submission_id].append(_answer(row))
        return found

    def add_answer(self, answer: Answer) -> Answer:
        """The database gives the number."""
        row = {name: value for name, value in as_row(answer).items() if name != "number"}
        statement = insert(tables.given_answers).values(**row).returning(tables.given_answers.c.number)
        return replace(answer, number=int(self._connection.execute(statement).scalar_one()))

    def live_answers(
        self, organisation_id: str, campaign_id: str, recipient: str, fields: AbstractSet[str]
    ) -> Sequence[Answer]:
        """By number."""
        c = tables.given_answers.c
        own = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.recipient == recipient)
        statement = select(tables.given_answers).where(*own, c.field.in_(fields), c.ended_at.is_(None))
        return [_answer(row) for row in self._connection.execute(statement.order_by(c.number))]

    def end_answers(self, organisation_id: str, slip_field_id: str, at: datetime) -> int:
        """Those that count."""
        return self._change(organisation_id, slip_field_id, ended_at=at)

    def set_standing(self, organisation_id: str, slip_field_id: str, standing: Standing) -> int:
        """Those that count."""
        return self._change(organisation_id, slip_field_id, standing=standing)

    def _change(self, organisation_id: str, slip_field_id: str, **values: object) -> int:
        c = tables.given_answers.c
        own = (c.organisation_id == organisation_id, c.slip_field_id == slip_field_id, c.ended_at.is_(None))
        return self._connection.execute(update(tables.given_answers).where(*own).values(**values)).rowcount

    def _find(self, *where: Any) -> Submission | None:  # noqa: ANN401 - conditions
        row = self._connection.execute(select(tables.submissions).where(*where).limit(1)).one_or_none()
        return None if row is None else _submission(row)


def _submission(row: Row[Any]) -> Submission:
    return Submission(**row._asdict())


def _answer(row: Row[Any]) -> Answer:
    return Answer(**row._asdict())
