"""The page of today tells of a time stamp that does not come, and of a channel that takes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import Alarm
from api.usecases.evidence.checkpoints import STAMP_FAILED
from api.usecases.messaging.lanes import ALARM as CHANNEL_DOWN
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


def test_the_alarm_of_a_channel_says_what_it_is_about(world: World, anna: Browser) -> None:
    now = world.deps.clock.now()
    with world.deps.database.write() as uow:
        uow.alarms.raise_(Alarm(ORG, "lan_1", CHANNEL_DOWN, now, now))
    shown = anna.get("/staff").text
    assert "A channel: takes no messages" in shown
    assert "Messages wait" in shown
