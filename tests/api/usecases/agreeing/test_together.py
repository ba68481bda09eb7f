"""Many people and couriers at once, on both databases: nobody waits for ever, and the evidence is one chain."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from agreements import verify
from agreements.evidence.bundle import chain_lines
from agreements.lifecycle.deciding import RequestState, Said
from api.ports import ChainOf, Mode, Retryable
from tests.api.usecases.agreeing.agree_world import AgreeWorld, person
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

PEOPLE = 6


def test_presses_replies_and_deliveries_at_once_lose_nothing(
    database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds
) -> None:
    agree = AgreeWorld(database, memory_blobs, clock, ids)
    agree.wait(hours=12)
    phones = [f"+3161111111{number}" for number in range(PEOPLE)]
    people = [person(f"T{number}", phone=phone) for number, phone in enumerate(phones)]
    requests = agree.ask(agree.make(), *people)
    sent = {request.id: agree.messages(request)[0] for request in requests}
    begin = threading.Barrier(3 * PEOPLE)
    lock = threading.Lock()

    def at_once(act: Callable[[], object]) -> None:
        begin.wait(timeout=30)
        for _ in range(5):
            try:
                act()
            except Retryable:
                continue
            return
        raise AssertionError("it was never taken")

    def texted(phone: str) -> None:
        with lock:
            agree._came += 1
        agree.text("ja", phone)

    with ThreadPoolExecutor(3 * PEOPLE) as pool:
        waiting = []
        for request, phone in zip(requests, phones, strict=True):
            waiting.append(pool.submit(at_once, lambda one=request: agree.press(one, Said.YES)))
            waiting.append(pool.submit(at_once, lambda one=phone: texted(one)))
            waiting.append(pool.submit(at_once, lambda one=request: agree.happen(sent[one.id], "message-delivered")))
        for one in waiting:
            one.result(timeout=60)
    assert {agree.now(request).state for request in requests} == {RequestState.AGREED}
    agreed = [event for request in requests for event in agree.events(request.id) if event.name == "agreement-agreed"]
    assert len(agreed) == PEOPLE
    chain = ChainOf(ORG, Mode.LIVE)
    with agree.deps.database.read() as uow:
        events, head = uow.evidence.page(chain, 0, 10_000), uow.evidence.head(chain)
    assert verify.check(b"".join(chain_lines(chain.name, head, events, ()))).findings == []
