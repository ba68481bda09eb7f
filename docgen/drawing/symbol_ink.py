"""Ink of symbols: QR codes as runs of dark modules, KIX as bars; filled vector rectangles, black alone."""

from __future__ import annotations

from functools import lru_cache
from operator import getitem
from typing import TYPE_CHECKING

from docgen.postal.kix import encode as kix_states
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.qr.encoder import Symbol


class _Eight(dict[int, bytes]):
    """Eight modules at a place of a symbol -> rectangles of their runs, in modules from the bottom-left."""

    def __init__(self, left: int, bottom: int) -> None:
        super().__init__()
        self._left, self._bottom = left, bottom

    def __missing__(self, byte: int) -> bytes:
        """Runs that were not met at this place before; the least bit stands left."""
        runs, start = list[bytes](), None
        for place in range(9):
            dark = byte >> place & 1
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                runs.append(b"%d %d %d 1 re\n" % (self._left + start, self._bottom, place - start))
                start = None
        drawn = self[byte] = b"".join(runs)
        return drawn


@lru_cache(maxsize=16)
def _eights(size: int, stride: int) -> list[_Eight]:
    return [_Eight(8 * column, size - 1 - row) for row in range(size) for column in range(stride)]


def qr_ink(symbol: Symbol, left_pt: float, top_pt: float, module_pt: float) -> bytes:
    """A symbol with its top-left module at (left, top from the page's bottom), in points; no quiet zone is drawn.

    All rectangles are whole modules in one path, so that no seam can show between them.
    """
    return modules_ink(symbol.rows, symbol.size, (left_pt, top_pt), module_pt)


def repeated_qr_ink(symbol: Symbol, corners_pt: Iterable[tuple[float, float]], module_pt: float) -> bytes:
    """A symbol at several places."""
    path = _path(symbol.rows, symbol.size)
    return b"".join([_placed(path, symbol.size, corner_pt, module_pt) for corner_pt in corners_pt])


def modules_ink(rows: bytes, size: int, corner_pt: tuple[float, float], module_pt: float) -> bytes:
    """The same for the rows of any square symbol: from the top, whole bytes each, the leftmost module the least bit."""
    return _placed(_path(rows, size), size, corner_pt, module_pt)


def _path(rows: bytes, size: int) -> bytes:
    return b"".join(map(getitem, _eights(size, len(rows) // size), rows))


def _placed(path: bytes, size: int, corner_pt: tuple[float, float], module_pt: float) -> bytes:
    left_pt, top_pt = corner_pt
    scale, left, bottom = number(module_pt), number(left_pt), number(top_pt - size * module_pt)
    return b"q %s 0 0 %s %s %s cm\n%sf Q\n" % (scale, scale, left, bottom, path)


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
