"""Reminders: who has not answered is written to again, from what their last letter said, in the same campaign."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import (
    Event,
    JobState,
    PackageKind,
    PageRequest,
    PieceState,
    Policy,
    RecordState,
)
from api.usecases.answering.campaigns import campaign_of_job, needed_fields
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.intake import Submission, add_job, store_body
from api.usecases.packages import files_of, resolve
from api.usecases.scanning.forms import read_reply
from docgen.records.as_record import as_record
from docgen.records.letter_json import read_letter
from docgen.templates.load import load_template
from docgen.templates.model import FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import date

    from api.ports import Campaign, Entry, Recipient, Record, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.templates.model import Template

REMINDER_FAILED: Final = "reminder-failed"
LETTER_DATE: Final = "letter_date"
"""A field of this name has the day of the letter, so a reminder gets its own."""
_AT_ONCE: Final = 200
_NEVER_SENT: Final = frozenset({JobState.RECEIVED, JobState.VALIDATING, JobState.REJECTED, JobState.CANCELLED})
_UNSURE: Final = frozenset({RecordState.REVIEW, RecordState.DISPUTED})


class LeftOut(StrEnum):
    """Why somebody is not written to again."""

    COMPLETE = "complete"
    WAITING = "waiting"
    REVOKED = "revoked"
    STOPPED = "stopped"
    NO_LETTER = "no-letter"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is wished; without ``template`` that of the campaign. ``values`` take the place of those of all letters."""

    by: str
    template: str = ""
    title: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reminded:
    """What came of it: ``job_id`` is None when nobody is left to write to; ``left_out`` counts people by reason."""

    letters: int
    left_out: Mapping[LeftOut, int]
    job_id: str | None = None


class _Letter(NamedTuple):
    """Who is written to again, with the letter to write from; or why not."""

    recipient: str
    piece_id: str = ""
    why_not: LeftOut | None = None


def remind(deps: Deps, organisation_id: str, campaign_id: str, wish: Reminder) -> Reminded:
    """Make a print job of letters to all who have not answered completely; their earlier links stay good.

    The job goes by the organisation's rules, approval among them. Raises Refusal: ``campaign-not-found``,
    ``campaign-closed``, ``campaign-form-differs``, ``campaign-asks-nothing``, ``template-not-found``,
    ``template-retired``, ``brand-retired``, ``title-invalid``.
    """
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
    return write_again(deps, campaign, wish, lambda _: None)


def write_again(deps: Deps, campaign: Campaign, wish: Reminder, over: Callable[[UnitOfWork], None]) -> Reminded:
    """One job, or none when nobody is left; ``over`` is done in the transaction that makes it.

    Recipients are read some at a time, and nothing is written but that transaction. Raises as `remind`.
    """
    with deps.database.read() as uow:
        template = resolve(uow, campaign.organisation_id, PackageKind.TEMPLATE, wish.template or campaign.template_id)
        campaign_of_job(deps, uow, campaign.organisation_id, campaign.id, campaign.mode, template)
    maker = _Maker(deps, campaign, load_template(files_of(deps, template)), _values(deps, wish))
    first = next(maker.body, None)
    if first is None:
        with deps.database.write() as uow:
            over(uow)
            return _note(deps, uow, campaign, maker.outcome(), wish.by)
    body = store_body(deps, campaign.organisation_id, _behind(first, maker.body))
    job = Submission(
        template=template.id,
        brand=campaign.brand_id,
        format=RecordsFormat(RecordsType.JSON),
        mode=campaign.mode,
        policy=Policy.VALID_ONLY,
        title=wish.title,
        created_by=wish.by,
        campaign=campaign.id,
    )
    with deps.database.write() as uow:
        over(uow)
        made = add_job(deps, uow, campaign.organisation_id, job, body)
        return _note(deps, uow, campaign, replace(maker.outcome(), job_id=made.id), wish.by)


