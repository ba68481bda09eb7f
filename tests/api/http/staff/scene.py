"""A print room with a batch in it, made in a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import Rules
from api.usecases import print_room, rules
from tests.api.usecases.world import ORG, record

if TYPE_CHECKING:
    from api.ports import Batch
    from tests.api.usecases.world import World


def batch_of(world: World, pieces: int = 6, first: int = 0, title: str = "Huur 2027") -> Batch:
    """A released batch with these many letters."""
    rules.set_rules(world.deps, Rules(ORG, mark_profile="datamatrix", sort_plan="nl-2"))
    job = world.released([record(first + number) for number in range(1, pieces + 1)], title=title)
    (batch,) = world.batches(job.id)
    return batch


def printed(world: World, pieces: int = 6, first: int = 0, title: str = "Huur 2027") -> Batch:
    """One that is on paper."""
    return print_room.mark_printed(world.deps, ORG, batch_of(world, pieces, first, title).id, "usr_x")


def now(world: World, batch: Batch) -> Batch:
    """As it is."""
    with world.deps.database.read() as uow:
        return uow.batches.get(ORG, batch.id)
