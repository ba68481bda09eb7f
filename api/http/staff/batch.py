"""A batch: where it is, where its sheets are, its files, and a form for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.files import file_response
from api.http.staff.desk import notice_of
from api.http.staff.history import history
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import WORKING, next_step, zone_of
from api.http.staff.visitors import IN_PRINT_ROOM, WATCHERS, Visitor, VisitorDep, person
from api.ports import IN_PRINT_ROOM as RELEASED_STATES
from api.ports import BatchState, FileRole, PieceState, Role
from api.usecases import batches, overview, people, print_room, room_views
from api.usecases.deps import Deps
from api.usecases.equipment import inserts_of
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.staff.desk import Mistake
    from api.ports import Batch, BatchFile, PieceInRoom

router = APIRouter(prefix="/staff/batches", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_GROUP: Final = {"destination": "to {}", "envelope": "envelope {}", "stock": "paper {}", "sides": "{}"}
_PAPERS: Final = frozenset({FileRole.JOB_TICKET, FileRole.MANIFEST_CSV, FileRole.MANIFEST_JSON, FileRole.LABELS})
_LOOKED_FOR: Final = (PieceState.DAMAGED, PieceState.PULLED, PieceState.PRINTED_READY)
REASONS: Final = ("torn", "crumpled", "jammed", "smeared", "misfolded", "wrong envelope", "missing")


@router.get("/{batch_id:id}", dependencies=[WATCHERS])
def show(request: Request, deps: DepsDep, batch_id: str) -> Response:
    """All of it."""
    return batch_page(request, deps, batch_id)


@router.get("/{batch_id:id}/files/{name:id}", dependencies=[IN_PRINT_ROOM])
def get_file(request: Request, deps: DepsDep, visitor: VisitorDep, batch_id: str, name: str) -> Response:
    """A file, with a note of who fetches it from which byte on; a download that broke off goes on."""
    batch = batches.get_batch(deps, visitor.organisation_id, batch_id)
    file = batches.find_batch_file(deps, visitor.organisation_id, batch_id, name)

    def note(first_byte: int) -> None:
        print_room.note_fetched(deps, batch, file, visitor.user.id, first_byte)

    return file_response(request, deps, visitor.organisation_id, file, note)


@router.get("/{batch_id:id}/contact-sheet.png", dependencies=[WATCHERS])
def contact_sheet(request: Request, deps: DepsDep, visitor: VisitorDep, batch_id: str) -> Response:
    """The first letters as a picture; looking at it is no download."""
    for file in batches.get_batch(deps, visitor.organisation_id, batch_id).files:
        if file.role is FileRole.CONTACT_SHEET:
            return file_response(request, deps, visitor.organisation_id, file)
    raise Refusal("batch-file-not-found", "This batch has no contact sheet.")


@router.get("/{batch_id:id}/checks/{check_id:id}/picture.png", dependencies=[WATCHERS])
def picture(deps: DepsDep, visitor: VisitorDep, batch_id: str, check_id: str) -> Response:
    """A page that differs from its data."""
    content = room_views.check_picture(deps, visitor.organisation_id, batch_id, check_id)
    return Response(content, media_type="image/png")


def batch_page(request: Request, deps: Deps, batch_id: str, mistake: Mistake | None = None) -> Response:
    """The page; with a ``mistake`` it says so at the top and keeps what was entered."""
    visitor = person(request)
    organisation_id = visitor.organisation_id
    with deps.database.read() as uow:
        batch = uow.batches.get(organisation_id, batch_id)
        job = uow.jobs.get(organisation_id, batch.job_id)
        due = overview.due_of(uow, batch, job)
        parent = uow.batches.get(organisation_id, batch.parent_id) if batch.parent_id else None
        needs_approval = uow.rules.get(organisation_id).four_eyes
        first = uow.pieces.of_batch(organisation_id, batch_id, 0, 1)
        # while nothing was said, nobody looks for a few envelopes among all
        looked_for = batch.state is BatchState.PRINTED and due.not_set < batch.pieces
        room = uow.pieces.in_room(organisation_id, batch_id) if looked_for else ()
    # a page that follows the service asks every few seconds, and counting a large batch takes one
    counted = batch.state in RELEASED_STATES or batch.state is BatchState.READY
    reprints = room_views.list_reprints(deps, organisation_id, batch_id)
    again = [file for reprint in reprints for file in reprint.files]
    return page(
        request,
        "batch.html",
        batch=batch,
        job=job,
        due=due,
        parent=parent,
        step=next_step(due, visitor),
        account=print_room.account(deps, organisation_id, batch_id) if counted else None,
        checks=room_views.list_checks(deps, organisation_id, batch_id) if batch.state is BatchState.BLOCKED else (),
        reprints=reprints,
        files=_files(batch, again),
        reprint_files=again,
        first_piece=first[0].id if first else "",
        envelopes=_envelopes(room),
        has_sheet=any(file.role is FileRole.CONTACT_SHEET for file in batch.files),
        group=" · ".join(_GROUP[name].format(value) for name, value in batch.group.items() if name in _GROUP),
        besides=[insert.title for insert in inserts_of(job)],
        history=history(deps, organisation_id, batch_id),
        names=people.names_of(deps, organisation_id),
        may=_may(visitor, batch),
        by_submitter=needs_approval and job.created_by == visitor.user.id,
        released=batch.state in RELEASED_STATES,
        working=batch.state in WORKING,
        reasons=REASONS,
        zone=zone_of(deps, organisation_id),
        now=deps.clock.now(),
        notice="" if mistake else notice_of(request, deps),
        **_of_mistake(mistake),
    )


def _of_mistake(mistake: Mistake | None) -> dict[str, Any]:
    """What was entered belongs to the form that was sent, and to no other one of the page."""
    if mistake is None:
        return {"trouble": None, "sent": "", "entered": {}}
    return {"trouble": mistake.trouble, "sent": mistake.form, "entered": mistake.entered}


def _may(visitor: Visitor, batch: Batch) -> dict[str, bool]:
    """Which forms there are for this person in this state."""
    room, state = visitor.may(Role.PRINT_ROOM), batch.state
    return {
        "release": visitor.may(Role.APPROVER) and state is BatchState.READY,
        "fetch": room and state in RELEASED_STATES,
        "write_again": room and state is BatchState.BLOCKED,
        "printed": room and state in {BatchState.RELEASED, BatchState.FETCHED},
        "results": room and state is BatchState.PRINTED,
        "complete": room and state is BatchState.PRINTED,
        "reopen": room and state is BatchState.COMPLETED,
    }


def _envelopes(pieces: Sequence[PieceInRoom]) -> dict[str, list[int]]:
    """Numbers of envelopes by the state of what is in them, for those that somebody has to look for."""
    found: dict[str, list[int]] = {str(state): [] for state in _LOOKED_FOR}
    for piece in pieces:
        if piece.state in _LOOKED_FOR and piece.envelope is not None:
            found[piece.state].append(piece.envelope)
    return found


def _files(batch: Batch, reprints: Sequence[BatchFile]) -> dict[str, list[BatchFile]]:
    """In the order in which they are needed."""
    files = batch.files
    return {
        "To print": [*(file for file in files if file.role is FileRole.PRINT), *reprints],
        "Papers": [file for file in files if file.role in _PAPERS],
    }
