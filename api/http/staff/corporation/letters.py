"""Letters of a job: leafed through, found, stopped; those of a check look as they will be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.staff.corporation.common import (
    CORPORATION,
    JOBS,
    READERS,
    WORDS,
    CursorQuery,
    TextQuery,
)
from api.http.staff.corporation.findings import values_of
from api.http.staff.corporation.pdf_words import is_of_pdfs
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.history import history
from api.http.staff.render import page
from api.http.staff.route import StaffRoute, see_other
from api.http.staff.today import zone_of
from api.http.staff.visitors import VisitorDep, person
from api.ports import BatchState, PageRequest, PieceState, Role
from api.usecases import jobs, looking, people, stopping
from api.usecases.ready_made.found import letter_at
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.http.staff.desk import Mistake
    from api.http.staff.visitors import Visitor
    from api.ports import Piece, PrintJob
    from api.usecases.deps import Deps
    from api.usecases.looking import FoundRecord

router = APIRouter(prefix=JOBS, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_SHOWN: Final = 50
_DPI: Final = {"small": 48, "large": 96, "huge": 150}
_MOST_PAGES_SHOWN: Final = 12
_KEPT: Final = {"Cache-Control": "private, max-age=3600"}
_MAY_STOP: Final = frozenset({PieceState.ACCEPTED, PieceState.COMPOSED})
_BEFORE_RELEASE: Final = frozenset(
    {
        BatchState.PLANNED,
        BatchState.COMPOSING,
        BatchState.WRITING,
        BatchState.CHECKING,
        BatchState.BLOCKED,
        BatchState.READY,
    }
)
REASONS: Final = ("paid", "moved", "deceased", "wrong letter")


@router.get("/{job_id:id}/letters", dependencies=[READERS])
def show_all(
    request: Request,
    deps: DepsDep,
    job_id: str,
    q: TextQuery = "",
    state: PieceState | None = None,
    cursor: CursorQuery = None,
) -> Response:
    """All letters in the order of the file; a search that finds one goes there."""
    organisation_id = person(request).organisation_id
    job = jobs.get_job(deps, organisation_id, job_id)
    found = looking.find_records(deps, job, q)
    if len(found) == 1:
        return see_other(f"{JOBS}/{job.id}/letters/{found[0].place + 1}")
    rows, next_after = ([], None) if q else _listed(deps, job, state, cursor)
    return page(
        request,
        "corporation/letters.html",
        **WORDS,
        job=job,
        q=q,
        state=state,
        states=PieceState,
        rows=rows or [_of_found(deps, job, each) for each in found],
        next_after=next_after,
        most=looking.MOST_FOUND,
        cursor=cursor,
    )


@router.get("/{job_id:id}/letters/{number:int}", dependencies=[READERS])
def show(request: Request, deps: DepsDep, job_id: str, number: int) -> Response:
    """Its pages side by side."""
    return letter_page(request, deps, job_id, number)


@router.get("/{job_id:id}/letters/{number:int}/page-{page_number:int}.png", dependencies=[READERS])
def picture(
    deps: DepsDep,
    visitor: VisitorDep,
    job_id: str,
    number: int,
    page_number: int,
    size: Annotated[str, Query(pattern="^(small|large|huge)$")] = "large",
) -> Response:
    """A page as it is printed; the same for ever, but only for who is logged in."""
    job = jobs.get_job(deps, visitor.organisation_id, job_id)
    content = looking.record_png(deps, job, number - 1, page_number, _DPI[size])
    return Response(content, media_type="image/png", headers=_KEPT)


@router.get("/{job_id:id}/letters/{number:int}/letter.pdf", dependencies=[READERS])
def pdf(deps: DepsDep, visitor: VisitorDep, job_id: str, number: int) -> Response:
    """The letter by itself."""
    job = jobs.get_job(deps, visitor.organisation_id, job_id)
    content = looking.record_pdf(deps, job, number - 1)
    headers = {"Content-Disposition": f'inline; filename="letter-{number}.pdf"', **_KEPT}
    return Response(content, headers=headers, media_type="application/pdf")


@router.post("/{job_id:id}/letters/{number:int}/stop", dependencies=[CORPORATION])
def stop(desk: DeskDep, job_id: str, number: int) -> Response:
    """Out of the print files, with a reason."""

    def make(deps: Deps) -> Done:
        piece = _piece(deps, desk.organisation_id, job_id, number)
        stopping.stop_piece(deps, desk.organisation_id, piece.id, desk.form.text("reason"), desk.by)
        return Done(f"{JOBS}/{job_id}/letters/{number}", "This letter is stopped: it is not printed.")

    return _change(desk, job_id, number, make)


@router.post("/{job_id:id}/letters/{number:int}/resume", dependencies=[CORPORATION])
def resume(desk: DeskDep, job_id: str, number: int) -> Response:
    """After all."""

    def make(deps: Deps) -> Done:
        piece = _piece(deps, desk.organisation_id, job_id, number)
        stopping.resume_piece(deps, desk.organisation_id, piece.id, desk.form.text("reason"), desk.by)
        return Done(f"{JOBS}/{job_id}/letters/{number}", "This letter is printed after all.")

    return _change(desk, job_id, number, make)


def letter_page(request: Request, deps: Deps, job_id: str, number: int, mistake: Mistake | None = None) -> Response:
    """The page; with a ``mistake`` it says so at the top and keeps the reason that was entered."""
    visitor = person(request)
    organisation_id = visitor.organisation_id
    job = jobs.get_job(deps, organisation_id, job_id)
    looked = looking.look_at_record(deps, job, number - 1)
    piece = looking.piece_of(deps, job, number - 1)
    total = looking.count_records(deps, job)
    return page(
        request,
        "corporation/letter.html",
        **WORDS,
        job=job,
        number=number,
        total=total,
        looked=looked,
        record_id=str(looked.raw.values.get("record_id") or ""),
        name=looking.name_of(looked.raw),
        shown_pages=min(looked.pages, _MOST_PAGES_SHOWN),
        values=values_of(job, looked.raw, looked.findings),
        faults=_neighbours(deps, job, number - 1),
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        trouble=mistake.trouble if mistake else None,
        entered=mistake.entered if mistake else {},
        notice="" if mistake else notice_of(request, deps),
        **_of_piece(deps, visitor, job, piece),
    )


def _of_piece(deps: Deps, visitor: Visitor, job: PrintJob, piece: Piece | None) -> dict[str, Any]:
    """Where a piece is, and whether this person may stop it now; and why not."""
    nothing: dict[str, Any] = {"piece": piece, "batch": None, "run": None, "events": (), "may": "", "why_not": ""}
    if piece is None:
        return nothing
    with deps.database.read() as uow:
        batch = uow.batches.get(job.organisation_id, piece.batch_id) if piece.batch_id else None
        run = uow.mail_runs.get(job.organisation_id, batch.mail_run_id) if batch and batch.mail_run_id else None
    found = {"batch": batch, "run": run, "events": history(deps, job.organisation_id, piece.id)}
    may = "stop" if piece.state in _MAY_STOP else "resume" if piece.state is PieceState.STOPPED else ""
    why_not = ""
    if may and jobs.cut_off_passed(job, deps.clock.now()):
        may, why_not = "", "The cut-off has passed: this letter can no longer be stopped or resumed."
    elif not may or (batch is not None and batch.state not in _BEFORE_RELEASE):
        may, why_not = "", "It is with the print room and can no longer be stopped here. Call them when it must not go."
    elif not visitor.may(Role.SUBMITTER, Role.APPROVER):
        may, why_not = "", "Who sends or approves letters can stop this one."
    if job.state == "cancelled":
        may, why_not = "", "These letters are cancelled: none of them is printed."
    return nothing | found | {"may": may, "why_not": why_not, "reasons": REASONS}


def _neighbours(deps: Deps, job: PrintJob, place: int) -> Mapping[str, int | None]:
    """Numbers of the letters before and after this one that have findings."""
    with deps.database.read() as uow:
        after = uow.findings.records(job.organisation_id, job.id, place, 1)
        before = uow.findings.last_record_before(job.organisation_id, job.id, place)
    return {"after": after[0] + 1 if after else None, "before": None if before is None else before + 1}


def _listed(
    deps: Deps, job: PrintJob, state: PieceState | None, cursor: str | None
) -> tuple[Sequence[Mapping[str, Any]], str | None]:
    """Part of the pieces; of a check, part of its records."""
    if not job.validate_only:
        found = jobs.list_pieces(deps, job.organisation_id, job.id, PageRequest(_SHOWN, cursor), state)
        if found.items or job.counts.composed:
            return [_row(deps, job, piece.record_index, piece) for piece in found.items], found.next_after
    first = PageRequest(_SHOWN, cursor).after_number() + 1
    last = min(first + _SHOWN, looking.count_records(deps, job))
    rows = [_row(deps, job, place, None) for place in range(first, last)]
    return rows, str(last - 1) if last < looking.count_records(deps, job) else None


def _of_found(deps: Deps, job: PrintJob, found: FoundRecord) -> Mapping[str, Any]:
    return _row(deps, job, found.place, looking.piece_of(deps, job, found.place))


def _row(deps: Deps, job: PrintJob, place: int, piece: Piece | None) -> Mapping[str, Any]:
    raw = looking.record_at(deps, job, place)
    record_id = str(raw.values.get("record_id") or "")
    row = {"number": place + 1, "record_id": record_id, "name": looking.name_of(raw), "piece": piece}
    if piece is not None or not is_of_pdfs(job):
        return row | {"pages": piece.pages if piece else 0, "faulty": False}
    letter = letter_at(deps, job, place)
    return row | {"pages": letter.pages or letter.own_pages, "faulty": not letter.values}


def _piece(deps: Deps, organisation_id: str, job_id: str, number: int) -> Piece:
    """Raises Refusal: ``job-not-found``, ``piece-not-found``."""
    piece = looking.piece_of(deps, jobs.get_job(deps, organisation_id, job_id), number - 1)
    if piece is None:
        raise Refusal("piece-not-found", "There is no such letter to be printed.")
    return piece


def _change(desk: Desk, job_id: str, number: int, make: Any) -> Response:  # noqa: ANN401 - a function of the desk
    def again(mistake: Mistake) -> Response:
        return letter_page(desk.request, desk.deps, job_id, number, mistake)

    return desk.change(make, again, {"": "reason"})
