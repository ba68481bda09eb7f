"""Release: a batch whose files were read back goes to the print room, by itself or when somebody approves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import IN_PRINT_ROOM, BatchState, Event, JobState, Mode, PieceState
from api.usecases.jobs import batches_of, hold_job
from api.usecases.trash import let_go
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.ports import Batch, PrintJob, UnitOfWork
    from api.usecases.deps import Deps

_MAY_BE_APPROVED: Final = frozenset({JobState.ACCEPTED, JobState.COMPOSING, JobState.BATCHING})


def checked(deps: Deps, uow: UnitOfWork, job: PrintJob, batch_id: str) -> None:
    """The files of a batch are as they must be: it is ready, and released unless somebody has to approve it.

    Part of the transaction that found so, which holds the job.
    """
    batch = uow.batches.set_state(job.organisation_id, batch_id, BatchState.READY, deps.clock.now())
    if not _needs_approval(uow, job, batch):
        _release(deps, uow, job, batch)


def approve_batch(deps: Deps, organisation_id: str, batch_id: str, by: str) -> Batch:
    """Release a batch that is ready; a released one stays as it is.

    Raises Refusal: ``batch-not-found``, ``batch-not-ready``, ``approval-by-submitter``.
    """
    with deps.database.write() as uow:
        job = _held(uow, organisation_id, batch_id)
        batch = uow.batches.get(organisation_id, batch_id)
        if batch.state in IN_PRINT_ROOM:
            return batch
        if batch.state is not BatchState.READY:
            raise Refusal("batch-not-ready", f"{batch_id} is {batch.state}; it can be released once it is ready.")
        if _needs_approval(uow, job, batch) and by == job.created_by:
            raise Refusal("approval-by-submitter", "Who submitted the job may not release it; ask a colleague to.")
        event = Event(organisation_id, batch_id, "batch-approved", deps.clock.now(), {"by": by})
        uow.events.append(event)
        return _release(deps, uow, job, batch)


def approve_job(deps: Deps, organisation_id: str, job_id: str, by: str) -> PrintJob:
    """Release every batch of a job that is ready. Raises Refusal as `approve_batch`, and ``job-not-found``."""
    with deps.database.read() as uow:
        uow.jobs.get(organisation_id, job_id)
        batches = batches_of(uow, organisation_id, job_id)
    for batch in batches:
        if batch.state is BatchState.READY:
            approve_batch(deps, organisation_id, batch.id, by)
    with deps.database.read() as uow:
        return uow.jobs.get(organisation_id, job_id)


def approve_ahead(deps: Deps, organisation_id: str, job_id: str, by: str) -> PrintJob:
    """Approve a live job whose files are not written yet: its batches go as soon as they were read back.

    What is ready already goes at once. Approving again changes nothing.
    Raises Refusal: ``job-not-found``, ``approval-by-submitter``, and ``state-conflict`` when it waits for no approval.
    """
    with deps.database.write() as uow:
        hold_job(uow, organisation_id, job_id)
        job = uow.jobs.get(organisation_id, job_id)
        if not may_be_approved(job, four_eyes=uow.rules.get(organisation_id).four_eyes):
            raise Refusal("state-conflict", f"{job_id} waits for no approval.")
        if by == job.created_by:
            raise Refusal("approval-by-submitter", "Who submitted the job may not release it; ask a colleague to.")
        uow.jobs.approve(organisation_id, job_id, by, deps.clock.now())
    return approve_job(deps, organisation_id, job_id, by)


def may_be_approved(job: PrintJob, *, four_eyes: bool) -> bool:
    """True while somebody has to, and can, approve it, whoever that is."""
    return four_eyes and job.mode is Mode.LIVE and not job.validate_only and job.state in _MAY_BE_APPROVED


def _held(uow: UnitOfWork, organisation_id: str, batch_id: str) -> PrintJob:
    job_id = uow.batches.get(organisation_id, batch_id).job_id
    hold_job(uow, organisation_id, job_id)
    return uow.jobs.get(organisation_id, job_id)


def _needs_approval(uow: UnitOfWork, job: PrintJob, batch: Batch) -> bool:
    """A test goes nowhere, and a reprint is of what was approved before."""
    if job.mode is not Mode.LIVE or batch.parent_id is not None or job.approved_by:
        return False
    return uow.rules.get(job.organisation_id).four_eyes


def _release(deps: Deps, uow: UnitOfWork, job: PrintJob, batch: Batch) -> Batch:
    """Pieces, batch and perhaps the job."""
    organisation_id, now = job.organisation_id, deps.clock.now()
    uow.pieces.advance_batch(organisation_id, batch.id, PieceState.PRINTED_READY, now)
    released = uow.batches.set_state(organisation_id, batch.id, BatchState.RELEASED, now)
    results = [chunk.result for chunk in uow.chunks.of_batch(organisation_id, batch.id) if chunk.result is not None]
    let_go(deps, uow, organisation_id, results)
    own = [each for each in batches_of(uow, organisation_id, job.id) if each.parent_id is None]
    if batch.parent_id is not None:
        for reprint in uow.reprints.of_batch(organisation_id, batch.parent_id):
            if reprint.child_id == batch.id:
                uow.reprints.release(organisation_id, reprint.id, now)
    if job.state is JobState.BATCHING and all(each.state in IN_PRINT_ROOM for each in own):
        uow.jobs.set_state(organisation_id, job.id, JobState.RELEASED, now)
    return released
