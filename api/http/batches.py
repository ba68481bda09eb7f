"""Batches, their files, and whether these may go to the print room."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.auth import APPROVER, FETCHERS, PRINT_ROOM, STAFF, Caller, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.files import file_response
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, binary, problems
from api.http.room_schemas import ReadBackOut
from api.http.schemas import BatchOut, EventOut, ListOut, listed
from api.ports import BatchState, FileRole
from api.usecases import batches, jobs, print_room, reading_back, releasing, room_views
from api.usecases.deps import Deps

router = APIRouter(prefix="/v1/batches", tags=["batches"])

_FETCH_CODES: Final = (
    *("batch-not-found", "batch-not-released", "batch-file-not-found", "range-not-satisfiable"),
    "mode-differs",
)
_MANIFESTS: Final = {"csv": FileRole.MANIFEST_CSV, "json": FileRole.MANIFEST_JSON}


@router.get(
    "",
    summary="List batches",
    dependencies=[STAFF],
    responses=problems("job-not-found", "request-invalid", *LIST_CODES),
)
def list_batches(
    deps: DepsDep,
    caller: CallerDep,
    page: PageDep,
    job: Annotated[
        str | None, Query(description="Only those of this print job, by number.", pattern=r"^[a-z0-9_]{1,64}$")
    ] = None,
    state: BatchState | None = None,
) -> ListOut[BatchOut]:
    """Newest first."""
    return listed(batches.list_batches(deps, caller.organisation_id, page, job, state), BatchOut.of)


@router.get("/{batch_id:id}", summary="Show a batch", dependencies=[STAFF], responses=problems("batch-not-found"))
def get_batch(deps: DepsDep, caller: CallerDep, batch_id: str) -> BatchOut:
    """One batch, with where its pieces and sheets are, and its files once it is released."""
    account = print_room.account(deps, caller.organisation_id, batch_id)
    return BatchOut.of(batches.get_batch(deps, caller.organisation_id, batch_id), account)


@router.get(
    "/{batch_id:id}/events",
    summary="What happened to a batch",
    dependencies=[STAFF],
    responses=problems("batch-not-found", *LIST_CODES),
)
def list_events(deps: DepsDep, caller: CallerDep, page: PageDep, batch_id: str) -> ListOut[EventOut]:
    """Oldest first."""
    batches.get_batch(deps, caller.organisation_id, batch_id)
    return listed(jobs.list_events(deps, caller.organisation_id, batch_id, page), EventOut.of)


@router.get(
    "/{batch_id:id}/checks",
    summary="How reading back a batch went",
    dependencies=[STAFF],
    responses=problems("batch-not-found"),
)
def list_checks(deps: DepsDep, caller: CallerDep, batch_id: str) -> ListOut[ReadBackOut]:
    """All at once. A batch on which anything differs is blocked."""
    checks = room_views.list_checks(deps, caller.organisation_id, batch_id)
    return ListOut(items=list(map(ReadBackOut.of, checks)), next_cursor=None)


@router.get(
    "/{batch_id:id}/checks/{check_id:id}/picture.png",
    summary="A page that differs",
    dependencies=[STAFF],
    response_class=Response,
    responses={
        200: binary("The first page on which something differs", "image/png"),
        **problems("batch-not-found", "check-not-found", "check-picture-not-found"),
    },
)
def get_picture(deps: DepsDep, caller: CallerDep, batch_id: str, check_id: str) -> Response:
    """With a frame around what differs, where that is known."""
    picture = room_views.check_picture(deps, caller.organisation_id, batch_id, check_id)
    return Response(picture, media_type="image/png")


@router.post(
    "/{batch_id:id}/approve",
    response_model=BatchOut,
    summary="Release a batch",
    dependencies=[APPROVER],
    responses=problems("batch-not-found", "batch-not-ready", "approval-by-submitter", "state-conflict", *ACT_CODES),
)
def approve(caller: CallerDep, batch_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Let a batch that is ready go to the print room. Of a released one nothing changes."""

    def make(deps: Deps) -> Answer:
        released = releasing.approve_batch(deps, caller.organisation_id, batch_id, caller.key_id)
        return Answer(HTTPStatus.OK, BatchOut.of(released))

    return once.run(sha256, make)


@router.post(
    "/{batch_id:id}/write-again",
    response_model=BatchOut,
    summary="Write the files of a blocked batch again",
    dependencies=[PRINT_ROOM],
    responses=problems("batch-not-found", "batch-not-blocked", "state-conflict", *ACT_CODES),
)
def write_again(caller: CallerDep, batch_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """And read them back again."""

    def make(deps: Deps) -> Answer:
        return Answer(HTTPStatus.OK, BatchOut.of(reading_back.write_again(deps, caller.organisation_id, batch_id)))

    return once.run(sha256, make)


@router.get(
    "/{batch_id:id}/files/{name:id}",
    summary="Fetch a file of a batch",
    dependencies=[FETCHERS],
    response_class=Response,
    responses={
        200: binary(
            "The file; ETag and Repr-Digest are its SHA-256", "application/pdf", "text/csv", "application/json"
        ),
        206: binary("The part that `Range` asked for", "application/pdf"),
        304: {"description": "`If-None-Match` has its ETag"},
        **problems(*_FETCH_CODES),
    },
)
def get_file(request: Request, deps: DepsDep, caller: CallerDep, batch_id: str, name: str) -> Response:
    """Print files, manifest, papers, files of reprints; `Range` continues a download that broke off. It is logged."""
    return _file(request, deps, caller, batch_id, name)


@router.get(
    "/{batch_id:id}/manifest.{kind:id}",
    summary="The manifest of a batch",
    dependencies=[FETCHERS],
    response_class=Response,
    responses={
        200: binary("One row a piece: all to print, insert and reconcile it", "text/csv", "application/json"),
        **problems(*_FETCH_CODES),
    },
)
def get_manifest(request: Request, deps: DepsDep, caller: CallerDep, batch_id: str, kind: str) -> Response:
    """As `csv` or `json`; the same file as in the list of files."""
    files = batches.get_batch(deps, caller.organisation_id, batch_id).files
    name = next((file.name for file in files if file.role == _MANIFESTS.get(kind)), f"manifest.{kind}")
    return _file(request, deps, caller, batch_id, name)


def _file(request: Request, deps: Deps, caller: Caller, batch_id: str, name: str) -> Response:
    """A file, with a note of who fetches it from which byte on."""
    batch = batches.get_batch(deps, caller.organisation_id, batch_id)
    file = batches.find_batch_file(deps, caller.organisation_id, batch_id, name)

    def note(first_byte: int) -> None:
        print_room.note_fetched(deps, batch, file, caller.key_id, first_byte)

    return file_response(request, deps, caller.organisation_id, file, note)
