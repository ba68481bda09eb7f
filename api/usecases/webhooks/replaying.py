"""Deliveries as their owner looks at them, and messages that are sent again because their owner asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from api.ports import DeliveryState
from api.usecases.webhooks.dealing import ask_for, delivery_of, goes_to
from api.usecases.webhooks.endpoints import enabled_webhook
from api.usecases.webhooks.event_modes import EventModes
from docgen.findings import Refusal

if TYPE_CHECKING:
    from api.ports import JournalPart, Page, PageRequest, UnitOfWork, WebhookDelivery
    from api.usecases.deps import Deps

MOST_EVENTS: Final = 10_000
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many messages are sent again; ``last_number`` is set when there is more, and was the last that was seen."""

    deliveries: int
    last_number: int | None = None


def list_deliveries(
    deps: Deps, organisation_id: str, webhook_id: str, page: PageRequest, state: DeliveryState | None = None
) -> Page[WebhookDelivery]:
    """Deliveries of an endpoint, those of the latest events first. Raises Refusal: ``webhook-not-found``."""
    with deps.database.read() as uow:
        uow.webhooks.get(organisation_id, webhook_id)
        return uow.webhooks.deliveries(organisation_id, webhook_id, page, state)


def get_delivery(deps: Deps, organisation_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
    """One delivery. Raises Refusal: ``webhook-not-found``, ``webhook-delivery-not-found``."""
    with deps.database.read() as uow:
        uow.webhooks.get(organisation_id, webhook_id)
        return uow.webhooks.delivery(organisation_id, webhook_id, delivery_id)


def replay_delivery(deps: Deps, organisation_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
    """Send a message again, with the same ``webhook-id`` and all its tries anew.

    Raises Refusal: ``webhook-not-found``, ``webhook-delivery-not-found``, ``webhook-is-disabled``.
    """
    now = deps.clock.now()
    with deps.database.write() as uow:
        enabled_webhook(uow, organisation_id, webhook_id)
        delivery = uow.webhooks.delivery(organisation_id, webhook_id, delivery_id)
        anew = replace(delivery, state=DeliveryState.PENDING, attempts=0, next_try_at=now)
        uow.webhooks.deliver([anew], again=True)
        _at_once(uow, organisation_id, webhook_id)
    return anew


def replay_range(deps: Deps, organisation_id: str, webhook_id: str, part: JournalPart) -> Replayed:
    """Send again what happened, or for the first time what happened while the endpoint was disabled or not there.

    Looks at up to 10,000 events in one call.
    Raises Refusal: ``webhook-not-found``, ``webhook-is-disabled``, ``webhook-range-invalid``.
    """
    if (part.last is not None and part.last <= part.after) or (part.since and part.until and part.since >= part.until):
        raise Refusal("webhook-range-invalid", "The range ends before it begins; turn it round.")
    found = 0
    for _ in range(0, MOST_EVENTS, _AT_ONCE):
        sent, last = _replay_some(deps, organisation_id, webhook_id, part)
        found += sent
        if last is None:
            return Replayed(found)
        part = part._replace(after=last)
    return Replayed(found, part.after)


def _replay_some(deps: Deps, organisation_id: str, webhook_id: str, part: JournalPart) -> tuple[int, int | None]:
    """How many go again, and the last event that was seen when there may be more."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        webhook = enabled_webhook(uow, organisation_id, webhook_id)
        events = uow.webhooks.journal(organisation_id, part, _AT_ONCE)
        modes = EventModes(uow)
        deliveries = [delivery_of(webhook, event, now) for event in events if goes_to(modes, event, webhook)]
        uow.webhooks.deliver(deliveries, again=True)
        if deliveries:
            _at_once(uow, organisation_id, webhook_id)
    return len(deliveries), events[-1].number if len(events) == _AT_ONCE else None


def _at_once(uow: UnitOfWork, organisation_id: str, webhook_id: str) -> None:
    """Whoever asks for it does not wait for the end of a pause."""
    uow.webhooks.change(organisation_id, webhook_id, paused_until=None)
    ask_for(uow, organisation_id, webhook_id)
