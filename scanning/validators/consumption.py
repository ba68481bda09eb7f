"""How much was used since the reading before, and how much would be usual."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from scanning.validators.reading_text import Meter

# Water of one person in a Dutch dwelling, m3 in a year.
WATER_PER_PERSON = Decimal(45)
_DAYS = Decimal(365)
# A meter is believed to have gone round only from nine tenths of its scale on.
_NEARLY_ROUND = Decimal("0.9")
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class PreviousReading:
    """What the meter showed before, in its unit."""

    value: Decimal
    date: date


@dataclass(frozen=True, slots=True)
class UseLimits:
    """Which use is worth a question, as factors of the usual use; ``leeway`` is in units of the meter.

    Use is never high within ``leeway`` above the usual, nor low where less than ``leeway`` is usual, so that short
    periods and small households raise no questions. No use at all is a question from ``zero_after_days`` on.
    """

    low_factor: Decimal = Decimal("0.1")
    high_factor: Decimal = Decimal(3)
    very_high_factor: Decimal = Decimal(6)
    leeway: Decimal = Decimal(10)
    zero_after_days: int = 30

    def high(self, usual: Decimal) -> Decimal:
        """The most that is not high."""
        return max(usual * self.high_factor, usual + self.leeway)

    def very_high(self, usual: Decimal) -> Decimal:
        """The most that is not very high; never less than the limit of high."""
        return max(usual * self.very_high_factor, self.high(usual))

    def low(self, usual: Decimal) -> Decimal:
        """The least that is not low."""
        return usual * self.low_factor if usual >= self.leeway else _NONE


@dataclass(frozen=True, slots=True)
class Use:
    """Units used; ``backwards`` when the reading is lower than the one before, ``rollover`` when it went round."""

    amount: Decimal
    rollover: bool = False

    @property
    def backwards(self) -> bool:
        """True when the meter would have run back."""
        return self.amount < _NONE


def near_the_end(previous: Decimal, meter: Meter) -> bool:
    """True when a meter that showed ``previous`` may have gone round since."""
    return previous >= _NEARLY_ROUND * meter.modulus


def use_since(previous: Decimal, value: Decimal, meter: Meter, high_limit: Decimal | None) -> Use:
    """Use between two readings.

    With M = 10 ** dials and delta = value - previous: a negative delta is rollover, of delta + M, only when previous is
    at least 0.9 M and delta + M is at most ``high_limit``; with no limit it is never believed.
    """
    delta = value - previous
    wrapped = delta + meter.modulus
    if delta >= _NONE or high_limit is None or not near_the_end(previous, meter) or wrapped > high_limit:
        return Use(delta)
    return Use(wrapped, rollover=True)


def usual_per_day(own: Decimal | None, complex_median: Decimal | None, people: int | None) -> Decimal | None:
    """Usual use per day: the meter's own history, else the median of its complex, else 45 m3 of water a person a year.

    None when nothing is known, and then use is not judged.
    """
    if own is not None:
        return own
    if complex_median is not None:
        return complex_median
    return None if people is None else WATER_PER_PERSON * people / _DAYS
