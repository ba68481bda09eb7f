"""Answers that people have to look at: what was said by each road, and what a person makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.ports import RecordFilter, RecordState, Road
from api.usecases.answering.giving import Offer, check, is_kept, keep
from api.usecases.answering.pages import asked_in
from api.usecases.scanning.forms import read_reply
from api.usecases.scanning.reviewing import MOST_CHARACTERS
from docgen.findings import Refusal
from scanning.validators.verdict import Checked, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Answer, Entry, Page, PageRequest, Record, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyField


@dataclass(frozen=True, slots=True)
class Doubt:
    """A record that waits for a person, what was asked, and all that was said, oldest first."""

    record: Record
    entry: Entry
    asked: ReplyField
    answers: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a person's word: the record as it is now; or what is wrong with it or asked again."""

    record: Record
    checked: Checked | None = None


def waiting(deps: Deps, organisation_id: str, state: RecordState, page: PageRequest) -> Page[Record]:
    """Records in dispute or for review, those that changed longest ago first."""
    with deps.database.read() as uow:
        return uow.records.list(organisation_id, page, RecordFilter(state=state))


def doubt_of(deps: Deps, organisation_id: str, record_id: str) -> Doubt:
    """One record with what was said. Raises Refusal: ``answer-not-found``, ``recipient-not-found``."""
    with deps.database.read() as uow:
        return _doubt(uow, organisation_id, record_id)


def judge(deps: Deps, organisation_id: str, record_id: str, value: str, by: str, *, insists: bool = False) -> Judged:
    """A person says what the answer is; "" takes it back. All that was said before stays.

    An answer that is strange is asked again: the same with ``insists``.
    Raises Refusal: ``answer-not-found``, ``recipient-not-found``, ``value-too-long``.
    """
    if len(value) > MOST_CHARACTERS:
        raise Refusal("value-too-long", f"An answer has at most {MOST_CHARACTERS} characters.")
    with deps.database.write() as uow:
        doubt = _doubt(uow, organisation_id, record_id)
        uow.entries.hold(organisation_id, doubt.entry.campaign_id, doubt.entry.recipient)
        asked, name = asked_in(deps, uow, doubt.entry), doubt.asked.name
        insisted = frozenset({name}) if insists else frozenset[str]()
        offer = Offer(Road.STAFF, {name: value}, insisted, doubt.entry.language, by=by, settles=True)
        checked = check(deps, asked, offer) if value.strip() else {name: Checked(Verdict.ACCEPT, "")}
        if not is_kept(checked[name]):
            return Judged(doubt.record, checked[name])
        keep(deps, uow, asked, offer, "", checked)
        uow.records.give_back(organisation_id, record_id, by)
        return Judged(uow.records.get(organisation_id, record_id), checked[name])


def _doubt(uow: UnitOfWork, organisation_id: str, record_id: str) -> Doubt:
    record = uow.records.get(organisation_id, record_id)
    entries = uow.entries.of_recipient(organisation_id, record.campaign_id, record.record_id)
    campaign = uow.campaigns.find(organisation_id, record.campaign_id)
    asked = read_reply(campaign.reply_form).field(record.field) if campaign else None
    if not entries or asked is None:
        raise Refusal("recipient-not-found", "This record is of a letter from before there were campaigns.")
    answers = uow.submissions.live_answers(organisation_id, record.campaign_id, record.record_id, {record.field})
    return Doubt(record, entries[-1], asked, answers)
