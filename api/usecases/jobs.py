"""Look at print jobs, cancel what has not been released, and start failed work again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import (
    IN_PRINT_ROOM,
    MAX_PAGE_ITEMS,
    Alarm,
    BatchState,
    CheckState,
    ChunkState,
    JobState,
    PageRequest,
    ShardState,
)
from api.usecases.answering.import_jobs import import_failed
from api.usecases.answering.planned_reminders import reminder_failed
from api.usecases.evidence.checkpoints import stamping_failed
from api.usecases.gathering import let_go_of_shelves
from api.usecases.kinds import WorkKind
from api.usecases.messaging.sending import sending_failed
from api.usecases.scanning.giving_up import scan_failed
from api.usecases.trash import let_go
from api.usecases.webhooks.delivering import webhook_failed
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports import Batch, Event, JobFinding, Page, Piece, PieceState, PrintJob, UnitOfWork, WorkItem
    from api.usecases.deps import Deps

REPRINT_FAILED: Final = "reprint-failed"
ENDED: Final = frozenset({JobState.REJECTED, JobState.RELEASED, JobState.CANCELLED})

_OTHERS: Final = (scan_failed, webhook_failed, reminder_failed, import_failed, sending_failed, stamping_failed)


def get_job(deps: Deps, organisation_id: str, job_id: str) -> PrintJob:
    """One job with its progress; counts grow while it is validated and composed.

    Raises Refusal: ``job-not-found``.
    """
    with deps.database.read() as uow:
        return uow.jobs.get(organisation_id, job_id)


def list_jobs(deps: Deps, organisation_id: str, page: PageRequest, state: JobState | None = None) -> Page[PrintJob]:
    """Jobs, newest first."""
    with deps.database.read() as uow:
        return uow.jobs.list(organisation_id, page, state)


def list_findings(
    deps: Deps, organisation_id: str, job_id: str, page: PageRequest, record_index: int | None = None
) -> Page[JobFinding]:
    """What is wrong with the records of a job, in their order. Raises Refusal: ``job-not-found``."""
    with deps.database.read() as uow:
        uow.jobs.get(organisation_id, job_id)
        return uow.findings.list(organisation_id, job_id, page, record_index)


def count_findings(deps: Deps, organisation_id: str, job_id: str) -> Mapping[str, int]:
    """How often each code occurs. Raises Refusal: ``job-not-found``."""
    with deps.database.read() as uow:
        uow.jobs.get(organisation_id, job_id)
        return uow.findings.counts(organisation_id, job_id)


def list_pieces(
    deps: Deps, organisation_id: str, job_id: str, page: PageRequest, state: PieceState | None = None
) -> Page[Piece]:
    """Mail pieces of a job in the order of its records. Raises Refusal: ``job-not-found``."""
    with deps.database.read() as uow:
        uow.jobs.get(organisation_id, job_id)
        return uow.pieces.list(organisation_id, job_id, page, state)


def get_piece(deps: Deps, organisation_id: str, piece_id: str) -> Piece:
    """One mail piece. Raises Refusal: ``piece-not-found``."""
    with deps.database.read() as uow:
        return uow.pieces.get(organisation_id, piece_id)


def piece_of_record(deps: Deps, organisation_id: str, job_id: str, record_id: str) -> Piece:
    """The piece of the submitter's own key. Raises Refusal: ``job-not-found``, ``piece-not-found``."""
    with deps.database.read() as uow:
        uow.jobs.get(organisation_id, job_id)
        return uow.pieces.by_record(organisation_id, job_id, record_id)


def list_events(deps: Deps, organisation_id: str, subject_id: str, page: PageRequest) -> Page[Event]:
    """What happened to a job, piece or batch, oldest first; nothing for an id that is not of the organisation."""
    with deps.database.read() as uow:
        return uow.events.of_subject(organisation_id, subject_id, page)


