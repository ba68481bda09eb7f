"""Messages in the outbox, the lanes they go by, addresses that get none any more, and mail that came back.

Rows hold no address and no text: those are in annexes, which can be deleted while the rows stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports.channels import ChannelKind
    from api.ports.entities import Mode
    from api.ports.values import BlobRef, Page, PageRequest


class MessageState(StrEnum):
    """Where a message is. ``sending`` for long means that a worker was killed; it is sent again.

    ``bounced`` came back after it was sent, ``failed`` was never taken, ``dropped`` is not to be sent any more.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    DROPPED = "dropped"


UNDER_WAY: Final = frozenset({MessageState.WAITING, MessageState.SENDING})


class MessagePurpose(StrEnum):
    """What a message is for, which says who may stop it.

    ``ask``: a request and its reminders. ``consent``: the same, of what people are free to refuse, such as news.
    ``legal``: must go as long as the address works. ``reply``: the answer to what the recipient just did.
    """

    ASK = "ask"
    CONSENT = "consent"
    LEGAL = "legal"
    REPLY = "reply"


class SuppressionReason(StrEnum):
    """Why an address gets no messages."""

    HARD_BOUNCE = "hard-bounce"
    SOFT_BOUNCES = "soft-bounces"
    COMPLAINT = "complaint"
    UNSUBSCRIBED = "unsubscribed"
    STOP = "stop"
    STAFF = "staff"


_EVERYTHING: Final = frozenset(MessagePurpose)
_NOT_LEGAL: Final = frozenset({MessagePurpose.ASK, MessagePurpose.CONSENT})

STOPS: Final[Mapping[SuppressionReason, frozenset[MessagePurpose]]] = {
    SuppressionReason.HARD_BOUNCE: _EVERYTHING,
    SuppressionReason.SOFT_BOUNCES: _EVERYTHING,
    SuppressionReason.COMPLAINT: _NOT_LEGAL,
    SuppressionReason.UNSUBSCRIBED: frozenset({MessagePurpose.CONSENT}),
    SuppressionReason.STOP: _EVERYTHING - {MessagePurpose.REPLY},
    SuppressionReason.STAFF: _EVERYTHING,
}
"""Which messages each reason stops. Whoever says STOP gets nothing more by that channel but the answer to it."""


class BounceOutcome(StrEnum):
    """What mail to the return path turned out to be.

    ``hard``: refused for good; ``soft``: given up for now, such as a mailbox that is full; ``delayed``: still tried.
    ``forged``: its return path was not signed by us. ``unmatched``: a bounce of no mail of ours; ``other``: no bounce.
    """

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    AUTOREPLY = "autoreply"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    FORGED = "forged"
    UNMATCHED = "unmatched"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient. ``kind`` is request, reminder and so on; ``subject_id`` is what it is about.

    ``to_digest`` is a keyed digest of the address; address and rendered text are in the two annexes, where the token
    of a link is masked. ``message_id`` is that of mail, ``provider_id`` what the carrier calls it. ``attempts`` counts
    tries, ``soft_bounces`` how often it came back for now. ``code`` and ``detail`` say what was last wrong.
    """

    id: str
    organisation_id: str
    mode: Mode
    channel: ChannelKind
    lane: str
    kind: str
    purpose: MessagePurpose
    subject_id: str
    language: str
    created_at: datetime
    not_before: datetime
    to_digest: str
    to_annex: str
    rendered_annex: str
    state: MessageState = MessageState.WAITING
    state_at: datetime | None = None
    attempts: int = 0
    message_id: str = ""
    provider_id: str = ""
    logo: BlobRef | None = None
    parts_allowed: int = 0
    parts: int = 0
    encoding: str = ""
    soft_bounces: int = 0
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MessageLane:
    """A configured channel as its queue sees it: nothing is sent before ``paused_until``.

    ``failures`` counts runs that could not hand anything over since the last that could.
    """

    id: str
    organisation_id: str
    name: str
    channel: ChannelKind
    paused_until: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that gets no messages of some purposes. ``sender`` limits it to what that sender sends; empty: all.

    ``message_id`` is ours, of the message that it came from, or empty.
    """

    id: str
    organisation_id: str
    mode: Mode
    channel: ChannelKind
    to_digest: str
    reason: SuppressionReason
    at: datetime
    sender: str = ""
    message_id: str = ""
    code: str = ""

    def stops(self, purpose: MessagePurpose, sender: str) -> bool:
        """Whether it stops such a message."""
        return purpose in STOPS[self.reason] and self.sender in ("", sender)


@dataclass(frozen=True, slots=True)
class BouncedMail:
    """Mail that came to the return path, as it came (``raw``) and what it was taken for.

    ``message_id`` is ours, or empty when it could not be told. ``seen_by`` is who looked at what nobody could place.
    """

    id: str
    organisation_id: str
    lane: str
    at: datetime
    source: str
    outcome: BounceOutcome
    raw: BlobRef | None
    message_id: str = ""
    code: str = ""
    detail: str = ""
    seen_by: str = ""


