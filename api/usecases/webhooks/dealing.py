"""Deals out events to endpoints, and asks for work where something is due; a sweeper does it every few seconds.

Whoever writes an event need know nothing of webhooks: the row is enough.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.ports import WebhookDelivery, derived_id
from api.usecases.kinds import SOON, WorkKind
from api.usecases.webhooks.event_modes import EventModes
from api.usecases.webhooks.event_types import TEST, matches, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from api.ports import Event, UnitOfWork, Webhook
    from api.usecases.deps import Deps

AT_ONCE: Final = 500
DELIVERIES_KEPT: Final = timedelta(days=30)
_FORGOTTEN_AT_ONCE: Final = 1000
_MOST_ENDPOINTS: Final = 500


def tend(deps: Deps) -> None:
    """One round: deal out what happened, ask for work, forget what is old."""
    while deal_out(deps) == AT_ONCE:
        pass
    ask(deps)
    forget(deps)


def deal_out(deps: Deps) -> int:
    """Make deliveries of events that were committed since; returns how many events there were, up to `AT_ONCE`."""
    with deps.database.read() as uow:
        if not uow.webhooks.fresh():
            return 0
    now = deps.clock.now()
    with deps.database.write() as uow:
        events = uow.webhooks.take_fresh(AT_ONCE)
        uow.webhooks.deliver(_deliveries(uow, events, now))
    return len(events)


def ask(deps: Deps) -> int:
    """Ask for work for endpoints that have something due; returns how many have."""
    now = deps.clock.now()
    with deps.database.read() as uow:
        due = uow.webhooks.due(now, _MOST_ENDPOINTS)
    if due:
        with deps.database.write() as uow:
            for organisation_id, webhook_id in due:
                ask_for(uow, organisation_id, webhook_id)
    return len(due)


def ask_for(uow: UnitOfWork, organisation_id: str, webhook_id: str) -> None:
    """Ask for work for one endpoint; nothing changes when it was asked already."""
    asked = (organisation_id, WorkKind.DELIVER_WEBHOOKS, webhook_id)
    if not uow.outbox.enqueue(*asked, SOON):
        uow.outbox.again(*asked)


def forget(deps: Deps) -> int:
    """Remove some deliveries that were over long ago; returns how many."""
    before = deps.clock.now() - DELIVERIES_KEPT
    with deps.database.write() as uow:
        return uow.webhooks.forget(before, _FORGOTTEN_AT_ONCE)


def delivery_of(webhook: Webhook, event: Event, now: datetime) -> WebhookDelivery:
    """A delivery that is due; always the same id for the same event and endpoint."""
    return WebhookDelivery(
        id=derived_id("whd", webhook.id, event.number),
        organisation_id=webhook.organisation_id,
        webhook_id=webhook.id,
        event_number=event.number,
        type=type_of(event.name),
        created_at=now,
        next_try_at=now,
    )


def goes_to(modes: EventModes, event: Event, webhook: Webhook) -> bool:
    """Whether an endpoint is to be told of an event; never of what happens to itself."""
    if event.name == TEST or event.subject_id == webhook.id or not matches(webhook.types, type_of(event.name)):
        return False
    return modes.of(event) in (None, webhook.mode)


def _deliveries(uow: UnitOfWork, events: Sequence[Event], now: datetime) -> Iterator[WebhookDelivery]:
    endpoints = defaultdict[str, list["Webhook"]](list)
    for webhook in uow.webhooks.enabled({event.organisation_id for event in events}):
        endpoints[webhook.organisation_id].append(webhook)
    modes = EventModes(uow)
    for event in events:
        for webhook in endpoints[event.organisation_id]:
            if goes_to(modes, event, webhook):
                yield delivery_of(webhook, event, now)
