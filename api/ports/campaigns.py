"""Campaigns as rows: what is asked of whom until when, ways in, what came in by any road, and contact moments."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from api.ports.answers import DecidedBy
    from api.ports.entities import Mode
    from api.ports.values import BlobRef
    from docgen.reply_form import ReplyKind
    from scanning.decide.roads import Road, Standing
    from scanning.validators.verdict import Verdict


REMIND_AT: Final = "09:00"
"""When reminders begin unless a campaign says otherwise."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is asked of many, and until when.

    ``key`` is the corporation's own. ``reply_form`` is JSON (`api.usecases.scanning.forms.read_reply`); the personal
    page is in the brand ``brand_id``. Answers can be given from ``opens_at`` and corrected until ``closes_at``; until
    ``gone_at`` people see what they gave, and from then on nothing. ``reminders`` are the days on which who has not
    answered is written to again, from ``remind_at`` (hh:mm, where the corporation is) on; ``reminded`` are those that
    are over. ``revision`` counts changes.
    """

    id: str
    organisation_id: str
    mode: Mode
    key: str
    name: str
    template_id: str
    brand_id: str
    reply_form: str
    created_at: datetime
    created_by: str
    closes_at: datetime
    gone_at: datetime
    opens_at: datetime | None = None
    revoked_at: datetime | None = None
    reminders: tuple[date, ...] = ()
    reminded: tuple[date, ...] = ()
    revision: int = 1
    remind_at: str = REMIND_AT


class Entry(NamedTuple):
    """A recipient of a campaign, and with ``token_digest`` a way in to the personal page; one for each letter.

    ``recipient`` is the corporation's own key, the ``record_id`` of its letters. ``postcode`` and ``house`` are as
    printed, ``known`` has, by field, what its sender knows, as JSON. Digests are hex, None for who has no way in.
    ``made_at`` and ``made_by`` tell who made a link that stands in no letter; with a letter the job tells.
    """

    id: str
    organisation_id: str
    mode: Mode
    campaign_id: str
    recipient: str
    job_id: str | None
    piece_id: str | None
    language: str
    postcode: str
    house: str
    known: str
    token_digest: str | None
    code_digest: str | None
    made_at: datetime | None = None
    made_by: str = ""
    revoked_at: datetime | None = None
    revoked_why: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """What came in at once from one recipient, by one road; never changed.

    ``once`` makes it exist once however often it is sent. ``by`` is the person or key that gave it, "" for the
    recipient. ``receipt`` is what the recipient was shown. ``note`` is why an answer is strange, in the person's words.
    """

    id: str
    organisation_id: str
    mode: Mode
    campaign_id: str
    recipient: str
    road: Road
    came_at: datetime
    language: str
    once: str
    receipt: str
    entry_id: str = ""
    piece_id: str = ""
    slip_id: str = ""
    by: str = ""
    note: str = ""
    photo: BlobRef | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one field in a submission. Once written only ``standing`` and ``ended_at`` change.

    ``raw`` is what was given, ``value`` what was made of it, ``verdict`` and ``code`` what the rules for answers said
    then, ``insisted`` that the person was asked and kept to it, and ``told`` what the person was told it is for.
    One that ``ended_at`` counts no more: it was read anew, or its slip was withdrawn.
    """

    organisation_id: str
    submission_id: str
    campaign_id: str
    recipient: str
    field: str
    kind: ReplyKind
    road: Road
    raw: str
    value: str
    verdict: Verdict
    code: str
    insisted: bool
    told: str
    standing: Standing
    confidence: float
    decided_by: DecidedBy
    person: str
    at: datetime
    slip_field_id: str = ""
    ended_at: datetime | None = None
    number: int = 0


class MomentKind(StrEnum):
    """Kinds of contact moments."""

    LETTER_SENT = "letter-sent"
    SLIP_CAME = "slip-came"
    PAGE_OPENED = "page-opened"
    ANSWERED = "answered"
    LINK_MADE = "link-made"
    LINK_REVOKED = "link-revoked"
    SETTLED = "settled"
    ASKED_TO_AGREE = "asked-to-agree"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class ContactMoment:
    """That something passed between the corporation and a recipient; ``data`` holds ids and codes, never answers.

    ``subject_id`` is the piece, slip, entry, submission or record that it is about. ``number`` grows.
    """

    organisation_id: str
    mode: Mode
    campaign_id: str
    recipient: str
    kind: MomentKind
    at: datetime
    subject_id: str
    by: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    number: int = 0


class Recipient(NamedTuple):
    """A recipient of a campaign, with how many ways in, settled fields, and fields that wait for a person."""

    recipient: str
    language: str
    postcode: str
    house: str
    letters: int
    answered: int
    waiting: int


class DayCount(NamedTuple):
    """How many submissions came by a road on a day (UTC)."""

    day: date
    road: Road
    submissions: int


class CampaignCounts(NamedTuple):
    """How a campaign stands: how many recipients it has, and how many of them are how far.

    ``sent`` were sent a letter, ``opened`` came to their page, ``complete`` answered all that must be answered,
    ``answered`` anything, and of ``waiting`` an answer waits for a person.
    """

    recipients: int = 0
    sent: int = 0
    opened: int = 0
    complete: int = 0
    answered: int = 0
    waiting: int = 0


def own_campaign_id(job_id: str) -> str:
    """The campaign of a job that was not given one; ids of both grow with time."""
    return f"cmp_{job_id.partition('_')[2]}"
