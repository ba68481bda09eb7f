"""Answers given at once by one recipient, whatever the road: checked, kept with what was told, and settled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from api.ports import Answer, ContactMoment, DecidedBy, MomentKind, Road, Standing, Submission, base32
from api.usecases.answering.pages import PageState, asked_in
from api.usecases.answering.settling import bring_held_in_line
from api.usecases.answering.whose import of_entry
from api.usecases.scanning.forms import question_of
from api.usecases.trash import take_back
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from scanning.validators.answer import check_answer
from scanning.validators.tick import NO
from scanning.validators.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import BlobRef, Entry, UnitOfWork
    from api.usecases.answering.pages import Asked
    from api.usecases.deps import Deps
    from docgen.reply_form import ReplyField, ReplyForm
    from scanning.validators.verdict import Checked

MOST_NOTE: Final = 500
_OURS: Final = frozenset({Road.STAFF, Road.IMPORT})
_CLOSED_TO_ALL: Final = frozenset({PageState.REVOKED, PageState.GONE})


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody gives: by field as typed or marked; a field that is not there stays as it was.

    ``insists`` names fields of which the person was asked and keeps to the answer. ``once`` makes the same answers be
    taken once however often they are sent. ``by`` is who types for the recipient. ``note`` is why an answer is strange.
    With ``settles`` a person has looked at what others said, so nothing goes to review again.
    """

    road: Road
    given: Mapping[str, str | tuple[str, ...]]
    insists: frozenset[str] = frozenset()
    language: str = "nl"
    once: str = ""
    by: str = ""
    note: str = ""
    photo: BlobRef | None = None
    settles: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What came of an offer: kept, with its submission; or what is wrong with it or asked again, by field."""

    checked: Mapping[str, Checked] = field(default_factory=dict)
    submission: Submission | None = None

    @property
    def kept(self) -> bool:
        """True when it was taken."""
        return self.submission is not None


def give(deps: Deps, entry: Entry, offer: Offer) -> Given:
    """Take an offer whole, or keep nothing of it and say what to ask.

    Raises Refusal: ``answers-not-open``, ``answer-field-unknown``, ``note-too-long``, ``entry-not-found``.
    """
    with deps.database.write() as uow:
        return give_in(deps, uow, entry, offer)


def give_in(deps: Deps, uow: UnitOfWork, entry: Entry, offer: Offer) -> Given:
    """`give` inside a transaction."""
    _check_offer(offer)
    uow.entries.hold(entry.organisation_id, entry.campaign_id, entry.recipient)
    once = _once(entry, offer)
    before = uow.submissions.once(entry.organisation_id, once)
    if before is not None:
        return Given({}, before)
    asked = asked_in(deps, uow, uow.entries.get(entry.organisation_id, entry.id))
    check_open(asked, offer.road)
    checked = check(deps, asked, offer)
    if not all(may_stand(offer.road, one) for one in checked.values()):
        return Given(checked)
    return Given(checked, keep(deps, uow, asked, offer, once, checked))


def check(deps: Deps, asked: Asked, offer: Offer) -> dict[str, Checked]:
    """What the rules say of each answer. Raises Refusal: ``answer-field-unknown``."""
    today = deps.clock.now().date()
    found = {}
    for name, answer in offer.given.items():
        if asked.form.field(name) is None:
            raise Refusal("answer-field-unknown", f"{asked.campaign.key} does not ask {name[:60]!r}.")
        question = question_of(asked.form, asked.entry.known, name, today)
        found[name] = check_answer(question.asked, answer, replace(question.context, insists=name in offer.insists))
    return found


def is_kept(checked: Checked) -> bool:
    """Whether an answer is taken as it is: accepted, or for a person to look at."""
    return checked.verdict in {Verdict.ACCEPT, Verdict.REVIEW}


def may_stand(road: Road, checked: Checked) -> bool:
    """Whether an answer by this road is taken: nobody can be asked again in a file, so a person looks at it."""
    return is_kept(checked) or (road is Road.IMPORT and checked.verdict is Verdict.ASK_AGAIN)


def says_nothing(form: ReplyForm, name: str, checked: Checked) -> bool:
    """A field left blank and a box not ticked are no answers, on paper and elsewhere, unless there was one before."""
    question = form.field(name)
    is_tick = question is not None and question.kind is ReplyKind.TICK
    return checked.value == "" or (is_tick and checked.value == NO)


def told(asked: ReplyField, language: str) -> str:
    """What a recipient read of what an answer is for: the purpose, or the words beside a tick."""
    words = asked.label if asked.kind is ReplyKind.TICK else asked.purpose
    return words.get(language) or next(iter(words.values()), "")


def _check_offer(offer: Offer) -> None:
    if len(offer.note) > MOST_NOTE:
        raise Refusal("note-too-long", f"A note has at most {MOST_NOTE} characters.")


def check_open(asked: Asked, road: Road) -> None:
    """Raises Refusal: ``answers-not-open``."""
    may = asked.state not in _CLOSED_TO_ALL if road in _OURS else asked.is_open
    if not may:
        raise Refusal("answers-not-open", f"Answers are not taken now: the page is {asked.state}.")


def _once(entry: Entry, offer: Offer) -> str:
    """The same answers of the same form are one; other answers are not, so that nobody's correction is lost."""
    if not offer.once:
        return ""
    # a file is of a recipient, whatever links there are by the time it comes again
    whose = [entry.campaign_id, entry.recipient] if offer.road is Road.IMPORT else []
    said = [offer.once, sorted(offer.given.items()), sorted(offer.insists), offer.note, str(offer.photo), *whose]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    return f"{offer.road}:{'' if whose else entry.id}:{digest[:40]}"


