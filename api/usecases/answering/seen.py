"""Records as others see them: with what the recipient was told, and for what the answer may be used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import MAX_PAGE_ITEMS, PageRequest, RecordState
from api.usecases.feeds import place_moments, place_records
from api.usecases.scanning.forms import read_reply
from api.usecases.sheets import Sheet, csv_lines, workbook
from scanning.validators.tick import YES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import Answer, ContactMoment, Page, Record, RecordFilter, Submission, UnitOfWork
    from api.usecases.deps import Deps
    from api.usecases.sheets import Cell

COLUMNS: Final = (
    *("id", "piece_id", "record_id", "form", "field", "kind", "value", "state", "source", "confidence"),
    *("decided_by", "person", "decided_at", "updated_at", "revision", "slip_id", "field_id", "mode"),
    *("campaign_id", "submission_id", "code", "confirmations"),
)
_SEEN: Final = ("told", "purposes")


class RecordSeen(NamedTuple):
    """A record; ``told`` is what its answer was said to be for, ``purposes`` the ticks for it that stand on yes."""

    record: Record
    told: str
    purposes: tuple[str, ...]


class Said(NamedTuple):
    """An answer, with what it came in."""

    answer: Answer
    submission: Submission


@dataclass(frozen=True, slots=True)
class History:
    """A record and all that was said, oldest first."""

    seen: RecordSeen
    said: Sequence[Said]


def list_seen(
    deps: Deps, organisation_id: str, page: PageRequest, wanted: RecordFilter
) -> tuple[Page[Record], Sequence[RecordSeen]]:
    """Records in the order in which they changed last. Raises Refusal: ``bad-cursor``."""
    place_records(deps, organisation_id)
    with deps.database.read() as uow:
        found = uow.records.list(organisation_id, page, wanted._replace(placed=True))
        return found, seen_in(uow, organisation_id, found.items)


def every_seen(deps: Deps, organisation_id: str, wanted: RecordFilter) -> Iterator[RecordSeen]:
    """All of them, a part at a time."""
    page: PageRequest | None = PageRequest(MAX_PAGE_ITEMS)
    while page is not None:
        found, seen = list_seen(deps, organisation_id, page, wanted)
        yield from seen
        page = PageRequest(MAX_PAGE_ITEMS, found.next_after) if found.next_after else None


def records_csv(records: Iterable[RecordSeen]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), in UTF-8 with a heading."""
    return csv_lines((*COLUMNS, *_SEEN), map(_row, records))


def records_xlsx(records: Iterable[RecordSeen]) -> Iterator[bytes]:
    """A workbook of one sheet with the columns of `records_csv`."""
    return workbook([Sheet("records", (*COLUMNS, *_SEEN), map(_row, records))])


def _row(seen: RecordSeen) -> Sequence[Cell]:
    own: list[Cell] = [getattr(seen.record, name) for name in COLUMNS]
    return (*own, seen.told, " ".join(seen.purposes))


def history_of(deps: Deps, organisation_id: str, record_id: str) -> History:
    """One record with what was said by each road. Raises Refusal: ``answer-not-found``."""
    with deps.database.read() as uow:
        record = uow.records.get(organisation_id, record_id)
        whose = (organisation_id, record.campaign_id, record.record_id)
        answers = uow.submissions.live_answers(*whose, {record.field})
        said = [Said(one, uow.submissions.get(organisation_id, one.submission_id)) for one in answers]
        return History(seen_in(uow, organisation_id, [record])[0], said)


def list_submissions(
    deps: Deps, organisation_id: str, page: PageRequest, campaign_id: str | None, recipient: str | None
) -> tuple[Page[Submission], Mapping[str, Sequence[Answer]]]:
    """In the order in which they came, and the answers of each. Raises Refusal: ``campaign-not-found``."""
    with deps.database.read() as uow:
        own = None if campaign_id is None else uow.campaigns.get(organisation_id, campaign_id).id
        found = uow.submissions.list(organisation_id, page, own, recipient)
        return found, uow.submissions.answers(organisation_id, [one.id for one in found.items])


def get_submission(deps: Deps, organisation_id: str, submission_id: str) -> tuple[Submission, Sequence[Answer]]:
    """One with its answers. Raises Refusal: ``submission-not-found``."""
    with deps.database.read() as uow:
        found = uow.submissions.get(organisation_id, submission_id)
        return found, uow.submissions.answers(organisation_id, [found.id]).get(found.id, ())


def list_moments(deps: Deps, organisation_id: str, page: PageRequest, recipient: str | None) -> Page[ContactMoment]:
    """Oldest first, of all or of one recipient over all campaigns. Raises Refusal: ``bad-cursor``."""
    place_moments(deps, organisation_id)
    with deps.database.read() as uow:
        return uow.contact_moments.list(organisation_id, page, recipient)


def seen_in(uow: UnitOfWork, organisation_id: str, records: Iterable[Record]) -> Sequence[RecordSeen]:
    """Each of these records; a few queries for all of them."""
    every = list(records)
    answers = uow.submissions.answers(organisation_id, {one.submission_id for one in every})
    switched = _switched(uow, organisation_id, every)
    return [RecordSeen(one, _told(one, answers.get(one.submission_id, ())), switched.get(one.id, ())) for one in every]


def _told(record: Record, answers: Iterable[Answer]) -> str:
    return next((one.told for one in answers if one.field == record.field and one.told), "")


def _switched(uow: UnitOfWork, organisation_id: str, records: Sequence[Record]) -> Mapping[str, tuple[str, ...]]:
    """By record the ticks for its field that are on; none for what was taken back."""
    by_campaign: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.state is not RecordState.WITHDRAWN:
            by_campaign[record.campaign_id].append(record)
    found: dict[str, tuple[str, ...]] = {}
    for campaign_id, own in by_campaign.items():
        campaign = uow.campaigns.find(organisation_id, campaign_id)
        form = read_reply(campaign.reply_form) if campaign else None
        asked = {one.id: form.switches(one.field) for one in own} if form else {}
        if not any(asked.values()):
            continue
        people = uow.records.of_recipients(organisation_id, campaign_id, {one.record_id for one in own})
        on = {who: _on(every) for who, every in people.items()}
        found |= {one.id: tuple([tick for tick in asked[one.id] if tick in on[one.record_id]]) for one in own}
    return found


def _on(records: Iterable[Record]) -> frozenset[str]:
    """Only a yes that nobody doubts lets anything be used."""
    return frozenset([one.field for one in records if one.state is RecordState.SETTLED and one.value == YES])
