"""Calls of gateways: whoever knows the secret of a channel tells us of its messages, and hands over what came in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from api.ports import ChainOf, ChannelKind, GatewayCall, GatewayNews, InboundMessage, Mode, derived_id
from api.usecases.characters import whole
from api.usecases.messaging.delivery import note_delivery
from api.usecases.messaging.private import annex_of
from api.usecases.messaging.telling import take_reply

if TYPE_CHECKING:
    from api.ports import Channel, ChannelSetup, DeliveryEvent, Message, RawCallback, UnitOfWork
    from api.usecases.deps import Deps

MOST_TEXT: Final = 4_000
"""Signs of a message that are kept: more than networks join."""

_MOST_ID: Final = 200


def take_call(deps: Deps, name: str, raw: RawCallback) -> bool:
    """Take in what a gateway says; False, and no change, when it does not prove that it is the one of this channel."""
    found = _channel_of(deps, name, raw)
    if found is None:
        return False
    setup, channel = found
    news = channel.parse_callback(raw)
    if news:
        with deps.database.write() as uow:
            # before any row of a message or request, as everywhere
            uow.evidence.hold(ChainOf(setup.organisation_id, Mode.LIVE))
            for each in news:
                if isinstance(each, InboundMessage):
                    _take_message(deps, uow, setup, each)
                else:
                    _take_report(deps, uow, setup, each)
    return True


def _channel_of(deps: Deps, name: str, raw: RawCallback) -> tuple[ChannelSetup, Channel] | None:
    """Organisations may use the same name; the secret tells them apart."""
    for setup in deps.channels.all():
        if setup.name == name and setup.kind is ChannelKind.SMS:
            channel = deps.channels.channel(setup.organisation_id, name)
            if channel.verify_callback(raw):
                return setup, channel
    return None


def _take_message(deps: Deps, uow: UnitOfWork, setup: ChannelSetup, inbound: InboundMessage) -> None:
    """Once, however often it is told. Tests reach no phone, so what phones say is never a test."""
    call_id = derived_id("gwc", setup.organisation_id, setup.name, "reply", inbound.provider_id)
    call = GatewayCall(call_id, setup.organisation_id, setup.name, GatewayNews.REPLY, deps.clock.now())
    if uow.gateway_calls.add(call):
        kept = replace(inbound, text=whole(inbound.text)[:MOST_TEXT], provider_id=whole(inbound.provider_id)[:_MOST_ID])
        take_reply(deps, uow, kept, setup.organisation_id, Mode.LIVE)


def _take_report(deps: Deps, uow: UnitOfWork, setup: ChannelSetup, event: DeliveryEvent) -> None:
    event = replace(event, message_id=whole(event.message_id), provider_id=whole(event.provider_id)[:_MOST_ID])
    message = _message_of(uow, setup, event)
    if message is not None:
        note_delivery(deps, uow, message, event)
        return
    said = (event.message_id, event.provider_id, str(event.kind), event.code)
    organisation_id = setup.organisation_id
    call_id = derived_id("gwc", organisation_id, setup.name, "report", *said)
    annex = annex_of(deps, ChainOf(organisation_id, Mode.LIVE), call_id, _kept(event))
    call = GatewayCall(call_id, organisation_id, setup.name, GatewayNews.UNPLACED, deps.clock.now(), annex.id)
    if uow.gateway_calls.add(call):
        uow.evidence.add_annexes([annex])


def _kept(event: DeliveryEvent) -> dict[str, str]:
    values = {"message_id": event.message_id, "provider_id": event.provider_id, "kind": str(event.kind)}
    values |= {"code": event.code, "detail": event.detail, "address": event.address}
    return {name: whole(value)[:_MOST_ID] for name, value in values.items()}


def _message_of(uow: UnitOfWork, setup: ChannelSetup, event: DeliveryEvent) -> Message | None:
    """By our own id, or else by the carrier's; only among those of this channel."""
    ours = uow.messages.find(setup.organisation_id, event.message_id) if event.message_id else None
    if ours is None and event.provider_id:
        ours = uow.messages.of_provider(setup.organisation_id, setup.name, event.provider_id)
    return ours if ours is not None and ours.lane == setup.name else None
