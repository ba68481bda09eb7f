"""The questions of a reply slip in rows, in their order, clear of the return window and of folds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from docgen.findings import Finding, Place
from docgen.layouts.slip_cells import moved, rounded, up_to
from docgen.layouts.slip_geometry import SQUARE_MM, SlipField, SlipRow, anchors, row_marks
from docgen.reply_form import ReplyKind, SlipSize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.geometry import Rect
    from docgen.layouts.slip_cells import Cell, CellSetter, SlipText
    from docgen.reply_form import ReplyField

CLEAR_MM: Final = 3.0
"""White around a row of boxes."""
_BETWEEN_MM: Final = {SlipSize.THIRD: CLEAR_MM, SlipSize.PAGE: 7.0}  # from the boxes of a row to what follows
_BESIDE_MM: Final = 10.0  # between questions that stand side by side
_OFF_WINDOW_MM: Final = 2.0
_FIRST_MM: Final = {SlipSize.THIRD: 28.0, SlipSize.PAGE: 68.0}  # below the codes; below the words on how to answer
_BELOW_WINDOW_MM: Final = 109.0  # of a page with a return address; and below the first fold
# left and right ends of rows, and where the first of their squares stands: on a page, beside the marks of inserters
_SIDES_MM: Final = {SlipSize.THIRD: (14.0, 196.0, 8.0), SlipSize.PAGE: (29.0, 197.0, 23.5)}
# where a page is folded on its way out or back
_FOLDS_MM: Final = {SlipSize.THIRD: (), SlipSize.PAGE: ((96.0, 108.0), (195.0, 213.0))}
_STEP_MM = 0.5  # so that a label that is a trifle wider moves nothing
_TOLERANCE_MM = 1e-6


@dataclass(frozen=True, slots=True)
class RowArea:
    """Where rows may stand on a slip of a size; ``window`` is what the return window can show, and may not."""

    size: SlipSize
    window: Rect | None = None

    @property
    def first_mm(self) -> float:
        """Top of the first row."""
        if self.size is SlipSize.PAGE and self.window is not None:
            return max(_BELOW_WINDOW_MM, self.window.bottom_mm + _OFF_WINDOW_MM)
        return _FIRST_MM[self.size]

    @property
    def last_mm(self) -> float:
        """What boxes may reach down to."""
        return anchors(self.size).side.bottom_mm - SQUARE_MM - CLEAR_MM

    @property
    def mark_left_mm(self) -> float:
        """Where the first square of each row stands."""
        return _SIDES_MM[self.size][2]

    def sides(self, top_mm: float, bottom_mm: float) -> tuple[float, float]:
        """Left and right end of a row between two heights: beside the window, on the side that has more room."""
        left_mm, right_mm, _ = _SIDES_MM[self.size]
        window = self.window
        outside = window is None or bottom_mm <= window.top_mm + _TOLERANCE_MM or top_mm >= window.bottom_mm
        if window is None or outside:
            return left_mm, right_mm
        before = (left_mm, min(right_mm, window.left_mm - _OFF_WINDOW_MM))
        behind = (max(left_mm, window.right_mm + _OFF_WINDOW_MM), right_mm)
        return max(before, behind, key=lambda ends: ends[1] - ends[0])

    def off_folds(self, top_mm: float, cell: Cell) -> float:
        """Where a row must begin at the earliest so that no box of it lies on a fold."""
        for first_mm, last_mm in _FOLDS_MM[self.size]:
            if top_mm + cell.above_mm < last_mm and top_mm + cell.above_mm + cell.height_mm > first_mm:
                return last_mm - cell.above_mm
        return top_mm


@dataclass(slots=True)
class Row:
    """Cells side by side, the tops of their boxes at one height; ``lefts_mm`` says where each begins."""

    top_mm: float
    cells: list[Cell] = field(default_factory=list)
    lefts_mm: list[float] = field(default_factory=list)

    @property
    def above_mm(self) -> float:
        """From the top of the row to the top of its boxes."""
        return max([cell.above_mm for cell in self.cells])

    @property
    def height_mm(self) -> float:
        """Height of its highest boxes."""
        return max([cell.height_mm for cell in self.cells])

    @property
    def bottom_mm(self) -> float:
        """Where its boxes end."""
        return self.box_top_mm + self.height_mm

    @property
    def right_mm(self) -> float:
        """Where its last cell ends."""
        return self.lefts_mm[-1] + self.cells[-1].width_mm

    @property
    def box_top_mm(self) -> float:
        """Where its boxes begin."""
        return self.top_mm + self.above_mm

    def slip_row(self, mark_left_mm: float) -> SlipRow:
        """Marks and boxes in coordinates of the slip."""
        fields = [
            SlipField(
                cell.field.name,
                cell.field.kind,
                tuple([rounded(moved(box, left_mm, self.box_top_mm)) for box in cell.boxes]),
                tuple([choice.value for choice in cell.field.choices]),
                cell.field.decimals,
            )
            for cell, left_mm in zip(self.cells, self.lefts_mm, strict=True)
        ]
        left, right = row_marks(self.bottom_mm - self.height_mm / 2, mark_left_mm)
        return SlipRow((rounded(left), rounded(right)), tuple(fields))

    def texts(self) -> list[SlipText]:
        """Its words in coordinates of the slip."""
        placed = zip(self.cells, self.lefts_mm, strict=True)
        return [text.moved(left_mm, self.box_top_mm) for cell, left_mm in placed for text in cell.texts]


def set_rows(fields: Sequence[ReplyField], area: RowArea, setter: CellSetter) -> tuple[list[Row], list[Finding]]:
    """Rows of all questions, and what does not fit."""
    rows, findings = list[Row](), list[Finding]()
    for one in fields:
        if rows and _joins(rows[-1], one, area, setter):
            continue
        top_mm = rows[-1].bottom_mm + _BETWEEN_MM[area.size] if rows else area.first_mm
        rows.append(_row_at(one, top_mm, area, setter))
    findings += [_wide(cell) for row in rows for cell in row.cells if cell.too_wide]
    for row in rows:
        left_mm, right_mm = area.sides(row.top_mm, row.bottom_mm)
        if row.right_mm > right_mm + _TOLERANCE_MM or row.lefts_mm[0] < left_mm - _TOLERANCE_MM:
            findings.append(_full(row, area.size, f"it needs {row.right_mm - row.lefts_mm[0]:.0f} mm of width"))
        elif row.bottom_mm > area.last_mm + _TOLERANCE_MM:
            over_mm = row.bottom_mm - area.last_mm
            findings.append(_full(row, area.size, f"it ends {over_mm:.0f} mm too low"))
    return rows, findings


def _joins(row: Row, asked: ReplyField, area: RowArea, setter: CellSetter) -> bool:
    """Put a question beside those of a row when there is room; ticks stand beside ticks only."""
    if (row.cells[0].field.kind is ReplyKind.TICK) != (asked.kind is ReplyKind.TICK):
        return False
    left_mm = up_to(row.right_mm + _BESIDE_MM, _STEP_MM)
    cell = setter.cell(asked, area.sides(row.top_mm, row.top_mm)[1] - area.sides(row.top_mm, row.top_mm)[0])
    trial = Row(row.top_mm, [*row.cells, cell], [*row.lefts_mm, left_mm])
    if trial.right_mm > area.sides(row.top_mm, trial.bottom_mm)[1] + _TOLERANCE_MM or trial.bottom_mm > area.last_mm:
        return False
    row.cells.append(cell)
    row.lefts_mm.append(left_mm)
    return True


def _row_at(asked: ReplyField, top_mm: float, area: RowArea, setter: CellSetter) -> Row:
    """A row for a question, laid out for the room that there is where it stands."""
    left_mm, right_mm = area.sides(top_mm, top_mm)
    cell = setter.cell(asked, right_mm - left_mm)
    ends = area.sides(top_mm, top_mm + cell.above_mm + cell.height_mm)
    if ends != (left_mm, right_mm):
        cell = setter.cell(asked, ends[1] - ends[0])
    return Row(area.off_folds(top_mm, cell), [cell], [ends[0]])


def _wide(cell: Cell) -> Finding:
    message = f"The label '{cell.too_wide}' takes more than two lines on the slip; shorten it."
    return Finding("slip-label-too-wide", message, Place(file="template.toml", frame=cell.field.name))


def _full(row: Row, size: SlipSize, why: str) -> Finding:
    names = " and ".join([f"'{cell.field.name}'" for cell in row.cells])
    way_out = 'ask less, or use size = "page"' if size is SlipSize.THIRD else "ask less"
    message = f"There is no room on the slip for {names}: {why}; {way_out}."
    return Finding("slip-too-full", message, Place(file="template.toml", frame="slip"))
