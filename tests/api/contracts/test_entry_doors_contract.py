"""One contract for every database: hosts of personal pages, and tries to get in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import EntryHost, PageRequest, Ration
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
HOST = EntryHost("mijn.example.nl", ORG, "zandeland", NOW)
TWO = {"own": Ration(2, HOUR, HOUR)}


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    return database


def test_a_host_has_the_brand_that_said_so_last_and_says_it_in_an_event(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.entry_hosts.put(HOST)
        uow.entry_hosts.put(EntryHost("mijn.example.nl", ORG, "zandeland", NOW + HOUR))
        assert uow.entry_hosts.all() == [HOST]
        uow.entry_hosts.put(EntryHost("mijn.example.nl", ORG, "grachtstad", NOW + HOUR))
        uow.entry_hosts.put(EntryHost("mijn.example.nl/w", ORG, "zandeland", NOW))
        found = uow.entry_hosts.all()
        events = [each.data for each in uow.events.of_subject(ORG, ORG, PageRequest()).items]
    assert [(each.address, each.brand) for each in found] == [
        ("mijn.example.nl", "grachtstad"),
        ("mijn.example.nl/w", "zandeland"),
    ]
    assert [each["brand"] for each in events if "address" in each] == ["zandeland", "grachtstad", "zandeland"]


@pytest.mark.parametrize("address", ["mijn.example.nl", "mijn.example.nl/w"])
def test_the_first_organisation_keeps_a_host_with_every_path_on_it(db: SqlDatabase, address: str) -> None:
    with db.write() as uow:
        uow.entry_hosts.put(HOST)
    with pytest.raises(Refusal, match="entry-host-taken"), db.write() as uow:
        uow.entry_hosts.put(EntryHost(address, OTHER, "mine", NOW))
    with db.write() as uow:
        # another host that only begins alike
        uow.entry_hosts.put(EntryHost("mijn.example.nl.test.nl", OTHER, "mine", NOW))
        assert len(uow.entry_hosts.all()) == 2


def test_tries_run_out_and_come_back_after_the_pause(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.door_tries.charge(TWO, NOW).used_up == {}
        assert uow.door_tries.charge(TWO, NOW + MINUTE).used_up == {"own": NOW + MINUTE + HOUR}
        assert uow.door_tries.charge(TWO, NOW + 2 * MINUTE).paused == {"own": NOW + MINUTE + HOUR}
        assert uow.door_tries.paused_until("own", NOW + HOUR) == NOW + MINUTE + HOUR
        assert uow.door_tries.paused_until("own", NOW + MINUTE + HOUR) is None
        assert uow.door_tries.charge(TWO, NOW + MINUTE + HOUR) == ({}, {})


def test_a_pause_of_one_counts_no_try_of_the_others(db: SqlDatabase) -> None:
    both = TWO | {"all": Ration(3, HOUR, HOUR)}
    with db.write() as uow:
        for minute in range(9):
            uow.door_tries.charge(both, NOW + minute * MINUTE)
        assert uow.door_tries.charge({"all": both["all"]}, NOW + 9 * MINUTE).used_up == {"all": NOW + 9 * MINUTE + HOUR}


def test_a_window_ends_an_hour_after_its_first_try_unless_it_slides(db: SqlDatabase) -> None:
    rations = {"fixed": Ration(3, HOUR, HOUR), "slides": Ration(3, HOUR, HOUR, slides=True)}
    half = HOUR / 2
    with db.write() as uow:
        used_up = [set(uow.door_tries.charge(rations, NOW + step * half).used_up) for step in range(3)]
    assert used_up == [set(), set(), {"slides"}]


def test_what_succeeded_is_cleared_given_back_and_swept(db: SqlDatabase) -> None:
    with db.write() as uow:
        for _ in range(2):
            uow.door_tries.charge(TWO, NOW)
        uow.door_tries.give_back("own")
        assert uow.door_tries.paused_until("own", NOW) is None
        assert uow.door_tries.charge(TWO, NOW).used_up == {"own": NOW + HOUR}
        uow.door_tries.clear("own")
        assert uow.door_tries.charge(TWO, NOW) == ({}, {})
        assert uow.door_tries.expire(NOW) == 0
        assert uow.door_tries.expire(NOW + MINUTE) == 1
