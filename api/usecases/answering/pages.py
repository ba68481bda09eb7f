"""What the personal page of a way in asks and shows at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from api.ports import ContactMoment, MomentKind, PieceState, RecordState
from api.usecases.answering.whose import of_entry
from api.usecases.scanning.forms import read_known, read_reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports import Campaign, Entry, Record, UnitOfWork
    from api.usecases.deps import Deps
    from docgen.reply_form import Known, ReplyForm

ONE_VISIT: Final = timedelta(minutes=30)
REPLACED: Final = "replaced"


class PageState(StrEnum):
    """What a personal page is good for. A closed one shows what was answered; one that is gone shows nothing."""

    NOT_YET = "not-yet"
    OPEN = "open"
    CLOSED = "closed"
    GONE = "gone"
    REVOKED = "revoked"
    REPLACED = "replaced"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the recipient of ``entry``, and how it stands.

    ``given`` has the answers in force by field, and like ``known`` may be shown only to who knows the address.
    ``why`` says why a letter was stopped, in the corporation's words; it is not for the recipient.
    """

    entry: Entry
    campaign: Campaign
    form: ReplyForm
    state: PageState
    known: Mapping[str, Mapping[Known, str]]
    given: Mapping[str, str]
    why: str = ""

    @property
    def is_open(self) -> bool:
        """True when answers are taken from the recipient."""
        return self.state is PageState.OPEN


def what_to_ask(deps: Deps, entry: Entry) -> Asked:
    """The page behind a way in, as it is now. Raises Refusal: ``campaign-not-found``, ``entry-not-found``."""
    with deps.database.read() as uow:
        return asked_in(deps, uow, uow.entries.get(entry.organisation_id, entry.id))


def asked_in(deps: Deps, uow: UnitOfWork, entry: Entry) -> Asked:
    """`what_to_ask` inside a transaction."""
    campaign = uow.campaigns.get(entry.organisation_id, entry.campaign_id)
    records = uow.records.of_recipient(entry.organisation_id, entry.campaign_id, entry.recipient)
    return asked_by(deps, uow, entry, campaign, records)


def asked_by(deps: Deps, uow: UnitOfWork, entry: Entry, campaign: Campaign, records: Sequence[Record]) -> Asked:
    """`asked_in` for who has the campaign and the recipient's records already."""
    state, why = _state(uow, entry, campaign, deps.clock.now())
    given = {one.field: one.value for one in records if one.value and one.state is not RecordState.WITHDRAWN}
    return Asked(entry, campaign, read_reply(campaign.reply_form), state, read_known(entry.known), given, why)


def note_visit(deps: Deps, entry: Entry) -> None:
    """Somebody who knows the address has come to the page; once for a visit."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        before = uow.contact_moments.latest(entry.organisation_id, entry.id, MomentKind.PAGE_OPENED)
        if before is None or now - before > ONE_VISIT:
            uow.contact_moments.add(ContactMoment(*of_entry(entry), MomentKind.PAGE_OPENED, now, entry.id))


def _state(uow: UnitOfWork, entry: Entry, campaign: Campaign, now: datetime) -> tuple[PageState, str]:
    if entry.revoked_at is not None:
        return (PageState.REPLACED if entry.revoked_why == REPLACED else PageState.REVOKED), entry.revoked_why
    if campaign.revoked_at is not None:
        return PageState.REVOKED, ""
    if now >= campaign.gone_at:
        return PageState.GONE, ""
    stopped = _why_stopped(uow, entry)
    if stopped is not None:
        return PageState.STOPPED, stopped
    if now >= campaign.closes_at:
        return PageState.CLOSED, ""
    early = campaign.opens_at is not None and now < campaign.opens_at
    return (PageState.NOT_YET if early else PageState.OPEN), ""


def _why_stopped(uow: UnitOfWork, entry: Entry) -> str | None:
    """Why a letter was stopped: nobody should have it, and whoever has is not asked any more."""
    if entry.piece_id is None:
        return None
    piece = uow.pieces.get(entry.organisation_id, entry.piece_id)
    return (piece.stop_reason or "") if piece.state is PieceState.STOPPED else None
