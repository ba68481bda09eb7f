"""The page of a request: what it shows, that it was fetched, and what a person did by pressing one of its buttons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from agreements.evidence.kinds import EventKind
from agreements.lifecycle.deciding import (
    Act,
    Method,
    Outcome,
    RequestState,
    Said,
    Why,
    may_answer,
    may_be_by,
    may_withdraw,
)
from agreements.questions.frozen import text_digest
from api.ports import Reach
from api.usecases.agreeing.deciding import Done, act_on, is_over, standing_of
from api.usecases.agreeing.keeping import chain_of, keep_about
from api.usecases.agreeing.links import Offer, may_be_token, open_offer, token_digest
from api.usecases.agreeing.questions import text_of
from api.usecases.agreeing.telling import tell
from api.usecases.evidence.keeping import Fact

if TYPE_CHECKING:
    from datetime import datetime

    from agreements.evidence.canonical import Json
    from agreements.questions.model import Question
    from api.ports import AgreementRequest, AskedQuestion, UnitOfWork
    from api.usecases.deps import Deps

MOST_FETCHES: Final = 20
"""How often the evidence notes that a page was fetched: whoever fetches it without end fills nothing."""
SCANNING: Final = timedelta(seconds=90)
"""Programs that look into mail fetch links within so much time of sending."""
_TOOLS: Final = ("bot", "crawl", "spider", "scan", "preview", "safelinks", "mimecast", "barracuda", "curl", "python")
_BROWSERS: Final = ("Mozilla/",)


class Look(StrEnum):
    """What a page is good for now."""

    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a request has; nothing in it is about the person but the masked address.

    ``by_page`` is False when the question allows no answer on a page, ``signed`` True when a yes is signed on paper.
    """

    request: AgreementRequest
    asked: AskedQuestion
    question: Question
    look: Look
    can_answer: bool
    can_withdraw: bool
    sent_to: str
    by_page: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is there, as far as the network tells: personal, so it is kept where it can be deleted."""

    address: str = ""
    agent: str = ""
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that was pressed, and the sealed offer that came with it."""

    said: Said
    offer: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: ``outcome`` None when the page was shown too long ago and must be shown again."""

    shown: Shown
    outcome: Outcome | None


def page_of(deps: Deps, organisation_id: str, token: str) -> Shown | None:
    """The page behind a link; None when there is none. Changes nothing."""
    if not may_be_token(token):
        return None
    with deps.database.read() as uow:
        request = uow.agreements.by_token(organisation_id, token_digest(token))
        return None if request is None else _shown(deps, uow, request)


def note_fetch(deps: Deps, shown: Shown, visitor: Visitor) -> None:
    """Note that the link was fetched, which says nothing of a person; only so often.

    Raises Fault when it cannot be noted, which is no reason to keep the page from anybody.
    """
    request = shown.request
    if request.fetches >= MOST_FETCHES:
        return
    chain = chain_of(request)
    guess = _guess(deps, request, visitor)
    with deps.database.write() as uow:
        uow.evidence.hold(chain)
        held = uow.agreements.hold(request.organisation_id, request.id)
        if held.fetches >= MOST_FETCHES:
            return
        body: dict[str, Json] = {"request": request.id, "guess": guess}
        fact = Fact(EventKind.LINK_FETCHED, request.id, body)
        keep_about(deps, uow, chain, fact, {"user_agent": visitor.agent})
        opens = guess == "person" and held.reach in {Reach.NONE, Reach.SENT, Reach.DELIVERED}
        reach = Reach.OPENED if opens else held.reach
        now = deps.clock.now()
        after = replace(held, fetches=held.fetches + 1, reach=reach, revision=held.revision + 1)
        uow.agreements.change(replace(after, updated_at=now) if opens else after)
        if opens:
            tell(deps, uow, held, "agreement-fetched", guess=guess)


def offer_of(shown: Shown, language: str, page: bytes, buttons: tuple[str, ...], at: datetime) -> Offer:
    """What is put before somebody in one of the question's languages: ``page`` are its bytes with an empty offer."""
    digest = f"sha256:{sha256(page).hexdigest()}"
    return Offer(shown.request.id, text_digest(shown.question, language), language, digest, buttons, at)


def press(deps: Deps, organisation_id: str, token: str, pressed: Pressed, visitor: Visitor) -> Taken | None:
    """Take a button that was pressed; None when the link leads nowhere. The same button twice decides once."""
    shown = page_of(deps, organisation_id, token)
    if shown is None:
        return None
    offer = open_offer(deps.secret, pressed.offer, deps.clock.now())
    if offer is None or offer.request_id != shown.request.id:
        return Taken(shown, None)
    seen: dict[str, Json] = {
        "token_digest": token_digest(token),
        "page_digest": offer.page,
        "buttons": list(offer.buttons),
        "language": offer.language,
        "offered_at": offer.at.isoformat(),
    }
    hidden = {"from": visitor.address, "user_agent": visitor.agent}
    act = Act(pressed.said, Method.WEB_POST, deps.clock.now(), offer.words)
    with deps.database.write() as uow:
        outcome = act_on(deps, uow, shown.request.id, organisation_id, Done(act, seen, hidden))
        after = _shown(deps, uow, uow.agreements.get(organisation_id, shown.request.id))
    return Taken(after, outcome)


def masked(request: AgreementRequest) -> str:
    """Where it was sent, so that its owner knows it again and nobody else learns it."""
    if request.email:
        local, _, domain = request.email.partition("@")
        return f"{local[:1]}***@{domain}"
    return f"***{request.phone[-3:]}" if request.phone else ""


def changed_nothing(outcome: Outcome) -> bool:
    """Whether a person who pressed a button need only be shown how it stands."""
    return outcome.decided or outcome.why is Why.DUPLICATE


def _shown(deps: Deps, uow: UnitOfWork, request: AgreementRequest) -> Shown:
    asked = uow.questions.get(request.organisation_id, request.question_id)
    standing, now = standing_of(asked, request), deps.clock.now()
    look = Look.EXPIRED if is_over(request, now) else Look(str(request.state))
    by_page, signed = may_be_by(standing, Method.WEB_POST), standing.needs_signature
    can_answer = may_answer(standing, now) and by_page and not signed
    return Shown(
        request, asked, text_of(asked), look, can_answer, may_withdraw(standing), masked(request), by_page, signed
    )


def _guess(deps: Deps, request: AgreementRequest, visitor: Visitor) -> str:
    """Programs say so, or come right after the message; whatever else has a browser's name may be a person."""
    agent = visitor.agent.lower()
    soon = request.reach in {Reach.SENT, Reach.NONE} and deps.clock.now() - request.updated_at < SCANNING
    if visitor.is_head or soon or any(tool in agent for tool in _TOOLS):
        return "scanner"
    return (
        "person" if visitor.agent.startswith(_BROWSERS) and request.state is not RequestState.CANCELLED else "unknown"
    )
