"""Dates with times in forms, on the clock of the organisation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2200


def local_moment(text: str, zone: str) -> datetime | None:
    """What a browser sends for a date and time, None when nothing was filled in.

    Raises ValueError: it is none, or of a year that nobody plans in.
    """
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(text)
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def for_input(moment: datetime, zone: str) -> str:
    """As a field for a date and time has it."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
