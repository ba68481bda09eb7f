"""Lanes: asked for work when something is due, and left alone for a while when nobody is at the other end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import Alarm
from api.usecases.messaging.addresses import scrubbed
from api.usecases.messaging.outbox import ask_for
from api.usecases.messaging.schedule import pause_s

if TYPE_CHECKING:
    from api.ports import MessageLane, SendResult, UnitOfWork
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

ALARM: Final = "channel-down"
"""State of the alarm that rings until something goes through again."""

RINGS_AFTER: Final = timedelta(minutes=15)
_MOST_LANES: Final = 500


def tend_lanes(deps: Deps) -> int:
    """Ask for work for lanes that have something due; a sweeper does it every few seconds. Returns how many have."""
    now = deps.clock.now()
    with deps.database.read() as uow:
        due = uow.messages.due_lanes(now, _MOST_LANES)
    if due:
        with deps.database.write() as uow:
            for organisation_id, lane_id in due:
                ask_for(uow, organisation_id, lane_id)
    return len(due)


def lane_failed(deps: Deps, lane: MessageLane, result: SendResult, uow: UnitOfWork | None = None) -> None:
    """Leave a lane alone for a while, longer each time, and ring when that goes on for long."""
    if uow is None:
        with deps.database.write() as own:
            lane_failed(deps, lane, result, own)
        return
    now = deps.clock.now()
    known = uow.messages.lane(lane.organisation_id, lane.id) or lane
    failures, since = known.failures + 1, known.failing_since or now
    pause = timedelta(seconds=pause_s(failures, result.retry_after_s))
    uow.messages.change_lane(
        lane.organisation_id,
        lane.id,
        paused_until=now + pause,
        failures=failures,
        failing_since=since,
        code=result.code[:64],
        detail=scrubbed(result.detail),
    )
    log.warning("channel-unreachable", lane=lane.id, code=result.code, failures=failures)
    if now - since >= RINGS_AFTER:
        uow.alarms.raise_(Alarm(lane.organisation_id, lane.id, ALARM, since, now))


def lane_works(deps: Deps, lane: MessageLane, uow: UnitOfWork) -> None:
    """Forget what failed before, and end the alarm."""
    known = uow.messages.lane(lane.organisation_id, lane.id)
    if known is None or not known.failures:
        return
    well = {"failures": 0, "failing_since": None, "paused_until": None, "code": "", "detail": ""}
    uow.messages.change_lane(lane.organisation_id, lane.id, **well)
    ringing = [alarm for alarm in uow.alarms.open(lane.organisation_id) if alarm.subject_id == lane.id]
    uow.alarms.close(ringing, deps.clock.now())
