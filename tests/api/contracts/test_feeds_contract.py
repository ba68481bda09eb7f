"""One contract for every database: who follows a list by its cursor sees every change, whoever commits when."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.adapters.database import SqlDatabase
from api.ports import EVERY_RECORD, MomentKind, PageRequest, RecordFilter
from api.usecases.answering import seen
from api.usecases.deps import Deps
from api.usecases.feeds import place_all
from tests.api.builders import NOW, ORG, OTHER, two_organisations
from tests.api.contracts.campaign_rows import moment
from tests.api.contracts.test_campaigns_contract import record
from tests.api.usecases.test_on_both_databases import together

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import Page, UnitOfWork

WRITERS, ROUNDS = 4, 12


@pytest.fixture
def deps(database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Deps:
    two_organisations(database)
    return Deps(database, memory_blobs, clock, ids, b"s" * 16)


@pytest.fixture
def postgres(postgresql_engine: Engine, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> Deps:
    """On the database that has several writers at a time."""
    database = SqlDatabase(postgresql_engine, clock)
    two_organisations(database)
    return Deps(database, memory_blobs, clock, ids, b"s" * 16)


@dataclass
class Follower:
    """Follows records and moments by their cursors, a few at a time, and keeps what it saw."""

    deps: Deps
    records: list[str] = field(default_factory=list)
    moments: list[str] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=lambda: [None, None])

    def look(self) -> None:
        self._follow(
            0,
            lambda page: seen.list_seen(self.deps, ORG, page, EVERY_RECORD)[0],
            lambda one: self.records.append(f"{one.id}:{one.revision}"),
        )
        self._follow(
            1,
            lambda page: seen.list_moments(self.deps, ORG, page, None),
            lambda one: self.moments.append(one.subject_id),
        )

    def _follow(self, which: int, read: Callable[[PageRequest], Page], keep: Callable[..., None]) -> None:  # type: ignore[type-arg] # of either list
        while True:
            part = read(PageRequest(2, self.cursors[which]))
            for one in part.items:
                keep(one)
            if part.next_after is None:
                return
            self.cursors[which] = part.next_after


def say(uow: UnitOfWork, number: int, revision: int = 1) -> None:
    """A change of a record and a moment that tells of it."""
    now = NOW + timedelta(seconds=number)
    uow.records.put(replace(record(number, f"record-{number}", "reading"), revision=revision, updated_at=now))
    uow.contact_moments.add(moment(MomentKind.ANSWERED, subject_id=f"{number}:{revision}"))


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
    assert follower.records == [f"rec_{number}:1" for number in range(2, 7)]
    follower.look()
    assert set(follower.records) == {f"rec_{number}:1" for number in range(1, 7)}
    assert set(follower.moments) == {f"{number}:1" for number in range(1, 7)}


@pytest.mark.servers
def test_a_record_that_is_being_changed_again_keeps_nobody_waiting_and_comes_later(postgres: Deps) -> None:
    with postgres.database.write() as uow:
        say(uow, 1)
        say(uow, 2)
    follower = Follower(postgres)
    with postgres.database.write() as uow:
        say(uow, 1, revision=2)
        follower.look()
        assert follower.records == ["rec_2:1"]
    follower.look()
    assert follower.records[-1] == "rec_1:2"


def test_a_change_comes_behind_all_that_was_seen_whatever_the_clock_says(deps: Deps) -> None:
    follower = Follower(deps)
    for number in range(1, 5):
        with deps.database.write() as uow:
            say(uow, 5 - number)
        follower.look()
    with deps.database.write() as uow:
        say(uow, 4, revision=2)
    follower.look()
    assert [one for at, one in enumerate(follower.records) if one not in follower.records[:at]] == [
        *("rec_4:1", "rec_3:1", "rec_2:1", "rec_1:1", "rec_4:2")
    ]


def test_what_changed_after_a_moment_is_what_got_its_place_after_it(deps: Deps) -> None:
    with deps.database.write() as uow:
        say(uow, 9)
    before, _ = seen.list_seen(deps, ORG, PageRequest(9), EVERY_RECORD)
    with deps.database.write() as uow:
        say(uow, 1)
    wanted = RecordFilter(updated_after=before.items[-1].updated_at)
    assert [one.id for one in seen.list_seen(deps, ORG, PageRequest(9), wanted)[0].items] == ["rec_1"]


def test_a_sweep_gives_everything_its_place_and_then_there_is_nothing_left(deps: Deps) -> None:
    with deps.database.write() as uow:
        for number in range(3):
            say(uow, number)
        uow.contact_moments.add(moment(MomentKind.ANSWERED, organisation_id=OTHER))
    place_all(deps)
    with deps.database.read() as uow:
        assert (uow.records.unplaced(), uow.contact_moments.unplaced()) == ([], [])
        assert len(uow.records.list(ORG, PageRequest(9), RecordFilter(placed=True)).items) == 3
        assert [one.number for one in uow.contact_moments.list(ORG, PageRequest(9)).items] == [1, 2, 3]
        assert uow.contact_moments.list(ORG, PageRequest(9), "record-2").items == ()


def test_writers_at_the_same_time_and_who_follows_them_lose_nothing(deps: Deps) -> None:
    follower, left = Follower(deps), [WRITERS]

    def write(writer: int) -> None:
        for revision in range(1, ROUNDS + 1):
            with deps.database.write() as uow:
                say(uow, writer, revision)
                time.sleep(0.002 * ((writer + revision) % 3))
        left[0] -= 1

    def follow() -> None:
        while left[0]:
            follower.look()

    together(follow, *(lambda writer=writer: write(writer) for writer in range(WRITERS)))
    follower.look()
    assert {f"rec_{writer}:{ROUNDS}" for writer in range(WRITERS)} <= set(follower.records)
    assert set(follower.moments) == {f"{w}:{r}" for w in range(WRITERS) for r in range(1, ROUNDS + 1)}
