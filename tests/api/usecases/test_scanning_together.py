"""Slips of one piece read by two workers at once, and people who ask at once, on every database."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from api.ports import RecordState, Stage
from api.usecases.scanning import intake, looking, policies, reviewing
from tests.api.builders import ORG
from tests.api.usecases.slips import ALL, DOUBTFUL, FORM, SlipWorld, page, piece_id, slip

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds

FILES, PAGES = 4, 5


@pytest.fixture
def world(database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> SlipWorld:
    made = SlipWorld(database, memory_blobs, clock, ids)
    policies.put_policy(made.deps, ORG, FORM, {"checked_share": 0.0}, "usr_1")
    return made


def at_once(*tasks: Callable[[], object]) -> None:
    wrong: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread of the test
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def test_the_same_slips_read_at_once_make_each_record_once(world: SlipWorld) -> None:
    for number in range(FILES):
        content = f"file {number}".encode()
        world.reader.files[content] = [page(at, slip(at, {"number": f"000{at}"})) for at in range(1, PAGES + 1)]
        intake.add_file(world.deps, ORG, world.batch.id, f"{number}.pdf", [content], "usr_1")
    at_once(*[lambda: world.runner().drain(threading.current_thread().name) for _ in range(FILES)])
    records = world.records()
    assert {key: record.value for key, record in records.items()} == {
        (piece_id(at), "number"): f"000{at}" for at in range(1, PAGES + 1)
    }
    assert all((record.state, record.revision) == (RecordState.SETTLED, 1) for record in records.values())
    seen, _ = looking.list_slips(world.deps, ORG, ALL)
    assert len(seen) == FILES * PAGES
    assert sum(each.slip.first_id is None for each in seen) == PAGES
    settled = [field for each in seen for field in each.fields if field.stage is Stage.SETTLED]
    assert len(settled) == PAGES * 3
    assert world.balance().adds_up


def test_people_who_ask_at_once_never_get_the_same_field(world: SlipWorld) -> None:
    for at in range(1, 5):
        world.scan(page(1, slip(at, {"number": "0042"}, confidence=DOUBTFUL)))
    given: list[str] = []

    def ask(person: str) -> None:
        item = reviewing.next_review(world.deps, ORG, person)
        given.append(item.field_id if item else "")

    at_once(*[lambda number=number: ask(f"usr_{number}") for number in range(4)])
    assert len(set(given)) == 4
    assert "" not in given
