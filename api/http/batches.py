"""Batches and their files, for the print room."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.auth import PRINT_ROOM, STAFF, CallerDep
from api.http.edge import DepsDep, PageDep
from api.http.files import file_response
from api.http.responses import LIST_CODES, binary, problems
from api.http.schemas import BatchOut, EventOut, ListOut, listed
from api.ports import FileRole
from api.usecases import batches, jobs

router = APIRouter(prefix="/v1/batches", tags=["batches"])

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
) -> ListOut[BatchOut]:
    """Newest first."""
    return listed(batches.list_batches(deps, caller.organisation_id, page, job), BatchOut.of)


@router.get("/{batch_id:id}", summary="Show a batch", dependencies=[STAFF], responses=problems("batch-not-found"))
def get_batch(deps: DepsDep, caller: CallerDep, batch_id: str) -> BatchOut:
    """One batch, with its files once it is released."""
    return BatchOut.of(batches.get_batch(deps, caller.organisation_id, batch_id))


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
    "/{batch_id:id}/files/{name:id}",
    summary="Fetch a file of a batch",
    dependencies=[PRINT_ROOM],
    response_class=Response,
    responses={
        200: binary("The file; its ETag is its SHA-256", "application/pdf", "text/csv", "application/json"),
        206: binary("The part that `Range` asked for", "application/pdf"),
        304: {"description": "`If-None-Match` has its ETag"},
        **problems("batch-not-found", "batch-not-released", "batch-file-not-found", "range-not-satisfiable"),
    },
)
def get_file(request: Request, deps: DepsDep, caller: CallerDep, batch_id: str, name: str) -> Response:
    """Print files, manifest, job ticket, contact sheet; `Range` continues a download that broke off."""
    file = batches.find_batch_file(deps, caller.organisation_id, batch_id, name)
    return file_response(request, deps, caller.organisation_id, file)


@router.get(
    "/{batch_id:id}/manifest.{kind:id}",
    summary="The manifest of a batch",
    dependencies=[PRINT_ROOM],
    response_class=Response,
    responses={
        200: binary("One row a piece: all to print, insert and reconcile it", "text/csv", "application/json"),
        **problems("batch-not-found", "batch-not-released", "batch-file-not-found", "range-not-satisfiable"),
    },
)
def get_manifest(request: Request, deps: DepsDep, caller: CallerDep, batch_id: str, kind: str) -> Response:
    """As `csv` or `json`; the same file as in the list of files."""
    files = batches.get_batch(deps, caller.organisation_id, batch_id).files
    name = next((file.name for file in files if file.role == _MANIFESTS.get(kind)), f"manifest.{kind}")
    file = batches.find_batch_file(deps, caller.organisation_id, batch_id, name)
    return file_response(request, deps, caller.organisation_id, file)
