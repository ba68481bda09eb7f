"""Staff see that somebody is guessing codes, until the pause is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import Role
from api.usecases import alarms
from api.usecases.answering import guarding
from tests.api.http.staff.browser import Staff
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    import pytest

    from api.adapters.fakes import FakeClock
    from tests.api.http.service import Service


def test_today_says_that_codes_are_being_guessed_and_stops_when_it_is_over(
    service: Service, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "CODES_OF_ALL", guarding.CODES_OF_ALL._replace(most=3))
    deps = service.world.deps
    for number in range(5):
        guarding.try_code(deps, ORG, f"C{number}", f"10.0.0.{number}", lambda: None)
    with Staff(service).browser("anna", Role.PRINT_ROOM) as anna:
        today = anna.get("/staff").text
        assert "Personal pages: typing codes is paused" in today
        assert "Links that are scanned, and slips, go on" in today
        clock.advance(3600)
        alarms.watch(deps)
        assert "Personal pages" not in anna.get("/staff").text
