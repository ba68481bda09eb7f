"""Webhooks: endpoints that are told of what happens, and what became of each message."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.auth import ADMIN, CallerDep
from api.http.bodies import JsonSha256
from api.http.edge import DepsDep, PageDep
from api.http.once import Answer, OnceDep
from api.http.responses import ACT_CODES, LIST_CODES, problems
from api.http.schemas import ListOut, listed
from api.http.webhook_schemas import (
    DeliveryOut,
    NewWebhookOut,
    ReplayIn,
    ReplayOut,
    RotateIn,
    WebhookIn,
    WebhookOut,
)
from api.ports import DeliveryState, JournalPart
from api.usecases.deps import Deps
from api.usecases.webhooks import endpoints, replaying, switching
from api.usecases.webhooks.endpoints import NewSecret, WebhookWish
from api.usecases.webhooks.event_types import number_of
from docgen.findings import Refusal

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_WISH = ("webhook-url-invalid", "webhook-types-invalid", "webhook-description-invalid", "request-invalid")


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=NewWebhookOut,
    summary="Add an endpoint",
    dependencies=[ADMIN],
    responses=problems(*_WISH, "webhooks-too-many", *ACT_CODES),
)
def add_webhook(caller: CallerDep, wanted: WebhookIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Have messages sent of what happens from now on. It is of the mode of your key: tests go to a test endpoint.

    The secret is in this answer and nowhere else.
    """

    def make(deps: Deps) -> Answer:
        made = endpoints.add_webhook(deps, caller.organisation_id, caller.mode, _wish(wanted))
        return _with_secret(made, HTTPStatus.CREATED)

    def found(webhook_id: str) -> Answer | None:
        made = endpoints.secret_again(once.deps, caller.organisation_id, webhook_id)
        return None if made is None else _with_secret(made, HTTPStatus.CREATED)

    return once.run(sha256, make, "whk", found)


@router.get("", summary="List endpoints", dependencies=[ADMIN], responses=problems(*LIST_CODES))
def list_webhooks(deps: DepsDep, caller: CallerDep, page: PageDep) -> ListOut[WebhookOut]:
    """Of both modes, newest first."""
    return listed(endpoints.list_webhooks(deps, caller.organisation_id, page), WebhookOut.of)


@router.get(
    "/{webhook_id:id}", summary="Show an endpoint", dependencies=[ADMIN], responses=problems("webhook-not-found")
)
def get_webhook(deps: DepsDep, caller: CallerDep, webhook_id: str) -> WebhookOut:
    """One endpoint, without its secret."""
    return WebhookOut.of(endpoints.get_webhook(deps, caller.organisation_id, webhook_id))


@router.put(
    "/{webhook_id:id}",
    summary="Change an endpoint",
    dependencies=[ADMIN],
    responses=problems(*_WISH, "webhook-not-found", "body-too-large", "mode-differs"),
)
def change_webhook(deps: DepsDep, caller: CallerDep, webhook_id: str, wanted: WebhookIn) -> WebhookOut:
    """All of it. What is due goes to the new URL."""
    wish = _wish(wanted)
    changed = endpoints.change_webhook(deps, caller.organisation_id, webhook_id, wish, caller.key_id)
    return WebhookOut.of(changed)


@router.delete(
    "/{webhook_id:id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Remove an endpoint",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", "mode-differs"),
)
def remove_webhook(deps: DepsDep, caller: CallerDep, webhook_id: str) -> None:
    """With its deliveries; what is due is not sent."""
    endpoints.remove_webhook(deps, caller.organisation_id, webhook_id, caller.key_id)


