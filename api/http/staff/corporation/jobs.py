"""Print jobs and checks: the list, and one of them with its next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.staff.corporation.common import (
    CORPORATION,
    JOBS,
    READERS,
    SUBMITTERS,
    WORDS,
    CursorQuery,
    event_text,
    is_running,
)
from api.http.staff.corporation.may import may_approve, may_cancel
from api.http.staff.corporation.pdf_words import asked_of, form_of_job, is_of_pdfs, shots_of
from api.http.staff.desk import Desk, DeskDep, Done, notice_of
from api.http.staff.history import history
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import APPROVERS, person
from api.ports import (
    MAX_PAGE_ITEMS,
    BatchState,
    JobState,
    PackageKind,
    PageRequest,
    PieceState,
    Policy,
    Role,
)
from api.usecases import jobs, looking, packages, people, releasing, rules, sending, trying
from api.usecases.equipment import inserts_of
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.http.staff.desk import Mistake
    from api.http.staff.visitors import Visitor
    from api.ports import Batch, Event, MailRun, Package, PrintJob
    from api.usecases.deps import Deps

router = APIRouter(prefix=JOBS, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_LIVE_S: Final = 3
_SHOWN_JOBS: Final = 25
_SHOWN_EVENTS: Final = 60
_MOST_STOPPED: Final = 200
_MOST_OF_THE_WHOLE: Final = 5
_MOVING: Final = frozenset({BatchState.PLANNED, BatchState.COMPOSING, BatchState.WRITING, BatchState.CHECKING})


@router.get("", dependencies=[READERS])
def show_all(
    request: Request,
    deps: DepsDep,
    state: JobState | None = None,
    cursor: CursorQuery = None,
) -> Response:
    """Newest first."""
    organisation_id = person(request).organisation_id
    found = jobs.list_jobs(deps, organisation_id, PageRequest(_SHOWN_JOBS, cursor), state)
    return page(
        request,
        "corporation/jobs.html",
        **WORDS,
        jobs=found.items,
        next_after=found.next_after,
        chosen=state,
        states=JobState,
        templates=_titles(deps, found.items),
        names=people.names_of(deps, organisation_id),
        next_cut_off=rules.next_cut_off(deps, organisation_id),
        now=deps.clock.now(),
        zone=zone_of(deps, organisation_id),
        notice=notice_of(request, deps),
    )


@router.get("/{job_id:id}", dependencies=[READERS])
def show(
    request: Request,
    deps: DepsDep,
    job_id: str,
    live: bool = False,  # noqa: FBT001, FBT002 - a switch in the address
) -> Response:
    """A check, or a print job."""
    return job_page(request, deps, job_id, live=live)


@router.post("/{job_id:id}/send", dependencies=[SUBMITTERS])
def send(desk: DeskDep, job_id: str) -> Response:
    """Make letters of what was checked."""

    def make(deps: Deps) -> Done:
        _be_sure(desk)
        policy = Policy.VALID_ONLY if desk.form.text("without_faulty") else Policy.ALL_OR_NOTHING
        job = sending.send_checked(deps, desk.organisation_id, job_id, desk.by, policy)
        return Done(f"{JOBS}/{job.id}", "The letters are sent. Until the cut-off you can stop each of them.")

    return _change(desk, job_id, make, "sure-send")


@router.post("/{job_id:id}/approve", dependencies=[APPROVERS])
def approve(desk: DeskDep, job_id: str) -> Response:
    """Somebody else than the sender says that it may go."""

    def make(deps: Deps) -> Done:
        _be_sure(desk)
        releasing.approve_ahead(deps, desk.organisation_id, job_id, desk.by)
        return Done(f"{JOBS}/{job_id}", "You approved these letters. They go to the print room at the cut-off.")

    return _change(desk, job_id, make, "sure-approve")


@router.post("/{job_id:id}/cancel", dependencies=[CORPORATION])
def cancel(desk: DeskDep, job_id: str) -> Response:
    """Nothing of it is printed."""

    def make(deps: Deps) -> Done:
        _be_sure(desk)
        jobs.cancel_job(deps, desk.organisation_id, job_id)
        return Done(f"{JOBS}/{job_id}", "Cancelled. Nothing of it is printed.")

    return _change(desk, job_id, make, "sure-cancel")


@router.post("/{job_id:id}/retry", dependencies=[CORPORATION])
def retry(desk: DeskDep, job_id: str) -> Response:
    """After a failure of the service."""

    def make(deps: Deps) -> Done:
        jobs.retry_job(deps, desk.organisation_id, job_id)
        return Done(f"{JOBS}/{job_id}", "It goes on where it stopped.")

    return _change(desk, job_id, make, "retry")


def job_page(
    request: Request, deps: Deps, job_id: str, mistake: Mistake | None = None, *, live: bool = False
) -> Response:
    """The page; with a ``mistake`` it says so at the top."""
    visitor = person(request)
    organisation_id = visitor.organisation_id
    job = jobs.get_job(deps, organisation_id, job_id)
    template = _version(deps, organisation_id, PackageKind.TEMPLATE, job.template_id)
    brand = _version(deps, organisation_id, PackageKind.BRAND, job.brand_id)
    batches = _batches(deps, job)
    running = is_running(job) or _is_moving(deps, job, batches)
    shared: dict[str, Any] = {
        "job": job,
        "template_version": template.version if template else "",
        "template_title": trying.titled(deps, template).title if template else "PDFs that you made",
        "brand_version": brand.version if brand else "",
        "brand_title": trying.titled(deps, brand).title if brand else "",
        "asked": asked_of(job),
        "besides": [insert.title for insert in inserts_of(job)],
        "again": form_of_job(job),
        "first": looking.first_to_show(deps, job) + 1,
        "running": running,
        "live": live and running,
        "live_s": _LIVE_S,
        "codes": jobs.count_findings(deps, organisation_id, job_id),
        "names": people.names_of(deps, organisation_id),
        "now": deps.clock.now(),
        "zone": zone_of(deps, organisation_id),
        "cancel": may_cancel(deps, visitor, job, batches),
        "trouble": mistake.trouble if mistake else None,
        "notice": "" if mistake else notice_of(request, deps),
        "events": _events(deps, job, batches),
        "batches_by_id": {batch.id: batch for batch in batches},
    }
    if job.validate_only:
        return page(request, "corporation/check.html", **WORDS, **shared, **_of_check(deps, visitor, job))
    return page(request, "corporation/job.html", **WORDS, **shared, **_of_job(deps, visitor, job, batches))


def _is_moving(deps: Deps, job: PrintJob, batches: Sequence[Batch]) -> bool:
    """Whether its print files are being made: what waits for its cut-off is not."""
    waits = job.cut_off_at is not None and job.cut_off_at > deps.clock.now()
    return not waits and any(batch.state in _MOVING for batch in batches)


def _of_check(deps: Deps, visitor: Visitor, job: PrintJob) -> dict[str, Any]:
    # those of a whole table come first, those of PDFs last
    some = PageRequest(MAX_PAGE_ITEMS if is_of_pdfs(job) else _MOST_OF_THE_WHOLE)
    found = jobs.list_findings(deps, job.organisation_id, job.id, some).items
    whole = [each for each in found if each.record_index is None][:_MOST_OF_THE_WHOLE]
    return {
        "done": job.state in {JobState.ACCEPTED, JobState.REJECTED},
        "sent": sending.sent_as(deps, job.organisation_id, job.id),
        "before": sending.same_records(deps, job),
        "may_send": visitor.may(Role.SUBMITTER),
        "whole": whole,
        "shots": shots_of(deps, job, None, whole),
        "next_cut_off": rules.next_cut_off(deps, job.organisation_id),
        "rules": rules.get_rules(deps, job.organisation_id),
    }


def _of_job(deps: Deps, visitor: Visitor, job: PrintJob, batches: Sequence[Batch]) -> dict[str, Any]:
    organisation_id = job.organisation_id
    return {
        "batches": batches,
        "runs": _runs(deps, organisation_id, batches),
        "check_id": sending.check_of(deps, organisation_id, job.id),
        "approval": may_approve(deps, visitor, job, batches),
        "waits": releasing.may_be_approved(job, four_eyes=rules.get_rules(deps, organisation_id).four_eyes),
        "stopped": _stopped(deps, job),
        "in_time": not jobs.cut_off_passed(job, deps.clock.now()),
    }


def _batches(deps: Deps, job: PrintJob) -> Sequence[Batch]:
    with deps.database.read() as uow:
        return jobs.batches_of(uow, job.organisation_id, job.id)


def _runs(deps: Deps, organisation_id: str, batches: Sequence[Batch]) -> Mapping[str, MailRun]:
    """The mail runs of batches, by batch."""
    with deps.database.read() as uow:
        return {
            batch.id: uow.mail_runs.get(organisation_id, batch.mail_run_id)
            for batch in batches
            if batch.mail_run_id is not None
        }


def _stopped(deps: Deps, job: PrintJob) -> int:
    """How many pieces were stopped; at most as many as are counted."""
    found = jobs.list_pieces(deps, job.organisation_id, job.id, PageRequest(_MOST_STOPPED), PieceState.STOPPED)
    return len(found.items)


def _events(deps: Deps, job: PrintJob, batches: Sequence[Batch]) -> Sequence[Event]:
    """What happened to it and to its batches, the latest first."""
    found = [*history(deps, job.organisation_id, job.id)]
    for batch in batches:
        found += history(deps, job.organisation_id, batch.id)
    known = [event for event in found if event_text(event) and not (batches and event.name == "job-released")]
    return sorted(known, key=lambda event: (event.at, event.number), reverse=True)[:_SHOWN_EVENTS]


def _titles(deps: Deps, found: Sequence[PrintJob]) -> Mapping[str, str]:
    """What templates are called, by id."""
    titles: dict[str, str] = {}
    for job in found:
        if job.template_id is not None and job.template_id not in titles:
            package = packages.get(deps, job.organisation_id, PackageKind.TEMPLATE, job.template_id)
            titles[job.template_id] = trying.titled(deps, package).title
    return titles


def _version(deps: Deps, organisation_id: str, kind: PackageKind, package_id: str | None) -> Package | None:
    return None if package_id is None else packages.get(deps, organisation_id, kind, package_id)


def _be_sure(desk: Desk) -> None:
    if not desk.form.text("sure"):
        raise Refusal("confirmation-missing", "Tick the box: it says what you are about to do.")


def _change(desk: Desk, job_id: str, make: Any, field: str) -> Response:  # noqa: ANN401 - a function of the desk
    def again(mistake: Mistake) -> Response:
        return job_page(desk.request, desk.deps, job_id, mistake)

    return desk.change(make, again, {"": field})
