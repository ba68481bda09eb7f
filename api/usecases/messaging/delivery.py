"""What a carrier says became of a message: told late, twice and in any order, it moves a message forward only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from api.ports import DeliveryKind, MessageState, SuppressionReason
from api.usecases.characters import whole
from api.usecases.messaging.addresses import scrubbed
from api.usecases.messaging.happened import happened
from api.usecases.messaging.suppressing import address_of, suppress

if TYPE_CHECKING:
    from api.ports import DeliveryEvent, Message, UnitOfWork
    from api.usecases.deps import Deps

_GONE: Final = (MessageState.SENDING, MessageState.SENT)
_ARRIVES_FROM: Final = (*_GONE, MessageState.WAITING, MessageState.DROPPED, MessageState.FAILED, MessageState.BOUNCED)
_CAME_BACK: Final = (DeliveryKind.FAILED, DeliveryKind.BOUNCED)


def note_delivery(deps: Deps, uow: UnitOfWork, message: Message, event: DeliveryEvent) -> bool:
    """Write what a report says of a message; False when that changes nothing."""
    after = _after(message, event)
    if after is None:
        return False
    code, detail = whole(event.code)[:64], scrubbed(event.detail)
    provider_id = message.provider_id or event.provider_id[:200]
    now = replace(message, state=after, state_at=deps.clock.now(), code=code, detail=detail, provider_id=provider_id)
    if not uow.messages.settle(message, now):
        return False
    happened(deps, uow, now, f"message-{after}", event)
    if after is MessageState.BOUNCED and event.permanent:
        suppress(deps, uow, address_of(now), SuppressionReason.HARD_BOUNCE, now.id, code)
    return True


def _after(message: Message, event: DeliveryEvent) -> MessageState | None:
    """The state that follows; None when nothing does."""
    if event.kind is DeliveryKind.DELIVERED and message.state in _ARRIVES_FROM:
        return MessageState.DELIVERED
    if event.kind is DeliveryKind.ACCEPTED and message.state is MessageState.WAITING and message.attempts:
        # nobody heard the answer when it was handed over, so it was to be sent again
        return MessageState.SENT
    if event.kind in _CAME_BACK and message.state in _GONE:
        return MessageState.BOUNCED
    return None
