"""The exchange with a carrier: fetch addresses, bring what came back, or go on without."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response

from api.http.auth import FETCHERS, PRINT_ROOM, STAFF, CallerDep
from api.http.bodies import BodyDep, JsonSha256
from api.http.edge import DepsDep
from api.http.files import table_response
from api.http.middleware import IS_HEAD
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, MEDIA, binary, problems
from api.http.room_schemas import CarrierOut, SkipCarrierIn
from api.ports import Exchange
from api.usecases import exchanging, jobs
from api.usecases.deps import Deps
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/print-jobs", tags=["carrier"])

_ANSWER: Final = (
    "KlantID;Volgnummer;Bundel;Printregel;2D-code\n"
    "pce_01jd8m2x4c7n3k5p9qrstv0wxy;1;B0001;* 1234 000001 B0001;REVBLTAwMDE=\n"
)
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "description": (
            "What the carrier gave back, as CSV with the columns, delimiter and encoding of its profile: a row for "
            "each address that was fetched, with its place in the order, and if given a bundle, a line and a 2D code."
        ),
        "required": True,
        "content": {MEDIA["csv"]: {"schema": {"type": "string"}, "example": _ANSWER}},
    }
}


def csv_response(request: Request, deps: Deps, organisation_id: str, job_id: str, by: str) -> Response:
    """The file of addresses as it is read; who only asks whether it is there takes nothing."""
    if request.scope.get(IS_HEAD):
        jobs.get_job(deps, organisation_id, job_id)
        return Response(media_type=MEDIA["csv"])
    asked = exchanging.export_addresses(deps, organisation_id, job_id, by)
    return table_response(asked.name, asked.content)


def _check_csv(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA["csv"]:
        raise Refusal("media-type-unsupported", "Send what the carrier gave back as text/csv.")


@router.get(
    "/{job_id:id}/carrier",
    summary="Show the exchange with the carrier",
    dependencies=[STAFF],
    responses=problems("job-not-found"),
)
def show(deps: DepsDep, caller: CallerDep, job_id: str) -> CarrierOut:
    """Whether a print job waits for its carrier, and how that ended."""
    return _shown(deps, caller.organisation_id, job_id)


@router.get(
    "/{job_id:id}/carrier/addresses",
    response_class=Response,
    summary="Fetch the addresses for the carrier",
    dependencies=[FETCHERS],
    responses={200: binary("CSV", MEDIA["csv"]), **problems("job-not-found", "job-not-waiting", "mode-differs")},
)
def fetch_addresses(request: Request, deps: DepsDep, caller: CallerDep, job_id: str) -> Response:
    """A row for each envelope, with the piece id of its first letter and never a name. It is noted who fetched it."""
    return csv_response(request, deps, caller.organisation_id, job_id, caller.key_id)


@router.post(
    "/{job_id:id}/carrier/answer",
    response_model=CarrierOut,
    summary="Bring what the carrier gave back",
    dependencies=[PRINT_ROOM, Depends(_check_csv)],
    responses=problems(
        *("job-not-found", "job-not-waiting", "carrier-file-differs", "carrier-file-too-large", "enrichment-invalid"),
        *("body-empty", "body-cut-off", "media-type-unsupported", *ACT_CODES),
    ),
    openapi_extra=_BODY,
)
def bring(caller: CallerDep, job_id: str, once: OnceDep, content: BodyDep) -> Response:
    """Whole or not at all: every fault is a finding. The letters are then planned, printed and bundled by it.

    The same file again changes nothing; another one is refused.
    """

    def make(deps: Deps) -> Answer:
        content.file.seek(0)
        exchanging.import_enriched(deps, caller.organisation_id, job_id, content.file, caller.key_id)
        return Answer(HTTPStatus.OK, _shown(deps, caller.organisation_id, job_id))

    return once.run(content.sha256, make)


@router.post(
    "/{job_id:id}/carrier/skip",
    response_model=CarrierOut,
    summary="Go on without the carrier",
    dependencies=[PRINT_ROOM],
    responses=problems("job-not-found", "job-not-waiting", "reason-invalid", "request-invalid", *ACT_CODES),
)
def skip(caller: CallerDep, job_id: str, why: SkipCarrierIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """In our own order, without a line or code of the carrier. Again changes nothing."""

    def make(deps: Deps) -> Answer:
        exchanging.go_on_without(deps, caller.organisation_id, job_id, why.reason, caller.key_id)
        return Answer(HTTPStatus.OK, _shown(deps, caller.organisation_id, job_id))

    return once.run(sha256, make)


def _shown(deps: Deps, organisation_id: str, job_id: str) -> CarrierOut:
    job = jobs.get_job(deps, organisation_id, job_id)
    exchange: Exchange | None = exchanging.find_exchange(deps, organisation_id, job_id)
    return CarrierOut.of_exchange(job, exchange)
