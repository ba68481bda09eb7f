"""Addresses that get no more messages: who stopped them, and which messages that stops."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import ChannelKind, Mode, Suppression, SuppressionReason, derived_id
from api.usecases.messaging.addresses import to_digest, usable_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Message, Page, PageRequest, UnitOfWork
    from api.usecases.deps import Deps

HARD: Final = frozenset({"5.1.1", "5.1.10"})
"""There is no such mailbox (RFC 3463, 3.2), or its domain takes no mail at all (RFC 7505)."""

MOST_SOFT: Final = 3
"""Messages to an address that came back for now, within `SOFT_WITHIN`, before it gets none any more."""

SOFT_WITHIN: Final = timedelta(days=120)


class KnownAddress(NamedTuple):
    """Whose address by which channel. ``sender`` limits what is stopped to what that sender sends; empty: all."""

    organisation_id: str
    mode: Mode
    channel: ChannelKind
    to_digest: str
    sender: str = ""


def known_address(
    deps: Deps, organisation_id: str, mode: Mode, channel: ChannelKind, address: str, sender: str = ""
) -> KnownAddress:
    """An address that somebody typed or sent from. Raises Refusal: ``address-unusable``."""
    digest = to_digest(deps.secret, channel, usable_address(channel, address))
    return KnownAddress(organisation_id, mode, channel, digest, sender)


def address_of(message: Message) -> KnownAddress:
    """The address that a message goes to."""
    return KnownAddress(message.organisation_id, message.mode, message.channel, message.to_digest)


def suppress(
    deps: Deps, uow: UnitOfWork, address: KnownAddress, reason: SuppressionReason, message_id: str = "", code: str = ""
) -> bool:
    """Send nothing more to an address, as far as the reason goes; False when that was so before."""
    row = Suppression(
        id=derived_id("sup", *address[:4], reason, address.sender),
        organisation_id=address.organisation_id,
        mode=address.mode,
        channel=address.channel,
        to_digest=address.to_digest,
        reason=reason,
        at=deps.clock.now(),
        sender=address.sender,
        message_id=message_id,
        code=code,
    )
    return uow.suppressions.add(row)


def suppress_for(deps: Deps, uow: UnitOfWork, message: Message, code: str) -> bool:
    """Judge an address by what came of a message to it, which is written already: gone, or full too often."""
    if code in HARD:
        return suppress(deps, uow, address_of(message), SuppressionReason.HARD_BOUNCE, message.id, code)
    if not message.soft_bounces:
        return False
    times = uow.messages.soft_bounced(message, deps.clock.now() - SOFT_WITHIN)
    if times < MOST_SOFT:
        return False
    return suppress(deps, uow, address_of(message), SuppressionReason.SOFT_BOUNCES, message.id, code)


def lift(deps: Deps, uow: UnitOfWork, address: KnownAddress, reason: SuppressionReason, by: str) -> int:
    """Undo what was stopped for this reason and sender, such as when somebody texts START; returns how many."""
    rows = uow.suppressions.of(address.organisation_id, address.mode, address.channel, address.to_digest)
    lifted = [row for row in rows if row.reason is reason and row.sender == address.sender]
    for row in lifted:
        uow.suppressions.lift(row.organisation_id, row.id, by, deps.clock.now())
    return len(lifted)


def list_suppressions(deps: Deps, organisation_id: str, page: PageRequest) -> Page[Suppression]:
    """All of an organisation."""
    with deps.database.read() as uow:
        return uow.suppressions.list(organisation_id, page)


def suppressions_of(deps: Deps, address: KnownAddress) -> Sequence[Suppression]:
    """What stops messages to an address, by any sender."""
    with deps.database.read() as uow:
        return uow.suppressions.of(address.organisation_id, address.mode, address.channel, address.to_digest)


def add_by_staff(deps: Deps, address: KnownAddress) -> Suppression:
    """Stop everything to an address because staff says so; the same again changes nothing."""
    with deps.database.write() as uow:
        suppress(deps, uow, address, SuppressionReason.STAFF)
        rows = uow.suppressions.of(address.organisation_id, address.mode, address.channel, address.to_digest)
    return next(row for row in rows if row.reason is SuppressionReason.STAFF and row.sender == address.sender)


def lift_by_staff(deps: Deps, organisation_id: str, suppression_id: str, by: str) -> None:
    """Let messages go to an address again. Raises Refusal: ``suppression-not-found``."""
    with deps.database.write() as uow:
        uow.suppressions.lift(organisation_id, suppression_id, by, deps.clock.now())
