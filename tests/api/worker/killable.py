"""A worker process for tests that kill it: each item sleeps a little, then writes one event and its end together."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from api.bootstrap import Service, make_runner, open_service, serve_wake_ups
from api.ports import Event
from api.settings import load_settings

if TYPE_CHECKING:
    from api.ports import WorkContext

KIND = "sleep"
SLEEP_S = 0.03


class Sleeper:
    """The handler."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __call__(self, context: WorkContext) -> None:
        time.sleep(SLEEP_S)
        item = context.item
        with self._service.database.write() as uow:
            uow.events.append(Event(item.organisation_id, item.subject_id, "slept", self._service.clock.now()))
            context.complete(uow)


def main() -> int:
    service = open_service(load_settings())
    return serve_wake_ups(service, make_runner(service, {KIND: Sleeper(service)}))


if __name__ == "__main__":
    raise SystemExit(main())
