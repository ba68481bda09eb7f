"""Labels of bundles and trays: number and destination large enough to read across a room, and a code to scan.

A tray has a black head and a bundle a white one, so that nobody takes one for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from docgen.drawing.paper_fonts import BOLD, MONO, SANS, register_paper_fonts
from docgen.layouts.geometry import PT_PER_MM, Rect
from docgen.postal.countries import countries
from docgen.qr.encoder import Level, encode_all

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from reportlab.pdfgen.canvas import Canvas

    from docgen.drawing.label_stocks import LabelStock
    from docgen.postal.sorting import Container
    from docgen.qr.encoder import Symbol

# parts of a label are drawn in units of which its clear part has so many; on A4 with eight a unit is a millimetre
_WIDTH_UNITS, _HEIGHT_UNITS = 93.0, 62.25
_QUIET_MODULES = 4
_LEAST_PT = 6.0
_HALF_CAPITAL_EM = 0.33


class LabelKind(StrEnum):
    """What a label is put on."""

    BUNDLE = "bundle"
    TRAY = "tray"


@dataclass(frozen=True, slots=True)
class LabelRun:
    """What all labels of a batch or mail run have in common; ``id`` is of that batch or run."""

    id: str
    organisation: str
    date: dt.date
    test: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says. ``total`` is how many of its kind there are, ``inside`` where it stands or what it holds."""

    kind: LabelKind
    number: int
    total: int
    destination: str
    contents: str
    inside: str
    envelopes: int
    weight_mg: int
    code: str
    run: LabelRun


def labels_of(kind: LabelKind, containers: Sequence[Container], run: LabelRun) -> tuple[Label, ...]:
    """A label for each bundle, or each tray, of a batch."""
    total = max([container.number for container in containers], default=0)
    return tuple([_label(kind, container, total, run) for container in containers])


def label_code(run_id: str, kind: LabelKind, number: int) -> str:
    """What the code of a label says: 'bat_1:bundle:12'."""
    return f"{run_id}:{kind}:{number}"


def draw_labels(labels: Iterable[Label], stock: LabelStock) -> bytes:
    """The labels as PDF; the same labels give the same bytes. Without a label there is one empty page."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 (workers that only compose need not load it)

    register_paper_fonts()
    shown = list(labels)
    out = BytesIO()
    size = (stock.width_mm * PT_PER_MM, stock.height_mm * PT_PER_MM)
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=1, initialFontName=SANS)
    canvas.setTitle(f"Labels {shown[0].run.id}" if shown else "Labels")
    symbols = encode_all([label.code.encode() for label in shown], Level.M)
    each = len(stock.places)
    for first in range(0, max(len(shown), 1), each):
        for label, symbol, place in zip(shown[first:], symbols[first:], stock.places, strict=False):
            _draw(_Pen(canvas, stock.height_mm), label, symbol, place, stock.clear_mm)
        if stock.cut_lines:
            _cut_lines(_Pen(canvas, stock.height_mm), stock)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _label(kind: LabelKind, container: Container, total: int, run: LabelRun) -> Label:
    name = container.name
    if container.parts > 1:
        name += f"  ({container.part} of {container.parts})"
    return Label(
        kind=kind,
        number=container.number,
        total=total,
        destination=name,
        contents=_contents(container),
        inside=_inside(kind, container),
        envelopes=container.envelopes,
        weight_mg=container.weight_mg,
        code=label_code(run.id, kind, container.number),
        run=run,
    )


def _contents(container: Container) -> str:
    """'1011 AB to 1098 ZZ, Netherlands'."""
    if not container.country:
        return "several countries"
    country = countries()[container.country].english
    codes = [code for code in dict.fromkeys([container.first, container.last]) if code]
    return f"{' to '.join(codes)}, {country}" if codes else country


def _inside(kind: LabelKind, container: Container) -> str:
    if kind is LabelKind.BUNDLE:
        return f"in tray {container.tray}"
    first, last = container.bundles[0], container.bundles[-1]
    return f"bundle {first}" if first == last else f"bundles {first} to {last}"


class _Pen:
    """Draws in mm from the top-left of the page."""

    def __init__(self, canvas: Canvas, page_height_mm: float) -> None:
        self.canvas = canvas
        self._height_mm = page_height_mm

    def box(self, box: Rect, *, white: bool = False) -> None:
        self.canvas.setFillGray(1 if white else 0)
        left, bottom = box.left_mm * PT_PER_MM, (self._height_mm - box.bottom_mm) * PT_PER_MM
        self.canvas.rect(left, bottom, box.width_mm * PT_PER_MM, box.height_mm * PT_PER_MM, stroke=0, fill=1)

    def frame(self, box: Rect, width_pt: float) -> None:
        self.canvas.setLineWidth(width_pt)
        self.canvas.setStrokeGray(0)
        left, bottom = box.left_mm * PT_PER_MM, (self._height_mm - box.bottom_mm) * PT_PER_MM
        self.canvas.rect(left, bottom, box.width_mm * PT_PER_MM, box.height_mm * PT_PER_MM, stroke=1, fill=0)

    def line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.canvas.setLineWidth(0.3)
        self.canvas.setStrokeGray(0.5)
        points = [(x * PT_PER_MM, (self._height_mm - y) * PT_PER_MM) for x, y in (start, end)]
        self.canvas.line(*points[0], *points[1])

    def text(self, text: str, box: Rect, font: str = SANS, *, right: bool = False, white: bool = False) -> None:
        """A line as large as the box is high, smaller when it is too long, cut when that is too small to read."""
        if not text:
            return
        size = min(box.height_mm * PT_PER_MM, _size_of(text, box, font))
        if size < _LEAST_PT:
            text, size = _cut(text, box, font), _LEAST_PT
        self.canvas.setFillGray(1 if white else 0)
        self.canvas.setFont(font, size)
        middle = (self._height_mm - box.top_mm - box.height_mm / 2) * PT_PER_MM
        baseline = middle - size * _HALF_CAPITAL_EM
        if right:
            self.canvas.drawRightString(box.right_mm * PT_PER_MM, baseline, text)
        else:
            self.canvas.drawString(box.left_mm * PT_PER_MM, baseline, text)

    def symbol(self, symbol: Symbol, box: Rect) -> None:
        """A QR code as large as the square box, its white edge included; its rows are runs of dark modules."""
        module_mm = box.width_mm / (symbol.size + 2 * _QUIET_MODULES)
        path = self.canvas.beginPath()
        for row, line in enumerate(symbol.modules().tolist()):
            bottom = (self._height_mm - box.top_mm - (row + 1 + _QUIET_MODULES) * module_mm) * PT_PER_MM
            for start, length in _dark_runs(line):
                left = (box.left_mm + (start + _QUIET_MODULES) * module_mm) * PT_PER_MM
                path.rect(left, bottom, length * module_mm * PT_PER_MM, module_mm * PT_PER_MM)
        self.canvas.setFillGray(0)
        self.canvas.drawPath(path, stroke=0, fill=1)


def _size_of(text: str, box: Rect, font: str) -> float:
    """The size in points at which the text is as wide as the box."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415 (see draw_labels)

    width_em: float = stringWidth(text, font, 1)
    return box.width_mm * PT_PER_MM / width_em


