"""The page of today tells of a reminder that could not be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.ports import Alarm, PackageKind
from api.usecases.answering.campaigns import Plan, open_campaign
from api.usecases.answering.reminding import REMINDER_FAILED
from tests.api.usecases.world import ORG, World, sample

if TYPE_CHECKING:
    from tests.api.http.staff.browser import Browser


def test_the_alarm_of_a_reminder_names_its_campaign(world: World, anna: Browser) -> None:
    world.put(PackageKind.TEMPLATE, "water", sample("template", "water-meter-reading"))
    made = open_campaign(world.deps, ORG, Plan("meters", "Meters of 2026", "water", "grachtstad"), "key_1")
    now = world.deps.clock.now()
    with world.deps.database.write() as uow:
        uow.alarms.raise_(Alarm(ORG, made.id, REMINDER_FAILED, now, now))
    shown = anna.get("/staff").text
    assert "Meters of 2026: a reminder has not been sent" in shown
