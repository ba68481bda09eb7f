"""Tries at the doors of personal pages: what somebody who guesses gets, and who never notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.usecases import alarms
from api.usecases.answering import guarding
from api.usecases.answering.guarding import Paused, try_code, try_link
from tests.api.usecases.world import ORG, OTHER

if TYPE_CHECKING:
    from api.adapters.fakes import FakeClock
    from tests.api.usecases.world import World

MINUTE = 60
HOUR = 60 * MINUTE


def nobody() -> None:
    return None


def address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def test_ten_thousand_addresses_get_three_hundred_looks_in_an_hour(world: World, clock: FakeClock) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    answers = [
        try_code(world.deps, ORG, f"CODE{number}", address(number), look).paused for number in range(0, 10_000, 25)
    ]
    assert looks == guarding.CODES_OF_ALL.most
    assert answers == [None] * 300 + [Paused.ALL] * 100
    (alarm,) = alarms.open_alarms(world.deps, ORG)
    assert (alarm.state, alarm.subject_id) == (guarding.CODES_PAUSED, ORG)
    # links, and other organisations, go on
    assert try_link(world.deps, "TOKEN", address(1), lambda: "page").found == "page"
    assert try_code(world.deps, OTHER, "CODE", address(1), lambda: "page").found == "page"
    assert guarding.codes_paused_until(world.deps, ORG) == clock.now() + guarding.CODES_OF_ALL.pause
    clock.advance(HOUR)
    assert guarding.codes_paused_until(world.deps, ORG) is None
    assert try_code(world.deps, ORG, "CODE", address(1), lambda: "page").found == "page"
    alarms.watch(world.deps)
    assert alarms.open_alarms(world.deps, ORG) == []


def test_a_code_has_five_tries_in_any_hour(world: World, clock: FakeClock) -> None:
    looked = []
    for minute in range(0, 600, 7):
        if try_code(world.deps, ORG, "CODE", address(minute), nobody).paused is None:
            looked.append(minute)
        clock.advance(7 * MINUTE)
    assert len(looked) > 20
    assert all(len([one for one in looked if since <= one < since + 60]) <= 5 for since in looked)


def test_an_address_has_thirty_codes_and_its_whole_network_of_ipv6_is_one(world: World) -> None:
    paused = [try_code(world.deps, ORG, f"C{n}", f"2001:db8:1:2::{n:x}", nobody).paused for n in range(31)]
    assert paused == [None] * 30 + [Paused.ADDRESS]
    assert try_code(world.deps, ORG, "CX", "2001:db8:1:3::1", nobody).paused is None
    # the same address of IPv4, however it is written; not all of IPv4 together
    assert guarding.network_of("::ffff:192.0.2.1") == guarding.network_of("192.0.2.1")
    assert guarding.network_of("::ffff:192.0.2.1") != guarding.network_of("::ffff:192.0.2.2")


def test_who_succeeds_uses_nothing_up(world: World) -> None:
    for _ in range(40):
        assert try_code(world.deps, ORG, "CODE", "192.0.2.1", lambda: "page").found == "page"
        assert try_link(world.deps, "TOKEN", "192.0.2.1", lambda: "page").found == "page"


def test_a_link_has_ten_tries_and_an_address_sixty(world: World) -> None:
    paused = [try_link(world.deps, "token", address(n), nobody).paused for n in range(10)]
    assert (paused, try_link(world.deps, "TOKEN", address(99), nobody).paused) == ([None] * 10, Paused.OWN)
    paused = [try_link(world.deps, f"T{n}", "192.0.2.1", nobody).paused for n in range(61)]
    assert paused == [None] * 60 + [Paused.ADDRESS]


def test_nothing_that_was_typed_is_kept(world: World) -> None:
    try_code(world.deps, ORG, "SECRETCODE", "192.0.2.1", nobody)
    with world.deps.database.read() as uow:
        rows = uow.door_tries._connection.exec_driver_sql("select * from door_tries").all()  # type: ignore[attr-defined] # of SQLite
    assert len(rows) == 3
    assert not any("SECRET" in str(row) or "192.0" in str(row) for row in rows)


@pytest.mark.parametrize("text", ["", "nonsense", "testclient"])
def test_what_is_no_address_is_counted_as_it_is(text: str) -> None:
    assert guarding.network_of(text) == text
