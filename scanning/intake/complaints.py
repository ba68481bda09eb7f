"""What a JPEG decoder says on standard error of a picture that it could only guess at.

It gives such a picture without an error, and grey or nonsense where it lost its way. What it says can be read where
standard error is a file in memory, as it is in the child that reads foreign files; elsewhere nothing is heard. Some
damage looks like a picture to every decoder, and of that nothing is said anywhere.
"""

from __future__ import annotations

import os
import stat

_STANDARD_ERROR = 2
_MOST_BYTES = 100_000
_DAMAGE = (b"Corrupt JPEG", b"Premature end of JPEG")


class Complaints:
    """Hears what was said since it was last asked."""

    def __init__(self) -> None:
        """Begins with what is said from now on."""
        self._heard = _length()

    def any_of_damage(self) -> bool:
        """Tell whether a decoder has complained of damage since the last time."""
        length = _length()
        if length <= self._heard:
            return False
        try:
            said = os.pread(_STANDARD_ERROR, min(length - self._heard, _MOST_BYTES), self._heard)
        except OSError:  # a file that may only be written
            return False
        self._heard = length
        return any(words in said for words in _DAMAGE)


def hear_in_memory() -> None:
    """Turn standard error into a file in memory."""
    words = os.memfd_create("complaints")
    os.dup2(words, _STANDARD_ERROR)
    os.close(words)


def _length() -> int:
    """How much was said; 0 where it cannot be read again."""
    try:
        status = os.fstat(_STANDARD_ERROR)
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
