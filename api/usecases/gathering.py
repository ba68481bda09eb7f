"""Shelves: letters that were drawn when their shard was validated, kept until the chunks of the job are composed.

They may be missing at any time, or be of before an upgrade: what is on none is composed, which gives the same bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from api.ports import Permanent
from api.usecases.leases import keep_lease
from api.usecases.trash import let_go
from docgen.drawing.chunks import OldShelfError, packed_head, shelf_of, take_from_shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import BlobRef, PieceToCompose, PrintJob, Shard, UnitOfWork, WorkContext
    from api.usecases.deps import Deps

# letters of a chunk are in memory while they are gathered
_MOST_BYTES: Final = 32_000_000


def shelve(deps: Deps, context: WorkContext, shard: Shard, packed: Mapping[int, bytes]) -> BlobRef | None:
    """Store packed letters by record; None when there are none.

    They are removed in an hour unless the transaction that ends the shard takes them back.
    """
    if not packed:
        return None
    places = [packed.get(shard.first + place, b"") for place in range(shard.count)]
    drawn = deps.blobs.put(shard.organisation_id, shelf_of(places))
    with deps.database.write() as uow:
        keep_lease(deps, uow, context)
        let_go(deps, uow, shard.organisation_id, [drawn])
    return drawn


def let_go_of_shelves(deps: Deps, uow: UnitOfWork, job: PrintJob) -> None:
    """Have what was drawn removed: every chunk of the job is composed, or none will be."""
    shards = uow.shards.of_job(job.organisation_id, job.id)
    let_go(deps, uow, job.organisation_id, [shard.drawn for shard in shards if shard.drawn is not None])


def gather(deps: Deps, shards: Sequence[Shard], pieces: Iterable[PieceToCompose]) -> dict[str, bytes]:
    """Packed letters by piece id, of those pieces that are on the shelves of ``shards``, which are all of a job."""
    if not deps.blobs.cheap_at_places:
        return {}
    found: dict[str, bytes] = {}
    size = 0
    for shard, wanted in _by_shard(shards, pieces):
        taken = _taken(deps, shard, wanted)
        found |= taken
        size += sum(map(len, taken.values()))
        if size >= _MOST_BYTES:
            break
    return found


def _by_shard(
    shards: Sequence[Shard], pieces: Iterable[PieceToCompose]
) -> Iterator[tuple[Shard, dict[int, PieceToCompose]]]:
    """Shards with letters that are wanted, by their places in it."""
    firsts = [shard.first for shard in shards]
    wanted: defaultdict[int, dict[int, PieceToCompose]] = defaultdict(dict)
    for piece in pieces:
        number = bisect_right(firsts, piece.record_index) - 1
        if number >= 0:
            wanted[number][piece.record_index - firsts[number]] = piece
    for number in sorted(wanted):
        yield shards[number], wanted[number]


def _taken(deps: Deps, shard: Shard, wanted: Mapping[int, PieceToCompose]) -> dict[str, bytes]:
    if shard.drawn is None:
        return {}
    try:
        with deps.blobs.open(shard.organisation_id, shard.drawn) as stream:
            taken = list(take_from_shelf(stream, sorted(wanted)))
    except Permanent as fault:
        if fault.code != "blob-missing":
            raise
        return {}
    except OldShelfError:
        return {}
    for place, packed in taken:
        if packed_head(packed) != (wanted[place].id, wanted[place].pages):
            raise RuntimeError(f"{wanted[place].id} is not at place {place} of {shard.id} as it was validated")
    return {wanted[place].id: packed for place, packed in taken}
