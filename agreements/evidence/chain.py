"""Events that each hold the digest of the one before: none can be changed, dropped or moved without a trace."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

from agreements.evidence.canonical import Json, canonical, digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

ZERO = "sha256:" + "0" * 64


class Head(NamedTuple):
    """The last event of a chain; that of an empty chain has number 0 and a digest of zeros."""

    seq: int = 0
    digest: str = ZERO


class Event(NamedTuple):
    """An event on file. ``at`` is the service's clock, ``prev`` the digest of event ``seq - 1``.

    ``body`` is None in a copy that leaves it out; the digest holds all the same, because it is over ``body_digest``.
    """

    chain: str
    seq: int
    at: str
    kind: str
    subject: str
    prev: str
    body: Mapping[str, Json] | None
    body_digest: str
    digest: str

    @property
    def head(self) -> Head:
        """What the next event goes on from."""
        return Head(self.seq, self.digest)

    def without_body(self) -> Event:
        """A copy that links as it does and tells nothing."""
        return self._replace(body=None)

    def value(self) -> dict[str, Json]:
        """The event as JSON: with its body, or with the body's digest when that was left out."""
        fields: dict[str, Json] = {"chain": self.chain, "seq": self.seq, "at": self.at, "kind": self.kind}
        fields |= {"subject": self.subject, "prev": self.prev, "digest": self.digest}
        return fields | ({"body_digest": self.body_digest} if self.body is None else {"body": dict(self.body)})

    def line(self) -> bytes:
        """The event as one line of canonical JSON, without the end of line."""
        return canonical(self.value())


class Draft(NamedTuple):
    """What is to be an event; ``subject`` is the id of what it is about."""

    at: str
    kind: str
    subject: str
    body: Mapping[str, Json]


def extend(chain: str, head: Head, draft: Draft) -> Event:
    """The event that comes after ``head``; raises `NotCanonicalError` when its body cannot be put down."""
    seq, body_digest = head.seq + 1, digest(dict(draft.body))
    whole = event_digest(Event(chain, seq, draft.at, draft.kind, draft.subject, head.digest, None, body_digest, ""))
    return Event(chain, seq, draft.at, draft.kind, draft.subject, head.digest, draft.body, body_digest, whole)


def event_digest(event: Event) -> str:
    """The digest that such an event must have, over everything but the digest itself."""
    fields: dict[str, Json] = {"chain": event.chain, "seq": event.seq, "at": event.at, "kind": event.kind}
    return digest(fields | {"subject": event.subject, "prev": event.prev, "body": event.body_digest})


def chain_name(organisation_id: str, mode: str) -> str:
    """What a chain is called: every organisation has one that counts, and one for tests."""
    return f"{organisation_id}/{mode}"


def moment(at: datetime) -> str:
    """A moment as it stands in events: UTC to the microsecond, always of one length."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
