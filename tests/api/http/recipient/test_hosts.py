"""Which pages a host has is known before anybody is answered, also when many come while the service starts."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.responses import PlainTextResponse

from api.http.recipient.hosts import ByHost, Hosts
from api.ports import Retryable
from tests.api.http.recipient.scene import HOST
from tests.api.http.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.ports import Database, UnitOfWork
    from tests.api.http.recipient.scene import Letters

PEOPLE = 8


class SlowOrAway:
    """A database that takes its time to answer, or does not."""

    def __init__(self, database: Database, *, is_away: bool) -> None:
        self.database = database
        self.is_away = is_away

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        time.sleep(0.1)
        if self.is_away:
            raise Retryable("database-unavailable", "it is away")
        with self.database.read() as uow:
            yield uow


def at(letters: Letters, *, is_away: bool) -> ByHost:
    deps = letters.world.deps
    hosts = Hosts(replace(deps, database=SlowOrAway(deps.database, is_away=is_away)))  # type: ignore[arg-type] # only read
    return ByHost(PlainTextResponse("service"), PlainTextResponse("page"), hosts)


def test_all_who_come_while_it_starts_get_their_page(letters: Letters) -> None:
    together = threading.Barrier(PEOPLE)
    with serving(at(letters, is_away=False)) as (host, port):

        def ask(_: int) -> str:
            together.wait()
            return httpx.get(f"http://{host}:{port}/x", headers={"Host": HOST}).text

        with ThreadPoolExecutor(PEOPLE) as people:
            assert list(people.map(ask, range(PEOPLE))) == ["page"] * PEOPLE


@pytest.mark.parametrize(("path", "status", "text"), [("/x", 503, ""), ("/healthz", 200, "service")])
def test_nobody_is_sent_to_the_wrong_pages_while_hosts_cannot_be_read(
    letters: Letters, path: str, status: int, text: str
) -> None:
    with serving(at(letters, is_away=True)) as (host, port):
        answer = httpx.get(f"http://{host}:{port}{path}", headers={"Host": HOST})
    assert (answer.status_code, answer.text) == (status, text)