def cancel_job(deps: Deps, organisation_id: str, job_id: str) -> PrintJob:
    """Stop a job while nothing of it is released and its cut-off has not passed; cancelling again changes nothing.

    Raises Refusal: ``job-not-found``, ``cut-off-passed``, ``job-released``, ``state-conflict``.
    """
    now = deps.clock.now()
    with deps.database.write() as uow:
        hold_job(uow, organisation_id, job_id)
        job = uow.jobs.get(organisation_id, job_id)
        if job.state is JobState.CANCELLED:
            return job
        check_cut_off(deps, job)
        batches = batches_of(uow, organisation_id, job_id)
        if any(batch.state in IN_PRINT_ROOM for batch in batches):
            raise Refusal("job-released", "Batches of the job are released; stop its remaining pieces one by one.")
        cancelled = uow.jobs.set_state(organisation_id, job_id, JobState.CANCELLED, now)
        for batch in batches:
            uow.batches.set_state(organisation_id, batch.id, BatchState.CANCELLED, now)
        if job.state is JobState.VALIDATING:
            uow.pieces.clear(organisation_id, job_id)
            uow.piece_slips.clear(organisation_id, job_id)
            uow.entries.clear(organisation_id, job_id)
        _forget_work(deps, uow, job, batches)
    return cancelled


def retry_job(deps: Deps, organisation_id: str, job_id: str) -> PrintJob:
    """Start the work of a failed job again where it stopped; whole parts are kept.

    Raises Refusal: ``job-not-found``, ``job-not-failed``.
    """
    with deps.database.write() as uow:
        hold_job(uow, organisation_id, job_id)
        job = uow.jobs.get(organisation_id, job_id)
        if job.state is not JobState.FAILED:
            raise Refusal("job-not-failed", f"{job_id} is {job.state}; only a failed job can be started again.")
        batches = batches_of(uow, organisation_id, job_id)
        state = _state_to_resume(uow, job, batches)
        resumed = uow.jobs.set_state(organisation_id, job_id, state, deps.clock.now())
        _ask_again(uow, job, batches)
    return resumed


def job_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> None:
    """Mark the job failed when its work was given up, with the work's code; part of the transaction that gives up."""
    if item.kind == WorkKind.REPRINT:
        _reprint_failed(deps, uow, item)
        return
    if any(tell(deps, uow, item) for tell in _OTHERS):
        return
    job_id = _job_of(uow, item)
    if job_id is None:
        return
    hold_job(uow, item.organisation_id, job_id)
    state = uow.jobs.get(item.organisation_id, job_id).state
    if state is JobState.RELEASED:
        _reprint_failed(deps, uow, item)
    if state in ENDED:
        return
    given_up = uow.work.find(item.organisation_id, item.kind, item.subject_id)
    code = (given_up.error_code if given_up else None) or item.error_code or "internal-error"
    uow.jobs.set_state(item.organisation_id, job_id, JobState.FAILED, deps.clock.now(), code)


def _reprint_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> None:
    """The job was released long before: somebody has to look at the batch."""
    organisation_id, now = item.organisation_id, deps.clock.now()
    match item.kind:
        case WorkKind.REPRINT:
            batch_id = uow.reprints.get(organisation_id, item.subject_id).batch_id
        case WorkKind.COMPOSE_CHUNK:
            batch_id = uow.chunks.get(organisation_id, item.subject_id).batch_id
        case WorkKind.CHECK_PART:
            batch_id = uow.checks.get(organisation_id, item.subject_id).batch_id
        case _:
            batch_id = item.subject_id
    uow.alarms.raise_(Alarm(organisation_id, batch_id, REPRINT_FAILED, now, now))


def hold_job(uow: UnitOfWork, organisation_id: str, job_id: str) -> None:
    """Keep the job's row until the commit, so that of two that end at once the second sees what the first did."""
    uow.jobs.add_counts(organisation_id, job_id, composed=0)


def batches_of(uow: UnitOfWork, organisation_id: str, job_id: str) -> Sequence[Batch]:
    """All batches of a job, by number."""
    batches: list[Batch] = []
    after: str | None = None
    while True:
        page = uow.batches.list(organisation_id, PageRequest(MAX_PAGE_ITEMS, after), job_id)
        batches += page.items
        after = page.next_after
        if after is None:
            return batches


def cut_off_passed(job: PrintJob, now: datetime) -> bool:
    """Whether it is too late to stop anything of a job; while it waits for its carrier nothing of it is printed."""
    return job.cut_off_at is not None and now >= job.cut_off_at and not job.waiting_for


def check_cut_off(deps: Deps, job: PrintJob) -> None:
    """Raises Refusal: ``cut-off-passed``."""
    if job.cut_off_at is not None and cut_off_passed(job, deps.clock.now()):
        raise Refusal("cut-off-passed", f"Until {job.cut_off_at.isoformat()} this could be stopped; it is printed now.")


