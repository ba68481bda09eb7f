"""Scans: batches of files, their pages, and the slips on them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, BinaryIO, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from api.http.auth import MAILROOM, CallerDep
from api.http.bodies import JsonSha256, spooled
from api.http.edge import DepsDep, EdgeDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.problems import finding_json
from api.http.responses import ACT_CODES, LIST_CODES, POST_CODES, binary, problems
from api.http.scan_schemas import (
    ScanBatchIn,
    ScanBatchOut,
    ScanFileOut,
    ScanFilesOut,
    ScanPageOut,
    SlipOut,
)
from api.http.schemas import ListOut, listed
from api.ports import ScanFile
from api.usecases.deps import Deps
from api.usecases.scanning import intake, looking
from docgen.findings import Finding, Place, Refusal
from scanning.readings import PageKind

router = APIRouter(prefix="/v1", tags=["scans"])

FORM: Final = "multipart/form-data"
MOST_FILES: Final = 100
_BLOCK: Final = 1 << 20
_MEDIA: Final = ("application/pdf", "image/tiff", "image/jpeg", "image/png", "application/octet-stream")
_PART: Final = {"type": "string", "format": "binary"}
_BODY: Final = {
    "requestBody": {
        "description": f"A scan as PDF, TIFF, JPEG or PNG; or a form with up to {MOST_FILES} of them, each as a part "
        "`file`. What it is, is seen from its bytes.",
        "required": True,
        "content": {kind: {"schema": _PART, "example": "…"} for kind in _MEDIA}
        | {
            FORM: {
                "schema": {"type": "object", "properties": {"file": {"type": "array", "items": _PART}}},
                "example": {"file": ["…"]},
            }
        },
    }
}


@dataclass(frozen=True, slots=True)
class _Sent:
    """Named files at their start, and a digest of all that is in them."""

    files: tuple[tuple[str, BinaryIO], ...]
    sha256: str


async def _sent(
    request: Request,
    edge: EdgeDep,
    name: Annotated[str, Query(description="Name of the file, when it is the body itself.", max_length=300)] = "scan",
) -> AsyncIterator[_Sent]:
    """Raises `Refusal` (``body-empty``, ``media-type-unsupported``)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        async with request.form(max_files=MOST_FILES, max_fields=0) as form:
            yield await run_in_threadpool(_of_form, form)
        return
    if kind not in _MEDIA:
        raise Refusal("media-type-unsupported", f"Send {', '.join(_MEDIA)}, or a form with files.")
    async with asynccontextmanager(spooled)(request, edge) as body:
        yield _Sent(((name, body.file),), body.sha256)


def _of_form(form: FormData) -> _Sent:
    parts = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
    if not parts:
        raise Refusal("body-empty", "Send each scan as a part 'file' of the form.")
    files = tuple([(part.filename or "scan", part.file) for part in parts])
    whole = hashlib.sha256()
    for name, stream in files:
        whole.update(f"{name}\n{_digest(stream)}\n".encode())
    return _Sent(files, whole.hexdigest())


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    stream.seek(0)
    return digest.hexdigest()


