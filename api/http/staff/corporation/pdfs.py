"""Letters that are ready: choose PDFs and say what a letter is; every page is checked before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.http.edge import DepsDep
from api.http.staff.corporation.common import (
    JOBS,
    READERS,
    SUBMITTERS,
    WORDS,
    chosen_inserts,
    cut_off_of,
    with_query,
)
from api.http.staff.corporation.new_job import AfterQuery, choices_of, one_of
from api.http.staff.desk import Desk, Done
from api.http.staff.many_files import ManyFilesDesk
from api.http.staff.moments import for_input
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import VisitorDep, person
from api.ports import Mode, Policy
from api.usecases import jobs, rules
from api.usecases.intake import check_cut_off, check_title, store_body
from api.usecases.ready_made.intake import ReadySubmission, submit_ready_made
from api.usecases.ready_made.leafing import page_png
from api.usecases.ready_made.sent_files import NamedFile, SentLetters, sorted_files
from api.usecases.ready_made.uploads import MOST_FILES
from api.usecases.ready_made.wishes import MOST_PAGES_A_LETTER, SplitBy, Wishes, wishes_of
from docgen.findings import Refusal
from docgen.postal.address import KEYS
from docgen.postal.profiles import DEFAULT_ENVELOPE
from docgen.readymade.policy import CoverSheets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.http.staff.desk import Mistake
    from api.http.staff.forms import Form
    from api.http.staff.trouble import Trouble
    from api.ports import PrintJob
    from api.usecases.deps import Deps

router = APIRouter(prefix=JOBS, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

PDFS: Final = f"{JOBS}/pdfs"
_DPI: Final = {"small": 48, "large": 96, "huge": 150}
_KEPT: Final = {"Cache-Control": "private, max-age=3600"}
_MOST_TEXT: Final = 200
_FIELDS: Final = {
    "": "file",
    "title-invalid": "title",
    "cut-off-invalid": "cut_off",
    "envelope-unknown": "envelope",
    "readymade-split-invalid": "split",
    "readymade-pattern-invalid": "text",
    "readymade-data-too-large": "data",
    "records-xlsx-malformed": "data",
    "records-xlsx-bomb": "data",
    "records-formula-cell": "data",
    "records-too-many": "data",
    "records-empty": "data",
}


@router.get("/pdfs", dependencies=[SUBMITTERS])
def show_form(request: Request, deps: DepsDep, after: AfterQuery = "") -> Response:
    """The form; ``after`` a job it has the choices of that one."""
    entered = _choices_of(deps, person(request).organisation_id, after) if after else {}
    return _form_page(request, deps, entered)


@router.post("/pdfs", dependencies=[SUBMITTERS])
def check_pdfs(desk: ManyFilesDesk) -> Response:
    """Have every page checked; nothing is printed of it."""

    def make(deps: Deps) -> Done:
        job = _submit(deps, desk)
        return Done(with_query(f"{JOBS}/{job.id}", live="1"))

    def again(mistake: Mistake) -> Response:
        return _form_page(desk.request, desk.deps, mistake.entered, mistake.trouble)

    return desk.change(make, again, _FIELDS)


@router.get("/{job_id:id}/pages/{page_number:int}.png", dependencies=[READERS])
def show_page(
    deps: DepsDep,
    visitor: VisitorDep,
    job_id: str,
    page_number: int,
    file: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    size: Annotated[str, Query(pattern="^(small|large|huge)$")] = "large",
) -> Response:
    """A page as it was sent; where ink is where it may not be, the picture that shows it."""
    job = jobs.get_job(deps, visitor.organisation_id, job_id)
    return Response(page_png(deps, job, file, page_number, _DPI[size]), media_type="image/png", headers=_KEPT)


def _submit(deps: Deps, desk: Desk) -> PrintJob:
    """Raises Refusal: as `sorted_files` and `submit_ready_made`."""
    form, organisation_id = desk.form, desk.organisation_id
    cut_off = cut_off_of(form.text("cut_off"), zone_of(deps, organisation_id))
    # cheap questions first: whoever has to correct something has to send the files again
    check_title(form.text("title"))
    check_cut_off(cut_off, deps.clock.now())
    wishes = _wishes(form)
    if not form.files:
        raise Refusal(
            "file-missing", "Choose the PDF, or a zip with a PDF for each letter. Nothing is in an empty file."
        )
    with sorted_files([NamedFile(sent.name, sent.file) for sent in form.files]) as sent:
        return _store(
            deps,
            desk,
            sent,
            ReadySubmission(
                wishes=wishes,
                media_type=sent.media_type,
                mode=Mode(one_of(Mode, form.text("mode"), Mode.LIVE)),
                policy=Policy(one_of(Policy, form.text("policy"), Policy.ALL_OR_NOTHING)),
                validate_only=True,
                title=form.text("title") or sent.name[:100],
                cut_off_at=cut_off,
                created_by=desk.by,
                inserts=chosen_inserts(deps, form),
            ),
        )


def _store(deps: Deps, desk: Desk, sent: SentLetters, submission: ReadySubmission) -> PrintJob:
    organisation_id = desk.organisation_id
    data = None if sent.data is None else store_body(deps, organisation_id, sent.data)
    asked = replace(submission, wishes=replace(submission.wishes, data=data))
    return submit_ready_made(deps, organisation_id, asked, store_body(deps, organisation_id, sent.body))


def _wishes(form: Form) -> Wishes:
    """Without the data file. Raises Refusal: ``readymade-split-invalid``."""
    split = form.text("split") or SplitBy.WHOLE
    cover = form.text("cover_sheets") or CoverSheets.NEVER
    if split not in set(SplitBy) or cover not in set(CoverSheets):
        raise Refusal("readymade-split-invalid", "Choose one of the ways to divide the PDF.")
    pages, text = form.text("pages"), form.text("text")
    if (pages and split != SplitBy.PAGES) or (text and split != SplitBy.TEXT):
        filled = "a number of pages" if pages and split != SplitBy.PAGES else "a text"
        message = f"You gave {filled}, but chose another way to divide the PDF. Choose that way, or empty the field."
        raise Refusal("readymade-split-invalid", message)
    if len(text) > _MOST_TEXT:
        raise Refusal("readymade-pattern-invalid", f"The text to divide at has at most {_MOST_TEXT} characters.")
    return Wishes(
        envelope=form.text("envelope") or DEFAULT_ENVELOPE,
        duplex=form.text("sides") != "one",
        split=SplitBy(split),
        pages=int(pages) if pages.isascii() and pages.isdigit() and len(pages) < len("1000") else 0,
        text=text,
        is_pattern=bool(form.text("is_pattern")),
        cover_sheets=CoverSheets(cover),
        redraw_address=bool(form.text("redraw_address")),
    )


def _form_page(request: Request, deps: Deps, entered: Mapping[str, str], trouble: Trouble | None = None) -> Response:
    organisation_id = person(request).organisation_id
    now, zone = deps.clock.now(), zone_of(deps, organisation_id)
    split = entered.get("split") or str(SplitBy.WHOLE)
    return page(
        request,
        "corporation/pdfs.html",
        **WORDS,
        split=split,
        most_pages=MOST_PAGES_A_LETTER,
        most_files=MOST_FILES,
        most_bytes=deps.limits.max_body_bytes,
        columns=KEYS,
        envelopes=deps.equipment.profiles.envelopes,
        inserts=deps.equipment.profiles.inserts,
        default_envelope=DEFAULT_ENVELOPE,
        more=_has_more(entered, trouble),
        next_cut_off=rules.next_cut_off(deps, organisation_id),
        soonest=for_input(now + timedelta(minutes=1), zone),
        now=now,
        zone=zone,
        entered=entered,
        trouble=trouble,
    )


def _has_more(entered: Mapping[str, str], trouble: Trouble | None) -> bool:
    """Whether something was chosen that is folded away at first."""
    plain = {"envelope": DEFAULT_ENVELOPE, "sides": "both", "cover_sheets": CoverSheets.NEVER, "redraw_address": ""}
    wrong = trouble is not None and trouble.field in plain
    return wrong or any(entered.get(name, otherwise) != otherwise for name, otherwise in plain.items())


def _choices_of(deps: Deps, organisation_id: str, job_id: str) -> Mapping[str, str]:
    """What was chosen for a job, to begin a new one with; without its files. Raises Refusal: ``job-not-found``."""
    job = jobs.get_job(deps, organisation_id, job_id)
    entered = dict(choices_of(deps, organisation_id, job_id))
    if not job.wishes:
        return entered
    wishes = wishes_of(job)
    return entered | {
        "envelope": wishes.envelope,
        "sides": "both" if wishes.duplex else "one",
        "split": wishes.split,
        "pages": str(wishes.pages or ""),
        "text": wishes.text,
        "is_pattern": "yes" if wishes.is_pattern else "",
        "cover_sheets": wishes.cover_sheets,
        "redraw_address": "yes" if wishes.redraw_address else "",
        "had_data": "yes" if wishes.data else "",
    }
