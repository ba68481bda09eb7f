"""The cut-off: until then a piece can be stopped. Local wall-clock times per weekday, none on holidays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_DAYS_AHEAD = 62  # two months without a working day is a mistake in the schedule
_KEYS = {"timezone", "times", "holidays", "closed"}
_WRITTEN = "%H:%M"


@dataclass(frozen=True, slots=True)
class CutOffSchedule:
    """``times``: local time by weekday (0 is Monday); ``country`` whose public holidays have none; ``closed`` days."""

    timezone: str
    times: Mapping[int, dt.time]
    country: str | None = None
    closed: frozenset[dt.date] = field(default_factory=frozenset)

    def next_after(self, moment: dt.datetime) -> dt.datetime:
        """The first cut-off after ``moment`` (aware), in UTC.

        A time that the change to summer time leaps over is as long after the leap; of one that comes twice the first
        counts.

        Raises:
            Refusal: ``cut-off-none`` when none comes within two months.
        """
        zone = ZoneInfo(self.timezone)
        first = moment.astimezone(zone).date()
        for ahead in range(_MOST_DAYS_AHEAD):
            day = first + dt.timedelta(days=ahead)
            time = self.times.get(day.weekday())
            if time is None or self._is_closed(day):
                continue
            found = dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
            if found > moment:
                return found
        raise Refusal("cut-off-none", "The schedule has no cut-off within two months; give it a weekday.")

    def _is_closed(self, day: dt.date) -> bool:
        return day in self.closed or (self.country is not None and day in _public_holidays(self.country, day.year))

    def as_data(self) -> dict[str, Any]:
        """The form that `read_schedule` reads."""
        return {
            "timezone": self.timezone,
            "times": {WEEKDAYS[day]: time.strftime(_WRITTEN) for day, time in sorted(self.times.items())},
            "holidays": self.country,
            "closed": [day.isoformat() for day in sorted(self.closed)],
        }


def read_schedule(data: Mapping[str, Any]) -> CutOffSchedule:
    """A schedule as {"timezone": "Europe/Amsterdam", "times": {"monday": "17:00"}, "holidays": "NL", "closed": []}.

    Raises:
        Refusal: ``cut-off-schedule-invalid`` with what is wrong.
    """
    try:
        return _read(data)
    except (ValueError, TypeError, AttributeError, KeyError, ZoneInfoNotFoundError) as wrong:
        raise Refusal("cut-off-schedule-invalid", f"The schedule of cut-offs is wrong: {wrong}. Correct it.") from wrong


def _read(data: Mapping[str, Any]) -> CutOffSchedule:
    if unknown := sorted(data.keys() - _KEYS):
        raise ValueError(f"unknown key {unknown[0]}, known are {', '.join(sorted(_KEYS))}")
    timezone = data.get("timezone", "Europe/Amsterdam")
    _check_zone(timezone)
    times = {_weekday(name): _time(text) for name, text in data["times"].items()}
    if not times:
        raise ValueError("no weekday has a time")
    country = data.get("holidays")
    if country is not None and country not in holidays.list_supported_countries():
        raise ValueError(f"no holidays are known of country {country!r}")
    closed = frozenset([dt.date.fromisoformat(day) for day in data.get("closed", ())])
    return CutOffSchedule(timezone, times, country, closed)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (OSError, ZoneInfoNotFoundError) as wrong:
        # the name of a folder of zones, or one that no file can have
        raise ValueError(f"there is no time zone {name[:40]!r}") from wrong


def _weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise ValueError(f"{name!r} is no weekday; write {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(name)


def _time(text: str) -> dt.time:
    return dt.datetime.strptime(text, _WRITTEN).time()  # noqa: DTZ007 - a wall-clock time has no zone of its own


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays(country, years=year))
