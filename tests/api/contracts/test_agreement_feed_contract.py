"""One contract for every database: who follows requests to agree by the cursor sees every change."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import RequestState
from api.adapters.database import SqlDatabase
from api.ports import AgreementFilter, PageRequest
from api.usecases.agreeing import following
from api.usecases.deps import Deps
from api.usecases.feeds import place_all
from tests.api.builders import ORG, two_organisations
from tests.api.contracts.test_agreements_contract import question, request
from tests.api.usecases.test_on_both_databases import together

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import UnitOfWork

EVERY = AgreementFilter()


def deps_on(database: SqlDatabase, blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Deps:
    two_organisations(database)
    with database.write() as uow:
        uow.questions.add(question())
    return Deps(database, blobs, clock, ids, b"s" * 16)


@pytest.fixture
def deps(database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Deps:
    return deps_on(database, memory_blobs, clock, ids)


@pytest.fixture
def postgres(postgresql_engine: Engine, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Deps:
    """On the database that has several writers at a time."""
    return deps_on(SqlDatabase(postgresql_engine, clock), memory_blobs, clock, ids)


class Follower:
    """Follows requests by the cursor, two at a time, and keeps what it saw."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._cursor: str | None = None
        self.saw: list[str] = []

    def look(self) -> None:
        while True:
            part = following.follow(self._deps, ORG, EVERY, PageRequest(2, self._cursor))
            self.saw += [f"{one.id}:{one.revision}" for one in part.items]
            if part.next_after is None:
                return
            self._cursor = part.next_after


def say(uow: UnitOfWork, number: int) -> None:
    assert uow.agreements.add(request(number))


@pytest.mark.servers
def test_what_is_committed_late_is_seen_by_who_has_passed_it(postgres: Deps) -> None:
    follower, wrote, go_on = Follower(postgres), threading.Event(), threading.Event()

    def late() -> None:
        with postgres.database.write() as uow:
            say(uow, 1)
            wrote.set()
            assert go_on.wait(10)

    def quick() -> None:
        assert wrote.wait(10)
        try:
            for number in range(2, 7):
                with postgres.database.write() as uow:
                    say(uow, number)
            follower.look()
        finally:
            go_on.set()

    together(late, quick)
    assert follower.saw == [f"agr_{number}:1" for number in range(2, 7)]
    follower.look()
    assert set(follower.saw) == {f"agr_{number}:1" for number in range(1, 7)}


@pytest.mark.servers
def test_what_is_being_changed_keeps_nobody_waiting_and_comes_later(postgres: Deps) -> None:
    with postgres.database.write() as uow:
        say(uow, 1)
        say(uow, 2)
    follower = Follower(postgres)
    with postgres.database.write() as uow:
        uow.agreements.change(request(1, revision=2, state=RequestState.AGREED))
        follower.look()
        assert follower.saw == ["agr_2:1"]
    follower.look()
    assert follower.saw[-1] == "agr_1:2"


def test_a_change_comes_behind_all_that_was_seen_whatever_the_clock_says(deps: Deps) -> None:
    follower = Follower(deps)
    for number in (4, 3, 2, 1):
        with deps.database.write() as uow:
            say(uow, number)
        follower.look()
    before = following.follow(deps, ORG, EVERY, PageRequest(9)).items[-1]
    with deps.database.write() as uow:
        uow.agreements.change(replace(uow.agreements.get(ORG, "agr_4"), revision=2))
    follower.look()
    assert [one for at, one in enumerate(follower.saw) if one not in follower.saw[:at]] == [
        *("agr_4:1", "agr_3:1", "agr_2:1", "agr_1:1", "agr_4:2")
    ]
    since = AgreementFilter(updated_after=before.updated_at)
    assert [one.id for one in following.follow(deps, ORG, since, PageRequest(9)).items] == ["agr_4"]


def test_a_sweep_gives_everything_its_place(deps: Deps) -> None:
    with deps.database.write() as uow:
        for number in (1, 2, 3):
            say(uow, number)
    place_all(deps)
    with deps.database.read() as uow:
        assert uow.agreements.unplaced() == []
        assert len(uow.agreements.list(ORG, AgreementFilter(placed=True), PageRequest(9)).items) == 3
