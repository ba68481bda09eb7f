"""What happens to messages: put down as evidence, and told to the rest of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.ports import EvidenceKind
from api.usecases.evidence.keeping import keep, reference_to
from api.usecases.messaging.private import about, chain_of
from api.usecases.messaging.telling import message_happened

if TYPE_CHECKING:
    from agreements.evidence.canonical import Json
    from api.ports import Annex, DeliveryEvent, Message, UnitOfWork
    from api.usecases.deps import Deps

_PUT_DOWN: Final = frozenset({"message-sent", "message-delivered", "message-bounced", "message-failed"})


def was_queued(deps: Deps, uow: UnitOfWork, message: Message, address: Annex, rendered: Annex) -> None:
    """A message that is in the outbox from now on, with its annexes."""
    uow.evidence.add_annexes([address, rendered])
    body: dict[str, Json] = {
        "message": message.id,
        "channel": str(message.channel),
        "kind": message.kind,
        "address": reference_to(address),
        "rendered": reference_to(rendered),
    }
    message_happened(deps, uow, message, "message-queued", None)
    keep(deps, uow, chain_of(message), EvidenceKind.MESSAGE_QUEUED, about(message), body)


def happened(deps: Deps, uow: UnitOfWork, message: Message, kind: str, event: DeliveryEvent | None = None) -> None:
    """Anything later; ``message`` is as it is now."""
    message_happened(deps, uow, message, kind, event)
    if kind in _PUT_DOWN:
        keep(deps, uow, chain_of(message), EvidenceKind(kind), about(message), _body(message, event))


def _body(message: Message, event: DeliveryEvent | None) -> dict[str, Json]:
    code = event.code if event is not None else message.code
    said: dict[str, Json] = {"message": message.id, "provider_id": message.provider_id, "code": code}
    if message.parts:
        said["parts"] = message.parts
    if event is not None and event.at is not None:
        said["provider_at"] = event.at.isoformat()
    return {name: value for name, value in said.items() if value}
