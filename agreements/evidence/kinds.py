"""The kinds of events and what their bodies must hold; what is personal stands there as reference to an annex alone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agreements.evidence.canonical import Json


class EventKind(StrEnum):
    """What an event says has happened."""

    QUESTION_FROZEN = "question-frozen"
    REQUESTED = "requested"
    MESSAGE_QUEUED = "message-queued"
    MESSAGE_SENT = "message-sent"
    MESSAGE_DELIVERED = "message-delivered"
    MESSAGE_BOUNCED = "message-bounced"
    MESSAGE_FAILED = "message-failed"
    LINK_FETCHED = "link-fetched"
    ANSWERED = "answered"
    UNCLEAR = "unclear"
    SETTLED_BY_PERSON = "settled-by-person"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    STARTED = "started"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REMINDED = "reminded"
    CORRECTED = "corrected"
    ANNEX_DELETED = "annex-deleted"


class Method(StrEnum):
    """How a human answered or withdrew."""

    WEB_POST = "web-post"
    SMS_KEYWORD = "sms-keyword"
    SLIP_TICK = "slip-tick"
    LETTER_PAGE = "letter-page"
    STAFF_ON_PHONE = "staff-on-phone"


# what an act by each method must show of the human behind it
ACT_FIELDS: Mapping[Method, tuple[str, ...]] = {
    Method.WEB_POST: ("token_digest", "page_digest"),
    Method.SMS_KEYWORD: ("from", "raw"),
    Method.SLIP_TICK: ("slip",),
    Method.LETTER_PAGE: ("submission",),
    Method.STAFF_ON_PHONE: ("attested_by",),
}

_MESSAGE = ("message", "channel", "kind")
# ``names`` is the number of the event that this one goes on from; a yes or no of a person
# who settles what was unclear is the decision itself. ``came_at`` is when an act reached the service.
BODY_FIELDS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.QUESTION_FROZEN: ("question", "version", "verb", "texts", "roads", "purposes", "controller", "policy"),
    EventKind.REQUESTED: (
        *("request", "question", "question_digest", "language", "recipient", "addresses"),
        *("token_digest", "valid_until", "roads", "by"),
    ),
    EventKind.MESSAGE_QUEUED: (*_MESSAGE, "rendered"),
    EventKind.MESSAGE_SENT: ("message",),
    EventKind.MESSAGE_DELIVERED: ("message",),
    EventKind.MESSAGE_BOUNCED: ("message",),
    EventKind.MESSAGE_FAILED: ("message",),
    EventKind.LINK_FETCHED: ("request", "guess"),
    EventKind.ANSWERED: ("request", "answer", "method", "question_digest", "decided", "why"),
    EventKind.UNCLEAR: ("request", "raw", "channel", "why"),
    EventKind.SETTLED_BY_PERSON: ("request", "names", "answer", "by"),
    EventKind.WITHDRAWN: ("request", "method", "names"),
    EventKind.STOPPED: ("channel", "address"),
    EventKind.STARTED: ("channel", "address"),
    EventKind.EXPIRED: ("request", "names"),
    EventKind.CANCELLED: ("request", "names"),
    EventKind.REMINDED: ("request", "names"),
    EventKind.CORRECTED: ("request", "names"),
    EventKind.ANNEX_DELETED: ("annexes", "by", "why"),
}

_PERSONAL = ("recipient", "name", "address", "from", "raw", "rendered", "user_agent", "note")


def check_body(kind: EventKind, body: Mapping[str, Json]) -> None:
    """Raise `ValueError` when a body lacks what its kind must hold, or says in clear what belongs in an annex."""
    missing = [name for name in _needed(kind, body) if name not in body]
    if missing:
        raise ValueError(f"an event {kind} needs {', '.join(missing)}")
    addresses = body.get("addresses", [])
    several = (
        {f"addresses[{at}]": one for at, one in enumerate(addresses)} if isinstance(addresses, list | tuple) else {}
    )
    for name, value in {**{name: body.get(name) for name in _PERSONAL}, **several}.items():
        if value and not _is_reference(value):
            raise ValueError(f"{name} of an event {kind} is personal: put it in an annex and refer to that")


def _needed(kind: EventKind, body: Mapping[str, Json]) -> tuple[str, ...]:
    decided = kind is EventKind.ANSWERED and body.get("decided")
    return BODY_FIELDS[kind] + (ACT_FIELDS[Method(str(body.get("method")))] if decided else ())


def _is_reference(value: Json) -> bool:
    return isinstance(value, dict) and {"annex", "hmac"} <= set(value)
