"""When a message that was not taken is tried again, and how long a lane that nobody answers is left alone."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE

SCHEDULE_S: Final = (
    *(2 * _MINUTE, 5 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 12 * _HOUR, 24 * _HOUR),
)
"""Seconds after each try that was put off; the first is long enough for greylisting (RFC 6647, 2.2)."""

JITTER: Final = 0.2
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 5 * _MINUTE
LONGEST_ASKED_S: Final = 24 * _HOUR
_MOST_DOUBLINGS: Final = 10


def next_try_at(message_id: str, attempts: int, now: datetime, asked_s: float = 0.0) -> datetime | None:
    """When to try again after this many attempts, one or more; None when that was the last.

    ``asked_s`` is what the other side asked for. The same message and attempts always give the same pause.
    """
    if attempts > len(SCHEDULE_S):
        return None
    step_s = SCHEDULE_S[attempts - 1]
    later_s = step_s * (1 + JITTER * _fraction(message_id, attempts))
    return now + timedelta(seconds=max(later_s, min(asked_s, LONGEST_ASKED_S)))


def pause_s(failures: int, asked_s: float = 0.0) -> float:
    """How long a lane is left alone after this many failures in a row, one or more."""
    pause = min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), LONGEST_PAUSE_S)
    return max(pause, min(asked_s, LONGEST_ASKED_S))


def _fraction(message_id: str, attempts: int) -> float:
    """At least 0 and less than 1, the same on every machine."""
    digest = sha256(f"{message_id}:{attempts}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
