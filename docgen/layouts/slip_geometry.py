"""Where everything on a slip stands: what the printer draws is what the reader looks for.

Millimetres from the top-left corner of the slip. A slip is the bottom third of a page or a whole page. Its anchors
stand at the same places on every slip of a size, so that a slip whose codes are spoilt can still be found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from docgen.crockford import base32
from docgen.findings import Finding, Refusal
from docgen.layouts.geometry import A4_HEIGHT_MM, A4_WIDTH_MM, Rect
from docgen.qr import ocr_b
from docgen.qr.slip_code import DIGITS
from docgen.reply_form import ReplyKind, SlipSize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "CODE_MODULES",
    "FORM_LENGTH",
    "MODULE_MM",
    "QUIET_MODULES",
    "ROW_MARK_MM",
    "SQUARE_MM",
    "Anchors",
    "SlipField",
    "SlipGeometry",
    "SlipRow",
    "SlipSize",
    "all_boxes",
    "anchors",
    "digit_cells",
    "read_geometry",
    "row_marks",
]

SQUARE_MM: Final = 5.0
ROW_MARK_MM: Final = 2.5
MODULE_MM: Final = 12 * 25.4 / 600  # twelve dots of a 600 dpi press, 0.508 mm
CODE_MODULES: Final = 25  # version 2
QUIET_MODULES: Final = 4
_INSET_MM = 8.0  # nothing to be read lies within 7 mm of an edge
# below the fold 210 mm from the top of a letter, which is 12 mm from the top of its last third: along it toner breaks
_CODE_INSET_MM, _CODE_TOP_MM = 16.0, 13.2
_SIDE_LEFT_MM = 140.0  # off the middle, so that it tells which way up the slip is
_LINE = (20.0, 92.0, 4.0)  # left, width, height of the line of digits
_DIGITS_IN_MM = 1.55  # what is left of the line's width, on either side
_GROUP = 5
_SCHEMA = 1
FORM_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class Anchors:
    """What a slip is found by, whatever it asks.

    ``corners`` are squares (top left, top right, bottom right, bottom left), ``side`` one on the lower side, ``codes``
    the two symbols without their quiet zones, ``line`` the line of digits.
    """

    corners: tuple[Rect, Rect, Rect, Rect]
    side: Rect
    codes: tuple[Rect, Rect]
    line: Rect


@dataclass(frozen=True, slots=True)
class SlipField:
    """The boxes of one field, from left to right.

    A choice has a box for each of ``choices``; a tick has one; text and a signature without boxes for single
    characters have one area.
    """

    name: str
    kind: ReplyKind
    boxes: tuple[Rect, ...]
    choices: tuple[str, ...] = ()
    decimals: int = 0

    @property
    def area(self) -> Rect:
        """What surrounds all boxes."""
        left, top = min(box.left_mm for box in self.boxes), min(box.top_mm for box in self.boxes)
        right, bottom = max(box.right_mm for box in self.boxes), max(box.bottom_mm for box in self.boxes)
        return Rect(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class SlipRow:
    """Fields side by side, with a black square at both ends of the row."""

    marks: tuple[Rect, Rect]
    fields: tuple[SlipField, ...]


@dataclass(frozen=True, slots=True)
class SlipGeometry:
    """A printed slip. ``form`` names a version of a reply form as it is printed; ``page_top_mm`` is where it begins."""

    size: SlipSize
    rows: tuple[SlipRow, ...]
    form_id: str = ""

    @property
    def height_mm(self) -> float:
        """Height of the slip; its width is that of A4."""
        return self.size.height_mm

    @property
    def page_top_mm(self) -> float:
        """Where the slip begins on its page."""
        return A4_HEIGHT_MM - self.size.height_mm

    @property
    def anchors(self) -> Anchors:
        """What every slip of this size has."""
        return anchors(self.size)

    @property
    def fields(self) -> tuple[SlipField, ...]:
        """All fields, row by row."""
        return tuple([one for row in self.rows for one in row.fields])

    @property
    def form(self) -> str:
        """Six characters that name this version: the same geometry has the same name."""
        return base32(sha256(self.to_json().encode()).digest(), FORM_LENGTH)

    def to_json(self) -> str:
        """As it is stored with the letter; the same geometry gives the same text."""
        rows = [
            {"marks": [_out(mark) for mark in row.marks], "fields": list(map(_field_out, row.fields))}
            for row in self.rows
        ]
        whole = {"schema": _SCHEMA, "form_id": self.form_id, "size": str(self.size), "rows": rows}
        return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def anchors(size: SlipSize) -> Anchors:
    """What a slip of a size is found by."""
    far_mm, low_mm = A4_WIDTH_MM - _INSET_MM - SQUARE_MM, size.height_mm - _INSET_MM - SQUARE_MM
    places = ((_INSET_MM, _INSET_MM), (far_mm, _INSET_MM), (far_mm, low_mm), (_INSET_MM, low_mm))
    first, second, third, fourth = [Rect(*place, SQUARE_MM, SQUARE_MM) for place in places]
    side_mm = CODE_MODULES * MODULE_MM
    left, width, height = _LINE
    return Anchors(
        (first, second, third, fourth),
        Rect(_SIDE_LEFT_MM, low_mm, SQUARE_MM, SQUARE_MM),
        (
            Rect(_CODE_INSET_MM, _CODE_TOP_MM, side_mm, side_mm),
            Rect(A4_WIDTH_MM - _CODE_INSET_MM - side_mm, _CODE_TOP_MM, side_mm, side_mm),
        ),
        Rect(left, low_mm + (SQUARE_MM - height) / 2, width, height),
    )


def digit_cells(size: SlipSize) -> tuple[Rect, ...]:
    """The cells of the line of 30 digits, from left to right in groups of five; ``qr.ocr_b`` draws in a cell."""
    line = anchors(size).line
    left_mm, top_mm = line.left_mm + _DIGITS_IN_MM, line.top_mm + (line.height_mm - ocr_b.HEIGHT_MM) / 2
    places = [place + place // _GROUP for place in range(DIGITS)]
    return tuple([Rect(left_mm + at * ocr_b.PITCH_MM, top_mm, ocr_b.PITCH_MM, ocr_b.HEIGHT_MM) for at in places])


def row_marks(centre_mm: float, left_mm: float = _INSET_MM) -> tuple[Rect, Rect]:
    """The squares at both ends of a row whose boxes have their middle at ``centre_mm``; the first is at ``left_mm``."""
    top_mm, right_mm = centre_mm - ROW_MARK_MM / 2, A4_WIDTH_MM - _INSET_MM - ROW_MARK_MM
    return Rect(left_mm, top_mm, ROW_MARK_MM, ROW_MARK_MM), Rect(right_mm, top_mm, ROW_MARK_MM, ROW_MARK_MM)


def read_geometry(text: str | bytes) -> SlipGeometry:
    """The geometry that ``SlipGeometry.to_json`` wrote.

    Raises:
        Refusal: ``slip-geometry-unreadable``, with what is wrong.
    """
    try:
        return _geometry(json.loads(text))
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        message = f"This is no slip geometry ({type(error).__name__}: {error}); take the file that the service wrote."
        raise Refusal("slip-geometry-unreadable", message, (Finding("slip-geometry-unreadable", message),)) from error


def _geometry(whole: Mapping[str, Any]) -> SlipGeometry:
    if whole["schema"] != _SCHEMA:
        raise ValueError(f"schema {whole['schema']} is not known")
    size = SlipSize(whole["size"])
    rows = tuple([_row(row, size) for row in whole["rows"]])
    names = [one.name for row in rows for one in row.fields]
    if len(set(names)) != len(names):
        raise ValueError("two fields have the same name")
    return SlipGeometry(size, rows, str(whole["form_id"]))


def _row(row: Mapping[str, Any], size: SlipSize) -> SlipRow:
    left, right = [_in(mark, size) for mark in row["marks"]]
    return SlipRow((left, right), tuple([_field(one, size) for one in row["fields"]]))


def _field(one: Mapping[str, Any], size: SlipSize) -> SlipField:
    boxes, choices = tuple([_in(box, size) for box in one["boxes"]]), tuple(map(str, one["choices"]))
    if not boxes:
        raise ValueError(f"field {one['name']} has no box")
    kind, decimals = ReplyKind(one["kind"]), int(one["decimals"])
    if len(choices) != (len(boxes) if kind is ReplyKind.CHOICE else 0) or not 0 <= decimals < len(boxes):
        raise ValueError(f"choices or decimals of field {one['name']} are not those of its boxes")
    return SlipField(str(one["name"]), kind, boxes, choices, decimals)


def _in(numbers: Sequence[float], size: SlipSize) -> Rect:
    left, top, width, height = map(float, numbers)
    on_it = Rect(0.0, 0.0, A4_WIDTH_MM, size.height_mm)
    if not all(map(isfinite, (left, top, width, height))) or min(width, height) <= 0:
        raise ValueError(f"{numbers} is no rectangle")
    if not on_it.contains(Rect(left, top, width, height)):
        raise ValueError(f"{numbers} is not on the slip")
    return Rect(left, top, width, height)


def _out(rect: Rect) -> list[float]:
    return [round(side, 3) for side in (rect.left_mm, rect.top_mm, rect.width_mm, rect.height_mm)]


def _field_out(one: SlipField) -> dict[str, object]:
    boxes, choices = list(map(_out, one.boxes)), list(one.choices)
    return {"name": one.name, "kind": str(one.kind), "boxes": boxes, "choices": choices, "decimals": one.decimals}


def all_boxes(geometry: SlipGeometry) -> Iterator[tuple[SlipField, int, Rect]]:
    """Each box with its field and its place in it."""
    for one in geometry.fields:
        for place, box in enumerate(one.boxes):
            yield one, place, box
