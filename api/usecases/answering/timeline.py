"""One person for whoever has them on the phone: what is asked, what was answered, and all that passed between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, MomentKind, PageRequest
from api.usecases.agreeing.seeing import requests_of
from api.usecases.answering.doors import is_theirs
from api.usecases.answering.pages import asked_in
from api.usecases.answering.whose import latest_of
from api.usecases.searching import name_in
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import (
        AgreementRequest,
        Answer,
        AskedQuestion,
        Campaign,
        ContactMoment,
        Entry,
        Page,
        Record,
        Submission,
        UnitOfWork,
    )
    from api.usecases.answering.pages import Asked
    from api.usecases.deps import Deps

MOST_STEPS: Final = 200
_MOST_CAMPAIGNS: Final = 100
_ANSWERED: Final = frozenset({MomentKind.ANSWERED, MomentKind.SETTLED})


@dataclass(frozen=True, slots=True)
class Step:
    """A contact moment with its campaign, and what was answered in it.

    With an ``asked`` it is about a request to agree, whose id is the moment's ``subject_id``; it has no campaign then.
    """

    moment: ContactMoment
    campaign: Campaign | None
    submission: Submission | None = None
    answers: tuple[Answer, ...] = ()
    asked: AskedQuestion | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """The record of a field with the answer that it comes of, which tells what the person was told."""

    record: Record
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the campaign; ``is_kept`` while it can be looked at."""

    entry: Entry
    pages: int
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient of a campaign.

    ``entry`` is the latest way in and ``asked`` what is asked by it; ``live`` counts ways in that lead to the page.
    ``steps`` are of this campaign and others of the same number at the same address, the latest first; ``others`` has
    one way in of each other campaign, and ``elsewhere`` of those with the same number at another address: these may be
    somebody else's. ``name`` is on the last letter that is kept, "" when none is. ``requests`` to agree have the same
    number; they are among the steps unless that number is somebody else's too.
    """

    entry: Entry
    asked: Asked
    name: str
    live: int
    in_force: Mapping[str, InForce]
    letters: Sequence[Letter]
    steps: Sequence[Step]
    others: Sequence[tuple[Entry, Campaign]]
    elsewhere: Sequence[tuple[Entry, Campaign]]
    requests: Sequence[tuple[AgreementRequest, AskedQuestion]] = ()


def person_of(deps: Deps, organisation_id: str, entry_id: str) -> Person:
    """The person that a way in is of. Raises Refusal: ``entry-not-found``, ``campaign-not-found``."""
    with deps.database.read() as uow:
        named = uow.entries.get(organisation_id, entry_id)
        entries = uow.entries.of_recipient(organisation_id, named.campaign_id, named.recipient)
        entry = latest_of(entries)
        letters = [_letter(uow, one) for one in entries if one.piece_id is not None]
        others, elsewhere = _others(uow, entry)
        campaigns = {campaign.id: campaign for _, campaign in others}
        asked = asked_in(deps, uow, entry)
        requests = [one for one in requests_of(uow, organisation_id, entry.recipient) if one[0].mode is entry.mode]
        # a number that somebody else has too says not whose request it is
        questions = {} if elsewhere else {its.id: its for _, its in requests}
        return Person(
            entry,
            asked,
            _name(uow, letters),
            sum(1 for one in entries if one.revoked_at is None and one.token_digest is not None),
            _in_force(uow, entry),
            letters,
            _steps(uow, entry, campaigns | {asked.campaign.id: asked.campaign}, questions),
            others,
            elsewhere,
            requests,
        )


def entry_of_recipient(deps: Deps, organisation_id: str, campaign_id: str, recipient: str) -> Entry:
    """The latest way in of a recipient. Raises Refusal: ``campaign-not-found``, ``recipient-not-found``."""
    with deps.database.read() as uow:
        campaign = uow.campaigns.get(organisation_id, campaign_id)
        entries = uow.entries.of_recipient(organisation_id, campaign.id, recipient)
    if not entries:
        raise Refusal("recipient-not-found", f"{campaign.key} has no recipient {recipient[:60]}.")
    return latest_of(entries)


def slip_picture_page(deps: Deps, organisation_id: str, slip_id: str) -> str:
    """The id of the scanned page that a slip is on. Raises Refusal: ``slip-not-found``."""
    with deps.database.read() as uow:
        return uow.scan_pages.slip(organisation_id, slip_id).page_id


def _letter(uow: UnitOfWork, entry: Entry) -> Letter:
    assert entry.piece_id is not None  # noqa: S101 - letters have pieces
    piece = uow.pieces.get(entry.organisation_id, entry.piece_id)
    kept = uow.pieces.values(entry.organisation_id, [piece.id])
    return Letter(entry, piece.pages, piece.id in kept)


def _name(uow: UnitOfWork, letters: Sequence[Letter]) -> str:
    for letter in reversed(letters):
        if letter.is_kept and letter.entry.piece_id:
            values = uow.pieces.values(letter.entry.organisation_id, [letter.entry.piece_id])
            return name_in(values[letter.entry.piece_id])
    return ""


def _others(uow: UnitOfWork, entry: Entry) -> tuple[Sequence[tuple[Entry, Campaign]], Sequence[tuple[Entry, Campaign]]]:
    """Of each other campaign with the same number: those at the same address, and those elsewhere."""
    here: dict[str, tuple[Entry, Campaign]] = {}
    elsewhere: dict[str, tuple[Entry, Campaign]] = {}
    for other in uow.entries.search(entry.organisation_id, "", "", entry.recipient, _MOST_CAMPAIGNS):
        campaign = uow.campaigns.find(entry.organisation_id, other.campaign_id)
        if campaign is None or campaign.id == entry.campaign_id or campaign.id in {*here, *elsewhere}:
            continue
        side = here if is_theirs(other, entry.postcode, entry.house) else elsewhere
        side[campaign.id] = (other, campaign)
    return tuple(here.values()), tuple(elsewhere.values())


def _in_force(uow: UnitOfWork, entry: Entry) -> dict[str, InForce]:
    records = uow.records.of_recipient(entry.organisation_id, entry.campaign_id, entry.recipient)
    ids = sorted({record.submission_id for record in records})
    answers = uow.submissions.answers(entry.organisation_id, ids)
    return {
        record.field: InForce(
            record,
            next((one for one in reversed(answers.get(record.submission_id, ())) if one.field == record.field), None),
        )
        for record in records
    }


def _steps(
    uow: UnitOfWork, entry: Entry, campaigns: Mapping[str, Campaign], questions: Mapping[str, AskedQuestion]
) -> list[Step]:
    known = campaigns.keys() | questions.keys()
    moments = [one for one in _moments(uow, entry) if one.campaign_id in known][-MOST_STEPS:]
    submissions = {one.id: one for one in _submissions(uow, entry) if one.campaign_id in campaigns}
    of_slips = {one.slip_id: one for one in submissions.values() if one.slip_id}
    answers = uow.submissions.answers(entry.organisation_id, sorted(submissions))
    steps = []
    for moment in reversed(moments):
        came = submissions.get(moment.subject_id) if moment.kind in _ANSWERED else of_slips.get(moment.subject_id)
        said = answers.get(came.id, ()) if came else ()
        live = tuple([one for one in said if one.ended_at is None])
        whose = (campaigns.get(moment.campaign_id), came, live, questions.get(moment.campaign_id))
        steps.append(Step(moment, *whose))
    return steps


def _moments(uow: UnitOfWork, entry: Entry) -> list[ContactMoment]:
    found: list[ContactMoment] = []
    after: str | None = None
    while True:
        part: Page[ContactMoment] = uow.contact_moments.of_recipient(
            entry.organisation_id, entry.recipient, PageRequest(MAX_PAGE_ITEMS, after)
        )
        found, after = [*found, *part.items], part.next_after
        if after is None:
            return found


def _submissions(uow: UnitOfWork, entry: Entry) -> list[Submission]:
    found: list[Submission] = []
    after: str | None = None
    while True:
        wanted = PageRequest(MAX_PAGE_ITEMS, after)
        part: Page[Submission] = uow.submissions.list(entry.organisation_id, wanted, recipient=entry.recipient)
        found, after = [*found, *part.items], part.next_after
        if after is None:
            return found


def photo_of(deps: Deps, organisation_id: str, submission_id: str) -> bytes:
    """The picture that came with answers. Raises Refusal: ``submission-not-found``, ``photo-not-found``."""
    with deps.database.read() as uow:
        photo = uow.submissions.get(organisation_id, submission_id).photo
    if photo is None:
        raise Refusal("photo-not-found", "No picture came with this answer.")
    with deps.blobs.open(organisation_id, photo) as stream:
        return stream.read()