def _behind(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _values(deps: Deps, wish: Reminder) -> Mapping[str, object]:
    return {LETTER_DATE: deps.clock.now().date().isoformat(), **wish.values}


def _note(deps: Deps, uow: UnitOfWork, campaign: Campaign, done: Reminded, by: str) -> Reminded:
    """Tell of it, and end the alarm that none could be sent."""
    rings = [one for one in uow.alarms.open(campaign.organisation_id) if one.state == REMINDER_FAILED]
    uow.alarms.close([one for one in rings if one.subject_id == campaign.id], deps.clock.now())
    counts = {str(why): number for why, number in done.left_out.items()}
    data = {"job": done.job_id, "letters": done.letters, "left_out": counts, "by": by}
    uow.events.append(Event(campaign.organisation_id, campaign.id, "campaign-reminded", deps.clock.now(), data))
    return done


def mark(uow: UnitOfWork, campaign: Campaign, days: Collection[date]) -> None:
    """These days are over. Raises Refusal: ``campaign-changed`` when another transaction changed the campaign."""
    reminded = tuple(sorted({*campaign.reminded, *days}))
    uow.campaigns.change(replace(campaign, reminded=reminded, revision=campaign.revision + 1))


class _Maker:
    """Writes the body of the job, some recipients at a time, and counts."""

    def __init__(self, deps: Deps, campaign: Campaign, template: Template, values: Mapping[str, object]) -> None:
        self._deps, self._campaign, self._template = deps, campaign, template
        form = read_reply(campaign.reply_form)
        self._needed = needed_fields(form)
        dated = {one.name for one in template.fields if one.kind is FieldKind.DATE}
        self._values = {name: value for name, value in values.items() if name != LETTER_DATE or name in dated}
        self._jobs: dict[str, JobState] = {}
        self._left_out: Counter[LeftOut] = Counter()
        self._letters = 0
        self.body = self._records()

    def outcome(self) -> Reminded:
        """Counts, once the body was read to its end."""
        return Reminded(self._letters, dict(self._left_out))

    def _records(self) -> Iterator[bytes]:
        """A JSON array; nothing at all when nobody is written to."""
        page: PageRequest | None = PageRequest(_AT_ONCE)
        while page is not None:
            with self._deps.database.read() as uow:
                found = uow.entries.recipients(self._campaign.organisation_id, self._campaign.id, page)
                letters = list(self._letters_of(uow, found.items))
                values = uow.pieces.values(self._campaign.organisation_id, [one.piece_id for one in letters])
            for letter in letters:
                yield from self._record(letter, values)
            page = PageRequest(_AT_ONCE, found.next_after) if found.next_after else None
        if self._letters:
            yield b"]"

    def _record(self, letter: _Letter, values: Mapping[str, bytes]) -> Iterator[bytes]:
        if letter.piece_id not in values:
            self._left_out[LeftOut.REMOVED] += 1
            return
        record = as_record(read_letter(values[letter.piece_id]), self._template, self._values)
        self._letters += 1
        yield (b"[" if self._letters == 1 else b",") + json.dumps(record).encode()

    def _letters_of(self, uow: UnitOfWork, people: Sequence[Recipient]) -> Iterator[_Letter]:
        """Those who are written to; the others are counted."""
        keys = [one.recipient for one in people]
        whose = (self._campaign.organisation_id, self._campaign.id)
        entries, records = uow.entries.of_recipients(*whose, keys), uow.records.of_recipients(*whose, keys)
        for key in keys:
            letter = self._letter(uow, key, entries[key], records.get(key, ()))
            if letter.why_not is None:
                yield letter
            else:
                self._left_out[letter.why_not] += 1

    def _letter(self, uow: UnitOfWork, key: str, entries: Sequence[Entry], records: Sequence[Record]) -> _Letter:
        why_not = _answered(records, self._needed)
        if why_not is None and all(one.revoked_at is not None for one in entries):
            why_not = LeftOut.REVOKED
        if why_not is not None:
            return _Letter(key, why_not=why_not)
        sent = [one for one in entries if one.piece_id and self._state_of(uow, one) not in _NEVER_SENT]
        if not sent:
            return _Letter(key, why_not=LeftOut.NO_LETTER)
        last = sent[-1].piece_id or ""
        is_stopped = uow.pieces.get(self._campaign.organisation_id, last).state is PieceState.STOPPED
        return _Letter(key, last, LeftOut.STOPPED if is_stopped else None)

    def _state_of(self, uow: UnitOfWork, entry: Entry) -> JobState:
        job_id = entry.job_id or ""
        if job_id not in self._jobs:
            self._jobs[job_id] = uow.jobs.get(entry.organisation_id, job_id).state
        return self._jobs[job_id]


def _answered(records: Sequence[Record], needed: Collection[str]) -> LeftOut | None:
    """Whether somebody has answered all, or all but what a person has to look at; where nothing is needed, anything."""
    settled = {one.field for one in records if one.state is RecordState.SETTLED}
    given = settled | {one.field for one in records if one.state in _UNSURE}
    if (set(needed) <= settled) if needed else settled:
        return LeftOut.COMPLETE
    return LeftOut.WAITING if (set(needed) <= given if needed else given) else None
