"""One click that stops messages (RFC 8058): by a link that stands in what people may refuse, and does nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import ChainOf, DeliveryEvent, DeliveryKind, MessagePurpose
from api.usecases.messaging.bounces import note_event
from api.usecases.messaging.wire import read_stop

if TYPE_CHECKING:
    from api.ports import Message, UnitOfWork
    from api.usecases.deps import Deps


def may_stop(deps: Deps, organisation_id: str, text: str) -> bool:
    """Whether this is the end of a link that stops messages; looking changes nothing."""
    with deps.database.read() as uow:
        return _message(deps, uow, organisation_id, text) is not None


def stop_messages(deps: Deps, organisation_id: str, text: str) -> bool:
    """Send no more of what people may refuse to whom this link was sent; again changes nothing. False: no such link."""
    with deps.database.write() as uow:
        message = _message(deps, uow, organisation_id, text)
        if message is None:
            return False
        uow.evidence.hold(ChainOf(organisation_id, message.mode))
        note_event(deps, uow, message, DeliveryEvent(DeliveryKind.UNSUBSCRIBED, message_id=message.id))
    return True


def _message(deps: Deps, uow: UnitOfWork, organisation_id: str, text: str) -> Message | None:
    message_id = read_stop(deps.secret, text)
    message = uow.messages.find(organisation_id, message_id) if message_id else None
    return message if message is not None and message.purpose is MessagePurpose.CONSENT else None
