"""Answers that wait for a person, one after the other: first what roads say differently, then what was strange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import FOR_A_PERSON, PageRequest, RecordFilter
from api.usecases.answering.judging import doubt_of
from api.usecases.scanning.reviewing import LEASE
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from api.ports import Page, Record
    from api.usecases.answering.judging import Doubt
    from api.usecases.deps import Deps

MOST_COUNTED: Final = 100
_AT_ONCE: Final = 50


class Waiting(NamedTuple):
    """How many wait; each is counted up to `MOST_COUNTED`."""

    disputed: int
    review: int

    @property
    def all(self) -> int:
        """Both."""
        return self.disputed + self.review

    @property
    def is_more(self) -> bool:
        """True when there are more than were counted."""
        return MOST_COUNTED in self


def count_waiting(deps: Deps, organisation_id: str, campaign_id: str | None = None) -> Waiting:
    """Now, of one campaign or of all."""
    page = PageRequest(MOST_COUNTED)
    with deps.database.read() as uow:
        wanted = [RecordFilter(campaign_id=campaign_id, state=state) for state in FOR_A_PERSON]
        return Waiting(*[len(uow.records.list(organisation_id, page, each).items) for each in wanted])


def next_doubt(
    deps: Deps, organisation_id: str, person: str, skipped: Collection[str] = (), campaign_id: str | None = None
) -> Doubt | None:
    """The one that waits longest and is in nobody else's hands; None when none is left. It is in nobody's hands yet."""
    with deps.database.read() as uow:
        lent = uow.records.lent(organisation_id, deps.clock.now())
    for record in _waiting(deps, organisation_id, campaign_id):
        if record.id not in skipped and lent.get(record.id, person) == person:
            try:
                return doubt_of(deps, organisation_id, record.id)
            except Refusal as refusal:
                # of a letter from before there were campaigns: its slips are settled in the mailroom
                if refusal.code != "recipient-not-found":
                    raise
    return None


def take_next(
    deps: Deps, organisation_id: str, person: str, skipped: Collection[str] = (), campaign_id: str | None = None
) -> Doubt | None:
    """`next_doubt`, in the hands of this person for some minutes."""
    others: list[str] = []
    while doubt := next_doubt(deps, organisation_id, person, [*skipped, *others], campaign_id):
        if take(deps, organisation_id, doubt.record.id, person):
            return doubt
        # a colleague was quicker
        others.append(doubt.record.id)
    return None


def take(deps: Deps, organisation_id: str, record_id: str, person: str) -> bool:
    """Put one in the hands of this person for some minutes; False while it is in those of a colleague."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        return uow.records.lend(organisation_id, record_id, person, now, now + LEASE)


def give_back(deps: Deps, organisation_id: str, record_id: str, person: str) -> None:
    """This person does not settle it now."""
    with deps.database.write() as uow:
        uow.records.give_back(organisation_id, record_id, person)


def _waiting(deps: Deps, organisation_id: str, campaign_id: str | None) -> Iterator[Record]:
    for state in FOR_A_PERSON:
        after: str | None = None
        while True:
            with deps.database.read() as uow:
                wanted = RecordFilter(campaign_id=campaign_id, state=state)
                part: Page[Record] = uow.records.list(organisation_id, PageRequest(_AT_ONCE, after), wanted)
            yield from part.items
            after = part.next_after
            if after is None:
                break
