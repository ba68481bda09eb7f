"""Piece ids: ``pce_`` and 20 characters of Crockford's base32 (100 bits), the same for the same job and record."""

from __future__ import annotations

import re
from hashlib import sha256

from docgen.crockford import base32

PREFIX = "pce_"
LENGTH = 20

_PIECE_ID = re.compile(r"pce_[0-9a-hjkmnp-tv-z]{20}")


def derive_piece_id(job_id: str, sequence: int) -> str:
    """The id of the piece for record ``sequence`` (from 0) of a job; the same each time.

    Raises:
        ValueError: when the sequence is negative or the job has no id.
    """
    if not job_id or sequence < 0:
        raise ValueError("A piece belongs to a job and to a record, counted from 0.")
    return PREFIX + base32(sha256(f"piece-1\0{job_id}\0{sequence}".encode()).digest(), LENGTH).lower()


def is_piece_id(text: str) -> bool:
    """True when ``text`` has the form of a piece id."""
    return _PIECE_ID.fullmatch(text) is not None