class MessageFilter(NamedTuple):
    """Which messages of an organisation: of a state, a lane, a kind, about a thing; None and empty mean any."""

    state: MessageState | None = None
    lane: str = ""
    kind: str = ""
    subject_id: str = ""


class Messages(Protocol):
    """The outbox, and the lanes it empties into."""

    def add(self, message: Message) -> bool:
        """Insert; False, and no change, when its id is there already."""

    def get(self, organisation_id: str, message_id: str) -> Message:
        """One message. Raises Refusal: ``message-not-found``."""

    def find(self, organisation_id: str, message_id: str) -> Message | None:
        """One message, or None."""

    def whose(self, message_id: str) -> str | None:
        """The organisation of a message: for mail that comes back, where nobody says whose it is."""

    def of_provider(self, organisation_id: str, lane: str, provider_id: str) -> Message | None:
        """The message that a carrier calls by this id."""

    def latest_to(self, organisation_id: str, mode: Mode, channel: ChannelKind, to_digest: str) -> Message | None:
        """The message that was sent last to an address."""

    def soft_bounced(self, message: Message, since: datetime) -> int:
        """How many messages to the same address, made since, came back for now."""

    def list(self, organisation_id: str, page: PageRequest, only: MessageFilter) -> Page[Message]:
        """Messages, newest first."""

    def of_subject(self, organisation_id: str, subject_id: str) -> Sequence[Message]:
        """All about one thing, oldest first."""

    def counts(self, organisation_id: str, mode: Mode, lane: str) -> Mapping[MessageState, int]:
        """How many are in each state; states without any are left out."""

    def take(self, organisation_id: str, lane: str, now: datetime, limit: int) -> Sequence[Message]:
        """Mark what is due longest as being sent, with one attempt more, and give it; what a killed one had too."""

    def is_taken(self, message: Message) -> bool:
        """Whether it is still being sent, by whoever took it as it is given here."""

    def put_back(self, organisation_id: str, messages: Sequence[Message]) -> None:
        """Make those that were taken and not tried wait again, with one attempt less."""

    def settle(self, before: Message, after: Message) -> bool:
        """Write what came of it; False, and no change, when its state or attempts are no longer as ``before``."""

    def drop(
        self, organisation_id: str, subject_id: str, kinds: Sequence[str], why: str, at: datetime
    ) -> Sequence[str]:
        """Send nothing more of what waits about a thing (of ``kinds``; none means all); returns ids that were."""

    def add_lane(self, lane: MessageLane) -> None:
        """Insert unless it is there."""

    def lane(self, organisation_id: str, lane_id: str) -> MessageLane | None:
        """One lane by its id."""

    def lanes(self, organisation_id: str) -> Sequence[MessageLane]:
        """All lanes of an organisation."""

    def change_lane(self, organisation_id: str, lane_id: str, **values: object) -> None:
        """Set fields of `MessageLane`."""

    def has_due(self, organisation_id: str, lane: str, now: datetime) -> bool:
        """Whether `take` would give something."""

    def due_lanes(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Organisation and id of lanes that are not paused and have something due."""


class Suppressions(Protocol):
    """Addresses that get no messages, by digest."""

    def add(self, suppression: Suppression) -> bool:
        """Insert and write an event; False, and no change, when there is one for the same reason and sender."""

    def of(self, organisation_id: str, mode: Mode, channel: ChannelKind, to_digest: str) -> Sequence[Suppression]:
        """Those of an address, oldest first."""

    def among(
        self, organisation_id: str, mode: Mode, channel: ChannelKind, to_digests: Sequence[str]
    ) -> Sequence[Suppression]:
        """Those of many addresses."""

    def get(self, organisation_id: str, suppression_id: str) -> Suppression:
        """One. Raises Refusal: ``suppression-not-found``."""

    def lift(self, organisation_id: str, suppression_id: str, by: str, at: datetime) -> None:
        """Remove one and write an event. Raises Refusal: ``suppression-not-found``."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[Suppression]:
        """All, by id: newer ones may stand anywhere."""


class Bounces(Protocol):
    """Mail that came to return paths."""

    def add(self, bounce: BouncedMail) -> bool:
        """Insert; False, and no change, when its id is there already."""

    def get(self, organisation_id: str, bounce_id: str) -> BouncedMail:
        """One. Raises Refusal: ``bounce-not-found``."""

    def list(
        self, organisation_id: str, page: PageRequest, outcome: BounceOutcome | None = None, *, unseen: bool = False
    ) -> Page[BouncedMail]:
        """Newest first; with ``unseen`` those that nobody could place and nobody has looked at."""

    def seen(self, organisation_id: str, bounce_id: str, by: str) -> None:
        """Note who looked at it."""

    def forget(self, before: datetime, limit: int) -> Sequence[BouncedMail]:
        """Remove some that came before, in all organisations; returns what went."""
