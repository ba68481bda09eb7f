"""Ink of symbols: QR codes as merged runs of dark modules, KIX as bars; filled vector rectangles, black alone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from docgen.postal.kix import encode as kix_states
from docgen.qr.encoder import Level, encode
from docgen.typesetting.words import number

_BASE = 256


class _Runs(dict[int, bytes]):
    """Run of dark modules -> its rectangle; a key holds distance from the bottom, left and length in base 256."""

    def __missing__(self, key: int) -> bytes:
        """A run that was not met before; there are no more of them than places and lengths in a symbol."""
        bottom, rest = divmod(key, _BASE * _BASE)
        left, length = divmod(rest, _BASE)
        run = self[key] = b"%d %d %d 1 re" % (left, bottom, length)
        return run


_RUNS = _Runs()


def qr_ink(payload: bytes, level: Level, left_pt: float, top_pt: float, module_pt: float) -> bytes:
    """A symbol with its top-left module at (left, top from the page's bottom), in points; no quiet zone is drawn.

    Runs are whole modules in one path, so that no seam can show between modules of a row; rows share edges exactly.
    """
    modules = encode(payload, level).modules()
    size = modules.shape[0]
    framed = np.zeros((size, size + 2), np.int8)
    framed[:, 1:-1] = modules
    # White at both ends of each row makes starts and ends of runs alternate.
    edges = np.flatnonzero(framed[:, 1:] != framed[:, :-1])
    starts, ends = edges[::2], edges[1::2]
    rows, columns = np.divmod(starts, size + 1)
    keys = ((size - 1 - rows) * _BASE + columns) * _BASE + (ends - starts)
    place = (number(module_pt), number(module_pt), number(left_pt), number(top_pt - size * module_pt))
    path = b"\n".join(map(_RUNS.__getitem__, keys.tolist()))
    return b"q %s 0 0 %s %s %s cm\n%s f Q\n" % (*place, path)


_DOT_PT = 0.12
_BAR_DOTS, _TRACKER_DOTS, _PART_DOTS = 12, 30, 44
_SHAPES = {
    "F": (0, 2 * _PART_DOTS + _TRACKER_DOTS),
    "A": (_PART_DOTS, _PART_DOTS + _TRACKER_DOTS),
    "D": (0, _PART_DOTS + _TRACKER_DOTS),
    "T": (_PART_DOTS, _TRACKER_DOTS),
}


@lru_cache(maxsize=4_000)
def _bars(states: str, index: int, pitch_dots: int) -> bytes:
    """Four bars of one character at its place in the code, in dots of 1/600 inch from the bottom-left of the code."""
    left = 4 * index * pitch_dots
    shapes = [(left + i * pitch_dots, *_SHAPES[state]) for i, state in enumerate(states)]
    return b"\n".join([b"%d %d %d %d re" % (x, y, _BAR_DOTS, height) for x, y, height in shapes])


def kix_ink(content: str, left_pt: float, bottom_pt: float, pitch_dots: int) -> bytes:
    """A KIX with its bottom-left corner at (left, bottom) of the page, on the grid of a 600 dpi press."""
    states = kix_states(content)
    groups = [_bars(states[i : i + 4], i // 4, pitch_dots) for i in range(0, len(states), 4)]
    scale = number(_DOT_PT)
    return b"q %s 0 0 %s %s %s cm\n%s f Q\n" % (scale, scale, number(left_pt), number(bottom_pt), b"\n".join(groups))
