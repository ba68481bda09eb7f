"""Endpoints go off and on: when their owner says so, or when nothing gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from api.ports import Alarm, Event, WebhookOff, WebhookState

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import UnitOfWork, Webhook
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

ALARM: Final = "webhook-disabled"
"""State of the alarm that rings until the endpoint is enabled or removed."""


def disable(deps: Deps, organisation_id: str, webhook_id: str, by: str) -> Webhook:
    """Send nothing more; what is due waits. Doing it again changes nothing. Raises Refusal: ``webhook-not-found``."""
    with deps.database.write() as uow:
        webhook = uow.webhooks.get(organisation_id, webhook_id)
        if webhook.state is WebhookState.ENABLED:
            switch_off(uow, webhook, WebhookOff.ASKED, deps.clock.now(), by)
        return uow.webhooks.get(organisation_id, webhook_id)


def enable(deps: Deps, organisation_id: str, webhook_id: str, by: str) -> Webhook:
    """Send again, and at once: what failed before is forgotten. Raises Refusal: ``webhook-not-found``."""
    now = deps.clock.now()
    with deps.database.write() as uow:
        webhook = uow.webhooks.get(organisation_id, webhook_id)
        well = {"failures": 0, "failing_since": None, "paused_until": None}
        on = {"state": WebhookState.ENABLED, "disabled_why": WebhookOff.NONE, "disabled_at": None}
        uow.webhooks.change(organisation_id, webhook_id, **well, **on)
        if webhook.state is WebhookState.DISABLED:
            silence(uow, organisation_id, webhook_id, now)
            uow.events.append(Event(organisation_id, webhook_id, "webhook-enabled", now, {"by": by}))
        return uow.webhooks.get(organisation_id, webhook_id)


def switch_off(uow: UnitOfWork, webhook: Webhook, why: WebhookOff, now: datetime, by: str = "") -> None:
    """Disable, tell other endpoints by an event, and ring when nobody asked for it."""
    off = {"state": WebhookState.DISABLED, "disabled_why": why, "disabled_at": now}
    uow.webhooks.change(webhook.organisation_id, webhook.id, **off)
    data = {"why": str(why), "mode": str(webhook.mode)} | ({"by": by} if by else {})
    uow.events.append(Event(webhook.organisation_id, webhook.id, "webhook-disabled", now, data))
    if why is not WebhookOff.ASKED:
        uow.alarms.raise_(Alarm(webhook.organisation_id, webhook.id, ALARM, now, now))
        log.warning("webhook-disabled", webhook=webhook.id, why=why)


def silence(uow: UnitOfWork, organisation_id: str, webhook_id: str, now: datetime) -> None:
    """End the alarms of an endpoint."""
    ringing = [alarm for alarm in uow.alarms.open(organisation_id) if alarm.subject_id == webhook_id]
    uow.alarms.close(ringing, now)
