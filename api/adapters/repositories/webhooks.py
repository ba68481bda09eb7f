"""Endpoints of webhooks, events that are still to be told to them, and deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.adapters import tables
from api.adapters import webhook_tables as own
from api.adapters.repositories.base import Repository, as_row, chunked, not_found
from api.ports import DeliveryState, Event, Webhook, WebhookDelivery, WebhookState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select

    from api.ports import JournalPart, Page, PageRequest

_ANEW = ("state", "attempts", "next_try_at")


class SqlWebhooks(Repository):
    """`api.ports.Webhooks`."""

    def add(self, webhook: Webhook) -> None:
        """One row."""
        self._connection.execute(insert(own.webhooks).values(**as_row(webhook) | {"types": list(webhook.types)}))
        data = {"mode": webhook.mode}
        self._event(webhook.organisation_id, webhook.id, "webhook-added", webhook.created_at, **data)

    def get(self, organisation_id: str, webhook_id: str) -> Webhook:
        """One endpoint."""
        return _webhook(self._one(own.webhooks, organisation_id, webhook_id, "webhook"))

    def find(self, organisation_id: str, webhook_id: str) -> Webhook | None:
        """At most one."""
        return self._find(select(own.webhooks).where(*_this(organisation_id, webhook_id)))

    def hold(self, organisation_id: str, webhook_id: str) -> Webhook | None:
        """A lock that only a removal waits for; SQLite has one writer anyway."""
        statement = select(own.webhooks).where(*_this(organisation_id, webhook_id))
        return self._find(statement.with_for_update(read=True, key_share=True))

    def _find(self, statement: Select[Any]) -> Webhook | None:
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _webhook(row)

    def list(self, organisation_id: str, page: PageRequest) -> Page[Webhook]:
        """Ids grow with time."""
        c = own.webhooks.c
        wanted = [c.organisation_id == organisation_id, *([c.id < page.after] if page.after else [])]
        statement = select(own.webhooks).where(*wanted).order_by(c.id.desc())
        return self._page(statement, page.limit, _webhook, lambda webhook: webhook.id)

    def count(self, organisation_id: str) -> int:
        """All states."""
        statement = select(func.count()).where(own.webhooks.c.organisation_id == organisation_id)
        return self._connection.execute(statement).scalar_one()

    def enabled(self, organisation_ids: Collection[str]) -> Sequence[Webhook]:
        """By id."""
        c = own.webhooks.c
        wanted = (c.organisation_id.in_(sorted(organisation_ids)), c.state == WebhookState.ENABLED)
        statement = select(own.webhooks).where(*wanted).order_by(c.id).with_for_update(read=True, key_share=True)
        return [_webhook(row) for row in self._connection.execute(statement)]

    def change(self, organisation_id: str, webhook_id: str, **values: object) -> None:
        """These fields only."""
        types = values.get("types")
        row = values | ({"types": list(types)} if isinstance(types, tuple) else {})
        self._connection.execute(update(own.webhooks).where(*_this(organisation_id, webhook_id)).values(**row))

    def remove(self, organisation_id: str, webhook_id: str) -> None:
        """Deliveries first, once nobody holds it."""
        mine = _this(organisation_id, webhook_id)
        self._connection.execute(select(own.webhooks.c.id).where(*mine).with_for_update())
        c = own.webhook_deliveries.c
        theirs = (c.organisation_id == organisation_id, c.webhook_id == webhook_id)
        self._connection.execute(delete(own.webhook_deliveries).where(*theirs))
        self._connection.execute(delete(own.webhooks).where(*mine))

    def fresh(self) -> bool:
        """Any."""
        return self._connection.execute(select(exists(select(own.fresh_events.c.number)))).scalar_one()

    def take_fresh(self, limit: int) -> Sequence[Event]:
        """On PostgreSQL two that take never wait for each other."""
        number = own.fresh_events.c.number
        some = select(number).order_by(number).limit(limit).with_for_update(skip_locked=True)
        taken = self._connection.execute(delete(own.fresh_events).where(number.in_(some)).returning(number))
        numbers = sorted(taken.scalars())
        events = tables.events
        statement = select(events).where(events.c.number.in_(numbers)).order_by(events.c.number)
        return [_event(row) for row in self._connection.execute(statement)]

    def journal(self, organisation_id: str, part: JournalPart, limit: int) -> Sequence[Event]:
        """By number."""
        c = tables.events.c
        wanted = [c.organisation_id == organisation_id, c.number > part.after]
        wanted += [] if part.last is None else [c.number <= part.last]
        wanted += [] if part.since is None else [c.at >= part.since]
        wanted += [] if part.until is None else [c.at < part.until]
        statement = select(tables.events).where(*wanted).order_by(c.number).limit(limit)
        return [_event(row) for row in self._connection.execute(statement)]

    def event(self, organisation_id: str, number: int) -> Event | None:
        """At most one."""
        c = tables.events.c
        statement = select(tables.events).where(c.number == number, c.organisation_id == organisation_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _event(row)

    def deliver(self, deliveries: Iterable[WebhookDelivery], *, again: bool = False) -> None:
        """In blocks."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(own.webhook_deliveries)
        if again:
            anew = {name: statement.excluded[name] for name in _ANEW}
            statement = statement.on_conflict_do_update(index_elements=["id"], set_=anew)
        else:
            statement = statement.on_conflict_do_nothing()
        for block in chunked(deliveries):
            self._connection.execute(statement, [as_row(each) for each in block])

    def delivery(self, organisation_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
        """Of this endpoint only."""
        c = own.webhook_deliveries.c
        where = (c.organisation_id == organisation_id, c.webhook_id == webhook_id, c.id == delivery_id)
        row = self._connection.execute(select(own.webhook_deliveries).where(*where)).one_or_none()
        if row is None:
            raise not_found("webhook-delivery", delivery_id)
        return _delivery(row)

    def deliveries(
        self, organisation_id: str, webhook_id: str, page: PageRequest, state: DeliveryState | None = None
    ) -> Page[WebhookDelivery]:
        """By number, downwards."""
        c = own.webhook_deliveries.c
        wanted = [c.organisation_id == organisation_id, c.webhook_id == webhook_id]
        wanted += [c.event_number < page.after_number()] if page.after else []
        wanted += [c.state == state] if state else []
        statement = select(own.webhook_deliveries).where(*wanted).order_by(c.event_number.desc())
        return self._page(statement, page.limit, _delivery, lambda each: each.event_number)

    def next_due(self, organisation_id: str, webhook_id: str, now: datetime) -> WebhookDelivery | None:
        """By time, then by number."""
        c = own.webhook_deliveries.c
        mine = (c.organisation_id == organisation_id, c.webhook_id == webhook_id)
        statement = select(own.webhook_deliveries).where(*mine, *_pending(now))
        row = self._connection.execute(statement.order_by(c.next_try_at, c.event_number).limit(1)).one_or_none()
        return None if row is None else _delivery(row)

    def settle(self, before: WebhookDelivery, after: WebhookDelivery) -> bool:
        """Guarded by what a replay changes."""
        c = own.webhook_deliveries.c
        same = (c.state == before.state, c.attempts == before.attempts, c.next_try_at == before.next_try_at)
        mine = (c.organisation_id == before.organisation_id, c.id == before.id)
        statement = update(own.webhook_deliveries).where(*mine, *same).values(**as_row(after))
        return self._connection.execute(statement).rowcount > 0

    def due(self, now: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """By id."""
        c, of = own.webhook_deliveries.c, own.webhooks.c
        free = and_(of.state == WebhookState.ENABLED, or_(of.paused_until.is_(None), of.paused_until <= now))
        waits = exists(select(c.id).where(c.webhook_id == of.id, *_pending(now)))
        statement = select(of.organisation_id, of.id).where(free, waits).order_by(of.id).limit(limit)
        return [(row[0], row[1]) for row in self._connection.execute(statement)]

    def forget(self, before: datetime, limit: int) -> int:
        """What is pending stays."""
        c = own.webhook_deliveries.c
        old = select(c.id).where(c.created_at < before, c.state != DeliveryState.PENDING).limit(limit)
        statement = delete(own.webhook_deliveries).where(c.id.in_(old))
        return self._connection.execute(statement).rowcount


def _this(organisation_id: str, webhook_id: str) -> tuple[ColumnElement[bool], ...]:
    return (own.webhooks.c.organisation_id == organisation_id, own.webhooks.c.id == webhook_id)


def _pending(now: datetime) -> tuple[ColumnElement[bool], ...]:
    c = own.webhook_deliveries.c
    return (c.state == DeliveryState.PENDING, c.next_try_at <= now)


def _webhook(row: Row[Any]) -> Webhook:
    values: dict[str, Any] = row._asdict()
    return Webhook(**values | {"types": tuple(values["types"])})


def _delivery(row: Row[Any]) -> WebhookDelivery:
    return WebhookDelivery(**row._asdict())


def _event(row: Row[Any]) -> Event:
    return Event(**row._asdict())
