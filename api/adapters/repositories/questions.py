"""Questions that people agree to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from api.adapters.agreement_tables import questions
from api.adapters.repositories.base import Repository, as_row, not_found
from api.ports import AskedQuestion, QuestionState
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from api.ports import Clock, Mode, Page, PageRequest


class SqlQuestions(Repository):
    """`api.ports.Questions`."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """The clock says when a question was changed."""
        super().__init__(connection)
        self._clock = clock

    def add(self, question: AskedQuestion) -> None:
        """Once for a key and version."""
        if self._insert_new(questions, as_row(question), questions.c.id) is None:
            detail = f"There is a version {question.version} of question {question.key} already; make a next one."
            raise Refusal("question-key-taken", detail)
        self._tell("question-new", question, question.created_at, question.created_by)

    def get(self, organisation_id: str, question_id: str) -> AskedQuestion:
        """By id first; no key looks like one."""
        c = questions.c
        found = self._first(c.organisation_id == organisation_id, c.id == question_id)
        found = found or self._first(c.organisation_id == organisation_id, c.key == question_id)
        if found is None:
            raise not_found("question", question_id)
        return found

    def newest(self, organisation_id: str, mode: Mode, key: str) -> AskedQuestion | None:
        """At most one."""
        c = questions.c
        return self._first(c.organisation_id == organisation_id, c.mode == mode, c.key == key)

    def change(self, question: AskedQuestion) -> None:
        """Only the next revision."""
        c = questions.c
        own = (c.organisation_id == question.organisation_id, c.id == question.id)
        statement = update(questions).where(*own, c.revision == question.revision - 1)
        if self._connection.execute(statement.values(**as_row(question))).rowcount == 0:
            raise Refusal("question-changed", "Somebody changed this question a moment ago. Look at it again.")
        self._tell("question-changed", question, self._clock.now())

    def list(self, organisation_id: str, page: PageRequest) -> Page[AskedQuestion]:
        """By id, which grows with time."""
        c = questions.c
        wanted = [c.organisation_id == organisation_id, *([c.id < page.after] if page.after else [])]
        statement = select(questions).where(*wanted).order_by(c.id.desc())
        return self._page(statement, page.limit, _question, lambda question: question.id)

    def of_campaign(self, organisation_id: str, campaign_id: str) -> Sequence[AskedQuestion]:
        """By id; a question without campaign has an empty one, which nobody asks for."""
        if not campaign_id:
            return []
        c = questions.c
        wanted = (c.organisation_id == organisation_id, c.campaign_id == campaign_id, c.state != QuestionState.DRAFT)
        return [_question(row) for row in self._connection.execute(select(questions).where(*wanted).order_by(c.id))]

    def _first(self, *which: ColumnElement[bool]) -> AskedQuestion | None:
        """Live before test, then the newest version."""
        c = questions.c
        statement = select(questions).where(*which).order_by(c.mode, c.version.desc()).limit(1)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _question(row)

    def _tell(self, name: str, question: AskedQuestion, at: datetime, by: str = "") -> None:
        data = {
            "key": question.key,
            "version": question.version,
            "mode": question.mode,
            "state": question.state,
            "revision": question.revision,
        }
        self._event(question.organisation_id, question.id, name, at, **data | ({"by": by} if by else {}))


def _question(row: Row[Any]) -> AskedQuestion:
    return AskedQuestion(**row._asdict())
