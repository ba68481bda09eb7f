"""When a person is written to: reminders by plan, and never in quiet hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from agreements.questions.model import QuietHours, ReminderPlan

_SUNDAY: Final = 6
_HOUR: Final = timedelta(hours=1)
# a week has an hour that is not quiet, or none ever is
_MOST_HOURS: Final = 8 * 24


def next_reminder(plan: ReminderPlan, asked_at: datetime, sent: int) -> datetime | None:
    """When reminder number ``sent + 1`` is due, outside of quiet hours; None when there is none left."""
    if sent >= len(plan.after_days):
        return None
    return after_quiet(plan.quiet, asked_at + timedelta(days=plan.after_days[sent]))


def end_of_day(quiet: QuietHours, at: datetime) -> datetime:
    """The end of the local day of a moment: who is told a last day has all of it; the zone of ``at`` is kept."""
    zone = ZoneInfo(quiet.zone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(at.tzinfo)


def last_day(quiet: QuietHours, end: datetime) -> date:
    """The local day that ends then, or in which it is over."""
    return (end - timedelta(microseconds=1)).astimezone(ZoneInfo(quiet.zone)).date()


def local_day(quiet: QuietHours, at: datetime) -> date:
    """The day that a recipient's calendar has at a moment."""
    return at.astimezone(ZoneInfo(quiet.zone)).date()


def after_quiet(quiet: QuietHours, at: datetime) -> datetime:
    """This moment when it is not quiet, else the first full local hour that is not; the zone of ``at`` is kept."""
    zone = ZoneInfo(quiet.zone)
    if not is_quiet(quiet, at):
        return at
    # in steps of real time, so that a night in which clocks change has its own length
    begin = at.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(at.tzinfo)
    moments = (begin + number * _HOUR for number in range(1, _MOST_HOURS))
    return next((one for one in moments if not is_quiet(quiet, one)), at)


def is_quiet(quiet: QuietHours, at: datetime) -> bool:
    """Whether nobody is written to at this moment; hours that are equal mean no quiet hours."""
    local = at.astimezone(ZoneInfo(quiet.zone))
    if quiet.sundays and local.weekday() == _SUNDAY:
        return True
    if quiet.from_hour == quiet.until_hour:
        return False
    if quiet.from_hour < quiet.until_hour:
        return quiet.from_hour <= local.hour < quiet.until_hour
    return local.hour >= quiet.from_hour or local.hour < quiet.until_hour
