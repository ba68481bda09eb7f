"""What happened to a thing, the latest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, PageRequest
from api.usecases import jobs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Event, Piece
    from api.usecases.deps import Deps

SHOWN: Final = 60
_STEPS: Final = frozenset({f"batch-{step}" for step in ("released", "fetched", "printed", "completed", "handed_over")})
# one for every few hundred letters, and the states of the batch tell the same
_NOISE: Final = frozenset({"pieces-composed"})


def history_of_piece(deps: Deps, piece: Piece) -> Sequence[Event]:
    """What happened to a piece, and the steps of the batch that it is in."""
    events = [*history(deps, piece.organisation_id, piece.id)]
    if piece.batch_id is not None:
        of_batch = history(deps, piece.organisation_id, piece.batch_id)
        events += [event for event in of_batch if event.name in _STEPS]
    return sorted(events, key=lambda event: (event.at, event.number), reverse=True)[:SHOWN]


def history(deps: Deps, organisation_id: str, subject_id: str) -> Sequence[Event]:
    """The last events of a thing, the latest first."""
    events: list[Event] = []
    after: str | None = None
    while True:
        part = jobs.list_events(deps, organisation_id, subject_id, PageRequest(MAX_PAGE_ITEMS, after))
        events = [*events, *(event for event in part.items if event.name not in _NOISE)][-SHOWN:]
        after = part.next_after
        if after is None:
            return events[::-1]
