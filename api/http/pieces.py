"""Mail pieces and their letters."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.auth import SENDERS, STAFF, Caller, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, binary, problems
from api.http.room_schemas import FoundPieceOut, ResultOut
from api.http.schemas import EventOut, ListOut, PieceOut, ResumeIn, StopIn, listed
from api.ports import Piece
from api.usecases import jobs, letters, room_views, searching, stopping
from api.usecases.deps import Deps
from api.usecases.packages import ONE_PICTURE_AT_A_TIME

router = APIRouter(prefix="/v1/pieces", tags=["pieces"])


@router.get("", summary="Search mail pieces", dependencies=[STAFF], responses=problems("request-invalid"))
def search(
    deps: DepsDep,
    caller: CallerDep,
    text: Annotated[
        str,
        Query(
            alias="search",
            description="Piece id, control code or whole mark as a scanner types it, your own record id, or three "
            "letters or more of the name on an envelope that is not handed over yet.",
            min_length=1,
            max_length=200,
        ),
    ],
) -> ListOut[FoundPieceOut]:
    """The first 50."""
    found = searching.search(deps, caller.organisation_id, text)
    codes = room_views.control_codes(deps, caller.organisation_id, [each.piece for each in found])
    items = [FoundPieceOut.of_found(each, codes.get(each.piece.id, "")) for each in found]
    return ListOut(items=items, next_cursor=None)


@router.get("/{piece_id:id}", summary="Show a mail piece", dependencies=[STAFF], responses=problems("piece-not-found"))
def get_piece(deps: DepsDep, caller: CallerDep, piece_id: str) -> PieceOut:
    """One mail piece."""
    return _shown(deps, caller, jobs.get_piece(deps, caller.organisation_id, piece_id))


@router.get(
    "/{piece_id:id}/results",
    summary="All that was said of a mail piece",
    dependencies=[STAFF],
    responses=problems("piece-not-found"),
)
def list_results(deps: DepsDep, caller: CallerDep, piece_id: str) -> ListOut[ResultOut]:
    """All at once, in whatever batch, oldest first."""
    said = room_views.results_of_piece(deps, caller.organisation_id, piece_id)
    return ListOut(items=list(map(ResultOut.of, said)), next_cursor=None)


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
        "piece-not-found", "reason-invalid", "cut-off-passed", "state-conflict", "request-invalid", *ACT_CODES
    ),
)
def stop(caller: CallerDep, piece_id: str, why: StopIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Keep it out of the print files; it stays in the manifest with the reason. Again changes nothing."""

    def make(deps: Deps) -> Answer:
        stopped = stopping.stop_piece(deps, caller.organisation_id, piece_id, why.reason, caller.key_id)
        return Answer(HTTPStatus.OK, _shown(deps, caller, stopped))

    return once.run(sha256, make)


@router.post(
    "/{piece_id:id}/resume",
    response_model=PieceOut,
    summary="Let a stopped mail piece go",
    dependencies=[SENDERS],
    responses=problems(
        "piece-not-found", "reason-invalid", "cut-off-passed", "state-conflict", "request-invalid", *ACT_CODES
    ),
)
def resume(caller: CallerDep, piece_id: str, why: ResumeIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """After all, until the cut-off. Of a piece that is not stopped nothing changes."""

    def make(deps: Deps) -> Answer:
        resumed = stopping.resume_piece(deps, caller.organisation_id, piece_id, why.reason, caller.key_id)
        return Answer(HTTPStatus.OK, _shown(deps, caller, resumed))

    return once.run(sha256, make)


def _shown(deps: Deps, caller: Caller, piece: Piece) -> PieceOut:
    code = room_views.control_codes(deps, caller.organisation_id, [piece]).get(piece.id, "")
    return PieceOut.of(piece, code)
