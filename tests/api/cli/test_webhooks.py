"""Commands of webhooks: an endpoint from its secret to its end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from api.adapters.fakes import FakeWebhookSender
from api.cli.exits import ExitCode
from api.ports import WebhookAnswer
from api.usecases.kinds import WorkKind
from api.usecases.webhooks.dealing import tend
from api.usecases.webhooks.delivering import deliver_webhooks
from api.worker.runner import Runner

if TYPE_CHECKING:
    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service

URL = "https://hooks.example.org/in"


def run(service: Service, receiver: FakeWebhookSender) -> None:
    deps = service.world.deps
    tend(deps)
    handlers = {WorkKind.DELIVER_WEBHOOKS: partial(deliver_webhooks, deps, receiver)}
    Runner(deps.database, deps.clock, handlers).drain("worker-1")


@pytest.mark.usefixtures("service")
def test_an_endpoint_from_its_secret_to_its_end(posthoorn: Command) -> None:
    assert posthoorn("webhooks", "add", URL, "--type", "thing.*", "--description", "rents") == ExitCode.OK
    webhook, secret = posthoorn.out.split()
    assert secret.startswith("whsec_")
    assert posthoorn("webhooks", "list") == ExitCode.OK
    assert URL in posthoorn.out
    assert posthoorn("webhooks", "change", webhook, "--type", "record.*", "--type", "job.released") == ExitCode.OK
    assert "types: record.*, job.released\nrents\n" in posthoorn.out
    assert posthoorn("webhooks", "change", webhook, "--all-types", "--description", "") == ExitCode.OK
    assert posthoorn.out.endswith("types: all\n")
    assert posthoorn.json("webhooks", "rotate", webhook)["secret"] not in (secret, None)
    assert posthoorn("webhooks", "disable", webhook) == ExitCode.OK
    assert posthoorn("webhooks", "test", webhook) == ExitCode.CONFLICT
    assert posthoorn.err.startswith("webhook-is-disabled: ")
    assert posthoorn("webhooks", "enable", webhook) == ExitCode.OK
    assert posthoorn("webhooks", "show", webhook) == ExitCode.OK
    assert "the old secret signs too until 2026-01-02" in posthoorn.out
    assert posthoorn("webhooks", "remove", webhook) == ExitCode.OK
    assert posthoorn("webhooks", "show", webhook) == ExitCode.NOT_FOUND
    assert posthoorn("webhooks", "remove", webhook) == ExitCode.NOT_FOUND
    assert posthoorn("webhooks", "add", "http://127.0.0.1/") == ExitCode.REFUSED
    assert posthoorn.err.startswith("webhook-url-invalid: ")


def test_messages_are_looked_at_and_sent_again(posthoorn: Command, service: Service) -> None:
    receiver = FakeWebhookSender()
    receiver.answers[URL] = WebhookAnswer("webhook-not-accepted", 503)
    webhook = posthoorn.json("webhooks", "add", URL, "--type", "organisation.*")["id"]
    assert posthoorn("webhooks", "test", webhook) == ExitCode.OK
    delivery = posthoorn.out.strip()
    run(service, receiver)
    for options in ((), ("--all", "--state", "pending")):
        assert posthoorn("webhooks", "deliveries", webhook, *options) == ExitCode.OK
        assert delivery in posthoorn.out
        assert "503 webhook-not-accepted" in posthoorn.out
    assert posthoorn("webhooks", "show", webhook) == ExitCode.OK
    assert "failing since 2026-01-01T00:00:00.000Z: 1 tries" in posthoorn.out
    assert posthoorn("webhooks", "replay", webhook, delivery) == ExitCode.OK
    assert posthoorn.json("webhooks", "replay-range", webhook, "--since", "2025-12-31") == {"deliveries": 1}
    assert (
        posthoorn("webhooks", "replay-range", webhook, "--from-event", "evt_1", "--until", "2026-01-02") == ExitCode.OK
    )
    assert posthoorn.out == "1 messages are sent again.\n"
    receiver.answers.clear()
    run(service, receiver)
    # the test event, once again, and that the organisation was added
    assert len(receiver.sent) == 3
    assert posthoorn("webhooks", "replay-range", webhook) == ExitCode.REFUSED
