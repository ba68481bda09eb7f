"""A print job as a page, for whoever has a signed link to it; nothing on it can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import HTMLResponse

from api.http.edge import DepsDep
from api.http.files import file_response
from api.http.html import page
from api.http.responses import binary, open_problems
from api.ports import IN_PRINT_ROOM, FileRole, JobState, PageRequest
from api.usecases import batches, jobs, letters, links
from api.usecases.packages import ONE_PICTURE_AT_A_TIME
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Batch, BatchFile, PrintJob
    from api.usecases.deps import Deps

router = APIRouter(prefix="/jobs", tags=["pages"], include_in_schema=False)

_BY: Final = "link"
_SHOWN_BATCHES: Final = 20
_SHOWN_FINDINGS: Final = 10
_REFRESH_S: Final = 3
_PICTURE_DPI: Final = 60
_ENDED: Final = frozenset({JobState.RELEASED, JobState.REJECTED, JobState.CANCELLED, JobState.FAILED})
_STEPS: Final = {
    JobState.RECEIVED: "Waiting",
    JobState.VALIDATING: "Checking every record",
    JobState.ACCEPTED: "Accepted, waiting",
    JobState.COMPOSING: "Composing letters",
    JobState.BATCHING: "Writing print files",
}
_GROUP: Final = {"destination": "to {}", "envelope": "envelope {}", "stock": "paper {}", "sides": "{}"}
_FILES: Final = {
    FileRole.PRINT: "Print file",
    FileRole.MANIFEST_CSV: "Manifest, CSV",
    FileRole.MANIFEST_JSON: "Manifest, JSON",
    FileRole.JOB_TICKET: "Job ticket",
    FileRole.CONTACT_SHEET: "Contact sheet",
}
ViewQuery = Annotated[str, Query(max_length=600)]


@router.get(
    "/{job_id:id}", response_class=HTMLResponse, responses={200: binary("A page", "text/html"), **open_problems()}
)
def show(deps: DepsDep, job_id: str, view: ViewQuery = "") -> Response:
    """State, progress, findings, batches."""
    try:
        organisation_id = _organisation(deps, job_id, view)
    except Refusal as refusal:
        return page("closed.html", 403, title="This link does not open", text=refusal.detail)
    job = jobs.get_job(deps, organisation_id, job_id)
    done = job.state in _ENDED or (job.validate_only and job.state is JobState.ACCEPTED)
    found = jobs.list_findings(deps, organisation_id, job_id, PageRequest(_SHOWN_FINDINGS)).items
    shown = batches.list_batches(deps, organisation_id, PageRequest(_SHOWN_BATCHES), job_id)
    return page(
        "job.html",
        refresh_s=None if done else _REFRESH_S,
        job=job,
        running=not done,
        words=str(job.state).capitalize(),
        tone=_tone(job),
        step="Accepted, waits for the carrier's file" if job.waiting_for else _STEPS.get(job.state, ""),
        share=_share(job),
        numbers=_numbers(job),
        codes=jobs.count_findings(deps, organisation_id, job_id),
        findings=found,
        batches=[_batch(batch, view) for batch in shown.items],
        more_batches=shown.next_after is not None,
    )


@router.get("/{job_id:id}/batches/{batch_id:id}/files/{name:id}")
def get_file(request: Request, deps: DepsDep, job_id: str, batch_id: str, name: str, view: ViewQuery = "") -> Response:
    """A file of a batch of this job."""
    organisation_id = _check(deps, job_id, batch_id, view)
    file = batches.find_batch_file(deps, organisation_id, batch_id, name)

    def note(first_byte: int) -> None:
        batches.note_seen(deps, organisation_id, batch_id, file, _BY, first_byte)

    return file_response(request, deps, organisation_id, file, note)


@router.get("/{job_id:id}/batches/{batch_id:id}/first.{kind:id}")
def first_letter(deps: DepsDep, job_id: str, batch_id: str, kind: str, view: ViewQuery = "") -> Response:
    """The first letter of a batch: pdf, or the first page as png."""
    organisation_id = _check(deps, job_id, batch_id, view)
    with deps.database.read() as uow:
        first = uow.pieces.of_batch(organisation_id, batch_id, 0, 1)
    if not first:
        raise Refusal("piece-not-found", "This batch has no letter yet.")
    if kind == "pdf":
        return Response(letters.letter_pdf(deps, organisation_id, first[0].id), media_type="application/pdf")
    with ONE_PICTURE_AT_A_TIME:
        picture = letters.letter_png(deps, organisation_id, first[0].id, 1, _PICTURE_DPI)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


def _organisation(deps: Deps, job_id: str, view: str) -> str:
    """The organisation of a link to this very job."""
    values = links.read(deps.secret, links.VIEW_JOB, view, deps.clock)
    if values[1:] != (job_id,):
        raise Refusal("link-invalid", "This link is for another print job.")
    return values[0]


def _check(deps: Deps, job_id: str, batch_id: str, view: str) -> str:
    organisation_id = _organisation(deps, job_id, view)
    if batches.get_batch(deps, organisation_id, batch_id).job_id != job_id:
        raise Refusal("batch-not-found", f"There is no batch {batch_id} in this print job.")
    return organisation_id


def _tone(job: PrintJob) -> str:
    if job.state in (JobState.REJECTED, JobState.FAILED):
        return "bad"
    return "good" if job.state in (JobState.RELEASED, JobState.ACCEPTED) else ""


def _share(job: PrintJob) -> int | None:
    """Percent of the step that the job is in; None while nobody knows."""
    counts = job.counts
    if job.state is JobState.VALIDATING and counts.total:
        return 100 * (counts.valid + counts.invalid) // counts.total
    if job.state in (JobState.COMPOSING, JobState.BATCHING) and counts.valid:
        return 100 * counts.composed // counts.valid
    return None


def _numbers(job: PrintJob) -> Sequence[tuple[str, int | None]]:
    counts = job.counts
    return (
        ("records", counts.total),
        ("valid", counts.valid),
        ("faulty", counts.invalid),
        ("composed", counts.composed),
        ("pages", counts.pages),
        ("sheets", counts.sheets),
    )


def _batch(batch: Batch, view: str) -> dict[str, Any]:
    path = f"/jobs/{batch.job_id}/batches/{batch.id}"
    files = batch.files if batch.state in IN_PRINT_ROOM else ()
    return {
        "number": batch.number,
        "state": batch.state,
        "pieces": batch.pieces,
        "pages": batch.pages,
        "sheets": batch.sheets,
        "weight_mg": batch.weight_mg,
        "group": " · ".join(_GROUP[name].format(value) for name, value in batch.group.items() if name in _GROUP),
        "picture": f"{path}/first.png?view={view}",
        "letter": f"{path}/first.pdf?view={view}",
        "files": [
            {"name": _file_name(file), "size": file.blob.size, "url": f"{path}/files/{file.name}?view={view}"}
            for file in files
        ],
    }


def _file_name(file: BatchFile) -> str:
    return f"{_FILES[file.role]} {file.number}" if file.number else _FILES[file.role]
