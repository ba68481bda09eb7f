"""Channels: roads by which messages go out and news of them comes back, whoever carries them.

A channel never pretends: what it does not know is `SendState.UNKNOWN`, and what happens later comes as events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class ChannelKind(StrEnum):
    """What is carried."""

    EMAIL = "email"
    SMS = "sms"


class SendState(StrEnum):
    """What came of handing a message over: ``deferred`` may be tried again, ``rejected`` never.

    ``queued``: the provider has it and says later whether it went. ``unreachable``: nobody was there to take it, which
    says nothing of the message. ``unknown``: it may have gone; it is sent again with the same id.
    """

    SENT = "sent"
    QUEUED = "queued"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


class DeliveryKind(StrEnum):
    """What became of a message after it was handed over."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    FAILED = "failed"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    AUTORESPONDED = "autoresponded"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one address, as it goes: links are whole.

    ``message_id`` (with its angle brackets), ``return_path`` and ``pictures`` (bytes by content id) are of mail alone,
    ``parts_allowed`` (0: any) of SMS. ``id`` and ``reference`` are ours, and the same each time it is sent.
    """

    id: str
    channel: ChannelKind
    to: str
    text: str
    subject: str = ""
    html: str = ""
    message_id: str = ""
    return_path: str = ""
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    parts_allowed: int = 0
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendResult:
    """What came of it. ``code`` is what the other side calls it, such as ``5.1.1``; ``detail`` is its own words.

    ``parts`` and ``encoding`` are of SMS; ``retry_after_s`` is how long it asked to be left alone, 0 when it did not.
    """

    state: SendState
    provider_id: str = ""
    parts: int = 0
    encoding: str = ""
    code: str = ""
    detail: str = ""
    retry_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RawCallback:
    """A request of a provider, before anybody believes it. Names of ``headers`` are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    remote: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """News of a message, which ``message_id`` (ours) or ``provider_id`` names. ``at`` is the provider's clock, if any.

    ``permanent``: trying again is of no use.
    """

    kind: DeliveryKind
    provider_id: str = ""
    message_id: str = ""
    at: datetime | None = None
    address: str = ""
    code: str = ""
    detail: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message that somebody sent to us."""

    channel: ChannelKind
    provider_id: str
    sender: str
    to: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. ``most_parts`` 0: a message has no parts."""

    inbound: bool = False
    alphanumeric_sender: bool = False
    delivery_reports: bool = False
    most_parts: int = 0


class Channel(Protocol):
    """One configured road. Used by one thread at a time."""

    def send(self, message: OutboundMessage) -> SendResult:
        """Hand one message over; whatever the other side does is a result. Connections stay open for the next."""

    def parse_callback(self, raw: RawCallback) -> Sequence[DeliveryEvent | InboundMessage]:
        """What a request of the provider says; nothing when it says nothing of use."""

    def verify_callback(self, raw: RawCallback) -> bool:
        """Whether a request is the provider's own."""

    def capabilities(self) -> Capabilities:
        """What it can do."""

    def close(self) -> None:
        """Close connections; sending opens them again."""


@dataclass(frozen=True, slots=True)
class ChannelSetup:
    """What is configured of a channel, without secrets. ``name`` is unique in its organisation.

    ``sender`` is what recipients see: an address, a number, or letters. ``return_domain`` takes bounces; empty when
    there is none. ``check_domains``: see before sending whether the recipient's domain takes mail at all.
    ``most_a_minute`` is how many messages the other side takes, 0 for any number. Of mail are: the public key as DNS
    has it, addresses or hosts from which mail leaves, and the Maildir to which bounces come. Of SMS are the last: the
    price of a part in tenths of a cent, and how many parts a text may have.
    """

    organisation_id: str
    name: str
    kind: ChannelKind
    sender: str
    sender_name: str = ""
    reply_to: str = ""
    return_domain: str = ""
    check_domains: bool = False
    most_a_minute: int = 0
    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_public: str = ""
    sent_from: tuple[str, ...] = ()
    bounce_folder: str = ""
    part_price: int = 0
    most_parts: int = 0


class Channels(Protocol):
    """Every channel that is configured."""

    def all(self) -> Sequence[ChannelSetup]:
        """Those of every organisation."""

    def setups(self, organisation_id: str) -> Sequence[ChannelSetup]:
        """Those of an organisation, in the order of the file."""

    def channel(self, organisation_id: str, name: str) -> Channel:
        """A channel to send with. Raises Refusal: ``channel-not-found``."""


class NoChannels:
    """`Channels` where nothing is configured."""

    def all(self) -> Sequence[ChannelSetup]:
        """None."""
        return ()

    def setups(self, organisation_id: str) -> Sequence[ChannelSetup]:
        """None."""
        del organisation_id
        return ()

    def channel(self, organisation_id: str, name: str) -> Channel:
        """Never."""
        raise channel_not_found(organisation_id, name)


def channel_not_found(organisation_id: str, name: str) -> Refusal:
    """The answer when nothing is configured under this name."""
    return Refusal("channel-not-found", f"{organisation_id} has no channel {name[:60]!r}; see POSTHOORN_CHANNELS.")
