"""Rows of agreements that their contracts share, and two that write at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from api.ports import (
    AgreementFilter,
    AgreementRequest,
    AskedQuestion,
    Asking,
    Mode,
    PageRequest,
    QuestionState,
    Unclear,
)
from tests.api.builders import NOW, ORG, OTHER, REF, two_organisations

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase, SqlUnitOfWork

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
ALL = PageRequest(1000)
EVERY = AgreementFilter()
PHONE = "+31612345678"
PERSONAL = ("J. de Vries", "jan@example.org", PHONE, "Ja hoor, doe maar")


def question(number: int = 1, organisation: str = ORG, **changes: object) -> AskedQuestion:
    made = AskedQuestion(
        id=f"qst_{number}",
        organisation_id=organisation,
        mode=Mode.LIVE,
        key=f"solar-{number}",
        version=1,
        name="Zonnepanelen, één keer",
        brand_id=f"brand_{organisation}_house_1",
        text='{"verb":"agree"}',
        state=QuestionState.FROZEN,
        created_at=NOW,
        created_by="key_1",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a question


def with_questions(database: SqlDatabase) -> SqlDatabase:
    """Two organisations, each with a question; that of the first is asked of one recipient."""
    two_organisations(database)
    with database.write() as uow:
        uow.questions.add(question())
        uow.questions.add(question(9, OTHER))
        uow.agreements.add(request())
    return database


def request(number: int = 1, **changes: object) -> AgreementRequest:
    made = AgreementRequest(
        id=f"agr_{number}",
        organisation_id=ORG,
        mode=Mode.LIVE,
        question_id="qst_1",
        recipient=f"record-{number}",
        language="nl",
        token_digest=f"{number:064x}",
        words="sha256:" + "ab" * 32,
        asked_at=NOW,
        valid_until=NOW + timedelta(days=30),
        updated_at=NOW,
        created_by="key_1",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a request


def as_written(found: AgreementRequest | None) -> AgreementRequest | None:
    """A request but for its place in the list of changes, which the database gives."""
    return None if found is None else replace(found, updated_at=NOW)


def asking(number: int = 1, **changes: object) -> Asking:
    made = Asking(f"ask_{number}", ORG, "qst_1", REF, 3, NOW, "key_1", LATER)
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a file of people


def unclear(number: int = 1, **changes: object) -> Unclear:
    made = Unclear(f"unc_{number}", ORG, Mode.LIVE, "sms", "other-words", NOW, number)
    return replace(made, **changes)  # type: ignore[arg-type] # fields of an unclear answer


def add(db: SqlDatabase, *requests: AgreementRequest) -> None:
    with db.write() as uow:
        assert all(uow.agreements.add(one) for one in requests)


def of_other(number: int, **changes: object) -> AgreementRequest:
    return request(number, organisation_id=OTHER, question_id="qst_9", **changes)


def waits_for(
    db: SqlDatabase,
    first: Callable[[SqlUnitOfWork], object],
    second: Callable[[SqlUnitOfWork], object],
    then: Callable[[SqlUnitOfWork], object] = lambda _: None,
) -> object:
    """What ``second`` gives, which begins between ``first`` and ``then`` and can go on only when they committed."""
    given = list[object]()

    def run() -> None:
        with db.write() as uow:
            given.append(second(uow))

    thread = threading.Thread(target=run)
    with db.write() as uow:
        first(uow)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        then(uow)
    thread.join(10)
    return given[0]
