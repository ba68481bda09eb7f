"""Looking for agreements reads what an index names, and no more: a corporation asks many thousands of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from agreements.lifecycle.deciding import RequestState
from api.ports import AgreementFilter, Mode, PageRequest
from tests.api.builders import NOW, ORG

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase, SqlUnitOfWork

PAGE = PageRequest(10)
ON = PageRequest(10, "agr_5")
BEHIND = PageRequest(10, "1767225600000000-agr_5")
OF_STATE = AgreementFilter(question_id="qst_1", state=RequestState.OPEN)


def plans(db: SqlDatabase, look: Callable[[SqlUnitOfWork], object]) -> list[str]:
    """How SQLite does the statements of a look."""
    said = list[tuple[str, tuple[object, ...]]]()
    listening = (db._engine, "before_cursor_execute", lambda *args: said.append((args[2], args[3])))
    event.listen(*listening)
    with db.read() as uow:
        look(uow)
    event.remove(*listening)
    with db._engine.connect() as connection:
        found = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", values) for one, values in said]
        return [row.detail for rows in found for row in rows]


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (lambda uow: uow.agreements.by_token(ORG, "ab"), "(token_digest=?)"),
        (lambda uow: uow.agreements.of_recipient(ORG, "qst_1", "r"), "(question_id=? AND recipient=?)"),
        (lambda uow: uow.agreements.codes_of_phone(ORG, "+31"), "(organisation_id=? AND phone=?)"),
        (lambda uow: uow.agreements.list(ORG, AgreementFilter(), PAGE), "(organisation_id=?)"),
        (lambda uow: uow.agreements.list(ORG, AgreementFilter(), ON), "(organisation_id=? AND id<?)"),
        (
            lambda uow: uow.agreements.list(ORG, AgreementFilter(recipient="r"), PAGE),
            "(organisation_id=? AND recipient=?)",
        ),
        (lambda uow: uow.questions.of_campaign(ORG, "cmp_1"), "(organisation_id=? AND campaign_id=?)"),
        (
            lambda uow: uow.agreements.list(ORG, AgreementFilter(question_id="qst_1"), ON),
            "(organisation_id=? AND question_id=? AND id<?)",
        ),
        (
            lambda uow: uow.agreements.list(ORG, OF_STATE, ON),
            "(organisation_id=? AND question_id=? AND state=? AND id<?)",
        ),
        (
            lambda uow: uow.agreements.list(ORG, AgreementFilter(updated_after=NOW), PAGE),
            "(organisation_id=? AND updated_at>?)",
        ),
        (
            lambda uow: uow.agreements.list(ORG, AgreementFilter(updated_after=NOW), BEHIND),
            "(organisation_id=? AND updated_at>?)",
        ),
        (lambda uow: uow.agreements.to_remind(NOW, 10), "(state=? AND remind_at<?)"),
        (lambda uow: uow.agreements.to_expire(NOW, 10), "(state=? AND valid_until<?)"),
        (lambda uow: uow.agreements.askings(ORG, "qst_1"), "(organisation_id=? AND question_id=?)"),
        (lambda uow: uow.questions.list(ORG, PageRequest(10, "qst_5")), "(organisation_id=? AND id<?)"),
        (lambda uow: uow.questions.newest(ORG, Mode.LIVE, "k"), "(organisation_id=? AND mode=? AND key=?)"),
        (lambda uow: uow.unclear.waiting(ORG, PAGE), "ix_unclear_answers_waiting (organisation_id=?)"),
        (
            lambda uow: uow.unclear.waiting(ORG, PageRequest(10, "1767225600000000-unc_5")),
            "ix_unclear_answers_waiting (organisation_id=? AND came_at>?)",
        ),
        (lambda uow: uow.unclear.count(ORG), "ix_unclear_answers_waiting (organisation_id=?)"),
    ],
)
def test_a_list_comes_from_an_index_in_its_order(
    sqlite_database: SqlDatabase, look: Callable[[SqlUnitOfWork], object], expected: str
) -> None:
    (plan,) = plans(sqlite_database, look)
    assert plan.startswith("SEARCH ")
    assert plan.endswith(expected)


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (lambda uow: uow.agreements.of_phone(ORG, Mode.LIVE, "+31"), "(organisation_id=? AND phone=?)"),
        (lambda uow: uow.agreements.counts(ORG, "qst_1"), "COVERING INDEX ix_agreements_question_state"),
    ],
)
def test_what_is_sorted_is_what_an_index_found(
    sqlite_database: SqlDatabase, look: Callable[[SqlUnitOfWork], object], expected: str
) -> None:
    found = plans(sqlite_database, look)
    assert expected in found[0]
    assert not [plan for plan in found if plan.startswith("SCAN")]
