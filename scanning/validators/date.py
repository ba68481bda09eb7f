"""Dates: do they exist, can they be meant, and which one is meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from scanning.validators.date_text import has_year, is_shaped, readings
from scanning.validators.verdict import Checked, ask, conclude, refusal

_LONGEST = 60
_YEARS_BACK = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class DateWindow:
    """The days that can be meant, both ends included."""

    earliest: date
    latest: date

    def __contains__(self, day: date) -> bool:
        """True for a day inside."""
        return self.earliest <= day <= self.latest


def until(today: date) -> DateWindow:
    """Five years back to today: the window of what has happened."""
    return DateWindow(max(date.min + _YEARS_BACK, today) - _YEARS_BACK, today)


def check(answer: str, window: DateWindow, *, insists: bool = False) -> Checked:
    """What to do with a date; the value is as in ISO 8601, 2026-12-01.

    Day comes before month. Years of two digits are taken for the century inside the window. What may still be more
    than one day inside the window is a question, with the days as candidates.
    """
    if len(answer) > _LONGEST:
        return refusal("date-invalid")
    found = readings(answer, window.latest)
    if not found:
        return refusal("date-not-existing" if is_shaped(answer) else "date-invalid")
    inside = tuple(day for day in found if day in window)
    several = len(inside) > 1 or (len(inside) == 1 and not has_year(answer))
    if several:
        return conclude(None, [ask("date-unclear", *(day.isoformat() for day in inside))], insists=insists)
    if inside:
        return conclude(inside[0].isoformat(), [], insists=insists)
    return _outside(found, window, insists=insists)


def _outside(found: tuple[date, ...], window: DateWindow, *, insists: bool) -> Checked:
    value = found[0].isoformat() if len(found) == 1 else None
    shown = found[0].isoformat()
    if found[0] > window.latest:
        problem = ask("date-too-late", date=shown, latest=window.latest.isoformat())
    else:
        problem = ask("date-too-early", date=shown, earliest=window.earliest.isoformat())
    return conclude(value, [problem], insists=insists)