def keep(
    deps: Deps, uow: UnitOfWork, asked: Asked, offer: Offer, once: str, checked: Mapping[str, Checked]
) -> Submission:
    """Write what was checked, and the records that come of it; the caller holds the recipient.

    ``once`` is "" for what is never sent again.
    """
    entry, now = asked.entry, deps.clock.now()
    submission_id = deps.ids.new("sub")
    made = Submission(
        id=submission_id,
        organisation_id=entry.organisation_id,
        mode=entry.mode,
        campaign_id=entry.campaign_id,
        recipient=entry.recipient,
        road=offer.road,
        came_at=now,
        language=offer.language,
        once=once or submission_id,
        receipt=receipt_of(submission_id),
        entry_id=entry.id,
        piece_id=entry.piece_id or "",
        by=offer.by,
        note=offer.note,
        photo=offer.photo,
    )
    if offer.photo is not None:
        take_back(deps, uow, entry.organisation_id, offer.photo)
    uow.submissions.add(made)
    given = []
    for name, one in checked.items():
        if not says_nothing(asked.form, name, one) or name in asked.given:
            uow.submissions.add_answer(_answer(asked, made, name, offer, one))
            given.append(name)
    bring_held_in_line(deps, uow, of_entry(entry), given)
    data = {"road": str(offer.road)}
    kind = MomentKind.SETTLED if offer.settles else MomentKind.ANSWERED
    moment = ContactMoment(*of_entry(entry), kind, now, submission_id, by=offer.by, data=data)
    uow.contact_moments.add(moment)
    return made


def _answer(asked: Asked, submission: Submission, name: str, offer: Offer, checked: Checked) -> Answer:
    question = asked.form.field(name)
    if question is None:
        raise KeyError(name)
    raw = _text(offer.given[name])
    looks = checked.verdict is not Verdict.ACCEPT and not offer.settles
    return Answer(
        organisation_id=submission.organisation_id,
        submission_id=submission.id,
        campaign_id=submission.campaign_id,
        recipient=submission.recipient,
        field=name,
        kind=question.kind,
        road=submission.road,
        raw=raw,
        value=raw.strip() if checked.value is None and offer.settles else checked.value or "",
        verdict=checked.verdict,
        code=checked.code or "",
        insisted=checked.insisted,
        told=told(question, submission.language),
        standing=Standing.REVIEW if looks else Standing.READY,
        confidence=1.0,
        decided_by=DecidedBy.PERSON,
        person=submission.by,
        at=submission.came_at,
    )


def _text(answer: str | tuple[str, ...]) -> str:
    return answer if isinstance(answer, str) else " ".join(answer)


def receipt_of(submission_id: str) -> str:
    """Eight signs that a recipient can read out on the phone."""
    number = int.from_bytes(hashlib.sha256(submission_id.encode()).digest()[:5], "big")
    text = base32(number, 8).upper()
    return f"{text[:4]}-{text[4:]}"
