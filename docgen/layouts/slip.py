"""The reply slip: a reply form printed for a reader, with all that is the same in every letter drawn once.

What differs are the code, printed twice, the line of digits, and whose slip it is. Where things stand is kept as
`SlipGeometry`, so that what comes back is looked for where it was printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from docgen.findings import Finding, Place
from docgen.layouts.geometry import A4_WIDTH_MM, Rect, to_mm, to_pt
from docgen.layouts.page import Frame, rect_of
from docgen.layouts.placed import placed
from docgen.layouts.slip_cells import CellSetter, SlipText, moved, text_of
from docgen.layouts.slip_geometry import SlipGeometry
from docgen.layouts.slip_guide import PICTURES, guide
from docgen.layouts.slip_ink import DigitLine, SlipPen, digit_art
from docgen.layouts.slip_rows import RowArea, set_rows
from docgen.layouts.wording import wording
from docgen.qr import slip_code
from docgen.qr.slip_code import SPECIMEN_PIECE_ID, SlipCode
from docgen.reply_form import SlipSize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from docgen.layouts.typography import Typography
    from docgen.postal.profiles import EnvelopeProfile
    from docgen.reply_form import ReplyForm

HEAD_LEFT_MM: Final = 33.0
_HEAD_TOP_MM: Final = 10.4
_HEAD_WIDTH_MM: Final = {SlipSize.THIRD: 64.0, SlipSize.PAGE: 144.0}
_EDGE_MM = 8.0
_CAPTION_ABOVE_MM = 3.4
_RETURN_IN_MM = 3.0  # of the window, on all sides


@dataclass(frozen=True, slots=True)
class SlipSetup:
    """What a slip is made of; ``return_envelope`` None prints no return address."""

    form: ReplyForm
    size: SlipSize
    return_envelope: EnvelopeProfile | None = None
    return_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedSlip:
    """What of a slip is drawn as symbols: its code, and where on the page both of them stand."""

    code: SlipCode
    payload: bytes
    places: tuple[Rect, Rect]


class SlipInk(NamedTuple):
    """What one letter prints on its slip, with fonts needed and characters lacking."""

    ink: bytes
    symbols: PlacedSlip
    extra_fonts: frozenset[bytes]
    lacking: str


class Slip:
    """The slip of one plan; ``words`` are the static ones, in coordinates of the slip."""

    def __init__(self, setup: SlipSetup, typography: Typography, digit_names: Mapping[str, str]) -> None:
        """Lay out and draw what all letters share; ``digit_names`` are resource names for `digit_forms`."""
        self._setup, self._typography, self._digit_names = setup, typography, digit_names
        self._setter = CellSetter(typography, setup.size)
        self._window = rect_of(setup.return_envelope.window.sometimes) if setup.return_envelope else None
        self._area = RowArea(setup.size, self._window)
        self._rows, found = set_rows(setup.form.fields, self._area, self._setter)
        self.geometry = SlipGeometry(
            setup.size, tuple([row.slip_row(self._area.mark_left_mm) for row in self._rows]), setup.form.id
        )
        self.form = self.geometry.form
        self.words = self._static_words()
        self.findings = (*found, *self._check_words(), *self._check_window())
        self.ink = self._draw()
        self._line = DigitLine(setup.size, self.page_top_mm, digit_names)
        head_mm = _HEAD_TOP_MM + to_mm(typography.subject.leading_pt) + self.page_top_mm
        self._identity = placed([b"%s", b"%s"], typography.small, HEAD_LEFT_MM, head_mm)
        self._places = self._code_places()

    @property
    def page_top_mm(self) -> float:
        """Where the slip begins on its page."""
        return self.geometry.page_top_mm

    @property
    def is_page(self) -> bool:
        """True when it is a page of its own."""
        return self.geometry.size is SlipSize.PAGE

    def digit_forms(self) -> dict[str, bytes]:
        """Art of the digits by resource name."""
        return {self._digit_names[digit]: ink for digit, ink in digit_art().items()}

    def stamp(self, name: str, record_id: str, piece_id: str) -> SlipInk:
        """What a letter prints; without a piece id it is a specimen, which reads as a slip of no piece."""
        code = SlipCode(piece_id or SPECIMEN_PIECE_ID, self.form)
        palette, room_pt = self._typography.small.palette, to_pt(_HEAD_WIDTH_MM[self.geometry.size])
        first, second = [palette.break_text(text, room_pt) for text in (name, record_id)]
        ink = self._identity % (first.fragments[0], second.fragments[0]) + self._line.ink(slip_code.number_line(code))
        symbols = PlacedSlip(code, slip_code.encode(code).encode("ascii"), self._places)
        return SlipInk(ink, symbols, first.extra_fonts | second.extra_fonts, first.lacking + second.lacking)

    def frames(self, page: int) -> tuple[Frame, ...]:
        """The slip, its boxes, codes and line of digits on page ``page`` of a letter."""
        found = [Frame("slip", page, self.on_page(Rect(0.0, 0.0, A4_WIDTH_MM, self.geometry.height_mm)))]
        found += [Frame("slip-code", page, place) for place in self._places]
        found.append(Frame("slip-line", page, self.on_page(self.geometry.anchors.line)))
        for one in self.geometry.fields:
            boxes = enumerate(one.boxes, 1)
            found += [Frame(f"slip-box-{one.name}-{at}", page, self.on_page(box)) for at, box in boxes]
        return tuple(found)

    def inked(self) -> Iterator[Frame]:
        """Everything with ink, as on a first page."""
        yield from [frame for frame in self.frames(1) if frame.kind != "slip"]
        anchors = self.geometry.anchors
        marks = [mark for row in self.geometry.rows for mark in row.marks]
        for kind, rects in (("slip-square", (*anchors.corners, anchors.side)), ("slip-mark", marks)):
            yield from [Frame(kind, 1, self.on_page(rect)) for rect in rects]
        yield from [Frame("slip-text", 1, self.on_page(text.rect)) for text in self.words]

    def on_page(self, rect: Rect) -> Rect:
        """A rectangle of the slip on its page."""
        return moved(rect, 0.0, self.page_top_mm)

    def _code_places(self) -> tuple[Rect, Rect]:
        left, right = self.geometry.anchors.codes
        return self.on_page(left), self.on_page(right)

    def _static_words(self) -> list[SlipText]:
        """Title, instructions, return address, and the words of all questions."""
        kind, setup = self._typography, self._setup
        lines = kind.subject.palette.break_text(self._title(), to_pt(_HEAD_WIDTH_MM[setup.size]))
        self._guide = guide(setup.form, setup.size, kind, self._window)
        title = text_of(lines, kind.subject, HEAD_LEFT_MM, _HEAD_TOP_MM)
        asked = [text for row in self._rows for text in row.texts()]
        return [title, *self._guide.texts, *self._return_address(), *asked]

    def _title(self) -> str:
        return self._setup.form.title.get(self._typography.language) or wording(self._typography.language).slip_title

    def _return_address(self) -> list[SlipText]:
        setup, setting = self._setup, self._typography.address
        if setup.return_envelope is None or not setup.return_lines:
            return []
        box, lines = rect_of(setup.return_envelope.window.always), setup.return_lines
        words = [setting.palette.line(line) for line in lines]
        size = to_mm(max([word.width_pt for word in words])), to_mm(len(lines) * setting.leading_pt)
        place = Rect(box.left_mm + _RETURN_IN_MM, box.top_mm + _RETURN_IN_MM, *size)
        return [SlipText(tuple([word.fragment for word in words]), setting, place)]

    def _draw(self) -> bytes:
        pen, anchors = SlipPen(self.page_top_mm), self.geometry.anchors
        pen.squares((*anchors.corners, anchors.side, *[mark for row in self.geometry.rows for mark in row.marks]))
        open_names = {cell.field.name for row in self._rows for cell in row.cells if cell.open_boxes}
        fields = self.geometry.fields
        pen.boxes([box for one in fields for box in one.boxes if one.name not in open_names])
        pen.rules([box for one in fields for box in one.boxes if one.name in open_names])
        for text in self.words:
            pen.text(text)
        for rect, picture in zip(self._guide.pictures, PICTURES, strict=False):
            pen.picture(rect, picture.strokes, filled=picture.filled)
        if not self.is_page:
            self._tear(pen)
        return pen.ink()

    def _tear(self, pen: SlipPen) -> None:
        caption = self._typography.caption
        pen.tear_line(_EDGE_MM, A4_WIDTH_MM - _EDGE_MM)
        word = caption.palette.line(wording(self._typography.language).cut_here)
        width_mm = to_mm(word.width_pt)
        place = Rect(A4_WIDTH_MM - _EDGE_MM - width_mm, -_CAPTION_ABOVE_MM, width_mm, to_mm(caption.leading_pt))
        pen.text(SlipText((word.fragment,), caption, place))

    def _check_words(self) -> Iterator[Finding]:
        """What the font lacks, and a title that runs into what stands below it."""
        setup = self._setup
        texts = {"title": self._title(), "reply_address": "".join(setup.return_lines)}
        texts |= {one.name: self._setter.words(one) for one in setup.form.fields}
        for frame, text in texts.items():
            if missing := self._typography.faces["F0"].lacks(text):
                names = ", ".join(f"U+{ord(c):04X}" for c in missing[:5])
                message = f"The brand's font cannot print {names}; write the reply form without it."
                yield Finding("glyph-missing", message, _place(frame))
        if len(self.words[0].fragments) > 1:
            message = f"The title '{self._title()}' takes more than one line on the slip; shorten it."
            yield Finding("slip-label-too-wide", message, _place("title"))

    def _check_window(self) -> Iterator[Finding]:
        """The return address shows in the window, and nothing else that says anything does."""
        envelope = self._setup.return_envelope
        if envelope is None or self._window is None:
            return
        if not self._setup.return_lines:
            message = (
                'The slip has no return address: give [reply_address] lines in brand.toml, or return_envelope = "none".'
            )
            yield Finding("slip-return-address-missing", message, Place(file="brand.toml", frame="reply_address"))
        address = [text.rect for text in self._return_address()]
        always = rect_of(envelope.window.always)
        if not all(always.contains(rect.grown(1.0)) for rect in address):
            message = f"The return address does not fit the window of {envelope.id}; shorten its lines."
            yield Finding("slip-return-address-too-large", message, Place(file="brand.toml", frame="reply_address"))
        told = [text.rect for text in self.words if text.rect not in address]
        boxes = [box for one in self.geometry.fields for box in one.boxes]
        # squares, and the line of digits below the address, may show: they tell nobody anything
        if any(rect.overlaps(self._window) for rect in (*told, *boxes)):
            message = f"What is on the slip can show in the window of {envelope.id}; choose another return_envelope."
            yield Finding("slip-window-not-clear", message, _place("slip"))


def _place(frame: str) -> Place:
    return Place(file="template.toml", frame=frame)
