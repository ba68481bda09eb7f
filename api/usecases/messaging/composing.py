"""A message as it goes out: links whole again, headers that say what it is, the logo with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import ChannelKind, MessagePurpose, OutboundMessage
from api.usecases.messaging.tokens import reveal, token_of
from api.usecases.messaging.wire import return_path, stop_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.ports import ChannelSetup, Message
    from api.usecases.deps import Deps

LOGO: Final = "logo"
BY_HAND: Final = frozenset({"request", "link"})
"""Kinds that a person asked for; all others are made by the service, and answered by no machine (RFC 3834, 5)."""

_STOPPABLE: Final = frozenset({"request", "reminder"})


def outbound(deps: Deps, setup: ChannelSetup, message: Message, values: Mapping[str, str]) -> OutboundMessage:
    """The message with what its annexes hold."""
    token = token_of(deps.secret, message.subject_id)
    by_mail = message.channel is ChannelKind.EMAIL
    return OutboundMessage(
        id=message.id,
        channel=message.channel,
        to=values["to"],
        text=reveal(values["text"], token),
        subject=values["subject"],
        html=reveal(values["html"], token),
        message_id=message.message_id,
        return_path=return_path(deps.secret, setup, message.id) if by_mail else "",
        reply_to=setup.reply_to,
        headers=_headers(deps, message, values) if by_mail else {},
        reference=message.id,
        parts_allowed=message.parts_allowed,
        pictures=_pictures(deps, message),
    )


def _headers(deps: Deps, message: Message, values: Mapping[str, str]) -> dict[str, str]:
    headers = {} if message.kind in BY_HAND else {"Auto-Submitted": "auto-generated"}
    # RFC 8058: only of what people may refuse, never of what they must get
    if message.purpose is MessagePurpose.CONSENT and message.kind in _STOPPABLE and values.get("host"):
        headers["List-Unsubscribe"] = f"<https://{values['host']}{stop_path(deps.secret, message.id)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _pictures(deps: Deps, message: Message) -> dict[str, bytes]:
    if message.logo is None:
        return {}
    with deps.blobs.open(message.organisation_id, message.logo) as logo:
        return {LOGO: logo.read()}
