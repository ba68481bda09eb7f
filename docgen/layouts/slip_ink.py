"""Ink of reply slips: anchors, light boxes, words, the line of digits and the pictures that say how to answer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from docgen.layouts.geometry import Rect, flip_pt, to_pt
from docgen.layouts.placed import placed
from docgen.layouts.slip_geometry import digit_cells
from docgen.qr.ocr_b import HEIGHT_MM, PITCH_MM, STROKE_MM, STROKES
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from docgen.layouts.slip_cells import SlipText
    from docgen.layouts.slip_geometry import SlipSize
    from docgen.qr.ocr_b import Point, Stroke

_BOX_SHADE: Final = 0.28  # light enough to be told from ink and to drop out, dark enough to be seen
_BOX_PT: Final = 0.85
_PICTURE_PT: Final = 0.6
_HAND_PT: Final = 1.1


class SlipPen:
    """Draws on a slip whose top is ``page_top_mm`` below that of its page; places are in mm on the slip."""

    def __init__(self, page_top_mm: float) -> None:
        """Nothing is drawn yet."""
        self._page_top_mm = page_top_mm
        self._ink = bytearray(b"0 0 0 1 k\n")

    def ink(self) -> bytes:
        """What was drawn, in page coordinates."""
        return bytes(self._ink)

    def squares(self, rects: Iterable[Rect]) -> None:
        """Black squares."""
        self._ink += b"".join([self._rectangle(rect) for rect in rects]) + b"f\n"

    def boxes(self, rects: Sequence[Rect]) -> None:
        """Light frames; the line stands on the edge of the box."""
        if rects:
            path = b"".join(map(self._rectangle, rects))
            self._ink += b"q %s w 0 0 0 %s K\n%sS Q\n" % (number(_BOX_PT), number(_BOX_SHADE), path)

    def rules(self, rects: Iterable[Rect]) -> None:
        """A light line at the foot of each."""
        for rect in rects:
            ends = ((rect.left_mm, rect.bottom_mm), (rect.right_mm, rect.bottom_mm))
            self._ink += b"q %s w 0 0 0 %s K\n%s Q\n" % (number(_BOX_PT), number(_BOX_SHADE), self._line(ends))

    def text(self, text: SlipText) -> None:
        """Words."""
        self._ink += placed(text.fragments, text.setting, text.rect.left_mm, text.rect.top_mm + self._page_top_mm)

    def tear_line(self, left_mm: float, right_mm: float) -> None:
        """Dashes along the top of the slip."""
        self._ink += b"q 0.5 w [3 3] 0 d 0 0 0 1 K %s Q\n" % self._line(((left_mm, 0.0), (right_mm, 0.0)))

    def picture(self, rect: Rect, strokes: Iterable[Sequence[Point]], *, filled: bool = False) -> None:
        """A small box as a hand has filled it in; points of strokes are shares of its sides."""
        path = b"%s w 0 0 0 0.7 K %sS\n" % (number(_PICTURE_PT), self._rectangle(rect))
        if filled:
            path += self._rectangle(rect.grown(-0.25)) + b"f\n"
        for stroke in strokes:
            points = [(rect.left_mm + x * rect.width_mm, rect.top_mm + y * rect.height_mm) for x, y in stroke]
            path += b"%s w 1 J 1 j 0 0 0 1 K %s\n" % (number(_HAND_PT), self._line(points))
        self._ink += b"q " + path + b"Q\n"

    def _rectangle(self, rect: Rect) -> bytes:
        left, bottom = to_pt(rect.left_mm), flip_pt(rect.bottom_mm + self._page_top_mm)
        return b"%s %s %s %s re\n" % tuple(map(number, (left, bottom, to_pt(rect.width_mm), to_pt(rect.height_mm))))

    def _line(self, points: Sequence[Point]) -> bytes:
        places = [(number(to_pt(x)), number(flip_pt(y + self._page_top_mm))) for x, y in points]
        return b"%s %s m " % places[0] + b"".join([b"%s %s l " % place for place in places[1:]]) + b"S"


def digit_art() -> dict[str, bytes]:
    """The strokes of each digit, with the lower left corner of its cell at the origin; the pen is the caller's."""
    return {digit: b"".join(map(_stroke, strokes)) for digit, strokes in STROKES.items()}


def _stroke(points: Stroke) -> bytes:
    places = [b"%.3f %.3f" % (to_pt(x), to_pt(HEIGHT_MM - y)) for x, y in points]
    return places[0] + b" m " + b" l ".join(places[1:]) + b" l S\n"


class DigitLine:
    """Draws the line of digits by naming the art of each."""

    def __init__(self, size: SlipSize, page_top_mm: float, names: Mapping[str, str]) -> None:
        """``names`` are the resource names of the digits."""
        cells = digit_cells(size)
        start = (number(to_pt(cells[0].left_mm)), number(flip_pt(cells[0].bottom_mm + page_top_mm)))
        self._head = b"q %s w 1 J 1 j 0 0 0 1 K 1 0 0 1 %s %s cm " % (number(to_pt(STROKE_MM)), *start)
        steps = [cell.left_mm - before.left_mm for before, cell in pairwise(cells)]
        # whole steps, so that thirty of them end where they must
        self._steps = [b"1 0 0 1 %s 0 cm " % number(round(step / PITCH_MM) * to_pt(PITCH_MM)) for step in steps]
        self._shown = {digit: b"/%s Do " % name.encode("ascii") for digit, name in names.items()}

    def ink(self, digits: str) -> bytes:
        """The line in page coordinates."""
        shown = [self._shown[digit] for digit in digits]
        return self._head + b"".join([a + b for a, b in zip(shown, [*self._steps, b"Q\n"], strict=True)])
