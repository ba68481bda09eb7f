"""Webhooks: endpoints that are told of events, what became of each message, and the port that sends one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from api.ports.entities import Event, Mode
    from api.ports.values import Page, PageRequest


class WebhookState(StrEnum):
    """Whether messages go to an endpoint."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class WebhookOff(StrEnum):
    """Why an endpoint is disabled."""

    NONE = ""
    ASKED = "asked"
    GONE = "gone"
    TRIES_SPENT = "tries_spent"
    FAILING_LONG = "failing_long"


class DeliveryState(StrEnum):
    """What became of a message to an endpoint."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint. ``types`` are exact names or end in ``.*``; none means all.

    ``generation`` counts secrets from 1; those from ``signs_from`` on sign too until ``previous_until``.
    ``failures`` counts tries that failed since the last that did not, ``failing_since`` is the first of them, and
    nothing is sent before ``paused_until``.
    """

    id: str
    organisation_id: str
    mode: Mode
    url: str
    created_at: datetime
    description: str = ""
    types: tuple[str, ...] = ()
    state: WebhookState = WebhookState.ENABLED
    disabled_why: WebhookOff = WebhookOff.NONE
    disabled_at: datetime | None = None
    generation: int = 1
    signs_from: int = 1
    previous_until: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event for one endpoint. ``attempts`` counts tries; ``next_try_at`` is None once it is over.

    ``last_status`` is the HTTP status of the last answer, ``last_code`` says what was wrong (empty: nothing),
    ``last_answer`` has the first signs of its body.
    """

    id: str
    organisation_id: str
    webhook_id: str
    event_number: int
    type: str
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_try_at: datetime | None = None
    last_at: datetime | None = None
    last_status: int | None = None
    last_code: str = ""
    last_answer: str = ""


class JournalPart(NamedTuple):
    """Which events of a journal: numbers above ``after``, at most ``last``, and not outside of two moments."""

    after: int = 0
    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """What is posted."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What came of it: no ``code`` when the receiver took it (2xx); else what was wrong.

    ``retry_after`` is that header as it came, ``text`` the first 200 printable signs of the body.
    """

    code: str = ""
    status: int | None = None
    retry_after: str = ""
    text: str = ""


class WebhookSender(Protocol):
    """Posts messages to addresses that others chose."""

    def post(self, message: WebhookMessage) -> WebhookAnswer:
        """Post once, within 20 s in all; follows nothing, and goes to addresses of the internet only."""


class Webhooks(Protocol):
    """Endpoints, and what is to be told to them."""

    def add(self, webhook: Webhook) -> None:
        """Insert and write an event."""

    def get(self, organisation_id: str, webhook_id: str) -> Webhook:
        """One endpoint. Raises Refusal: ``webhook-not-found``."""

    def find(self, organisation_id: str, webhook_id: str) -> Webhook | None:
        """One endpoint, or None."""

    def hold(self, organisation_id: str, webhook_id: str) -> Webhook | None:
        """As `find`, and nobody removes it before the commit: needed before its deliveries are written."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[Webhook]:
        """Endpoints, newest first."""

    def count(self, organisation_id: str) -> int:
        """How many endpoints there are."""

    def enabled(self, organisation_ids: Collection[str]) -> Sequence[Webhook]:
        """Endpoints of these organisations to which messages go; nobody removes them before the commit."""

    def change(self, organisation_id: str, webhook_id: str, **values: object) -> None:
        """Set fields of `Webhook`; writes no event."""

    def remove(self, organisation_id: str, webhook_id: str) -> None:
        """Remove an endpoint and its deliveries."""

    def fresh(self) -> bool:
        """True when there are events in any organisation that `take_fresh` would give."""

    def take_fresh(self, limit: int) -> Sequence[Event]:
        """Events that were committed since, in all organisations that had an enabled endpoint then; each given once."""

    def journal(self, organisation_id: str, part: JournalPart, limit: int) -> Sequence[Event]:
        """Events of an organisation, oldest first."""

    def event(self, organisation_id: str, number: int) -> Event | None:
        """One event."""

    def deliver(self, deliveries: Iterable[WebhookDelivery], *, again: bool = False) -> None:
        """Insert those that are not there; with ``again`` those that are there begin anew."""

    def delivery(self, organisation_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
        """One delivery. Raises Refusal: ``webhook-delivery-not-found``."""

    def deliveries(
        self, organisation_id: str, webhook_id: str, page: PageRequest, state: DeliveryState | None = None
    ) -> Page[WebhookDelivery]:
        """Deliveries of an endpoint, those of the latest events first."""

    def next_due(self, organisation_id: str, webhook_id: str, now: datetime) -> WebhookDelivery | None:
        """The pending delivery that has been due longest."""

    def settle(self, before: WebhookDelivery, after: WebhookDelivery) -> bool:
        """Note what came of a try; False, and no change, when the row is no longer as it was ``before``."""

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Organisation and id of enabled endpoints that are not paused and have something due."""

    def forget(self, before: datetime, limit: int) -> int:
        """Remove deliveries that are over and were made before; returns how many went."""
