"""Sends what is due to one endpoint: the handler of a work item, and what each answer means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import DeliveryState, WebhookMessage, WebhookOff, WebhookState
from api.usecases.kinds import WorkKind
from api.usecases.webhooks.dealing import ask_for
from api.usecases.webhooks.event_types import event_id
from api.usecases.webhooks.payload import body_of
from api.usecases.webhooks.schedule import next_try_at, pause_s, retry_after_s
from api.usecases.webhooks.signing import headers_of, signing_keys
from api.usecases.webhooks.switching import switch_off

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports import (
        Event,
        UnitOfWork,
        Webhook,
        WebhookAnswer,
        WebhookDelivery,
        WebhookSender,
        WorkContext,
        WorkItem,
    )
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

MOST_IN_A_RUN: Final = 100
RUN_S: Final = 5.0
FAILING_LONG: Final = timedelta(days=5)
AFTER_A_FAULT: Final = timedelta(hours=1)
GONE: Final = "webhook-gone"


@dataclass(frozen=True, slots=True)
class _Due:
    webhook: Webhook
    delivery: WebhookDelivery
    event: Event


def deliver_webhooks(deps: Deps, sender: WebhookSender, work: WorkContext) -> None:
    """Send one after another what is due to an endpoint, for some seconds; a failure ends it.

    What was sent when this is killed is sent again with the same ``webhook-id``.
    """
    organisation_id, webhook_id = work.item.organisation_id, work.item.subject_id
    end = deps.clock.now() + timedelta(seconds=RUN_S)
    for _ in range(MOST_IN_A_RUN):
        work.check()
        if deps.clock.now() > end or not _send_next(deps, sender, organisation_id, webhook_id):
            break
    with deps.database.write() as uow:
        work.complete(uow)
        if _next(uow, organisation_id, webhook_id, deps.clock.now()) is not None:
            ask_for(uow, organisation_id, webhook_id)


def webhook_failed(deps: Deps, uow: UnitOfWork, item: WorkItem) -> bool:
    """Leave an endpoint alone for a while when work for it was given up; False when the work was about other things."""
    if item.kind != WorkKind.DELIVER_WEBHOOKS:
        return False
    uow.webhooks.change(item.organisation_id, item.subject_id, paused_until=deps.clock.now() + AFTER_A_FAULT)
    return True


def _send_next(deps: Deps, sender: WebhookSender, organisation_id: str, webhook_id: str) -> bool:
    """Send what has been due longest; False when nothing is, or when it failed."""
    now = deps.clock.now()
    with deps.database.read() as uow:
        due = _next(uow, organisation_id, webhook_id, now)
    if due is None:
        return False
    body = body_of(due.event)
    keys = signing_keys(deps.secret, due.webhook, now)
    answer = sender.post(WebhookMessage(due.webhook.url, body, headers_of(event_id(due.event.number), now, body, keys)))
    with deps.database.write() as uow:
        _settle(uow, due, answer, deps.clock.now())
    log.info("webhook-sent", delivery=due.delivery.id, attempt=due.delivery.attempts + 1, code=answer.code)
    return not answer.code


def _next(uow: UnitOfWork, organisation_id: str, webhook_id: str, now: datetime) -> _Due | None:
    webhook = uow.webhooks.find(organisation_id, webhook_id)
    if webhook is None or webhook.state is WebhookState.DISABLED:
        return None
    if webhook.paused_until is not None and now < webhook.paused_until:
        return None
    delivery = uow.webhooks.next_due(organisation_id, webhook_id, now)
    if delivery is None:
        return None
    event = uow.webhooks.event(organisation_id, delivery.event_number)
    assert event is not None  # noqa: S101 - the journal only grows
    return _Due(webhook, delivery, event)


def _settle(uow: UnitOfWork, due: _Due, answer: WebhookAnswer, now: datetime) -> None:
    """Note the answer, and what it means for the endpoint as it is by now."""
    webhook = uow.webhooks.hold(due.webhook.organisation_id, due.webhook.id)
    if webhook is None:
        return
    tried = replace(
        due.delivery,
        attempts=due.delivery.attempts + 1,
        last_at=now,
        last_status=answer.status,
        last_code=answer.code,
        last_answer=answer.text,
    )
    # what was played again while it was under way stays as that left it
    if answer.code:
        asked_s = retry_after_s(answer.retry_after, now)
        again_at = None if answer.code == GONE else next_try_at(tried.id, tried.attempts, now, asked_s)
        state = DeliveryState.FAILED if again_at is None else DeliveryState.PENDING
        if uow.webhooks.settle(due.delivery, replace(tried, state=state, next_try_at=again_at)):
            _suffer(uow, webhook, _why_off(webhook, answer, state, now), asked_s, now)
    elif uow.webhooks.settle(due.delivery, replace(tried, state=DeliveryState.DELIVERED, next_try_at=None)):
        well = {"failures": 0, "failing_since": None, "paused_until": None}
        uow.webhooks.change(webhook.organisation_id, webhook.id, **well)


def _suffer(uow: UnitOfWork, webhook: Webhook, why: WebhookOff, asked_s: float, now: datetime) -> None:
    """Leave the endpoint alone for a while, or for good."""
    failures = webhook.failures + 1
    paused_until = now + timedelta(seconds=pause_s(failures, asked_s))
    ill = {"failures": failures, "failing_since": webhook.failing_since or now, "paused_until": paused_until}
    uow.webhooks.change(webhook.organisation_id, webhook.id, **ill)
    if why is not WebhookOff.NONE and webhook.state is WebhookState.ENABLED:
        switch_off(uow, webhook, why, now)


def _why_off(webhook: Webhook, answer: WebhookAnswer, state: DeliveryState, now: datetime) -> WebhookOff:
    if answer.code == GONE:
        return WebhookOff.GONE
    if state is DeliveryState.FAILED:
        return WebhookOff.TRIES_SPENT
    long = now - (webhook.failing_since or now) >= FAILING_LONG
    return WebhookOff.FAILING_LONG if long else WebhookOff.NONE
