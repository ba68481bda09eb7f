"""Webhooks as JSON: endpoints, secrets, deliveries, and which events to send again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field

# the names below are read by pydantic when a model is made
from api.http.schemas import GivenTime, In, Moment, Out
from api.ports import DeliveryState, Mode, WebhookOff, WebhookState
from api.usecases.webhooks.endpoints import KEPT_HOURS
from api.usecases.webhooks.event_types import event_id

if TYPE_CHECKING:
    from api.ports import Webhook, WebhookDelivery
    from api.usecases.webhooks.endpoints import NewSecret
    from api.usecases.webhooks.replaying import Replayed

_URL = "https://hooks.example.org/posthoorn"


class WebhookIn(In):
    """Where messages go, and which."""

    url: str = Field(description="https, port 443, a machine on the internet.", examples=[_URL])
    description: str = Field("", description="What it is for, in your words; no personal data.", examples=["rents"])
    types: list[str] = Field(
        default_factory=list,
        description="Types of events, exact or all under a name with `.*`; none means all.",
        examples=[["job.released", "record.*"]],
    )


class WebhookOut(Out):
    """An endpoint. `disabled_why` is empty while it is enabled."""

    id: str = Field(examples=["whk_01jd8m2x4c7n3k5p9qrstv0wxy"])
    mode: Mode
    url: str = Field(examples=[_URL])
    description: str = Field(examples=["rents"])
    types: list[str] = Field(examples=[["job.released", "record.*"]])
    state: WebhookState
    disabled_why: WebhookOff
    disabled_at: Moment | None = None
    created_at: Moment
    secret_generation: int = Field(description="Counts secrets from 1.", examples=[1])
    old_secret_until: Moment | None = Field(None, description="Until when the secret before signs too.")
    failures: int = Field(description="Tries that failed since the last that did not.", examples=[0])
    failing_since: Moment | None = None
    paused_until: Moment | None = Field(None, description="Nothing is sent before.")

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """From the row."""
        return cls(
            id=webhook.id,
            mode=webhook.mode,
            url=webhook.url,
            description=webhook.description,
            types=list(webhook.types),
            state=webhook.state,
            disabled_why=webhook.disabled_why,
            disabled_at=webhook.disabled_at,
            created_at=webhook.created_at,
            secret_generation=webhook.generation,
            old_secret_until=webhook.previous_until,
            failures=webhook.failures,
            failing_since=webhook.failing_since,
            paused_until=webhook.paused_until,
        )


class NewWebhookOut(WebhookOut):
    """An endpoint with its secret."""

    secret: str | None = Field(
        description="Shown in this answer and nowhere else; null when the request is repeated.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    )

    @classmethod
    def shown(cls, made: NewSecret) -> Self:
        """With the secret."""
        return cls(**WebhookOut.of(made.webhook).model_dump(), secret=made.secret)


class RotateIn(In):
    """How long the old secret signs too."""

    keep_hours: int = Field(
        KEPT_HOURS,
        description="Hours for which messages are signed with both secrets, 0 to 168. Use 0 when it has leaked.",
        examples=[24],
    )


class DeliveryOut(Out):
    """One event for one endpoint; `event_id` is the `webhook-id` of every try."""

    id: str = Field(examples=["whd_01jd8m2x4c7n3k5p9qrstv0wxy"])
    event_id: str = Field(examples=["evt_42"])
    type: str = Field(examples=["job.released"])
    state: DeliveryState
    attempts: int = Field(examples=[2])
    next_try_at: Moment | None = None
    created_at: Moment
    last_at: Moment | None = None
    last_status: int | None = Field(None, description="HTTP status of the last answer.", examples=[503])
    last_code: str = Field(
        description="What was wrong with the last try; empty when nothing was.", examples=["webhook-not-accepted"]
    )
    last_answer: str = Field(description="How the last answer began: 200 signs at most.", examples=["Try later"])

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> Self:
        """From the row."""
        return cls(
            id=delivery.id,
            event_id=event_id(delivery.event_number),
            type=delivery.type,
            state=delivery.state,
            attempts=delivery.attempts,
            next_try_at=delivery.next_try_at,
            created_at=delivery.created_at,
            last_at=delivery.last_at,
            last_status=delivery.last_status,
            last_code=delivery.last_code,
            last_answer=delivery.last_answer,
        )


class ReplayIn(In):
    """Which events to send again: by id, by time, or both. At least one of `from_event` and `since` is needed."""

    from_event: str | None = Field(None, description="The first, such as `evt_42`.", examples=["evt_42"])
    to_event: str | None = Field(None, description="The last.", examples=["evt_77"])
    since: GivenTime | None = Field(None, description="With time zone.", examples=["2026-11-22T13:00:00Z"])
    until: GivenTime | None = Field(None, description="Up to, not including.", examples=["2026-11-22T15:00:00Z"])


class ReplayOut(Out):
    """What is sent again."""

    deliveries: int = Field(description="Messages that are sent again.", examples=[17])
    next_event: str | None = Field(
        None,
        description="Set when the range has more than 10,000 events: ask again with this as `from_event`.",
        examples=[None],
    )

    @classmethod
    def of(cls, found: Replayed) -> Self:
        """From what was done."""
        more = None if found.last_number is None else event_id(found.last_number + 1)
        return cls(deliveries=found.deliveries, next_event=more)
