"""Days as people count them: by the clock on the wall of the corporation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date, datetime

    from api.ports import UnitOfWork

_ZONE: Final = "Europe/Amsterdam"


def wall_of(uow: UnitOfWork, organisation_id: str) -> ZoneInfo:
    """The zone of its cut-offs, or else that of the Netherlands."""
    schedule = uow.rules.get(organisation_id).cut_offs or {}
    return ZoneInfo(str(schedule.get("timezone", _ZONE)))


def today_of(uow: UnitOfWork, organisation_id: str, now: datetime) -> date:
    """Which day it is there."""
    return now.astimezone(wall_of(uow, organisation_id)).date()
