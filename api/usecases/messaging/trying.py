"""A mail to try a channel with: it goes at once and tells what the other side said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import ChannelKind, OutboundMessage, SendResult, channel_not_found
from api.usecases.messaging.addresses import scrubbed, usable_address
from api.usecases.messaging.wire import message_id_of, return_path

if TYPE_CHECKING:
    from api.usecases.deps import Deps

_SUBJECT: Final = "Test / Proefbericht"
_TEXT: Final = (
    "Dit is een proefbericht. Het laat zien dat berichten van dit kanaal aankomen.\n\n"
    "This is a test message. It shows that messages of this channel arrive.\n"
)


def try_channel(deps: Deps, organisation_id: str, name: str, to: str) -> SendResult:
    """Send one message to an address, past the outbox; nothing is kept of it.

    Raises Refusal: ``channel-not-found``, ``address-unusable``.
    """
    found = [each for each in deps.channels.setups(organisation_id) if each.name == name]
    if not found:
        raise channel_not_found(organisation_id, name)
    setup, message_id = found[0], deps.ids.new("msg")
    by_mail = setup.kind is ChannelKind.EMAIL
    message = OutboundMessage(
        id=message_id,
        channel=setup.kind,
        to=usable_address(setup.kind, to),
        text=_TEXT if by_mail else _SUBJECT,
        subject=_SUBJECT if by_mail else "",
        message_id=message_id_of(setup, message_id) if by_mail else "",
        return_path=return_path(deps.secret, setup, message_id) if by_mail else "",
        reply_to=setup.reply_to,
        reference=message_id,
    )
    channel = deps.channels.channel(organisation_id, name)
    try:
        result = channel.send(message)
    finally:
        channel.close()
    return SendResult(
        result.state, result.provider_id, result.parts, result.encoding, result.code, scrubbed(result.detail)
    )
