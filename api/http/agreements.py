"""Requests to agree: followed, looked at, taken back, answered by staff, fetched; and answers nobody is sure of."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from agreements.lifecycle.deciding import RequestState, Said
from api.http.agreement_schemas import (
    AgreementOut,
    AttestedOut,
    AttestIn,
    CancelIn,
    Meant,
    SettledOut,
    SettleIn,
    StoryOut,
    UnclearOut,
)
from api.http.auth import ANSWERS, ASKERS, MAILROOM, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.files import table_response
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, MEDIA, binary, problems
from api.http.schemas import GivenTime, ListOut, listed
from api.ports import AgreementFilter, Reach
from api.usecases import modes
from api.usecases.agreeing import following, staffing
from api.usecases.agreeing.staffing import Attested
from api.usecases.deps import Deps
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.ports import AgreementRequest

router = APIRouter(prefix="/v1", tags=["agreements"])

OfQuestion = Annotated[
    str | None, Query(max_length=120, description="Only of this question, by id or your own key.", examples=["moving"])
]
_ONE: Final = ("agreement-not-found", "note-too-long", "request-invalid", "json-malformed", *ACT_CODES)


def _wanted(
    question: OfQuestion = None,
    state: RequestState | None = None,
    reach: Annotated[Reach | None, Query(description="Only those that came so far.")] = None,
    record_id: Annotated[str | None, Query(max_length=64, description="Only of this recipient of yours.")] = None,
    updated_after: Annotated[
        GivenTime | None,
        Query(description="Only what changed after; with time zone.", examples=["2026-11-22T13:00:00Z"]),
    ] = None,
) -> AgreementFilter:
    if updated_after is not None and updated_after.tzinfo is None:
        raise Refusal("request-invalid", "Give the time with its time zone: 2026-11-22T13:00:00Z.")
    return AgreementFilter(question, state, reach, record_id, updated_after)


WantedDep = Annotated[AgreementFilter, Depends(_wanted)]


@router.get(
    "/agreements",
    summary="List requests to agree",
    dependencies=[ASKERS],
    responses=problems("question-not-found", "request-invalid", *LIST_CODES),
)
def list_agreements(deps: DepsDep, caller: CallerDep, page: PageDep, wanted: WantedDep) -> ListOut[AgreementOut]:
    """In the order in which they changed last: keep the last cursor, and ask for what came since.

    A request is never removed; one that changed comes again, behind all that was listed before.
    """
    return listed(following.follow(deps, caller.organisation_id, wanted, page), AgreementOut.of)


@router.get(
    "/agreements/{request_id:id}",
    summary="Show a request to agree",
    dependencies=[ASKERS],
    responses=problems("agreement-not-found"),
)
def get_agreement(deps: DepsDep, caller: CallerDep, request_id: str) -> StoryOut:
    """With its messages, and what the evidence has of it. Its proof is `GET /v1/agreements/ID/proof`."""
    return StoryOut.of_story(following.story_of(deps, caller.organisation_id, request_id))


@router.post(
    "/agreements/{request_id:id}/cancel",
    response_model=StoryOut,
    summary="Take a request back",
    dependencies=[ANSWERS],
    responses=problems("agreement-decided", *_ONE),
)
def cancel_agreement(
    caller: CallerDep, request_id: str, wanted: CancelIn, once: OnceDep, sha256: JsonSha256
) -> Response:
    """Nothing more is sent, and no answer counts. Only while nobody decided; again changes nothing."""

    def make(deps: Deps) -> Answer:
        whose = (caller.organisation_id, request_id)
        staffing.cancel_agreement(deps, *whose, caller.key_id, wanted.note)
        return Answer(HTTPStatus.OK, StoryOut.of_story(following.story_of(deps, *whose)))

    return once.run(sha256, make)


@router.post(
    "/agreements/{request_id:id}/answer",
    response_model=AttestedOut,
    summary="Answer for somebody",
    dependencies=[MAILROOM],
    responses=problems("answer-missing", *_ONE),
)
def answer(caller: CallerDep, request_id: str, wanted: AttestIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """What a colleague heard on the phone or at the door. The rule decides, as for every road.

    It needs the road `staff` in the question, but for taking a yes back. Who attests stands in the evidence.
    """

    def make(deps: Deps) -> Answer:
        whose = (caller.organisation_id, request_id)
        outcome = staffing.attest(deps, *whose, Attested(wanted.said, caller.key_id, wanted.note))
        return Answer(HTTPStatus.OK, AttestedOut.of(outcome, following.story_of(deps, *whose)))

    return once.run(sha256, make)


@router.get(
    "/questions/{question_id:id}/agreements.csv",
    summary="Fetch all requests of a question as CSV",
    dependencies=[ASKERS],
    response_class=Response,
    responses={200: binary("CSV", MEDIA["csv"]), **problems("question-not-found")},
)
def agreements_csv(deps: DepsDep, caller: CallerDep, question_id: str) -> Response:
    """A row for each recipient, newest first, in UTF-8 with a heading."""
    every = following.every(deps, caller.organisation_id, question_id)
    return table_response("agreements.csv", following.agreements_csv(every))


@router.get(
    "/questions/{question_id:id}/agreements.xlsx",
    summary="Fetch all requests of a question as XLSX",
    dependencies=[ASKERS],
    response_class=Response,
    responses={200: binary("XLSX", MEDIA["xlsx"]), **problems("question-not-found")},
)
def agreements_xlsx(deps: DepsDep, caller: CallerDep, question_id: str) -> Response:
    """The same columns as in CSV; every text is text, whatever it begins with."""
    every = following.every(deps, caller.organisation_id, question_id)
    return table_response("agreements.xlsx", following.agreements_xlsx(every))


@router.get(
    "/questions/{question_id:id}/agreements.json",
    summary="Fetch all requests of a question as JSON",
    dependencies=[ASKERS],
    response_class=Response,
    responses={200: binary("JSON", MEDIA["json"]), **problems("question-not-found")},
)
def agreements_json(deps: DepsDep, caller: CallerDep, question_id: str) -> Response:
    """All under `items`, each as in the list of requests."""
    every = following.every(deps, caller.organisation_id, question_id)
    return table_response("agreements.json", _lines(every))


@router.get(
    "/unclear",
    summary="List answers that wait for a person",
    dependencies=[ASKERS],
    responses=problems("question-not-found", "request-invalid", *LIST_CODES),
)
def list_unclear(deps: DepsDep, caller: CallerDep, page: PageDep, question: OfQuestion = None) -> ListOut[UnclearOut]:
    """Oldest first. What came in decided nothing, since nobody can be sure of it without looking."""
    return listed(staffing.waiting(deps, caller.organisation_id, page, question), UnclearOut.of)


@router.post(
    "/unclear/{unclear_id:id}/settle",
    response_model=SettledOut,
    summary="Settle an unclear answer",
    dependencies=[MAILROOM],
    responses=problems("unclear-not-found", "unclear-settled", "request-missing", *_ONE),
)
def settle(caller: CallerDep, unclear_id: str, wanted: SettleIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Say what it means, of which request; it counts from when it came in, by the same rule as every answer."""

    def make(deps: Deps) -> Answer:
        organisation_id = caller.organisation_id
        if wanted.agreement_id:
            modes.check_mode(deps, organisation_id, caller.mode, {"request_id": wanted.agreement_id})
        said = None if wanted.said is Meant.NOTHING else Said(wanted.said)
        heard = Attested(said, caller.key_id, wanted.note)
        outcome = staffing.settle_unclear(deps, organisation_id, unclear_id, heard, wanted.agreement_id)
        return Answer(HTTPStatus.OK, SettledOut.of(staffing.get_unclear(deps, organisation_id, unclear_id), outcome))

    return once.run(sha256, make)


def _lines(requests: Iterable[AgreementRequest]) -> Iterator[str]:
    """One object, a line for each request."""
    before = '{"items": [\n'
    for one in requests:
        yield before + AgreementOut.of(one).model_dump_json()
        before = ",\n"
    yield ("" if before == ",\n" else before) + "\n]}\n"
