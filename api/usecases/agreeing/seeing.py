"""What staff see of requests: one with all that passed, those of a question as a table, what an answer may be about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from agreements.lifecycle.deciding import RequestState
from api.ports import MAX_PAGE_ITEMS, AgreementFilter, Page, PageRequest
from api.usecases.agreeing.keeping import chain_of
from api.usecases.agreeing.questions import text_of
from api.usecases.messaging.private import shown
from api.usecases.sheets import Sheet, csv_lines, workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from agreements.evidence.canonical import Json
    from agreements.questions.model import Question
    from api.ports import (
        AgreementCounts,
        AgreementRequest,
        AskedQuestion,
        DecidedCount,
        EvidenceEvent,
        Message,
        Unclear,
        UnitOfWork,
    )
    from api.usecases.deps import Deps
    from api.usecases.sheets import Cell

COLUMNS: Final = (
    *("recipient", "state", "reach", "how", "decided_at", "evidence", "language", "name", "email", "phone"),
    *("asked_at", "valid_until", "reminded", "id"),
)
MOST_CANDIDATES: Final = 9


class Counted(NamedTuple):
    """A question in a list, with its counts."""

    asked: AskedQuestion
    counts: AgreementCounts


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it went, with the token of its link masked; ``said`` is empty once that was deleted."""

    message: Message
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request with all that passed; ``hidden`` is what is personal in ``events``, by annex, as far as it is kept."""

    request: AgreementRequest
    asked: AskedQuestion
    question: Question
    sent: Sequence[Sent]
    events: Sequence[EvidenceEvent]
    hidden: Mapping[str, Json]


class Candidate(NamedTuple):
    """A request that an unclear answer may be about."""

    request: AgreementRequest
    asked: AskedQuestion
    question: Question


def counted(deps: Deps, organisation_id: str, page: PageRequest) -> Page[Counted]:
    """Questions with their counts, newest first."""
    with deps.database.read() as uow:
        found = uow.questions.list(organisation_id, page)
        items = tuple([Counted(one, uow.agreements.counts(organisation_id, one.id)) for one in found.items])
        return Page(items, found.next_after)


def per_day(deps: Deps, organisation_id: str, question_id: str) -> Sequence[DecidedCount]:
    """Decisions by day. Raises Refusal: ``question-not-found``."""
    with deps.database.read() as uow:
        asked = uow.questions.get(organisation_id, question_id)
        return uow.agreements.decided_per_day(organisation_id, asked.id)


def seen(deps: Deps, organisation_id: str, request_id: str) -> SeenRequest:
    """One request with its messages and evidence. Raises Refusal: ``agreement-not-found``."""
    with deps.database.read() as uow:
        request = uow.agreements.get(organisation_id, request_id)
        asked = uow.questions.get(organisation_id, request.question_id)
        messages = uow.messages.of_subject(organisation_id, request.id)
        texts, chain = shown(uow, messages), chain_of(request)
        return SeenRequest(
            request,
            asked,
            text_of(asked),
            [Sent(one, texts.get(one.id, {})) for one in messages],
            uow.evidence.of_subject(chain, request.id),
            {annex.id: annex.value for annex in uow.evidence.annexes_of(chain, request.id)},
        )


def candidates(deps: Deps, unclear: Unclear) -> Sequence[Candidate]:
    """Requests that an unclear answer may be about: the one it names, or those of its sender, open ones first."""
    with deps.database.read() as uow:
        found = _possible(uow, unclear)
        found.sort(key=lambda one: one.state is not RequestState.OPEN)
        asked = {one.question_id: uow.questions.get(one.organisation_id, one.question_id) for one in found}
        return [Candidate(one, asked[one.question_id], text_of(asked[one.question_id])) for one in found]


def of_recipient(deps: Deps, organisation_id: str, recipient: str) -> Sequence[tuple[AgreementRequest, AskedQuestion]]:
    """Requests to a recipient, newest first, with their questions."""
    with deps.database.read() as uow:
        return requests_of(uow, organisation_id, recipient)


def requests_of(
    uow: UnitOfWork, organisation_id: str, recipient: str
) -> Sequence[tuple[AgreementRequest, AskedQuestion]]:
    """As `of_recipient`, within a transaction."""
    wanted = AgreementFilter(recipient=recipient)
    found = uow.agreements.list(organisation_id, wanted, PageRequest(MAX_PAGE_ITEMS)).items
    return [(one, uow.questions.get(organisation_id, one.question_id)) for one in found]


def every(deps: Deps, organisation_id: str, wanted: AgreementFilter) -> Iterator[AgreementRequest]:
    """All requests that are wanted, a part at a time."""
    page: PageRequest | None = PageRequest(MAX_PAGE_ITEMS)
    while page is not None:
        with deps.database.read() as uow:
            found = uow.agreements.list(organisation_id, wanted, page)
        yield from found.items
        page = PageRequest(MAX_PAGE_ITEMS, found.next_after) if found.next_after else None


def requests_csv(requests: Iterable[AgreementRequest]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), in UTF-8 with a heading."""
    return csv_lines(COLUMNS, map(_row, requests))


def requests_xlsx(requests: Iterable[AgreementRequest]) -> Iterator[bytes]:
    """A workbook of one sheet with the columns of `requests_csv`."""
    return workbook([Sheet("requests", COLUMNS, map(_row, requests))])


def _row(one: AgreementRequest) -> Sequence[Cell]:
    decided = (str(one.how or ""), one.decided_at, one.decided_seq or None)
    whose = (one.language, one.name, one.email, one.phone)
    return (
        one.recipient,
        str(one.state),
        str(one.reach),
        *decided,
        *whose,
        one.asked_at,
        one.valid_until,
        one.reminded,
        one.id,
    )


def _possible(uow: UnitOfWork, unclear: Unclear) -> list[AgreementRequest]:
    if unclear.request_id:
        return [uow.agreements.get(unclear.organisation_id, unclear.request_id)]
    return list(uow.agreements.of_phone(unclear.organisation_id, unclear.mode, unclear.sender))[:MOST_CANDIDATES]
