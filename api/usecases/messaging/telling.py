"""The one place where messages tell the rest of the service what happened to them, and hand over what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import Event

if TYPE_CHECKING:
    from api.ports import DeliveryEvent, InboundMessage, Message, Mode, UnitOfWork
    from api.usecases.deps import Deps


def listen() -> None:
    """Load those who listen, which takes seconds: before anything is sent or held, and not while it is."""
    from api.usecases.agreeing import happenings, replies  # noqa: F401, PLC0415 - loaded here to be there below


def message_happened(deps: Deps, uow: UnitOfWork, message: Message, kind: str, event: DeliveryEvent | None) -> None:
    """Write it in the journal; ``kind`` is such as ``message-sent``, ``message`` is as it is now."""
    from api.usecases.agreeing import happenings  # noqa: PLC0415 - what listens to messages writes messages too

    data = {"mode": str(message.mode), "channel": str(message.channel), "kind": message.kind}
    data |= {"request_id": message.subject_id} if message.subject_id else {}
    code = event.code if event is not None else message.code
    data |= {"code": code} if code else {}
    uow.events.append(Event(message.organisation_id, message.id, kind, deps.clock.now(), data))
    happenings.message_happened(deps, uow, message, kind)


def take_reply(deps: Deps, uow: UnitOfWork, inbound: InboundMessage, organisation_id: str, mode: Mode) -> None:
    """Write in the journal that something came in, its words left out, and let it be answered."""
    from api.usecases.agreeing import replies  # noqa: PLC0415 - what answers messages writes messages too

    data = {"mode": str(mode), "channel": str(inbound.channel)}
    uow.events.append(Event(organisation_id, organisation_id, "message-received", deps.clock.now(), data))
    replies.take_reply(deps, uow, inbound, organisation_id, mode)
