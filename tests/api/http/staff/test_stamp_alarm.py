"""The page of today tells of a time stamp that does not come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import Alarm
from api.usecases.evidence.checkpoints import STAMP_FAILED
from tests.api.usecases.world import ORG, World

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser


def test_the_alarm_of_a_stamp_says_what_it_is_about(world: World, anna: Browser) -> None:
    now = world.deps.clock.now()
    with world.deps.database.write() as uow:
        uow.alarms.raise_(Alarm(ORG, "ckp_1", STAMP_FAILED, now, now))
    shown = anna.get("/staff").text
    assert "Evidence of agreements: no time stamp" in shown
    assert "It is tried on" in shown