@router.post(
    "/scan-batches",
    status_code=HTTPStatus.CREATED,
    response_model=ScanBatchOut,
    summary="Open a batch of scans",
    dependencies=[MAILROOM],
    responses=problems("scan-name-invalid", "request-invalid", *POST_CODES),
)
def open_batch(caller: CallerDep, wanted: ScanBatchIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Files are added to it until it is closed. A test key opens one for slips of tests."""

    def make(deps: Deps) -> Answer:
        batch = intake.open_batch(deps, caller.organisation_id, wanted.name, caller.mode, caller.key_id)
        return _opened(batch.id)

    def found(batch_id: str) -> Answer | None:
        try:
            return _opened(batch_id)
        except Refusal:
            return None

    def _opened(batch_id: str) -> Answer:
        seen = looking.get_batch(once.deps, caller.organisation_id, batch_id)
        return Answer(HTTPStatus.CREATED, ScanBatchOut.of(seen), location=f"/v1/scan-batches/{batch_id}")

    return once.run(sha256, make, "scb", found)


@router.get("/scan-batches", summary="List batches of scans", dependencies=[MAILROOM], responses=problems(*LIST_CODES))
def list_batches(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[ScanBatchOut]:
    """Newest first, each with how its pages add up."""
    found, after = looking.list_batches(deps, caller.organisation_id, page)
    return ListOut(items=list(map(ScanBatchOut.of, found)), next_cursor=after)


@router.get(
    "/scan-batches/{scan_batch_id:id}",
    summary="Show a batch of scans",
    dependencies=[MAILROOM],
    responses=problems("scan-batch-not-found"),
)
def show_batch(deps: DepsDep, caller: CallerDep, scan_batch_id: str) -> ScanBatchOut:
    """With the balance of its pages."""
    return ScanBatchOut.of(looking.get_batch(deps, caller.organisation_id, scan_batch_id))


@router.post(
    "/scan-batches/{scan_batch_id:id}/close",
    response_model=ScanBatchOut,
    summary="Close a batch of scans",
    dependencies=[MAILROOM],
    responses=problems("scan-batch-not-found", *ACT_CODES),
)
def close_batch(caller: CallerDep, scan_batch_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """No more files come. Again changes nothing."""

    def make(deps: Deps) -> Answer:
        intake.close_batch(deps, caller.organisation_id, scan_batch_id, caller.key_id)
        seen = looking.get_batch(deps, caller.organisation_id, scan_batch_id)
        return Answer(HTTPStatus.OK, ScanBatchOut.of(seen))

    return once.run(sha256, make)


@router.post(
    "/scan-batches/{scan_batch_id:id}/files",
    status_code=HTTPStatus.ACCEPTED,
    response_model=ScanFilesOut,
    summary="Send scans",
    dependencies=[MAILROOM],
    responses=problems(
        *("scan-batch-not-found", "scan-batch-closed", "scan-file-seen", "scan-name-invalid", "media-type-unsupported"),
        *("body-empty", "body-cut-off", "request-invalid", *ACT_CODES),
    ),
    openapi_extra=_BODY,
)
def send_files(
    caller: CallerDep,
    scan_batch_id: str,
    once: OnceDep,
    sent: Annotated[_Sent, Depends(_sent)],
    again: Annotated[bool, Query(description="Read the very same bytes once more.")] = False,  # noqa: FBT002 - a query
) -> Response:
    """The bytes are kept at once and read afterwards. What cannot be taken in is told, and the rest goes on.

    When nothing can be taken in, that is refused.
    """

    def make(deps: Deps) -> Answer:
        # the same for the same request after a crash
        first = deps.ids.new("scf")
        taken: list[ScanFile] = []
        trouble: list[Finding] = []
        for number, (name, stream) in enumerate(sent.files):
            stream.seek(0)
            try:
                taken.append(
                    intake.add_file(
                        *(deps, caller.organisation_id, scan_batch_id, name, stream, caller.key_id),
                        again=again,
                        claim=f"{first}-{number}",
                    )
                )
            except Refusal as refusal:
                if len(sent.files) == 1:
                    raise
                trouble.append(Finding(refusal.code, refusal.detail, Place(file=name[-200:])))
        if not taken:
            raise Refusal(trouble[0].code, "Nothing was taken in.", tuple(trouble))
        files = list(map(ScanFileOut.of, taken))
        return Answer(HTTPStatus.ACCEPTED, ScanFilesOut(files=files, findings=list(map(finding_json, trouble))))

    # what a form puts between its parts differs each time
    same = replace(once, question=f"{again}\n{len(sent.files)}")
    return same.run(sent.sha256, make, "scf")


@router.get(
    "/scan-batches/{scan_batch_id:id}/files",
    summary="List the files of a batch",
    dependencies=[MAILROOM],
    responses=problems("scan-batch-not-found", *LIST_CODES),
)
def list_files(deps: DepsDep, caller: CallerDep, scan_batch_id: str, page: PageDep) -> ListOut[ScanFileOut]:
    """In the order in which they came, with how far each is."""
    return listed(looking.list_files(deps, caller.organisation_id, scan_batch_id, page), ScanFileOut.of)


@router.get(
    "/scan-files/{scan_file_id:id}",
    summary="Show a scanned file",
    dependencies=[MAILROOM],
    responses=problems("scan-file-not-found"),
)
def show_file(deps: DepsDep, caller: CallerDep, scan_file_id: str) -> ScanFileOut:
    """With how far it is, and what is wrong with it."""
    return ScanFileOut.of(looking.get_file(deps, caller.organisation_id, scan_file_id))


@router.get(
    "/scan-pages",
    summary="List scanned pages",
    dependencies=[MAILROOM],
    responses=problems("scan-batch-not-found", "scan-file-not-found", "request-invalid", *LIST_CODES),
)
def list_pages(
    deps: DepsDep,
    caller: CallerDep,
    page: PageDep,
    batch: Annotated[str | None, Query(description="Id of a batch of scans.", max_length=64)] = None,
    file: Annotated[str | None, Query(description="Id of a scanned file.", max_length=64)] = None,
    kind: Annotated[PageKind | None, Query(description="What the page is counted as.")] = None,
) -> ListOut[ScanPageOut]:
    """In the order in which they were read."""
    return listed(looking.list_pages(deps, caller.organisation_id, page, batch, file, kind), ScanPageOut.of)


@router.get(
    "/scan-pages/{scan_page_id:id}",
    summary="Show a scanned page",
    dependencies=[MAILROOM],
    responses=problems("scan-page-not-found"),
)
def show_page(deps: DepsDep, caller: CallerDep, scan_page_id: str) -> ScanPageOut:
    """What it is counted as, and why."""
    return ScanPageOut.of(looking.get_page(deps, caller.organisation_id, scan_page_id))


@router.get(
    "/scan-pages/{scan_page_id:id}/picture.jpg",
    summary="Show the picture of a page",
    dependencies=[MAILROOM],
    response_class=Response,
    responses=problems("scan-page-not-found", "scan-picture-missing") | {200: binary("The page.", "image/jpeg")},
)
def show_picture(deps: DepsDep, caller: CallerDep, scan_page_id: str) -> Response:
    """About 110 dots an inch, as it lay in the scanner."""
    return Response(looking.page_jpeg(deps, caller.organisation_id, scan_page_id), media_type="image/jpeg")


@router.get("/slips", summary="List slips", dependencies=[MAILROOM], responses=problems("request-invalid", *LIST_CODES))
def list_slips(
    deps: DepsDep,
    caller: CallerDep,
    page: PageDep,
    batch: Annotated[str | None, Query(description="Id of a batch of scans.", max_length=64)] = None,
    piece: Annotated[str | None, Query(description="Id of a letter's piece.", max_length=64)] = None,
) -> ListOut[SlipOut]:
    """In the order in which they came back, with what became of each field."""
    found, after = looking.list_slips(deps, caller.organisation_id, page, batch, piece)
    return ListOut(items=list(map(SlipOut.of, found)), next_cursor=after)


@router.get("/slips/{slip_id:id}", summary="Show a slip", dependencies=[MAILROOM], responses=problems("slip-not-found"))
def show_slip(deps: DepsDep, caller: CallerDep, slip_id: str) -> SlipOut:
    """With what became of each field, and why."""
    return SlipOut.of(looking.get_slip(deps, caller.organisation_id, slip_id))
