"""Alarms: a batch or job that has been in one state too long is never only noticed by whoever misses the letter."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import Alarm, BatchState, JobState, ScanFileState
from api.usecases.answering.guarding import is_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.ports import Lingering
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

PATIENCE: Final[Mapping[BatchState | JobState | ScanFileState, timedelta]] = {
    JobState.RECEIVED: timedelta(hours=1),
    JobState.VALIDATING: timedelta(hours=2),
    JobState.ACCEPTED: timedelta(hours=2),
    JobState.FAILED: timedelta(0),
    BatchState.PLANNED: timedelta(hours=1),
    BatchState.COMPOSING: timedelta(hours=1),
    BatchState.WRITING: timedelta(hours=1),
    BatchState.CHECKING: timedelta(hours=1),
    BatchState.BLOCKED: timedelta(0),
    BatchState.READY: timedelta(hours=4),
    BatchState.RELEASED: timedelta(hours=12),
    BatchState.FETCHED: timedelta(hours=12),
    BatchState.PRINTED: timedelta(hours=24),
    BatchState.COMPLETED: timedelta(hours=24),
    ScanFileState.WAITING: timedelta(hours=1),
    ScanFileState.READING: timedelta(hours=2),
}
"""How long a batch may be in a state, and a job without batches or a scanned file may be old.

Writing waits for the cut-off, and its hour begins then.
"""


# a failed reprint rings until somebody has seen to it
_WATCHED: Final = frozenset(map(str, PATIENCE))


def watch(deps: Deps) -> int:
    """Raise an alarm for whatever waits too long, and close those of what moved on; returns how many began."""
    now = deps.clock.now()
    raised = 0
    with deps.database.read() as uow:
        late = {
            _key(each.id, each.state, each.state_at): each
            for each in chain(uow.jobs.lingering(), uow.batches.lingering(), uow.scans.lingering())
            if _is_late(each, now)
        }
        rings = {_key(alarm.subject_id, alarm.state, alarm.since): alarm for alarm in uow.alarms.all_open()}
    fresh = [each for key, each in late.items() if key not in rings]
    over = [alarm for key, alarm in rings.items() if key not in late and alarm.state in _WATCHED]
    over += [alarm for alarm in rings.values() if is_over(alarm, now)]
    if not fresh and not over:
        return 0
    with deps.database.write() as uow:
        uow.alarms.close(over, now)
        for each in fresh:
            alarm = Alarm(each.organisation_id, each.id, str(each.state), each.state_at, now)
            if uow.alarms.raise_(alarm):
                raised += 1
                log.warning("alarm-raised", subject=each.id, state=each.state, since=each.state_at.isoformat())
    return raised


def open_alarms(deps: Deps, organisation_id: str) -> Sequence[Alarm]:
    """Those that ring, oldest first."""
    with deps.database.read() as uow:
        return uow.alarms.open(organisation_id)


def _key(subject_id: str, state: str, since: datetime) -> tuple[str, str, datetime]:
    return (subject_id, str(state), since)


def _is_late(each: Lingering, now: datetime) -> bool:
    since = each.state_at
    if each.state is BatchState.WRITING and each.cut_off_at is not None:
        since = max(since, each.cut_off_at)
    return now - since >= PATIENCE[each.state]
