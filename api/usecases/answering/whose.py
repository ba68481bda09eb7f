"""Whose an answer is: a recipient of a campaign, known by the letter that asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.ports import own_campaign_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Entry, Mode, UnitOfWork


class Whose(NamedTuple):
    """A recipient; ``recipient`` is the corporation's own key."""

    organisation_id: str
    mode: Mode
    campaign_id: str
    recipient: str


def of_entry(entry: Entry) -> Whose:
    """The recipient that a way in is of."""
    return Whose(entry.organisation_id, entry.mode, entry.campaign_id, entry.recipient)


def latest_of(entries: Sequence[Entry]) -> Entry:
    """Of all ways in of a recipient, oldest first: the last that leads somewhere, else the last."""
    return next((one for one in reversed(entries) if one.revoked_at is None), entries[-1])


def of_piece(uow: UnitOfWork, organisation_id: str, piece_id: str) -> Whose:
    """The recipient of a letter. Raises Refusal: ``piece-not-found``."""
    entry = uow.entries.of_piece(organisation_id, piece_id)
    if entry is not None:
        return of_entry(entry)
    # a letter of before there were campaigns
    piece = uow.pieces.get(organisation_id, piece_id)
    job = uow.jobs.get(organisation_id, piece.job_id)
    return Whose(organisation_id, job.mode, job.campaign_id or own_campaign_id(job.id), piece.record_id)
