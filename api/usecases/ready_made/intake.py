"""Take in letters that others made: the PDF and its data file first, then one row and one request for work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.ports import JobKind, Mode, Policy, PrintJob
from api.usecases.intake import check_cut_off, check_title, rules_of, scheduled
from api.usecases.kinds import FIRST, WorkKind
from api.usecases.ready_made.wishes import PDF, ZIP, Wishes, check_wishes
from api.usecases.trash import take_back
from docgen.findings import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import BlobRef, UnitOfWork
    from api.usecases.deps import Deps


@dataclass(frozen=True, slots=True)
class ReadySubmission:
    """What a caller asks for; the rest is as in `api.usecases.intake.Submission`. ``media_type`` is PDF or zip."""

    wishes: Wishes
    media_type: str = PDF
    mode: Mode = Mode.LIVE
    policy: Policy = Policy.ALL_OR_NOTHING
    validate_only: bool = False
    title: str = ""
    cut_off_at: datetime | None = None
    created_by: str = ""
    inserts: tuple[str, ...] = ()


def submit_ready_made(deps: Deps, organisation_id: str, submission: ReadySubmission, body: BlobRef) -> PrintJob:
    """Make the job in state received and ask for its validation; ``body`` is kept as it came.

    Raises Refusal: ``media-type-unsupported``, ``title-invalid``, ``cut-off-invalid``, ``insert-unknown``, and as
    `check_wishes`.
    """
    with deps.database.write() as uow:
        return add_ready_made(deps, uow, organisation_id, submission, body)


def add_ready_made(
    deps: Deps, uow: UnitOfWork, organisation_id: str, submission: ReadySubmission, body: BlobRef
) -> PrintJob:
    """`submit_ready_made` inside a transaction."""
    now = deps.clock.now()
    check_media_type(submission.media_type)
    check_title(submission.title)
    check_cut_off(submission.cut_off_at, now)
    check_wishes(submission.wishes, submission.media_type, deps.equipment.profiles)
    job = PrintJob(
        id=deps.ids.new("job"),
        organisation_id=organisation_id,
        mode=submission.mode,
        policy=submission.policy,
        validate_only=submission.validate_only,
        template_id=None,
        brand_id=None,
        input=body,
        media_type=submission.media_type,
        created_at=now,
        cut_off_at=submission.cut_off_at or scheduled(uow, organisation_id, submission, now),
        title=submission.title,
        created_by=submission.created_by,
        rules=rules_of(deps, uow, organisation_id, submission),
        kind=JobKind.READY_MADE,
        wishes=submission.wishes.as_json(),
    )
    for blob in filter(None, (body, submission.wishes.data)):
        take_back(deps, uow, organisation_id, blob)
    uow.jobs.add(job)
    uow.outbox.enqueue(organisation_id, WorkKind.VALIDATE, job.id, FIRST)
    return job


def check_media_type(media_type: str) -> None:
    """Raises Refusal: ``media-type-unsupported``."""
    if media_type not in {PDF, ZIP}:
        raise Refusal("media-type-unsupported", f"Send {PDF}, or {ZIP} with a PDF for each letter.")
