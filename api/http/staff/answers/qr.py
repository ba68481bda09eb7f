"""A QR symbol as one path of an SVG, to be scanned from a screen."""

from __future__ import annotations

from typing import NamedTuple

from docgen.qr.encoder import encode

QUIET = 4
"""Modules of white around a symbol (ISO/IEC 18004 clause 6.3.8)."""


class Drawn(NamedTuple):
    """``path`` has a square of 1 by 1 for each run of dark modules; ``size`` is a side with the quiet zone."""

    size: int
    path: str


def drawn(payload: str) -> Drawn:
    """The symbol of a link in capitals."""
    modules = encode(payload.encode()).modules()
    runs = []
    for y, row in enumerate(modules.tolist()):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                runs.append(f"M{x + QUIET} {y + QUIET}h{end - x}v1h-{end - x}z")
            x = end + 1
    return Drawn(len(modules) + 2 * QUIET, "".join(runs))
