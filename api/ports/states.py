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
    INSERTED = "inserted"
    DAMAGED = "damaged"
    REPRINTING = "reprinting"
    PULLED = "pulled"
    HANDED_OVER = "handed_over"
    STOPPED = "stopped"


class BatchState(StrEnum):
    """Where a batch is.

    ``checking`` reads its files back, ``blocked`` found a difference, ``ready`` waits for whoever approves it.
    From ``released`` on the print room has it.
    """

    PLANNED = "planned"
    COMPOSING = "composing"
    WRITING = "writing"
    CHECKING = "checking"
    BLOCKED = "blocked"
    READY = "ready"
    RELEASED = "released"
    FETCHED = "fetched"
    PRINTED = "printed"
    COMPLETED = "completed"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class CheckState(StrEnum):
    """Whether part of a print file has been read back."""

    PLANNED = "planned"
    CHECKED = "checked"


class ReprintState(StrEnum):
    """Whether the pieces of a reprint are in a file that can be fetched."""

    ASKED = "asked"
    RELEASED = "released"


class MailRunState(StrEnum):
    """Whether a mail run has gone to the post."""

    OPEN = "open"
    HANDED_OVER = "handed_over"


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

# stopped may go back until the cut-off; printed_ready is what a results file calls Not set
PIECE_STATES: Mapping[PieceState, frozenset[PieceState]] = {
    PieceState.ACCEPTED: frozenset({PieceState.COMPOSED, PieceState.STOPPED}),
    PieceState.COMPOSED: frozenset({PieceState.PRINTED_READY, PieceState.STOPPED}),
    PieceState.PRINTED_READY: frozenset({PieceState.INSERTED, PieceState.DAMAGED, PieceState.PULLED}),
    PieceState.INSERTED: frozenset({PieceState.DAMAGED, PieceState.PULLED, PieceState.HANDED_OVER}),
    PieceState.DAMAGED: frozenset({PieceState.REPRINTING, PieceState.INSERTED, PieceState.PULLED}),
    PieceState.REPRINTING: frozenset({PieceState.PRINTED_READY}),
    PieceState.PULLED: frozenset({PieceState.DAMAGED}),
    PieceState.HANDED_OVER: frozenset(),
    PieceState.STOPPED: frozenset({PieceState.ACCEPTED, PieceState.COMPOSED}),
}

# a piece that is stopped before release has the files written again; completed opens again until it is handed over
BATCH_STATES: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.PLANNED: frozenset({BatchState.COMPOSING, BatchState.CANCELLED}),
    BatchState.COMPOSING: frozenset({BatchState.WRITING, BatchState.CANCELLED}),
    BatchState.WRITING: frozenset({BatchState.CHECKING, BatchState.READY, BatchState.CANCELLED}),
    BatchState.CHECKING: frozenset({BatchState.READY, BatchState.BLOCKED, BatchState.WRITING, BatchState.CANCELLED}),
    BatchState.BLOCKED: frozenset({BatchState.WRITING, BatchState.CANCELLED}),
    BatchState.READY: frozenset({BatchState.RELEASED, BatchState.WRITING, BatchState.CANCELLED}),
    BatchState.RELEASED: frozenset({BatchState.FETCHED}),
    BatchState.FETCHED: frozenset({BatchState.PRINTED}),
    BatchState.PRINTED: frozenset({BatchState.COMPLETED}),
    BatchState.COMPLETED: frozenset({BatchState.HANDED_OVER, BatchState.PRINTED}),
    BatchState.HANDED_OVER: frozenset(),
    BatchState.CANCELLED: frozenset(),
}

IN_PRINT_ROOM: frozenset[BatchState] = frozenset(
    {BatchState.RELEASED, BatchState.FETCHED, BatchState.PRINTED, BatchState.COMPLETED, BatchState.HANDED_OVER}
)
"""Released or later: the files can no longer change and can be fetched."""

WRITTEN: frozenset[BatchState] = frozenset({BatchState.CHECKING, BatchState.BLOCKED, BatchState.READY})
"""There are files, and they are not released."""

PACKAGE_STATES: Mapping[PackageState, frozenset[PackageState]] = {
    PackageState.DRAFT: frozenset({PackageState.USED, PackageState.RETIRED}),
    PackageState.USED: frozenset({PackageState.RETIRED}),
    PackageState.RETIRED: frozenset(),
}
