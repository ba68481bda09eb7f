"""One question of a reply slip: its label, its boxes or its line, and what stands beside them.

Places in a cell are in mm from the left of the cell and from the top of its boxes; what is above them is negative.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

from docgen.layouts.geometry import Rect, to_mm, to_pt
from docgen.layouts.typography import BOLD, REGULAR
from docgen.layouts.wording import wording
from docgen.reply_form import ReplyKind, SlipSize
from docgen.typesetting.paragraphs import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from docgen.layouts.typography import Setting, Typography
    from docgen.reply_form import ReplyField
    from docgen.typesetting.paragraphs import Lines

LARGE_BOX: Final = (8.0, 10.0)
SMALL_BOX: Final = (5.5, 8.0)
TICK_BOX: Final = (5.0, 5.0)
_LARGE_GAP_MM, _SMALL_GAP_MM = 2.0, 1.0
_COMMA_GAP_MM = 4.0
_DATE_GAP_MM = 3.5  # between day, month and year
_DATE_PARTS: Final = (2, 4)  # boxes behind which a wider gap stands
_ABOVE_MM = 2.6  # between a label and its boxes; the line of the label has half a millimetre of white more
_LETTER_ABOVE_MM = 2.95  # top of the line of the letters over the boxes of a date
_TICK_TEXT_MM = 2.2
_TICK_PITCH_MM = 8.0
_CHOICE_GAP_MM = 8.0
_SIGNATURE_MM: Final = {SlipSize.THIRD: (76.0, 20.0), SlipSize.PAGE: (100.0, 22.0)}
_LINE_MM: Final = {SlipSize.THIRD: 9.0, SlipSize.PAGE: 11.0}
_MOST_LABEL_LINES: Final = 2
_STEP_MM = 0.1


class SlipText(NamedTuple):
    """Lines of text at a place of a cell or slip."""

    fragments: tuple[bytes, ...]
    setting: Setting
    rect: Rect

    def moved(self, right_mm: float, down_mm: float) -> SlipText:
        """The same elsewhere."""
        return self._replace(rect=moved(self.rect, right_mm, down_mm))


@dataclass(frozen=True, slots=True)
class Cell:
    """A question laid out; ``open_boxes`` are areas to write in that have a line at their foot and no frame."""

    field: ReplyField
    width_mm: float
    above_mm: float
    height_mm: float
    boxes: tuple[Rect, ...]
    texts: tuple[SlipText, ...] = ()
    open_boxes: bool = False
    too_wide: str = ""


@dataclass(frozen=True, slots=True)
class CellSetter:
    """Lays out the questions of one slip in one language."""

    typography: Typography
    size: SlipSize

    @property
    def label_setting(self) -> Setting:
        """What labels are set in."""
        return self.typography.table if self.size is SlipSize.THIRD else self.typography.body

    def cell(self, field: ReplyField, room_mm: float) -> Cell:
        """The question where ``room_mm`` of width are free; what is wider all the same says so."""
        return _LAYOUTS[field.kind](self, field, room_mm)

    def words(self, field: ReplyField) -> str:
        """Every word that is printed with a field."""
        texts = [one.get(self.typography.language, "") for one in (field.label, field.hint, field.purpose)]
        return "".join([*texts, *[choice.label.get(self.typography.language, "") for choice in field.choices]])

    def tick(self, field: ReplyField, room_mm: float) -> Cell:
        """One box with its label at the right."""
        setting, left_mm = self.label_setting, TICK_BOX[0] + _TICK_TEXT_MM
        lines = setting.palette.break_lines(self._label_spans(field, REGULAR), to_pt(room_mm - left_mm))
        text = text_of(lines, setting, left_mm, 0.0)
        height_mm = max(TICK_BOX[1], text.rect.height_mm)
        box = Rect(0.0, (height_mm - TICK_BOX[1]) / 2, *TICK_BOX)
        text = text.moved(0.0, (height_mm - text.rect.height_mm) / 2)
        wide = self._too_wide(field, lines)
        return Cell(field, text.rect.right_mm, 0.0, height_mm, (box,), (text,), too_wide=wide)

    def choice(self, field: ReplyField, room_mm: float) -> Cell:
        """Boxes with their labels at the right, side by side as long as there is room."""
        setting, left_mm, top_mm = self.label_setting, 0.0, 0.0
        boxes, texts = list[Rect](), list[SlipText]()
        for choice in field.choices:
            lines = setting.palette.break_text(choice.label.get(self.typography.language, ""), to_pt(1_000.0))
            text = text_of(lines, setting, TICK_BOX[0] + _TICK_TEXT_MM, 0.0)
            if left_mm and left_mm + text.rect.right_mm > room_mm:
                left_mm, top_mm = 0.0, top_mm + _TICK_PITCH_MM
            boxes.append(Rect(left_mm, top_mm, *TICK_BOX))
            texts.append(text.moved(left_mm, top_mm + (TICK_BOX[1] - text.rect.height_mm) / 2))
            left_mm = up_to(left_mm + text.rect.right_mm + _CHOICE_GAP_MM, 5 * _STEP_MM)
        return self._labelled(field, room_mm, boxes, tuple(texts))

    def large(self, field: ReplyField, room_mm: float) -> Cell:
        """Large boxes for the digits of a reading or number, with the decimal comma between them."""
        whole = field.length - field.decimals
        gaps = [_COMMA_GAP_MM if field.decimals and n == whole else _LARGE_GAP_MM for n in range(1, field.length)]
        boxes = _in_a_row(LARGE_BOX, gaps)
        comma = self._comma(boxes[whole - 1]) if field.decimals else ()
        return self._labelled(field, room_mm, boxes, comma)

    def small(self, field: ReplyField, room_mm: float) -> Cell:
        """Smaller boxes for single characters; without any, a line to write on."""
        if not field.length:
            return self.line(field, room_mm)
        return self._labelled(field, room_mm, _in_a_row(SMALL_BOX, [_SMALL_GAP_MM] * (field.length - 1)))

    def date(self, field: ReplyField, room_mm: float) -> Cell:
        """Boxes for day, month and year, with a letter over each."""
        gaps = [_DATE_GAP_MM if n in _DATE_PARTS else _SMALL_GAP_MM for n in range(1, field.length)]
        boxes, setting = _in_a_row(SMALL_BOX, gaps), self.typography.caption
        texts = []
        for letter, box in zip(wording(self.typography.language).slip_date, boxes, strict=True):
            word = setting.palette.line(letter)
            left_mm = box.left_mm + (box.width_mm - to_mm(word.width_pt)) / 2
            rect = Rect(left_mm, -_LETTER_ABOVE_MM, to_mm(word.width_pt), to_mm(setting.leading_pt) - 0.5)
            texts.append(SlipText((word.fragment,), setting, rect))
        return self._labelled(field, room_mm, boxes, tuple(texts))

    def line(self, field: ReplyField, room_mm: float) -> Cell:
        """A line to write on, as wide as there is room."""
        made = self._labelled(field, room_mm, [Rect(0.0, 0.0, room_mm, _LINE_MM[self.size])])
        return replace(made, open_boxes=True)

    def signature(self, field: ReplyField, room_mm: float) -> Cell:
        """A frame to sign in."""
        width_mm, height_mm = _SIGNATURE_MM[self.size]
        return self._labelled(field, room_mm, [Rect(0.0, 0.0, min(width_mm, room_mm), height_mm)])

    def _labelled(
        self, field: ReplyField, room_mm: float, boxes: Sequence[Rect], texts: tuple[SlipText, ...] = ()
    ) -> Cell:
        """Boxes with the label above them, and on a page what the answer is for."""
        setting = self.label_setting
        lines = setting.palette.break_lines(self._label_spans(field, BOLD), to_pt(room_mm))
        above = [text_of(lines, setting, 0.0, 0.0)]
        purpose = field.purpose.get(self.typography.language)
        if purpose and self.size is SlipSize.PAGE:
            smaller = self.typography.table
            told = smaller.palette.break_text(purpose, to_pt(room_mm))
            above.append(text_of(told, smaller, 0.0, above[0].rect.bottom_mm))
        above_mm = up_to(above[-1].rect.bottom_mm + _ABOVE_MM, _STEP_MM)
        labels = tuple([text.moved(0.0, -above_mm) for text in above])
        right_mm = max([box.right_mm for box in boxes] + [text.rect.right_mm for text in (*labels, *texts)])
        bottom_mm = max([box.bottom_mm for box in boxes])
        wide = self._too_wide(field, lines)
        return Cell(field, right_mm, above_mm, bottom_mm, tuple(boxes), (*labels, *texts), too_wide=wide)

    def _label_spans(self, field: ReplyField, style: int) -> list[Span]:
        language = self.typography.language
        rest = [] if field.required or field.kind is ReplyKind.TICK else [wording(language).slip_optional]
        rest += [field.hint[language]] if field.hint.get(language) else []
        spans = [Span(field.label.get(language, ""), style)]
        return [*spans, Span(f" {' '.join(rest)}", REGULAR)] if rest else spans

    def _too_wide(self, field: ReplyField, lines: Lines) -> str:
        return field.label.get(self.typography.language, "") if len(lines.fragments) > _MOST_LABEL_LINES else ""

    def _comma(self, before: Rect) -> tuple[SlipText, ...]:
        setting = self.typography.headings[0]
        word = setting.palette.line(wording(self.typography.language).slip_comma)
        width_mm, height_mm = to_mm(word.width_pt), to_mm(setting.leading_pt)
        left_mm = before.right_mm + (_COMMA_GAP_MM - width_mm) / 2
        top_mm = before.bottom_mm - to_mm(setting.rise_pt)
        return (SlipText((word.fragment,), setting, Rect(left_mm, top_mm, width_mm, height_mm)),)


_LAYOUTS: Final[dict[ReplyKind, Callable[[CellSetter, ReplyField, float], Cell]]] = {
    ReplyKind.DIGITS: CellSetter.large,
    ReplyKind.METER_READING: CellSetter.large,
    ReplyKind.PHONE: CellSetter.small,
    ReplyKind.EMAIL: CellSetter.small,
    ReplyKind.DATE: CellSetter.date,
    ReplyKind.CHOICE: CellSetter.choice,
    ReplyKind.TICK: CellSetter.tick,
    ReplyKind.TEXT: CellSetter.small,
    ReplyKind.SIGNATURE: CellSetter.signature,
}


def moved(rect: Rect, right_mm: float, down_mm: float) -> Rect:
    """The rectangle elsewhere."""
    return replace(rect, left_mm=rect.left_mm + right_mm, top_mm=rect.top_mm + down_mm)


def rounded(rect: Rect) -> Rect:
    """The rectangle as `SlipGeometry.to_json` writes it."""
    return Rect(*[round(side, 3) for side in (rect.left_mm, rect.top_mm, rect.width_mm, rect.height_mm)])


def up_to(length_mm: float, step_mm: float) -> float:
    """The next whole number of steps."""
    return ceil(length_mm / step_mm - 1e-9) * step_mm


def text_of(lines: Lines, setting: Setting, left_mm: float, top_mm: float) -> SlipText:
    """Broken lines at a place."""
    width_mm, height_mm = to_mm(max(lines.widths_pt)), to_mm(len(lines.fragments) * setting.leading_pt)
    return SlipText(lines.fragments, setting, Rect(left_mm, top_mm, width_mm, height_mm))


def _in_a_row(size: tuple[float, float], gaps_mm: Sequence[float]) -> list[Rect]:
    """Boxes of a size with these gaps between them."""
    boxes = [Rect(0.0, 0.0, *size)]
    for gap_mm in gaps_mm:
        boxes.append(Rect(boxes[-1].right_mm + gap_mm, 0.0, *size))
    return boxes
