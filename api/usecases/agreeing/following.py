"""Requests as other systems follow them: changes in an order that nothing slips behind, one whole, and as tables."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import MAX_PAGE_ITEMS, AgreementFilter, PageRequest
from api.usecases.agreeing import staffing
from api.usecases.agreeing.keeping import chain_of
from api.usecases.feeds import place_agreements
from api.usecases.sheets import Sheet, csv_lines, workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import AgreementRequest, EvidenceEvent, Page
    from api.usecases.agreeing.staffing import Whole
    from api.usecases.deps import Deps
    from api.usecases.sheets import Cell

COLUMNS: Final = (
    *("id", "question_id", "mode", "record_id", "language", "name", "email", "phone", "state", "how", "reach"),
    *("asked_at", "valid_until", "decided_at", "evidence", "reminded", "updated_at", "revision"),
)
_OTHER_NAMES: Final[Mapping[str, str]] = {"record_id": "recipient", "evidence": "decided_seq"}
_TOLD: Final = ("answer", "method", "channel", "why", "guess", "number", "message", "code", "names", "settles")


class Step(NamedTuple):
    """An event of a request in the evidence; ``about`` are facts of it that are not personal."""

    event: EvidenceEvent
    about: Mapping[str, str | int | bool]


class Story(NamedTuple):
    """A request with its question and messages, and all that happened, oldest first."""

    whole: Whole
    steps: Sequence[Step]


def follow(deps: Deps, organisation_id: str, wanted: AgreementFilter, page: PageRequest) -> Page[AgreementRequest]:
    """In the order in which they changed last. Raises Refusal: ``question-not-found``, ``bad-cursor``."""
    place_agreements(deps, organisation_id)
    return staffing.list_agreements(deps, organisation_id, wanted._replace(placed=True), page)


def story_of(deps: Deps, organisation_id: str, request_id: str) -> Story:
    """One request, whole. Raises Refusal: ``agreement-not-found``."""
    whole = staffing.get_agreement(deps, organisation_id, request_id)
    with deps.database.read() as uow:
        events = uow.evidence.of_subject(chain_of(whole.request), request_id)
    return Story(whole, [Step(event, _about(event)) for event in events])


def every(deps: Deps, organisation_id: str, question_id: str) -> Iterator[AgreementRequest]:
    """All requests of a question, newest first, a part at a time. Raises Refusal: ``question-not-found`` at once."""
    first = staffing.list_agreements(deps, organisation_id, AgreementFilter(question_id), PageRequest(MAX_PAGE_ITEMS))
    return chain(first.items, _rest(deps, organisation_id, question_id, first.next_after))


def agreements_csv(requests: Iterable[AgreementRequest]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), in UTF-8 with a heading."""
    return csv_lines(COLUMNS, map(_row, requests))


def agreements_xlsx(requests: Iterable[AgreementRequest]) -> Iterator[bytes]:
    """A workbook of one sheet with the columns of `agreements_csv`."""
    return workbook([Sheet("agreements", COLUMNS, map(_row, requests))])


def _rest(deps: Deps, organisation_id: str, question_id: str, after: str | None) -> Iterator[AgreementRequest]:
    wanted = AgreementFilter(question_id)
    while after is not None:
        part = staffing.list_agreements(deps, organisation_id, wanted, PageRequest(MAX_PAGE_ITEMS, after))
        yield from part.items
        after = part.next_after


def _row(one: AgreementRequest) -> Sequence[Cell]:
    return [_cell(getattr(one, _OTHER_NAMES.get(name, name))) for name in COLUMNS]


def _cell(value: Cell) -> Cell:
    return str(value) if isinstance(value, str) else value


def _about(event: EvidenceEvent) -> Mapping[str, str | int | bool]:
    body = event.body or {}
    told = {name: body[name] for name in (*_TOLD, "decided") if name in body}
    return {name: value for name, value in told.items() if isinstance(value, str | int | bool) and value != ""}
