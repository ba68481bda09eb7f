"""A worker that is killed when its message has arrived and nothing is noted yet."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

from api.adapters.webhook_sender import HttpWebhookSender
from api.bootstrap import make_deps, make_runner, open_service
from api.settings import load_settings
from api.usecases.kinds import WorkKind
from api.usecases.webhooks.delivering import deliver_webhooks

if TYPE_CHECKING:
    from api.ports import WebhookAnswer, WebhookMessage


class Killed:
    """A sender that does not live to see the answer."""

    def __init__(self) -> None:
        self._inner = HttpWebhookSender(private=True)

    def post(self, message: WebhookMessage) -> WebhookAnswer:
        answer = self._inner.post(message)
        os.kill(os.getpid(), signal.SIGKILL)
        return answer


def main() -> None:
    service = open_service(load_settings())
    handlers = {WorkKind.DELIVER_WEBHOOKS: partial(deliver_webhooks, make_deps(service), Killed())}
    make_runner(service, handlers).drain("worker-1")


if __name__ == "__main__":
    main()
