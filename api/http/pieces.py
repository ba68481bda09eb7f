"""Mail pieces and their letters."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.auth import SENDERS, STAFF, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.responses import LIST_CODES, POST_CODES, binary, problems
from api.http.schemas import EventOut, ListOut, PieceOut, StopIn, listed
from api.usecases import jobs, letters, stopping
from api.usecases.deps import Deps
from api.usecases.packages import ONE_PICTURE_AT_A_TIME

router = APIRouter(prefix="/v1/pieces", tags=["pieces"])


@router.get("/{piece_id:id}", summary="Show a mail piece", dependencies=[STAFF], responses=problems("piece-not-found"))
def get_piece(deps: DepsDep, caller: CallerDep, piece_id: str) -> PieceOut:
    """One mail piece."""
    return PieceOut.of(jobs.get_piece(deps, caller.organisation_id, piece_id))


@router.get(
    "/{piece_id:id}/letter.pdf",
    summary="The letter as PDF",
    dependencies=[STAFF],
    response_class=Response,
    responses={200: binary("The letter", "application/pdf"), **problems("piece-not-found", "letter-deleted")},
)
def letter_pdf(deps: DepsDep, caller: CallerDep, piece_id: str) -> Response:
    """The archive copy: the very pages of the print file. The same bytes each time."""
    content = letters.letter_pdf(deps, caller.organisation_id, piece_id)
    headers = {"Content-Disposition": f'inline; filename="{piece_id}.pdf"'}
    return Response(content, headers=headers, media_type="application/pdf")


@router.get(
    "/{piece_id:id}/letter.png",
    summary="A page of the letter as PNG",
    dependencies=[STAFF],
    response_class=Response,
    responses={
        200: binary("The page", "image/png"),
        **problems("piece-not-found", "letter-deleted", "page-not-found", "dpi-invalid", "request-invalid"),
    },
)
def letter_png(
    deps: DepsDep,
    caller: CallerDep,
    piece_id: str,
    page: Annotated[int, Query(ge=1, le=1000, description="Counts from 1.")] = 1,
    dpi: Annotated[int, Query(ge=36, le=300, description="36 to 300.")] = 100,
) -> Response:
    """A page as it will be printed."""
    with ONE_PICTURE_AT_A_TIME:
        content = letters.letter_png(deps, caller.organisation_id, piece_id, page, dpi)
    return Response(content, media_type="image/png")


@router.get(
    "/{piece_id:id}/events",
    summary="What happened to a mail piece",
    dependencies=[STAFF],
    responses=problems("piece-not-found", *LIST_CODES),
)
def list_events(deps: DepsDep, caller: CallerDep, page: PageDep, piece_id: str) -> ListOut[EventOut]:
    """Oldest first."""
    jobs.get_piece(deps, caller.organisation_id, piece_id)
    return listed(jobs.list_events(deps, caller.organisation_id, piece_id, page), EventOut.of)


@router.post(
    "/{piece_id:id}/stop",
    response_model=PieceOut,
    summary="Stop a mail piece",
    dependencies=[SENDERS],
    responses=problems(
        "piece-not-found", "reason-invalid", "cut-off-passed", "state-conflict", "request-invalid", *POST_CODES
    ),
)
def stop(caller: CallerDep, piece_id: str, why: StopIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Keep it out of the print files; it stays in the manifest with the reason. Again changes nothing."""

    def make(deps: Deps) -> Answer:
        return Answer(
            HTTPStatus.OK, PieceOut.of(stopping.stop_piece(deps, caller.organisation_id, piece_id, why.reason))
        )

    return once.run(sha256, make)
