"""Repositories of campaigns: every query takes the organisation; `get` raises `Refusal` with ``<thing>-not-found``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from api.ports.answers import EVERY_RECORD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from api.ports.answers import Record, RecordFilter
    from api.ports.campaigns import (
        Answer,
        Campaign,
        CampaignCounts,
        ContactMoment,
        DayCount,
        Entry,
        Recipient,
        Submission,
    )
    from api.ports.values import Page, PageRequest
    from scanning.decide.roads import Standing


class Campaigns(Protocol):
    """Campaigns."""

    def add(self, campaign: Campaign) -> bool:
        """Insert and write an event; False when this id is there. Raises ``campaign-key-taken``."""

    def get(self, organisation_id: str, campaign_id: str) -> Campaign:
        """By id, or by the corporation's own key."""

    def find(self, organisation_id: str, campaign_id: str) -> Campaign | None:
        """By id."""

    def change(self, campaign: Campaign) -> None:
        """Replace the revision before and write an event; raises ``campaign-changed`` when another one did."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[Campaign]:
        """Newest first."""

    def to_remind(self, now: datetime) -> Sequence[Campaign]:
        """Live ones of all organisations that are open and have reminders that are not over."""

    def counts(self, organisation_id: str, campaign_id: str, needed: Collection[str]) -> CampaignCounts:
        """Of now; complete is who has a settled answer to each field of ``needed``, or of no fields to any."""

    def per_day(self, organisation_id: str, campaign_id: str) -> Sequence[DayCount]:
        """Submissions by day and road."""


class Entries(Protocol):
    """Recipients of campaigns, and their ways in."""

    def add_many(self, organisation_id: str, entries: Iterable[Entry]) -> None:
        """Insert."""

    def clear(self, organisation_id: str, job_id: str) -> None:
        """Remove all of a job."""

    def get(self, organisation_id: str, entry_id: str) -> Entry:
        """One; ``entry-not-found``."""

    def by_token(self, organisation_id: str, digest: str) -> Entry | None:
        """The one that a link leads to."""

    def by_code(self, organisation_id: str, digest: str) -> Sequence[Entry]:
        """Those with a code; codes are short, so two may meet."""

    def of_piece(self, organisation_id: str, piece_id: str) -> Entry | None:
        """That of a letter."""

    def of_recipient(self, organisation_id: str, campaign_id: str, recipient: str) -> Sequence[Entry]:
        """All of a recipient: letters first in the order of their jobs, then links that staff made; last is latest."""

    def of_recipients(
        self, organisation_id: str, campaign_id: str, recipients: Collection[str]
    ) -> Mapping[str, Sequence[Entry]]:
        """`of_recipient` of each of these, by recipient."""

    def hold(self, organisation_id: str, campaign_id: str, recipient: str) -> None:
        """Keep the rows until the commit, so that answers of one recipient are settled one after another."""

    def revoke(self, organisation_id: str, entry_ids: Collection[str], why: str, at: datetime) -> None:
        """Once; again changes nothing."""

    def recipients(
        self, organisation_id: str, campaign_id: str, page: PageRequest, *, missing: Collection[str] | None = None
    ) -> Page[Recipient]:
        """By key; with ``missing`` those without a settled answer to one of these fields, or of no fields to any."""

    def search(self, organisation_id: str, postcode: str, house: str, recipient: str, limit: int) -> Sequence[Entry]:
        """Newest first, by postcode and the beginning of the house, or by the corporation's key."""


class Submissions(Protocol):
    """What came in."""

    def add(self, submission: Submission) -> bool:
        """Insert and write an event; False when its ``once`` is there."""

    def get(self, organisation_id: str, submission_id: str) -> Submission:
        """One; ``submission-not-found``."""

    def once(self, organisation_id: str, once: str) -> Submission | None:
        """The one that was sent before."""

    def of_slip(self, organisation_id: str, slip_id: str) -> Submission | None:
        """That of a slip."""

    def list(
        self, organisation_id: str, page: PageRequest, campaign_id: str | None = None, recipient: str | None = None
    ) -> Page[Submission]:
        """In the order in which they came."""

    def answers(self, organisation_id: str, submission_ids: Collection[str]) -> Mapping[str, Sequence[Answer]]:
        """All answers of submissions, in the order in which they were written."""

    def add_answer(self, answer: Answer) -> Answer:
        """Insert; gives it its number."""

    def live_answers(
        self, organisation_id: str, campaign_id: str, recipient: str, fields: AbstractSet[str]
    ) -> Sequence[Answer]:
        """Those to these fields that count, in the order in which they came."""

    def end_answers(self, organisation_id: str, slip_field_id: str, at: datetime) -> int:
        """Those of a field of a slip count no more; returns how many did."""

    def set_standing(self, organisation_id: str, slip_field_id: str, standing: Standing) -> int:
        """Change the standing of those of a field of a slip that count."""


class ContactMoments(Protocol):
    """What passed between corporation and recipients."""

    def add(self, moment: ContactMoment) -> None:
        """Append."""

    def add_sent(self, organisation_id: str, batch_id: str, at: datetime) -> None:
        """Append one for each piece of a batch that is handed over."""

    def latest(self, organisation_id: str, subject_id: str, kind: str) -> datetime | None:
        """When something last happened."""

    def of_recipient(self, organisation_id: str, recipient: str, page: PageRequest) -> Page[ContactMoment]:
        """Oldest first, over all campaigns."""

    def list(self, organisation_id: str, page: PageRequest, recipient: str | None = None) -> Page[ContactMoment]:
        """Those that have their place, by it; it is the ``number`` of each."""

    def unplaced(self) -> Sequence[str]:
        """Organisations with moments that have no place yet."""

    def has_unplaced(self, organisation_id: str) -> bool:
        """True when there are any of this one."""

    def place(self, organisation_id: str, limit: int | None = None) -> int:
        """Give committed moments their places, behind all that were given; returns how many."""


class Records(Protocol):
    """Settled answers."""

    def find(self, organisation_id: str, campaign_id: str, recipient: str, field: str) -> Record | None:
        """That of a recipient and field."""

    def get(self, organisation_id: str, record_id: str) -> Record:
        """One; ``answer-not-found``."""

    def of_recipient(self, organisation_id: str, campaign_id: str, recipient: str) -> Sequence[Record]:
        """All of a recipient."""

    def of_recipients(
        self, organisation_id: str, campaign_id: str, recipients: Collection[str]
    ) -> Mapping[str, Sequence[Record]]:
        """All of these recipients, by recipient."""

    def put(self, record: Record) -> None:
        """Insert or replace, and write an event."""

    def unplaced(self) -> Sequence[str]:
        """Organisations with records that changed and have no place for it yet."""

    def has_unplaced(self, organisation_id: str) -> bool:
        """True when there are any of this one."""

    def place(self, organisation_id: str, now: datetime, limit: int) -> int:
        """Set ``updated_at`` of committed changes to a moment behind all that were given; returns how many."""

    def lend(self, organisation_id: str, record_id: str, person: str, now: datetime, until: datetime) -> bool:
        """Put a record in the hands of a person; False, and no change, while it is in those of another."""

    def give_back(self, organisation_id: str, record_id: str, person: str) -> None:
        """Out of the hands of this person; in those of another it stays."""

    def lent(self, organisation_id: str, now: datetime) -> Mapping[str, str]:
        """In whose hands records are, by record."""

    def list(self, organisation_id: str, page: PageRequest, wanted: RecordFilter = EVERY_RECORD) -> Page[Record]:
        """In the order in which they changed last. Raises Refusal: ``bad-cursor``."""
