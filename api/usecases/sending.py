"""Send what was checked: a check becomes a print job of the very same records, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, Event, JobKind, JobState, PageRequest, Policy
from api.usecases.equipment import insert_ids
from api.usecases.formats import read_format
from api.usecases.intake import Submission, add_job
from api.usecases.jobs import hold_job
from api.usecases.ready_made.intake import ReadySubmission, add_ready_made
from api.usecases.ready_made.wishes import wishes_of
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import PrintJob, UnitOfWork
    from api.usecases.deps import Deps

SENT: Final = "job-sent"
CHECKED: Final = "job-checked"
_CAME_TO_NOTHING: Final = frozenset({JobState.CANCELLED, JobState.REJECTED})
_MOST_SHOWN: Final = 20


def send_checked(deps: Deps, organisation_id: str, check_id: str, by: str, policy: Policy) -> PrintJob:
    """Make the print job of a check that has ended: same records, columns, template and brand, or same PDFs and wishes.

    A check of which records are faulty can only be sent without them (`Policy.VALID_ONLY`). It can be sent again only
    when what came of it was cancelled.
    Raises Refusal: ``job-not-found``, ``check-not-done``, ``check-has-faults``, ``check-sent``, and as `submit_job`.
    """
    with deps.database.write() as uow:
        hold_job(uow, organisation_id, check_id)
        check = uow.jobs.get(organisation_id, check_id)
        _check_may_be_sent(check, policy)
        before = _sent(uow, check)
        if before is not None:
            raise Refusal("check-sent", f"This was sent before, as print job {before.id}. Look at that one.")
        if check.kind is JobKind.READY_MADE:
            job = add_ready_made(deps, uow, organisation_id, _of_pdfs(check, by, policy), check.input)
        else:
            job = add_job(deps, uow, organisation_id, _submission(check, by, policy), check.input)
        now = deps.clock.now()
        uow.events.append(Event(organisation_id, check.id, SENT, now, {"by": by, "job": job.id}))
        uow.events.append(Event(organisation_id, job.id, CHECKED, now, {"by": check.created_by, "check": check.id}))
    return job


def sent_as(deps: Deps, organisation_id: str, check_id: str) -> PrintJob | None:
    """The print job that was made of a check, as long as it was not cancelled or rejected."""
    with deps.database.read() as uow:
        return _sent(uow, uow.jobs.get(organisation_id, check_id))


def check_of(deps: Deps, organisation_id: str, job_id: str) -> str | None:
    """The check that a print job was made of."""
    with deps.database.read() as uow:
        found = [event for event in _events(uow, organisation_id, job_id) if event.name == CHECKED]
    return str(found[-1].data["check"]) if found else None


def same_records(deps: Deps, job: PrintJob) -> Sequence[PrintJob]:
    """Other live print jobs with the very same file that print, newest first: a sign that something is sent twice."""
    with deps.database.read() as uow:
        found = uow.jobs.with_input(job.organisation_id, job.input, _MOST_SHOWN)
    return [
        each
        for each in found
        if each.id != job.id and not each.validate_only and each.mode == job.mode and each.state not in _CAME_TO_NOTHING
    ]


def _check_may_be_sent(check: PrintJob, policy: Policy) -> None:
    if not check.validate_only or check.state not in {JobState.ACCEPTED, JobState.REJECTED}:
        raise Refusal("check-not-done", "Only what was checked to its end can be sent.")
    if check.counts.total is None or not check.counts.valid:
        raise Refusal(
            "check-has-faults", "There is no letter in it that can be sent. Correct the file and upload it again."
        )
    if check.counts.invalid and policy is not Policy.VALID_ONLY:
        message = "Some letters have faults. Correct the file, or send the others without them."
        raise Refusal("check-has-faults", message)


def _submission(check: PrintJob, by: str, policy: Policy) -> Submission:
    return Submission(
        template=check.template_id or "",
        brand=check.brand_id or "",
        format=read_format(check.media_type),
        mode=check.mode,
        policy=policy,
        title=check.title,
        cut_off_at=check.cut_off_at,
        created_by=by,
        columns=check.columns,
        inserts=insert_ids(check),
    )


def _of_pdfs(check: PrintJob, by: str, policy: Policy) -> ReadySubmission:
    return ReadySubmission(
        wishes=wishes_of(check),
        media_type=check.media_type,
        mode=check.mode,
        policy=policy,
        title=check.title,
        cut_off_at=check.cut_off_at,
        created_by=by,
        inserts=insert_ids(check),
    )


def _sent(uow: UnitOfWork, check: PrintJob) -> PrintJob | None:
    for event in reversed(_events(uow, check.organisation_id, check.id)):
        if event.name == SENT:
            job = uow.jobs.get(check.organisation_id, str(event.data["job"]))
            return None if job.state in _CAME_TO_NOTHING else job
    return None


def _events(uow: UnitOfWork, organisation_id: str, subject_id: str) -> Sequence[Event]:
    return uow.events.of_subject(organisation_id, subject_id, PageRequest(MAX_PAGE_ITEMS)).items