def _forget_work(deps: Deps, uow: UnitOfWork, job: PrintJob, batches: Sequence[Batch]) -> None:
    """Take back what nobody has begun; what has been begun looks at the job's state before it ends."""
    organisation_id = job.organisation_id
    shards = uow.shards.of_job(organisation_id, job.id)
    chunks = [chunk for batch in batches for chunk in uow.chunks.of_batch(organisation_id, batch.id)]
    let_go(deps, uow, organisation_id, [shard.records for shard in shards if shard.state is ShardState.PLANNED])
    let_go(deps, uow, organisation_id, [chunk.result for chunk in chunks if chunk.result is not None])
    let_go_of_shelves(deps, uow, job)
    uow.outbox.cancel(organisation_id, WorkKind.VALIDATE, [job.id])
    uow.outbox.cancel(organisation_id, WorkKind.VALIDATE_SHARD, [shard.id for shard in shards])
    uow.outbox.cancel(organisation_id, WorkKind.PLAN, [job.id])
    uow.outbox.cancel(organisation_id, WorkKind.COMPOSE_CHUNK, [chunk.id for chunk in chunks])
    uow.outbox.cancel(organisation_id, WorkKind.WRITE_BATCH, [batch.id for batch in batches])
    checks = [check for batch in batches for check in uow.checks.of_batch(organisation_id, batch.id)]
    uow.outbox.cancel(organisation_id, WorkKind.CHECK_PART, [check.id for check in checks])


def _state_to_resume(uow: UnitOfWork, job: PrintJob, batches: Sequence[Batch]) -> JobState:
    if batches:
        composing = any(uow.chunks.unfinished(job.organisation_id, batch.id) for batch in batches)
        return JobState.COMPOSING if composing else JobState.BATCHING
    # plan moves it on from here by itself when validation had been done
    return JobState.VALIDATING if not _was_accepted(uow, job) else JobState.COMPOSING


def _was_accepted(uow: UnitOfWork, job: PrintJob) -> bool:
    return uow.work.find(job.organisation_id, WorkKind.PLAN, job.id) is not None


def _ask_again(uow: UnitOfWork, job: PrintJob, batches: Sequence[Batch]) -> None:
    organisation_id = job.organisation_id
    if not batches:
        kind = WorkKind.PLAN if _was_accepted(uow, job) else WorkKind.VALIDATE
        uow.outbox.again(organisation_id, kind, job.id)
        for shard in uow.shards.of_job(organisation_id, job.id):
            if shard.state is ShardState.PLANNED:
                uow.outbox.again(organisation_id, WorkKind.VALIDATE_SHARD, shard.id)
    for batch in batches:
        ask_batch_again(uow, batch)


def ask_batch_again(uow: UnitOfWork, batch: Batch) -> None:
    """Queue afresh what a batch still needs; whole parts are kept."""
    organisation_id = batch.organisation_id
    for chunk in uow.chunks.of_batch(organisation_id, batch.id):
        if chunk.state is ChunkState.PLANNED:
            uow.outbox.again(organisation_id, WorkKind.COMPOSE_CHUNK, chunk.id)
    if batch.state is BatchState.WRITING:
        uow.outbox.again(organisation_id, WorkKind.WRITE_BATCH, batch.id)
    if batch.state is BatchState.CHECKING:
        for check in uow.checks.of_batch(organisation_id, batch.id):
            if check.state is CheckState.PLANNED:
                uow.outbox.again(organisation_id, WorkKind.CHECK_PART, check.id)


def _job_of(uow: UnitOfWork, item: WorkItem) -> str | None:
    match item.kind:
        case WorkKind.VALIDATE | WorkKind.PLAN:
            return item.subject_id
        case WorkKind.VALIDATE_SHARD:
            return uow.shards.get(item.organisation_id, item.subject_id).job_id
        case WorkKind.COMPOSE_CHUNK:
            return uow.chunks.get(item.organisation_id, item.subject_id).job_id
        case WorkKind.WRITE_BATCH:
            return uow.batches.get(item.organisation_id, item.subject_id).job_id
        case WorkKind.CHECK_PART:
            return uow.checks.get(item.organisation_id, item.subject_id).job_id
    return None
