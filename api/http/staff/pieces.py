"""Pieces: found by what a scanner types, looked at page by page, stopped and let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.history import history_of_piece
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.visitors import SENDERS, WATCHERS, VisitorDep, person
from api.ports import PieceState, Role
from api.usecases import jobs, letters, people, room_views, searching, stopping
from api.usecases.deps import Deps
from api.usecases.packages import ONE_PICTURE_AT_A_TIME
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.http.staff.desk import Mistake
    from api.ports import Piece

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_DPI: Final = 96
_MAY_STOP: Final = frozenset({PieceState.ACCEPTED, PieceState.COMPOSED})
_KEPT_S: Final = 600


@router.get("/find", dependencies=[WATCHERS])
def find(
    request: Request, deps: DepsDep, visitor: VisitorDep, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Straight to the piece when there is one."""
    found = searching.search(deps, visitor.organisation_id, q) if q.strip() else ()
    if len(found) == 1:
        return see_other(f"/staff/pieces/{found[0].piece.id}")
    codes = room_views.control_codes(deps, visitor.organisation_id, [each.piece for each in found])
    return page(request, "find.html", query=q, found=found, codes=codes, most=searching.MOST_FOUND)


@router.get("/pieces/{piece_id:id}", dependencies=[WATCHERS])
def show(request: Request, deps: DepsDep, piece_id: str, page: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
    """Where it is, how it looks, what happened to it."""
    return piece_page(request, deps, piece_id, page)


@router.get("/pieces/{piece_id:id}/page-{number:int}.png", dependencies=[WATCHERS])
def picture(deps: DepsDep, visitor: VisitorDep, piece_id: str, number: int) -> Response:
    """A page as it is printed."""
    with ONE_PICTURE_AT_A_TIME:
        content = letters.letter_png(deps, visitor.organisation_id, piece_id, number, _DPI)
    # leafing back and forth draws nothing again
    return Response(content, media_type="image/png", headers={"Cache-Control": f"private, max-age={_KEPT_S}"})


@router.post("/pieces/{piece_id:id}/stop", dependencies=[SENDERS])
def stop(desk: DeskDep, piece_id: str) -> Response:
    """Out of the print files, with a reason."""

    def make(deps: Deps) -> Done:
        stopping.stop_piece(deps, desk.organisation_id, piece_id, desk.form.text("reason"), desk.by)
        return Done(f"/staff/pieces/{piece_id}", "The piece is stopped. It stays in the manifest with the reason.")

    return _change(desk, piece_id, make)


@router.post("/pieces/{piece_id:id}/resume", dependencies=[SENDERS])
def resume(desk: DeskDep, piece_id: str) -> Response:
    """After all."""

    def make(deps: Deps) -> Done:
        stopping.resume_piece(deps, desk.organisation_id, piece_id, desk.form.text("reason"), desk.by)
        return Done(f"/staff/pieces/{piece_id}", "The piece goes on.")

    return _change(desk, piece_id, make)


def piece_page(
    request: Request, deps: Deps, piece_id: str, number: int = 1, mistake: Mistake | None = None
) -> Response:
    """The page; with a ``mistake`` it says so at the top and keeps what was entered."""
    visitor = person(request)
    organisation_id = visitor.organisation_id
    piece = jobs.get_piece(deps, organisation_id, piece_id)
    if number > piece.pages:
        raise Refusal("page-not-found", f"This letter has {piece.pages} pages.")
    before, after = _neighbours(deps, piece)
    happened = history_of_piece(deps, piece)
    with deps.database.read() as uow:
        job = uow.jobs.get(organisation_id, piece.job_id)
        batch = uow.batches.get(organisation_id, piece.batch_id) if piece.batch_id else None
        values = uow.pieces.values(organisation_id, [piece_id])
    now = deps.clock.now()
    in_time = not jobs.cut_off_passed(job, now)
    sender = visitor.may(Role.SUBMITTER, Role.APPROVER, Role.PRINT_ROOM)
    return page(
        request,
        "piece.html",
        piece=piece,
        job=job,
        batch=batch,
        number=number,
        before=before,
        after=after,
        name=searching.name_in(values[piece_id]) if piece_id in values else "",
        has_values=piece_id in values,
        code=room_views.control_codes(deps, organisation_id, [piece]).get(piece_id, ""),
        results=room_views.results_of_piece(deps, organisation_id, piece_id),
        history=happened,
        stopped=next((event for event in happened if event.name == "piece-stopped"), None),
        names=people.names_of(deps, organisation_id),
        may_stop=sender and in_time and piece.state in _MAY_STOP,
        may_resume=sender and in_time and piece.state is PieceState.STOPPED,
        in_time=in_time,
        zone=zone_of(deps, organisation_id),
        trouble=mistake.trouble if mistake else None,
        entered=mistake.entered if mistake else {},
        notice="" if mistake else notice_of(request, deps),
    )


def _neighbours(deps: Deps, piece: Piece) -> tuple[str | None, str | None]:
    """The pieces before and after it in the order of printing."""
    if piece.batch_id is None or piece.batch_position is None:
        return None, None
    first = max(piece.batch_position - 1, 0)
    with deps.database.read() as uow:
        near = uow.pieces.of_batch(piece.organisation_id, piece.batch_id, first, piece.batch_position - first + 2)
    at = {each.batch_position: each.id for each in near}
    return at.get(piece.batch_position - 1), at.get(piece.batch_position + 1)


def _change(desk: Desk, piece_id: str, make: Callable[[Deps], Done]) -> Response:
    def again(mistake: Mistake) -> Response:
        return piece_page(desk.request, desk.deps, piece_id, mistake=mistake)

    return desk.change(make, again, {"": "reason"})
