"""Print jobs of letters that others made: send a PDF, look at what is wrong with its pages."""

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

from api.http.auth import STAFF, SUBMITTER, CallerDep
from api.http.bodies import spooled
from api.http.edge import DepsDep, EdgeDep
from api.http.once import Answer, OnceDep
from api.http.ready_made_schemas import OverlayOut, OverlaysOut, ReadyMadeQuery
from api.http.responses import POST_CODES, binary, problems
from api.http.schemas import JobOut
from api.ports import PrintJob
from api.usecases import jobs
from api.usecases.deps import Deps
from api.usecases.intake import store_body
from api.usecases.ready_made.intake import ReadySubmission, check_media_type, submit_ready_made
from api.usecases.ready_made.showing import overlay_png, overlays_of
from api.usecases.ready_made.wishes import PDF, ZIP
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/print-jobs", tags=["print jobs"])

FORM: Final = "multipart/form-data"
PNG: Final = "image/png"
_BLOCK: Final = 1 << 20
_PART: Final = {"type": "string", "format": "binary"}
_CONTENT: Final = {
    PDF: {"schema": _PART, "example": "…"},
    ZIP: {"schema": _PART, "example": "…"},
    FORM: {
        "schema": {"type": "object", "properties": {"file": _PART, "data": _PART}, "required": ["file"]},
        "example": {"file": "…", "data": "reference;first_page\nA-1;1\nA-2;3"},
    },
}
_BODY: Final = {
    "requestBody": {
        "description": "A PDF, or a zip with a PDF for each letter. With a data file (CSV in UTF-8 with `reference`, "
        "`first_page` or `pages`, and columns of addresses) both are parts of a form, `file` and `data`.",
        "required": True,
        "content": _CONTENT,
    }
}


@dataclass(frozen=True, slots=True)
class _Sent:
    """What came: files at their start, and the digest of what is in them, whatever the form put around it."""

    media_type: str
    file: BinaryIO
    data: BinaryIO | None
    sha256: str


async def _sent(request: Request, edge: EdgeDep) -> AsyncIterator[_Sent]:
    """Raises `Refusal` (``media-type-unsupported``, ``body-empty``)."""
    kind = _plain(request.headers.get("content-type"))
    if kind == FORM:
        async with request.form(max_files=2, max_fields=0) as form:
            yield await run_in_threadpool(_of_form, form)
        return
    check_media_type(kind)
    async with asynccontextmanager(spooled)(request, edge) as body:
        yield _Sent(kind, body.file, None, body.sha256)


def _of_form(form: FormData) -> _Sent:
    file, data = form.get("file"), form.get("data")
    if not isinstance(file, UploadFile):
        raise Refusal("body-empty", "Send the PDF as the part 'file' of the form.")
    kind = _plain(file.content_type)
    check_media_type(kind)
    table = data.file if isinstance(data, UploadFile) else None
    digests = [_digest(stream) if stream else "" for stream in (file.file, table)]
    return _Sent(kind, file.file, table, hashlib.sha256("\n".join(digests).encode()).hexdigest())


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    stream.seek(0)
    return digest.hexdigest()


def _plain(media_type: str | None) -> str:
    return (media_type or "").partition(";")[0].strip().lower()


@router.post(
    "/ready-made",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobOut,
    summary="Submit letters that are ready",
    dependencies=[SUBMITTER],
    responses=problems(
        *POST_CODES,
        *("media-type-unsupported", "body-empty", "body-cut-off", "title-invalid", "cut-off-invalid"),
        *(
            "request-invalid",
            "insert-unknown",
            "envelope-unknown",
            "readymade-split-invalid",
            "readymade-pattern-invalid",
        ),
        "readymade-data-too-large",
    ),
    openapi_extra=_BODY,
)
def submit(
    caller: CallerDep,
    once: OnceDep,
    query: Annotated[ReadyMadeQuery, Query()],
    sent: Annotated[_Sent, Depends(_sent)],
    request: Request,
) -> Response:
    """The body is kept as it came. The answer comes at once; every page is then looked at before the job is accepted.

    Findings have the page and the reference of the letter; pages with ink where it may not be have a picture.
    """
    organisation_id = caller.organisation_id
    submission = ReadySubmission(
        wishes=query.wishes(),
        media_type=sent.media_type,
        mode=caller.mode,
        policy=query.policy,
        validate_only=query.validate_only,
        title=query.title,
        cut_off_at=query.cut_off_at,
        created_by=caller.key_id,
        inserts=tuple(query.insert),
    )

    def make(deps: Deps) -> Answer:
        data = None if sent.data is None else store_body(deps, organisation_id, sent.data)
        asked = replace(submission, wishes=replace(submission.wishes, data=data))
        return _accepted(submit_ready_made(deps, organisation_id, asked, store_body(deps, organisation_id, sent.file)))

    def found(job_id: str) -> Answer | None:
        try:
            return _accepted(jobs.get_job(once.deps, organisation_id, job_id))
        except Refusal:
            return None

    # what a form puts between its parts differs each time
    same = replace(once, question=f"{request.url.query}\n{sent.media_type}")
    return same.run(sent.sha256, make, "job", found)


def _accepted(job: PrintJob) -> Answer:
    return Answer(HTTPStatus.ACCEPTED, JobOut.of(job), location=f"/v1/print-jobs/{job.id}")


@router.get(
    "/{job_id:id}/overlays",
    summary="Which pages have a picture of what is wrong",
    dependencies=[STAFF],
    responses=problems("job-not-found"),
)
def list_overlays(deps: DepsDep, caller: CallerDep, job_id: str) -> OverlaysOut:
    """Of ready-made letters only; by file and page."""
    every = overlays_of(deps, caller.organisation_id, job_id)
    base = f"/v1/print-jobs/{job_id}/overlays"
    items = [
        OverlayOut(file=each.file, page=each.page, url=f"{base}/{each.page}.png?file={each.file}") for each in every
    ]
    return OverlaysOut(items=items)


@router.get(
    "/{job_id:id}/overlays/{page:int}.png",
    summary="Show what is wrong with a page",
    dependencies=[STAFF],
    response_class=Response,
    responses=problems("job-not-found", "overlay-not-found", "request-invalid") | {200: binary("The page.", PNG)},
)
def show_overlay(
    deps: DepsDep,
    caller: CallerDep,
    job_id: str,
    page: int,
    file: Annotated[int, Query(ge=0, le=1_000_000, description="Which PDF of a zip, from 0, by name.")] = 0,
) -> Response:
    """Where nothing may be printed is red, and so is what stands there; blue is the window, green the address."""
    return Response(overlay_png(deps, caller.organisation_id, job_id, page, file), media_type=PNG)