def _cut(text: str, box: Rect, font: str) -> str:
    while len(text) > 1 and _size_of(f"{text}\u2026", box, font) < _LEAST_PT:
        text = text[:-1]
    return f"{text}\u2026"


def _dark_runs(line: Iterable[int]) -> Iterator[tuple[int, int]]:
    place = 0
    for dark, run in groupby(line):
        length = len(list(run))
        if dark:
            yield place, length
        place += length


def _draw(pen: _Pen, label: Label, symbol: Symbol, place: Rect, clear_mm: float) -> None:
    """All parts keep their proportions to the height, or to the width where that is less."""
    inner = place.grown(-clear_mm)
    unit = min(inner.width_mm / _WIDTH_UNITS, inner.height_mm / _HEIGHT_UNITS)

    def part(left: float, top: float, width: float, height: float) -> Rect:
        return Rect(inner.left_mm + left * unit, inner.top_mm + top * unit, width * unit, height * unit)

    wide = inner.width_mm / unit
    tray = label.kind is LabelKind.TRAY
    head = part(0, 0, wide, 16)
    pen.box(head, white=not tray)
    pen.frame(head, 1.2 * unit)
    test = "TEST " if label.run.test else ""
    pen.text(f"{test}{label.kind.upper()} {label.number}", part(3, 1.5, wide - 33, 13), BOLD, white=tray)
    pen.text(f"of {label.total}", part(wide - 29, 2, 26, 6), right=True, white=tray)
    pen.text(label.inside, part(wide - 29, 8.5, 26, 5.5), right=True, white=tray)
    pen.text(label.destination, part(0, 16.5, wide, 18), BOLD)
    left = wide - 27
    pieces = "1 piece" if label.envelopes == 1 else f"{label.envelopes:,} pieces"
    pen.text(label.contents, part(0, 36.5, left, 5.5))
    pen.text(f"{pieces}, {label.weight_mg / 1e6:,.2f} kg", part(0, 42.5, left, 7.5), BOLD)
    pen.text(label.run.organisation, part(0, 50.5, left, 5))
    pen.text(f"{label.run.date:%d-%m-%Y}   {label.run.id}", part(0, 56.5, left, 4.5), MONO)
    pen.symbol(symbol, part(wide - 26, 36.2, 26, 26))


def _cut_lines(pen: _Pen, stock: LabelStock) -> None:
    """Along every edge of a label that is not an edge of the page."""
    for left in sorted({edge for place in stock.places for edge in (place.left_mm, place.right_mm)}):
        if 0 < left < stock.width_mm:
            pen.line((left, 0), (left, stock.height_mm))
    for top in sorted({edge for place in stock.places for edge in (place.top_mm, place.bottom_mm)}):
        if 0 < top < stock.height_mm:
            pen.line((0, top), (stock.width_mm, top))