@router.post(
    "/{webhook_id:id}/rotate",
    response_model=NewWebhookOut,
    summary="Rotate the secret",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", "webhook-hours-invalid", "request-invalid", *ACT_CODES),
)
def rotate(caller: CallerDep, webhook_id: str, wanted: RotateIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """Make a new secret. For some hours messages have two signatures, so that receivers can change over."""

    def make(deps: Deps) -> Answer:
        organisation_id, hours = caller.organisation_id, wanted.keep_hours
        return _with_secret(endpoints.rotate_secret(deps, organisation_id, webhook_id, hours, caller.key_id))

    return once.run(sha256, make)


@router.post(
    "/{webhook_id:id}/enable",
    response_model=WebhookOut,
    summary="Enable an endpoint",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", *ACT_CODES),
)
def enable(caller: CallerDep, webhook_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """What was due goes out at once. What happened while it was disabled comes with a replay of a range."""

    def make(deps: Deps) -> Answer:
        webhook = switching.enable(deps, caller.organisation_id, webhook_id, caller.key_id)
        return Answer(HTTPStatus.OK, WebhookOut.of(webhook))

    return once.run(sha256, make)


@router.post(
    "/{webhook_id:id}/disable",
    response_model=WebhookOut,
    summary="Disable an endpoint",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", *ACT_CODES),
)
def disable(caller: CallerDep, webhook_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """Send nothing until it is enabled again; what is due waits."""

    def make(deps: Deps) -> Answer:
        webhook = switching.disable(deps, caller.organisation_id, webhook_id, caller.key_id)
        return Answer(HTTPStatus.OK, WebhookOut.of(webhook))

    return once.run(sha256, make)


@router.post(
    "/{webhook_id:id}/test",
    status_code=HTTPStatus.ACCEPTED,
    response_model=DeliveryOut,
    summary="Send a test event",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", "webhook-is-disabled", *ACT_CODES),
)
def send_test(caller: CallerDep, webhook_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """An event `webhook.test` goes to this endpoint only; ask for the delivery to see what came of it."""

    def make(deps: Deps) -> Answer:
        made = endpoints.send_test(deps, caller.organisation_id, webhook_id, caller.key_id)
        location = f"/v1/webhooks/{webhook_id}/deliveries/{made.id}"
        return Answer(HTTPStatus.ACCEPTED, DeliveryOut.of(made), location=location)

    return once.run(sha256, make)


@router.get(
    "/{webhook_id:id}/deliveries",
    summary="List deliveries",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", "request-invalid", *LIST_CODES),
)
def list_deliveries(
    deps: DepsDep, caller: CallerDep, webhook_id: str, page: PageDep, state: DeliveryState | None = None
) -> ListOut[DeliveryOut]:
    """Of 30 days, those of the latest events first: what became of each, when it is tried again, the last answer."""
    found = replaying.list_deliveries(deps, caller.organisation_id, webhook_id, page, state)
    return listed(found, DeliveryOut.of)


@router.get(
    "/{webhook_id:id}/deliveries/{delivery_id:id}",
    summary="Show a delivery",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", "webhook-delivery-not-found"),
)
def get_delivery(deps: DepsDep, caller: CallerDep, webhook_id: str, delivery_id: str) -> DeliveryOut:
    """One delivery."""
    return DeliveryOut.of(replaying.get_delivery(deps, caller.organisation_id, webhook_id, delivery_id))


@router.post(
    "/{webhook_id:id}/deliveries/{delivery_id:id}/replay",
    status_code=HTTPStatus.ACCEPTED,
    response_model=DeliveryOut,
    summary="Send a message again",
    dependencies=[ADMIN],
    responses=problems("webhook-not-found", "webhook-delivery-not-found", "webhook-is-disabled", *ACT_CODES),
)
def replay_one(caller: CallerDep, webhook_id: str, delivery_id: str, once: OnceDep, sha256: JsonSha256) -> Response:
    """With the same `webhook-id`, and all its tries anew."""

    def make(deps: Deps) -> Answer:
        found = replaying.replay_delivery(deps, caller.organisation_id, webhook_id, delivery_id)
        return Answer(HTTPStatus.ACCEPTED, DeliveryOut.of(found))

    return once.run(sha256, make)


@router.post(
    "/{webhook_id:id}/replay",
    status_code=HTTPStatus.ACCEPTED,
    response_model=ReplayOut,
    summary="Send a range of events again",
    dependencies=[ADMIN],
    responses=problems(
        *("webhook-not-found", "webhook-is-disabled", "webhook-range-invalid", "event-id-invalid", "request-invalid"),
        *ACT_CODES,
    ),
)
def replay_range(caller: CallerDep, webhook_id: str, wanted: ReplayIn, once: OnceDep, sha256: JsonSha256) -> Response:
    """All that the endpoint asks for, also what happened before it was there or while it was disabled."""

    def make(deps: Deps) -> Answer:
        found = replaying.replay_range(deps, caller.organisation_id, webhook_id, _part(wanted))
        return Answer(HTTPStatus.ACCEPTED, ReplayOut.of(found))

    return once.run(sha256, make)


def _wish(wanted: WebhookIn) -> WebhookWish:
    return WebhookWish(wanted.url, wanted.description, tuple(wanted.types))


def _with_secret(made: NewSecret, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    shown = NewWebhookOut.shown(made)
    kept = shown.model_copy(update={"secret": None})
    return Answer(status, shown, kept, location=f"/v1/webhooks/{made.webhook.id}")


def _part(wanted: ReplayIn) -> JournalPart:
    if wanted.from_event is None and wanted.since is None:
        raise Refusal("webhook-range-invalid", "Say where the range begins: from_event or since.")
    after = 0 if wanted.from_event is None else number_of(wanted.from_event) - 1
    last = None if wanted.to_event is None else number_of(wanted.to_event)
    return JournalPart(after, last, _aware(wanted.since), _aware(wanted.until))


def _aware(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise Refusal("request-invalid", "Give the time with its time zone: 2026-11-22T13:00:00Z.")
    return moment
