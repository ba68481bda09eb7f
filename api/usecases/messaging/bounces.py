"""Mail that comes to return paths: kept as it came, matched with the message it is about, and acted on once.

It is matched by the signed return path that it was sent to. Without one there, by the Message-ID of what came back,
which only the recipient and the servers on the way know. Addresses alone count only for a channel that has no return
paths: anybody could name one.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from api.ports import (
    BouncedMail,
    BounceOutcome,
    ChainOf,
    ChannelKind,
    DeliveryEvent,
    DeliveryKind,
    MessageState,
    Mode,
    SuppressionReason,
    channel_not_found,
    derived_id,
)
from api.usecases.messaging.addresses import scrubbed, to_digest
from api.usecases.messaging.bounce_reading import read_bounce
from api.usecases.messaging.happened import happened
from api.usecases.messaging.suppressing import address_of, suppress, suppress_for
from api.usecases.messaging.telling import listen
from api.usecases.messaging.wire import read_return_path
from api.usecases.trash import let_go

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import BlobRef, ChannelSetup, Message, Page, PageRequest, UnitOfWork
    from api.usecases.deps import Deps
    from api.usecases.messaging.bounce_reading import BounceReading

log = structlog.get_logger(__name__)

_ACTED_ON: Final = frozenset({MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED, MessageState.WAITING})
_UNSAID: Final = frozenset({"", "5.0.0"})
KEPT: Final = timedelta(days=90)
"""How long mail that came back is kept; what followed from it stays."""

_FORGOTTEN_AT_ONCE: Final = 200
_LATELY: Final = timedelta(days=30)


class ComingBack(NamedTuple):
    """Mail as it came: to which channel, by which way, and to which address when the mail server said it."""

    organisation_id: str
    lane: str
    source: str
    raw: bytes
    sent_to: str = ""


class _Match(NamedTuple):
    outcome: BounceOutcome
    message: Message | None


def take_bounce(deps: Deps, coming: ComingBack) -> BouncedMail:
    """Keep a mail that came back and do what it asks for; the same mail again changes nothing.

    Raises Refusal: ``channel-not-found``.
    """
    listen()
    setup = _setup(deps, coming)
    content = hashlib.sha256(coming.raw).hexdigest()
    known_as = derived_id("bnc", coming.organisation_id, coming.lane, coming.sent_to.lower(), content)
    reading = read_bounce(coming.raw)
    blob = deps.blobs.put(coming.organisation_id, [coming.raw])
    with deps.database.write() as uow:
        uow.evidence.hold(ChainOf(coming.organisation_id, Mode.LIVE))
        match = _match(deps, uow, setup, coming, reading)
        row = _row(deps, known_as, coming, blob, reading, match)
        if not uow.bounces.add(row):
            return uow.bounces.get(coming.organisation_id, known_as)
        if match.message is not None:
            _act(deps, uow, match.message, reading)
    log.info("mail-came-back", bounce=row.id, outcome=row.outcome, message=row.message_id, code=row.code)
    return row


def list_bounces(
    deps: Deps, organisation_id: str, page: PageRequest, outcome: BounceOutcome | None = None, *, unseen: bool = False
) -> Page[BouncedMail]:
    """What came back, newest first; with ``unseen`` what nobody could place and nobody has looked at."""
    with deps.database.read() as uow:
        return uow.bounces.list(organisation_id, page, outcome, unseen=unseen)


def raw_bounce(deps: Deps, organisation_id: str, bounce_id: str, by: str) -> bytes:
    """The mail as it came, and a note who looked at it. Raises Refusal: ``bounce-not-found``."""
    with deps.database.write() as uow:
        row = uow.bounces.get(organisation_id, bounce_id)
        uow.bounces.seen(organisation_id, bounce_id, by)
    if row.raw is None:
        return b""
    with deps.blobs.open(organisation_id, row.raw) as raw:
        return raw.read()


def forget_old(deps: Deps) -> int:
    """Remove some mail that came back long ago, which is full of what is personal; returns how many went."""
    with deps.database.write() as uow:
        gone = uow.bounces.forget(deps.clock.now() - KEPT, _FORGOTTEN_AT_ONCE)
        for row in gone:
            if row.raw is not None:
                let_go(deps, uow, row.organisation_id, [row.raw], shared=True)
    return len(gone)


def _setup(deps: Deps, coming: ComingBack) -> ChannelSetup:
    for setup in deps.channels.setups(coming.organisation_id):
        if setup.name == coming.lane and setup.kind is ChannelKind.EMAIL:
            return setup
    raise channel_not_found(coming.organisation_id, coming.lane)


def _match(deps: Deps, uow: UnitOfWork, setup: ChannelSetup, coming: ComingBack, reading: BounceReading) -> _Match:
    """Whose mail it is about, and what it is for certain."""
    paths = [read_return_path(deps.secret, address) for address in (coming.sent_to, *reading.sent_to)]
    signed = [path for path in paths if path is not None]
    if signed and not any(path.genuine for path in signed):
        return _Match(BounceOutcome.FORGED, None)
    message_id = next((path.message_id for path in signed if path.genuine), reading.message_id)
    message = uow.messages.find(coming.organisation_id, message_id) if message_id else None
    if message is None and not setup.return_domain:
        message = _by_address(deps, uow, coming, reading)
    if message is None and reading.outcome not in (BounceOutcome.AUTOREPLY, BounceOutcome.OTHER):
        return _Match(BounceOutcome.UNMATCHED, None)
    return _Match(reading.outcome, message)


def _by_address(deps: Deps, uow: UnitOfWork, coming: ComingBack, reading: BounceReading) -> Message | None:
    for address in reading.recipients:
        digest = to_digest(deps.secret, ChannelKind.EMAIL, address)
        message = uow.messages.latest_to(coming.organisation_id, Mode.LIVE, ChannelKind.EMAIL, digest)
        if message is not None and message.created_at >= deps.clock.now() - _LATELY:
            return message
    return None


def _row(
    deps: Deps, known_as: str, coming: ComingBack, blob: BlobRef, reading: BounceReading, match: _Match
) -> BouncedMail:
    return BouncedMail(
        id=known_as,
        organisation_id=coming.organisation_id,
        lane=coming.lane,
        at=deps.clock.now(),
        source=coming.source,
        outcome=match.outcome,
        raw=blob,
        message_id=match.message.id if match.message is not None else "",
        code=reading.code[:64],
        detail=scrubbed(reading.detail),
    )


_KINDS: Final[Mapping[BounceOutcome, DeliveryKind]] = {
    BounceOutcome.HARD: DeliveryKind.BOUNCED,
    BounceOutcome.SOFT: DeliveryKind.BOUNCED,
    BounceOutcome.DELAYED: DeliveryKind.DEFERRED,
    BounceOutcome.DELIVERED: DeliveryKind.DELIVERED,
    BounceOutcome.COMPLAINT: DeliveryKind.COMPLAINED,
    BounceOutcome.AUTOREPLY: DeliveryKind.AUTORESPONDED,
}


def _act(deps: Deps, uow: UnitOfWork, message: Message, reading: BounceReading) -> None:
    kind = _KINDS.get(reading.outcome)
    if kind is None:
        return
    permanent = reading.outcome is BounceOutcome.HARD
    event = DeliveryEvent(
        kind, message_id=message.id, code=reading.code[:64], detail=scrubbed(reading.detail), permanent=permanent
    )
    note_event(deps, uow, message, event)


def note_event(deps: Deps, uow: UnitOfWork, message: Message, event: DeliveryEvent) -> bool:
    """Note news of a message, whoever brought it; False when it changes nothing any more.

    A bounce counts once. A mailbox that does not exist, is full too often or complains gets no more messages.
    """
    if event.kind is DeliveryKind.BOUNCED:
        return _bounced(deps, uow, message, event)
    if event.kind is DeliveryKind.DELIVERED:
        return _delivered(deps, uow, message, event)
    if event.kind is DeliveryKind.FAILED:
        return _failed(deps, uow, message, event)
    reason = _STOPPING.get(event.kind)
    if reason is not None and not suppress(deps, uow, address_of(message), reason, message.id, event.code):
        return False
    happened(deps, uow, message, f"message-{event.kind}", event)
    return True


_STOPPING: Final[Mapping[DeliveryKind, SuppressionReason]] = {
    DeliveryKind.COMPLAINED: SuppressionReason.COMPLAINT,
    DeliveryKind.UNSUBSCRIBED: SuppressionReason.UNSUBSCRIBED,
}


def _bounced(deps: Deps, uow: UnitOfWork, message: Message, event: DeliveryEvent) -> bool:
    if message.state not in _ACTED_ON:
        return False
    soft = 0 if event.permanent and event.code not in _UNSAID else 1
    bounced = replace(_with(deps, message, event), state=MessageState.BOUNCED, soft_bounces=message.soft_bounces + soft)
    if not uow.messages.settle(message, bounced):
        return False
    happened(deps, uow, bounced, "message-bounced", event)
    suppress_for(deps, uow, bounced, bounced.code)
    return True


def _failed(deps: Deps, uow: UnitOfWork, message: Message, event: DeliveryEvent) -> bool:
    """A carrier that had it says that it will not arrive."""
    if message.state not in _ACTED_ON:
        return False
    failed = replace(_with(deps, message, event), state=MessageState.FAILED)
    if not uow.messages.settle(message, failed):
        return False
    happened(deps, uow, failed, "message-failed", event)
    return True


def _delivered(deps: Deps, uow: UnitOfWork, message: Message, event: DeliveryEvent) -> bool:
    if message.state not in (MessageState.SENT, MessageState.SENDING):
        return False
    delivered = replace(message, state=MessageState.DELIVERED, state_at=deps.clock.now())
    if not uow.messages.settle(message, delivered):
        return False
    happened(deps, uow, delivered, "message-delivered", event)
    return True


def _with(deps: Deps, message: Message, event: DeliveryEvent) -> Message:
    return replace(message, code=event.code, detail=event.detail, state_at=deps.clock.now())
