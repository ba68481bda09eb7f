"""What was asked with PDFs, and where their pages are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from api.http.staff.corporation.common import JOBS, with_query
from api.ports import JobKind
from api.usecases.ready_made.found import letter_at
from api.usecases.ready_made.wishes import ZIP, SplitBy, envelope_of, wishes_of
from docgen.findings import Refusal
from docgen.readymade.policy import CoverSheets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import JobFinding, PrintJob
    from api.usecases.deps import Deps

_SPLITS: Final[Mapping[SplitBy, str]] = {
    SplitBy.WHOLE: "the PDF is one letter",
    SplitBy.BOOKMARKS: "a letter at each bookmark",
    SplitBy.DATA: "letters by the pages in the data file",
}
_COVERS: Final[Mapping[CoverSheets, str]] = {
    CoverSheets.WHEN_NEEDED: "cover sheet when needed",
    CoverSheets.ALWAYS: "cover sheet always",
}
_MOST_SHOTS: Final = 4


class Shot(NamedTuple):
    """A picture of a page of a PDF, and what was found on it; ``url`` is empty when there is none."""

    url: str
    page: int
    findings: Sequence[JobFinding]


def is_of_pdfs(job: PrintJob) -> bool:
    """True of letters that others made."""
    return job.kind is JobKind.READY_MADE


def form_of_job(job: PrintJob) -> str:
    """Where a corrected file is uploaded, with the choices of the job."""
    return with_query(f"{JOBS}/pdfs" if is_of_pdfs(job) else f"{JOBS}/new", after=job.id)


def asked_of(job: PrintJob) -> Sequence[str]:
    """How PDFs become letters, in words; nothing of other letters."""
    if not is_of_pdfs(job):
        return ()
    wishes = wishes_of(job)
    if job.media_type == ZIP:
        split = "each PDF is one letter"
    elif wishes.split is SplitBy.PAGES:
        split = "a letter on each page" if wishes.pages == 1 else f"a letter every {wishes.pages} pages"
    elif wishes.split is SplitBy.TEXT:
        split = f"a letter where '{wishes.text}' stands"
    else:
        split = _SPLITS[wishes.split]
    said = [
        split,
        envelope_of(job).title.partition(" (")[0],
        "both sides" if wishes.duplex else "one side",
        _COVERS.get(wishes.cover_sheets, ""),
        "address printed anew" if wishes.redraw_address else "",
        "with a data file" if wishes.data else "",
    ]
    return [each for each in said if each]


def shots_of(deps: Deps, job: PrintJob, place: int | None, findings: Sequence[JobFinding]) -> Sequence[Shot]:
    """Findings of a letter by page, with those pages; ``place`` is None for the whole of the PDFs.

    What is of no page is shown beside the first of its letter.
    """
    if not is_of_pdfs(job):
        return ()
    file, first = _beginning(deps, job, place)
    by_page: dict[int, list[JobFinding]] = {}
    for finding in findings:
        page = int(finding.place.get("page") or first)
        by_page.setdefault(page, []).append(finding)
    shots = [
        Shot(with_query(f"{JOBS}/{job.id}/pages/{page}.png", file=file or None) if page else "", page, found)
        for page, found in by_page.items()
    ]
    kept, rest = shots[:_MOST_SHOTS], shots[_MOST_SHOTS:]
    return [*kept, *[shot._replace(url="") for shot in rest]]


def _beginning(deps: Deps, job: PrintJob, place: int | None) -> tuple[int, int]:
    """The PDF of a letter and its first page there; page 0 when it has none to show."""
    if place is None:
        return 0, 0
    try:
        letter = letter_at(deps, job, place)
    except Refusal:
        return 0, 0
    return letter.source, letter.first
