"""Repositories of what is mailed: pieces, batches, and the units of work on them. As those of `api.ports.uow`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from api.ports.entities import (
        Batch,
        BatchFile,
        Chunk,
        Piece,
        PieceToCompose,
        PieceToPlan,
        Placement,
        Shard,
    )
    from api.ports.print_room import Lingering, PieceInRoom
    from api.ports.states import BatchState, PieceState
    from api.ports.values import BlobRef, Page, PageRequest


class Pieces(Protocol):
    """Mail pieces and the deletable annex with their values. Bulk calls stream; 80,000 rows take seconds."""

    def add_many(self, organisation_id: str, pieces: Iterable[tuple[Piece, bytes]]) -> int:
        """Insert pieces with their record values (JSON bytes, compressed on the way in); returns how many."""

    def clear(self, organisation_id: str, job_id: str) -> None:
        """Remove all of a job that prints none of them."""

    def get(self, organisation_id: str, piece_id: str) -> Piece:
        """One piece."""

    def by_record(self, organisation_id: str, job_id: str, record_id: str) -> Piece:
        """The piece that was made of the submitter's record."""

    def list(
        self, organisation_id: str, job_id: str, page: PageRequest, state: PieceState | None = None
    ) -> Page[Piece]:
        """Pieces of a job by sequence."""

    def of_job(self, organisation_id: str, job_id: str) -> Iterator[Piece]:
        """All pieces of a job by sequence, streamed."""

    def to_plan(self, organisation_id: str, job_id: str) -> Iterator[PieceToPlan]:
        """All pieces of a job in any order, streamed."""

    def of_batch(
        self, organisation_id: str, batch_id: str, first: int = 0, count: int | None = None
    ) -> Sequence[Piece]:
        """Pieces of a batch by position, stopped ones included."""

    def to_compose(self, organisation_id: str, batch_id: str, first: int, count: int) -> Sequence[PieceToCompose]:
        """Pieces of a batch by position, these positions of it, stopped ones included."""

    def values(self, organisation_id: str, piece_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Record values (JSON bytes) by piece id; a piece whose annex was deleted is left out."""

    def place_many(self, organisation_id: str, placements: Iterable[Placement]) -> None:
        """Record where planning put the pieces."""

    def advance_batch(
        self,
        organisation_id: str,
        batch_id: str,
        to: PieceState,
        at: datetime,
        first: int = 0,
        count: int | None = None,
    ) -> int:
        """Move the pieces at these positions that may go to ``to``; one event; returns how many moved.

        Going to printed ready they are printed once more.
        """

    def stop(self, organisation_id: str, piece_id: str, reason: str, at: datetime, by: str = "") -> Piece:
        """Stop one piece and write an event with who did it; stopping it again changes nothing."""

    def resume(self, organisation_id: str, piece_id: str, to: PieceState, why: tuple[str, str], at: datetime) -> Piece:
        """Let a stopped piece go on: ``to`` is composed when its chunk is, else accepted.

        ``why`` is the reason and who did it, for the event.
        """

    def in_room(self, organisation_id: str, batch_id: str) -> Sequence[PieceInRoom]:
        """Pieces of a batch by position, stopped ones included, as results need them."""

    def move_many(self, organisation_id: str, piece_ids: Sequence[str], to: PieceState) -> int:
        """Move those of these pieces that may go to ``to``; returns how many moved. The caller writes the event."""

    def find(self, organisation_id: str, text: str, limit: int) -> Sequence[Piece]:
        """Pieces with this piece id or submitter's record id."""

    def at_envelope(self, organisation_id: str, batch_id: str, envelope: int) -> Sequence[Piece]:
        """The pieces in an envelope of a batch, by position."""

    def states(self, organisation_id: str, batch_id: str) -> Mapping[PieceState, tuple[int, int]]:
        """How many pieces and sheets of a batch are in each state."""

    def delete_values(self, organisation_id: str, job_id: str) -> int:
        """Remove the annex of a job at the end of its retention; returns how many rows went."""


class Batches(Protocol):
    """Batches."""

    def add_many(self, organisation_id: str, batches: Iterable[Batch]) -> None:
        """Insert and write events; ids that are there already are left as they are."""

    def get(self, organisation_id: str, batch_id: str) -> Batch:
        """One batch."""

    def list(
        self, organisation_id: str, page: PageRequest, job_id: str | None = None, state: BatchState | None = None
    ) -> Page[Batch]:
        """Batches, newest first; those of one job by number."""

    def counts(self) -> Mapping[BatchState, int]:
        """Over all organisations, for the numbers of the installation; states without batches are left out."""

    def set_state(self, organisation_id: str, batch_id: str, to: BatchState, at: datetime) -> Batch:
        """Move to another state; staying where it is changes nothing."""

    def set_files(self, organisation_id: str, batch_id: str, files: Sequence[BatchFile]) -> None:
        """Replace the files of a batch that is not released."""

    def by_code(self, organisation_id: str, code: str) -> Batch | None:
        """The batch whose control codes begin with this."""

    def in_states(self, organisation_id: str, states: Collection[BatchState], limit: int) -> Sequence[Batch]:
        """Batches in these states, newest first."""

    def count(self, organisation_id: str, batch_id: str, sheets_counted: int | None, note: str) -> None:
        """Keep what the inserter counted and what the operator says of it."""

    def set_mail_run(self, organisation_id: str, batch_id: str, run_id: str | None) -> None:
        """Put a batch in a mail run, or take it out."""

    def of_mail_run(self, organisation_id: str, run_id: str) -> Sequence[Batch]:
        """Batches of a mail run, oldest first."""

    def next_number(self, organisation_id: str, job_id: str) -> int:
        """The number that the next batch of a job gets."""

    def lingering(self) -> Iterator[Lingering]:
        """Batches of all organisations that somebody has still to do with: tests end with their release."""


class Chunks(Protocol):
    """Units of composing."""

    def add_many(self, organisation_id: str, chunks: Iterable[Chunk]) -> None:
        """Insert; ids that are there already are left as they are."""

    def get(self, organisation_id: str, chunk_id: str) -> Chunk:
        """One chunk."""

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[Chunk]:
        """Chunks of a batch by number."""

    def finish(self, organisation_id: str, chunk_id: str, result: BlobRef) -> bool:
        """Keep the result; False when it was composed before, and then nothing changes."""

    def unfinished(self, organisation_id: str, batch_id: str) -> int:
        """How many chunks of a batch have no result."""


class Shards(Protocol):
    """Units of validating."""

    def add(self, shard: Shard) -> bool:
        """Insert; False when it is there already, and then it is left as it is."""

    def get(self, organisation_id: str, shard_id: str) -> Shard:
        """One shard."""

    def of_job(self, organisation_id: str, job_id: str) -> Sequence[Shard]:
        """Shards of a job by number."""

    def finish(self, organisation_id: str, shard_id: str, drawn: BlobRef | None = None) -> bool:
        """Note that it is validated, and its drawn letters; False when it was before, and then nothing changes."""

    def unfinished(self, organisation_id: str, job_id: str) -> int:
        """How many shards of a job are not validated."""
