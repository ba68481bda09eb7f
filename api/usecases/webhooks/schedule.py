"""When a message is tried again: the published schedule, a little later each time, and never before it was asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final

_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE

SCHEDULE_S: Final = (
    *(0.0, 5.0, 5 * _MINUTE, 30 * _MINUTE),
    *(2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR),
)
"""Seconds before each try, counted from the try before (Standard Webhooks 1.0, "Deliverability and reliability")."""

JITTER: Final = 0.1
"""How much of a step may be added to it, so that what failed together does not come back together."""

LONGEST_RETRY_AFTER_S: Final = 24 * _HOUR
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 5 * _MINUTE
_MOST_DOUBLINGS: Final = 10


def next_try_at(delivery_id: str, attempts: int, now: datetime, asked_s: float = 0.0) -> datetime | None:
    """When to try again after this many attempts that failed; None when that was the last.

    ``asked_s`` is what the receiver asked for. The same delivery and attempts always give the same pause.
    """
    if attempts >= len(SCHEDULE_S):
        return None
    step_s = SCHEDULE_S[attempts]
    later_s = step_s * JITTER * _fraction(delivery_id, attempts)
    return now + timedelta(seconds=max(step_s + later_s, bounded(asked_s)))


def pause_s(failures: int, asked_s: float = 0.0) -> float:
    """How long an endpoint gets no message at all after this many failures in a row, one or more."""
    pause = FIRST_PAUSE_S * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)
    return max(min(pause, LONGEST_PAUSE_S), bounded(asked_s))


def retry_after_s(header: str, now: datetime) -> float:
    """Seconds that a ``Retry-After`` asks for (RFC 9110, 10.2.3), 0 to a day; 0 when it says nothing sensible."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        # a number of any length: the digits of a day are five
        return bounded(float(text[:12]))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return bounded((moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def bounded(asked_s: float) -> float:
    """What is granted of what was asked."""
    return min(max(asked_s, 0.0), LONGEST_RETRY_AFTER_S)


def _fraction(delivery_id: str, attempts: int) -> float:
    """At least 0 and less than 1, the same on every machine."""
    digest = sha256(f"{delivery_id}:{attempts}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
