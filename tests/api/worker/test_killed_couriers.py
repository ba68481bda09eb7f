"""A message whose sender was killed goes again, with the same id, and verifies each time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from standardwebhooks.webhooks import Webhook as Verifier

from api.adapters.webhook_sender import HttpWebhookSender
from api.bootstrap import make_deps, make_runner, migrate, open_service
from api.ports import DeliveryState, Event, Mode, Organisation, PageRequest
from api.settings import Settings, as_environment
from api.usecases.kinds import WorkKind
from api.usecases.webhooks import endpoints, replaying
from api.usecases.webhooks.dealing import tend
from api.usecases.webhooks.delivering import deliver_webhooks
from api.usecases.webhooks.endpoints import WebhookWish
from tests.api.adapters.receivers import answers, receiving
from tests.api.builders import ORG
from tests.api.worker import killed_courier

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def verified(heard: bytes, secret: str) -> str:
    """The id of a message that the independent package takes."""
    head, _, body = heard.partition(b"\r\n\r\n")
    headers = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:])
    assert Verifier(secret).verify(body, headers)["type"] == "thing.done"
    return {name.lower(): value for name, value in headers.items()}["webhook-id"]


def test_killed_between_sending_and_noting(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, webhook_private="on", log_level="error")
    migrate(settings)
    service = open_service(settings)
    deps = make_deps(service)
    with deps.database.write() as uow:
        uow.organisations.add(Organisation(ORG, "One", deps.clock.now()))
    with receiving(answers("204 No Content")) as receiver:
        first = endpoints.add_webhook(deps, ORG, Mode.LIVE, WebhookWish(receiver.url(), types=["thing.*"]))
        second = endpoints.rotate_secret(deps, ORG, first.webhook.id, 24, "key_1")
        with deps.database.write() as uow:
            number = uow.events.append(Event(ORG, "thg_1", "thing-done", deps.clock.now())).number
        tend(deps)
        killed = subprocess.run(  # noqa: S603 - this program
            [sys.executable, killed_courier.__file__ or ""],
            env=dict(os.environ) | as_environment(settings) | {"PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        with deps.database.write() as uow:
            assert uow.work.release("worker-1") == 1
        sender = HttpWebhookSender(private=True)
        handlers = {WorkKind.DELIVER_WEBHOOKS: partial(deliver_webhooks, deps, sender)}
        assert make_runner(service, handlers).drain("worker-2") == 1
        heard = list(receiver.heard)
    for made in (first, second):
        assert [verified(each, made.secret) for each in heard] == [f"evt_{number}"] * 2
    (delivery,) = replaying.list_deliveries(deps, ORG, first.webhook.id, PageRequest()).items
    assert (delivery.state, delivery.last_status) == (DeliveryState.DELIVERED, 204)
    service.close()
