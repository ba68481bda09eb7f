"""An organisation with endpoints, a receiver that is told what to answer, and a worker that runs when told."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from api.adapters.fakes import FakeWebhookSender
from api.ports import Event, Mode, Organisation, PageRequest
from api.usecases.deps import Deps
from api.usecases.jobs import job_failed
from api.usecases.kinds import WorkKind
from api.usecases.webhooks import endpoints, replaying
from api.usecases.webhooks.dealing import tend
from api.usecases.webhooks.delivering import deliver_webhooks
from api.usecases.webhooks.endpoints import WebhookWish
from api.worker.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import Webhook, WebhookDelivery, WebhookSender

ORG = "org_one"
OTHER = "org_two"
SECRET = b"a secret that only tests have"
URL = "https://hooks.example.org/in"


class Hooks:
    """Everything to follow a message."""

    def __init__(self, database: SqlDatabase, blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> None:
        self.clock = clock
        self.receiver = FakeWebhookSender()
        self.deps = Deps(database, blobs, clock, ids, SECRET)
        with database.write() as uow:
            for organisation in (ORG, OTHER):
                uow.organisations.add(Organisation(organisation, "Stichting Een", clock.now()))

    def add(
        self, url: str = URL, mode: Mode = Mode.LIVE, organisation: str = ORG, types: Sequence[str] = ()
    ) -> Webhook:
        return endpoints.add_webhook(self.deps, organisation, mode, WebhookWish(url, types=types)).webhook

    def happen(self, name: str = "thing-done", subject: str = "thg_1", organisation: str = ORG, **data: Any) -> int:  # noqa: ANN401 - any JSON
        with self.deps.database.write() as uow:
            return uow.events.append(Event(organisation, subject, name, self.clock.now(), data)).number

    def runner(self, sender: WebhookSender | None = None) -> Runner:
        deps = self.deps
        handlers = {WorkKind.DELIVER_WEBHOOKS: partial(deliver_webhooks, deps, sender or self.receiver)}
        return Runner(deps.database, deps.clock, handlers, on_failed=partial(job_failed, deps))

    def run(self, seconds: float = 0.0) -> int:
        """A round of the sweeper after this time, and the work that it asked for; returns how many items ran."""
        self.clock.advance(seconds)
        tend(self.deps)
        return self.runner().drain("worker-1")

    def sent(self) -> list[tuple[str, str]]:
        """URL and type of each message."""
        return [(message.url, json.loads(message.body)["type"]) for message in self.receiver.sent]

    def of(self, webhook: Webhook) -> Webhook:
        """As it is now."""
        return endpoints.get_webhook(self.deps, webhook.organisation_id, webhook.id)

    def deliveries(self, webhook: Webhook) -> tuple[WebhookDelivery, ...]:
        """The latest event first."""
        return replaying.list_deliveries(self.deps, webhook.organisation_id, webhook.id, PageRequest()).items

    def names(self, organisation: str = ORG) -> list[str]:
        """Of all events."""
        with self.deps.database.read() as uow:
            return [event.name for event in uow.events.list(organisation, PageRequest(1000)).items]

    def alarms(self) -> list[tuple[str, str]]:
        """Subject and state of those that ring."""
        with self.deps.database.read() as uow:
            return [(alarm.subject_id, alarm.state) for alarm in uow.alarms.open(ORG)]
