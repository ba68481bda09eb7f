"""What happened to a thing, the latest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, PageRequest
from api.usecases import jobs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Event
    from api.usecases.deps import Deps

SHOWN: Final = 60
# one for every few hundred letters, and the states of the batch tell the same
_NOISE: Final = frozenset({"pieces-composed"})


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
