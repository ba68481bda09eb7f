"""The real clock and real identifiers."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from api.ports import base32

_TIME_CHARS = 10
_RANDOM_CHARS = 16
_SECRET_CHARS = 52


class SystemClock:
    """`api.ports.Clock` of this machine."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


class RandomIds:
    """`api.ports.Ids`: 48 bits of time, so that lists are in order, and 80 random bits, so that nobody can guess."""

    def new(self, prefix: str) -> str:
        """Time first."""
        millisecond = int(datetime.now(UTC).timestamp() * 1000)
        return f"{prefix}_{base32(millisecond, _TIME_CHARS)}{base32(secrets.randbits(80), _RANDOM_CHARS)}"

    def secret(self) -> str:
        """Random only."""
        return base32(secrets.randbits(5 * _SECRET_CHARS), _SECRET_CHARS)
