"""State machines of the service: which state may follow which. Adapters guard every change with these tables."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class JobState(StrEnum):
    """Where a print job is."""

    RECEIVED = "received"
    VALIDATING = "validating"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COMPOSING = "composing"
    BATCHING = "batching"
    RELEASED = "released"
    CANCELLED = "cancelled"
    FAILED = "failed"


class PieceState(StrEnum):
    """Where a mail piece is; ``stopped`` carries a reason."""

    ACCEPTED = "accepted"
    COMPOSED = "composed"
    PRINTED_READY = "printed_ready"
    STOPPED = "stopped"


class BatchState(StrEnum):
    """Where a batch is."""

    PLANNED = "planned"
    COMPOSING = "composing"
    WRITING = "writing"
    RELEASED = "released"
    CANCELLED = "cancelled"


class ChunkState(StrEnum):
    """Whether the pages of a chunk have been composed."""

    PLANNED = "planned"
    COMPOSED = "composed"


class ShardState(StrEnum):
    """Whether the records of a shard have been validated."""

    PLANNED = "planned"
    VALIDATED = "validated"


class WorkState(StrEnum):
    """Where a work item is; the row is the truth of the queue."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PackageState(StrEnum):
    """A version of a brand or template: free to replace, used by a job and frozen, or no longer offered."""

    DRAFT = "draft"
    USED = "used"
    RETIRED = "retired"


# failed may go back to where the work was: an operator can start failed work again
JOB_STATES: Mapping[JobState, frozenset[JobState]] = {
    JobState.RECEIVED: frozenset({JobState.VALIDATING, JobState.CANCELLED, JobState.FAILED}),
    JobState.VALIDATING: frozenset({JobState.ACCEPTED, JobState.REJECTED, JobState.CANCELLED, JobState.FAILED}),
    JobState.ACCEPTED: frozenset({JobState.COMPOSING, JobState.CANCELLED, JobState.FAILED}),
    JobState.COMPOSING: frozenset({JobState.BATCHING, JobState.CANCELLED, JobState.FAILED}),
    JobState.BATCHING: frozenset({JobState.RELEASED, JobState.CANCELLED, JobState.FAILED}),
    JobState.FAILED: frozenset({JobState.VALIDATING, JobState.COMPOSING, JobState.BATCHING, JobState.CANCELLED}),
    JobState.REJECTED: frozenset(),
    JobState.RELEASED: frozenset(),
    JobState.CANCELLED: frozenset(),
}

PIECE_STATES: Mapping[PieceState, frozenset[PieceState]] = {
    PieceState.ACCEPTED: frozenset({PieceState.COMPOSED, PieceState.STOPPED}),
    PieceState.COMPOSED: frozenset({PieceState.PRINTED_READY, PieceState.STOPPED}),
    PieceState.PRINTED_READY: frozenset(),
    PieceState.STOPPED: frozenset(),
}

BATCH_STATES: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.PLANNED: frozenset({BatchState.COMPOSING, BatchState.CANCELLED}),
    BatchState.COMPOSING: frozenset({BatchState.WRITING, BatchState.CANCELLED}),
    BatchState.WRITING: frozenset({BatchState.RELEASED, BatchState.CANCELLED}),
    BatchState.RELEASED: frozenset(),
    BatchState.CANCELLED: frozenset(),
}

PACKAGE_STATES: Mapping[PackageState, frozenset[PackageState]] = {
    PackageState.DRAFT: frozenset({PackageState.USED, PackageState.RETIRED}),
    PackageState.USED: frozenset({PackageState.RETIRED}),
    PackageState.RETIRED: frozenset(),
}
