"""What the print room has to do today: batches with their next step, alarms, the next cut-off."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.ports import BatchState, CheckState, ChunkState, JobState, PageRequest, PieceState
from api.usecases.rules import next_cut_off

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports import Alarm, Batch, PrintJob, UnitOfWork
    from api.usecases.deps import Deps

MOST_BATCHES: Final = 200
_MOST_JOBS: Final = 20
_OVER: Final = frozenset({BatchState.HANDED_OVER, BatchState.CANCELLED})
_COMING: Final = (JobState.FAILED, JobState.VALIDATING, JobState.RECEIVED, JobState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Due:
    """A batch that is not gone. ``done`` of ``of`` parts are made while the service works on it, else both are 0.

    ``not_set`` and ``damaged`` count pieces once it is printed.
    """

    batch: Batch
    job: PrintJob
    done: int = 0
    of: int = 0
    not_set: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """At ``now``. ``states`` counts all batches that are not gone, ``due`` has those that were asked for.

    ``letters``, ``envelopes`` and ``sheets`` are of all that are not gone.
    """

    now: datetime
    cut_off_at: datetime | None
    alarms: Sequence[Alarm]
    due: Sequence[Due]
    states: Mapping[BatchState, int]
    letters: int
    envelopes: int
    sheets: int
    left_out: bool
    coming: Sequence[PrintJob]
    gone_today: Sequence[Batch]


def overview(deps: Deps, organisation_id: str, state: BatchState | None = None) -> Overview:
    """Of one organisation; ``state`` leaves other batches out."""
    now = deps.clock.now()
    scheduled = next_cut_off(deps, organisation_id)
    with deps.database.read() as uow:
        open_batches = uow.batches.in_states(organisation_id, frozenset(BatchState) - _OVER, MOST_BATCHES + 1)
        gone = uow.batches.in_states(organisation_id, {BatchState.HANDED_OVER}, MOST_BATCHES)
        wanted = [batch for batch in open_batches[:MOST_BATCHES] if state in {None, batch.state}]
        states = Counter(batch.state for batch in open_batches)
        jobs = {batch.job_id: uow.jobs.get(organisation_id, batch.job_id) for batch in open_batches}
        return Overview(
            now=now,
            cut_off_at=_first_cut_off(now, [scheduled, *(job.cut_off_at for job in jobs.values())]),
            alarms=uow.alarms.open(organisation_id),
            due=sorted([due_of(uow, batch, jobs[batch.job_id]) for batch in wanted], key=_urgency),
            states={each: count for each in BatchState if (count := states[each])},
            letters=sum(batch.pieces for batch in open_batches),
            envelopes=sum(batch.envelopes for batch in open_batches),
            sheets=sum(batch.sheets for batch in open_batches),
            left_out=len(open_batches) > MOST_BATCHES,
            coming=[
                job
                for each in _COMING
                for job in uow.jobs.list(organisation_id, PageRequest(_MOST_JOBS), each).items
                if not job.validate_only
            ],
            gone_today=[batch for batch in gone if batch.state_at and batch.state_at.date() == now.date()],
        )


def due_of(uow: UnitOfWork, batch: Batch, job: PrintJob) -> Due:
    """How far a batch is."""
    organisation_id = batch.organisation_id
    if batch.state in {BatchState.PLANNED, BatchState.COMPOSING}:
        chunks = uow.chunks.of_batch(organisation_id, batch.id)
        return Due(batch, job, sum(each.state is ChunkState.COMPOSED for each in chunks), len(chunks))
    if batch.state is BatchState.CHECKING:
        checks = uow.checks.of_batch(organisation_id, batch.id)
        return Due(batch, job, sum(each.state is CheckState.CHECKED for each in checks), len(checks))
    if batch.state is BatchState.PRINTED:
        states = uow.pieces.states(organisation_id, batch.id)
        not_set, damaged = (states.get(each, (0, 0))[0] for each in (PieceState.PRINTED_READY, PieceState.DAMAGED))
        return Due(batch, job, not_set=not_set, damaged=damaged)
    return Due(batch, job)


def _first_cut_off(now: datetime, moments: Sequence[datetime | None]) -> datetime | None:
    return min([moment for moment in moments if moment is not None and moment > now], default=None)


def _urgency(due: Due) -> tuple[bool, datetime, str]:
    """What waits for people before what the service works on, the longest first."""
    waits = due.batch.state not in {BatchState.PLANNED, BatchState.COMPOSING, BatchState.WRITING, BatchState.CHECKING}
    return (not waits, due.batch.state_at or due.batch.created_at, due.batch.id)
