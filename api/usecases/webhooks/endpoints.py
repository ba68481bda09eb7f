"""Endpoints as their owner manages them: add, look, change, remove, rotate the secret, send a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.ports import Event, Webhook, WebhookState, read_web_address
from api.usecases.webhooks.dealing import ask_for, delivery_of
from api.usecases.webhooks.event_types import TEST, checked_types
from api.usecases.webhooks.signing import secret_of
from api.usecases.webhooks.switching import silence
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Mode, Page, PageRequest, UnitOfWork, WebhookDelivery
    from api.usecases.deps import Deps

MOST_WEBHOOKS: Final = 50
MOST_DESCRIPTION_CHARS: Final = 200
KEPT_HOURS: Final = 24
MOST_KEPT_HOURS: Final = 168
_MOST_SECRETS: Final = 3


@dataclass(frozen=True, slots=True)
class WebhookWish:
    """What an owner says of an endpoint."""

    url: str
    description: str = ""
    types: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint with the secret that is shown now and never again."""

    webhook: Webhook
    secret: str


def add_webhook(deps: Deps, organisation_id: str, mode: Mode, wish: WebhookWish) -> NewSecret:
    """Add an endpoint; it is told of what happens from now on.

    Raises Refusal: ``webhook-url-invalid``, ``webhook-types-invalid``, ``webhook-description-invalid``,
    ``webhooks-too-many``.
    """
    made = _checked(deps, wish)
    webhook_id, now = deps.ids.new("whk"), deps.clock.now()
    webhook = Webhook(webhook_id, organisation_id, mode, made.url, now, made.description, tuple(made.types))
    with deps.database.write() as uow:
        if uow.webhooks.count(organisation_id) >= MOST_WEBHOOKS:
            raise Refusal("webhooks-too-many", f"An organisation has at most {MOST_WEBHOOKS} endpoints; remove one.")
        uow.webhooks.add(webhook)
    return NewSecret(webhook, secret_of(deps.secret, webhook_id, webhook.generation))


def secret_again(deps: Deps, organisation_id: str, webhook_id: str) -> NewSecret | None:
    """What `add_webhook` gave, for whoever did not get its answer; None when there is no such endpoint."""
    with deps.database.read() as uow:
        webhook = uow.webhooks.find(organisation_id, webhook_id)
    return None if webhook is None else NewSecret(webhook, secret_of(deps.secret, webhook_id, webhook.generation))


def list_webhooks(deps: Deps, organisation_id: str, page: PageRequest) -> Page[Webhook]:
    """Endpoints, newest first."""
    with deps.database.read() as uow:
        return uow.webhooks.list(organisation_id, page)


def get_webhook(deps: Deps, organisation_id: str, webhook_id: str) -> Webhook:
    """One endpoint. Raises Refusal: ``webhook-not-found``."""
    with deps.database.read() as uow:
        return uow.webhooks.get(organisation_id, webhook_id)


def change_webhook(deps: Deps, organisation_id: str, webhook_id: str, wish: WebhookWish, by: str) -> Webhook:
    """Set what its owner says of it; what is due goes to the new URL.

    Raises Refusal: ``webhook-not-found``, and as `add_webhook`.
    """
    made = _checked(deps, wish)
    with deps.database.write() as uow:
        uow.webhooks.get(organisation_id, webhook_id)
        uow.webhooks.change(
            organisation_id, webhook_id, url=made.url, description=made.description, types=tuple(made.types)
        )
        _tell(deps, uow, organisation_id, webhook_id, "webhook-changed", by)
        return uow.webhooks.get(organisation_id, webhook_id)


def remove_webhook(deps: Deps, organisation_id: str, webhook_id: str, by: str) -> None:
    """Remove an endpoint with its deliveries. Raises Refusal: ``webhook-not-found``."""
    with deps.database.write() as uow:
        webhook = uow.webhooks.get(organisation_id, webhook_id)
        now = deps.clock.now()
        data = {"by": by, "mode": str(webhook.mode)}
        uow.events.append(Event(organisation_id, webhook_id, "webhook-removed", now, data))
        silence(uow, organisation_id, webhook_id, now)
        uow.webhooks.remove(organisation_id, webhook_id)


def rotate_secret(deps: Deps, organisation_id: str, webhook_id: str, kept_hours: int, by: str) -> NewSecret:
    """Make a new secret; those that signed until now go on for ``kept_hours`` (0 to 168), three in all at most.

    Raises Refusal: ``webhook-not-found``, ``webhook-hours-invalid``.
    """
    if not 0 <= kept_hours <= MOST_KEPT_HOURS:
        raise Refusal("webhook-hours-invalid", f"Keep the old secret for 0 to {MOST_KEPT_HOURS} hours.")
    with deps.database.write() as uow:
        webhook = uow.webhooks.get(organisation_id, webhook_id)
        now, generation = deps.clock.now(), webhook.generation + 1
        overlaps = webhook.previous_until is not None and now < webhook.previous_until
        first = max(webhook.signs_from if overlaps else webhook.generation, generation - _MOST_SECRETS + 1)
        until = now + timedelta(hours=kept_hours)
        uow.webhooks.change(organisation_id, webhook_id, generation=generation, signs_from=first, previous_until=until)
        _tell(deps, uow, organisation_id, webhook_id, "webhook-secret-rotated", by)
        changed = uow.webhooks.get(organisation_id, webhook_id)
    return NewSecret(changed, secret_of(deps.secret, webhook_id, changed.generation))


def send_test(deps: Deps, organisation_id: str, webhook_id: str, by: str) -> WebhookDelivery:
    """Write an event ``webhook.test`` and send it to this endpoint only, whatever types it asked for.

    Raises Refusal: ``webhook-not-found``, ``webhook-is-disabled``.
    """
    with deps.database.write() as uow:
        webhook = enabled_webhook(uow, organisation_id, webhook_id)
        event = _tell(deps, uow, organisation_id, webhook_id, TEST, by)
        delivery = delivery_of(webhook, event, event.at)
        uow.webhooks.deliver([delivery])
        ask_for(uow, organisation_id, webhook_id)
    return delivery


def enabled_webhook(uow: UnitOfWork, organisation_id: str, webhook_id: str) -> Webhook:
    """One that gets messages. Raises Refusal: ``webhook-not-found``, ``webhook-is-disabled``."""
    webhook = uow.webhooks.hold(organisation_id, webhook_id) or uow.webhooks.get(organisation_id, webhook_id)
    if webhook.state is WebhookState.DISABLED:
        raise Refusal("webhook-is-disabled", f"{webhook_id} is disabled; enable it first.")
    return webhook


def _checked(deps: Deps, wish: WebhookWish) -> WebhookWish:
    url = str(read_web_address(wish.url.strip(), private=deps.limits.webhook_private))
    description = " ".join(wish.description.split())
    if len(description) > MOST_DESCRIPTION_CHARS or not description.isprintable():
        most = f"at most {MOST_DESCRIPTION_CHARS} printable characters"
        raise Refusal("webhook-description-invalid", f"A description has {most}.")
    return WebhookWish(url, description, checked_types(wish.types))


def _tell(deps: Deps, uow: UnitOfWork, organisation_id: str, webhook_id: str, name: str, by: str) -> Event:
    """The event as it stands in the journal."""
    return uow.events.append(Event(organisation_id, webhook_id, name, deps.clock.now(), {"by": by}))
