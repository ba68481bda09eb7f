"""When a reading goes straight through: thresholds of a form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds are chances, 0 to 1, that a reading is what was written.

    ``digits`` is asked of a row of digits by its picture alone, ``dates`` of a date, which must also exist and be
    recent. Where a previous reading and usual use are known, ``with_previous`` is asked of picture and previous reading
    together, and ``picture_at_least`` of the picture then.
    ``marks`` is asked of ticks and choices. Below ``blind`` a person keys without seeing what the machine read.
    ``checked_share`` of accepted fields is keyed blind too, to measure what is accepted wrongly.
    """

    digits: float = 0.97
    dates: float = 0.9
    with_previous: float = 0.97
    picture_at_least: float = 0.6
    marks: float = 0.99
    blind: float = 0.7
    checked_share: float = 0.02


DEFAULT_POLICY = Policy()
