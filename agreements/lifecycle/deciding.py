"""Which act of a human decides a request: a pure rule over where it stands; nothing else changes a decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from agreements.questions.model import WITHDRAWABLE, AskRoad

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agreements.questions.model import Verb


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Method(StrEnum):
    """How a human did it."""

    WEB_POST = "web-post"
    SMS_KEYWORD = "sms-keyword"
    SLIP_TICK = "slip-tick"
    LETTER_PAGE = "letter-page"
    STAFF_ON_PHONE = "staff-on-phone"


class Said(StrEnum):
    """What was done."""

    YES = "yes"
    NO = "no"
    WITHDRAW = "withdraw"


class Why(StrEnum):
    """Why an act decided nothing; ``""`` when it did."""

    DECIDED = ""
    DUPLICATE = "duplicate"
    LATE = "late"
    CANCELLED = "cancelled"
    ENDED = "withdrawn-before"
    ROAD = "road-not-allowed"
    WORDS = "other-words"
    FIXED = "not-withdrawable"
    CONTRADICTS = "contradicts"
    UNSIGNED = "not-signed"


FOR_A_PERSON: Final = frozenset({Why.FIXED, Why.CONTRADICTS, Why.UNSIGNED})
"""What may not be lost though it decides nothing: somebody at the corporation looks at it."""

_ROADS: Final[Mapping[Method, frozenset[AskRoad]]] = {
    Method.WEB_POST: frozenset({AskRoad.EMAIL, AskRoad.SMS_LINK}),
    Method.SMS_KEYWORD: frozenset({AskRoad.SMS_KEYWORD}),
    Method.SLIP_TICK: frozenset({AskRoad.LETTER}),
    Method.LETTER_PAGE: frozenset({AskRoad.LETTER}),
    Method.STAFF_ON_PHONE: frozenset({AskRoad.STAFF}),
}
_DECIDED: Final = frozenset({RequestState.AGREED, RequestState.DECLINED})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands. ``how`` is the method of the decision.

    ``words`` is the digest of the text it asks, ``also`` are those of the same frozen question in other languages.
    """

    verb: Verb
    roads: frozenset[AskRoad]
    words: str
    valid_until: datetime
    state: RequestState = RequestState.OPEN
    how: Method | None = None
    needs_signature: bool = False
    also: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Act:
    """What a human did, and when it reached us. ``words`` is the digest of what was before them, where we know it.

    ``looked_at``: somebody of ours has seen what came in, whatever its road, and says what it means.
    """

    said: Said
    method: Method
    at: datetime
    words: str = ""
    signed: bool = False
    looked_at: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the request stands then, and why if the act decided nothing."""

    standing: Standing
    why: Why

    @property
    def decided(self) -> bool:
        """True when the state changed by this act."""
        return self.why is Why.DECIDED


def decide(standing: Standing, act: Act) -> Outcome:
    """What an act means. Only acts change a state to agreed, declined or withdrawn, and only through here."""
    why = _not_valid(standing, act)
    if why is not None:
        return Outcome(standing, why)
    goes_to = _next_state(standing, act)
    if isinstance(goes_to, Why):
        return Outcome(standing, goes_to)
    return Outcome(replace(standing, state=goes_to, how=act.method), Why.DECIDED)


def expire(standing: Standing, now: datetime) -> Standing:
    """Ended without an answer once its time is over; a decision never ends so."""
    over = standing.state is RequestState.OPEN and now >= standing.valid_until
    return replace(standing, state=RequestState.EXPIRED) if over else standing


def cancel(standing: Standing) -> Standing:
    """Taken back by the corporation; a decision stays what it is."""
    return replace(standing, state=RequestState.CANCELLED) if standing.state is RequestState.OPEN else standing


def stop(standing: Standing, method: Method) -> Standing:
    """What STOP does to a request of that number: takes back the consent that was given by that very road."""
    ends = standing.state is RequestState.AGREED and standing.verb == "consent" and standing.how is method
    return replace(standing, state=RequestState.WITHDRAWN, how=method) if ends else standing


def may_withdraw(standing: Standing) -> bool:
    """Whether the person can take a yes back."""
    return standing.state is RequestState.AGREED and standing.verb in WITHDRAWABLE


def may_answer(standing: Standing, now: datetime) -> bool:
    """Whether a yes or no would decide now."""
    return standing.state in {RequestState.OPEN, RequestState.DECLINED} and now < standing.valid_until


def may_be_by(standing: Standing, method: Method) -> bool:
    """Whether the question allows an answer by this method."""
    return bool(_ROADS[method] & standing.roads)


def _not_valid(standing: Standing, act: Act) -> Why | None:
    """What is wrong with the act itself, wherever the request stands."""
    withdraws = act.said is Said.WITHDRAW
    if not withdraws and not act.looked_at and not may_be_by(standing, act.method):
        return Why.ROAD
    # whoever pressed a button read a text; it must be one that this request asks
    read = act.words or act.method is Method.WEB_POST
    if read and not withdraws and act.words not in {standing.words, *standing.also}:
        return Why.WORDS
    if act.said is Said.YES and standing.needs_signature and not act.signed:
        return Why.UNSIGNED
    return None


def _next_state(standing: Standing, act: Act) -> RequestState | Why:
    if standing.state is RequestState.CANCELLED:
        return Why.CANCELLED
    if standing.state is RequestState.WITHDRAWN:
        return Why.ENDED if act.said is Said.YES else Why.DUPLICATE
    if standing.state is RequestState.AGREED:
        return _after_yes(standing, act)
    if act.at >= standing.valid_until:
        # what came in time counts though the end was noted meanwhile
        return Why.DUPLICATE if _says_no_again(standing, act) else Why.LATE
    if standing.state is RequestState.DECLINED:
        return _after_no(act)
    return RequestState.AGREED if act.said is Said.YES else RequestState.DECLINED


def _after_yes(standing: Standing, act: Act) -> RequestState | Why:
    """A no after a yes takes it back, at any time; but paper may be older than what it would undo."""
    if act.said is Said.YES:
        return Why.DUPLICATE
    if standing.verb not in WITHDRAWABLE:
        return Why.FIXED
    if act.method is Method.SLIP_TICK and act.said is Said.NO:
        return Why.CONTRADICTS
    return RequestState.WITHDRAWN


def _after_no(act: Act) -> RequestState | Why:
    """Who said no may still say yes while the request is open to answers."""
    if act.said is not Said.YES:
        return Why.DUPLICATE
    return Why.CONTRADICTS if act.method is Method.SLIP_TICK else RequestState.AGREED


def _says_no_again(standing: Standing, act: Act) -> bool:
    return standing.state is RequestState.DECLINED and act.said is not Said.YES
