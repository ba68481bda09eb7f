"""The letter in fpdf2: cells and its own tables; codes as one-bit pictures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.drawing import DeviceCMYK
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace
from PIL import Image

from benchmarks.render.content import FONTS, LOGO, MODULE_PT, bars, read_contents, static

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.render.content import Content

_MM_PER_PT = 25.4 / 72
_ACCENT, _RULE = DeviceCMYK(1, 0.62, 0.12, 0.38), DeviceCMYK(0.6, 0.12, 0.18, 0)
_ZEBRA, _BLACK = DeviceCMYK(0.07, 0.02, 0.02, 0), DeviceCMYK(0, 0, 0, 1)
_LINE_MM = 14 * _MM_PER_PT
_ROW_MM = 15 * _MM_PER_PT


def prepare(data: Path, out: Path) -> Callable[[], object]:
    """Letters are read before; what is measured registers fonts, sets the letters and saves."""
    return partial(_build, list(read_contents(data / "letters.jsonl")), out)


def _build(letters: list[Content], out: Path) -> None:
    pdf = _Document(format="A4", unit="mm")
    for letter in letters:
        pdf.first_page(letter)
        pdf.second_page(letter)
    pdf.output(str(out))


class _Document(FPDF):
    """The letters, page by page; lengths in mm."""

    def __init__(self, **options: str) -> None:
        super().__init__(**options)
        self.set_auto_page_break(auto=False)
        self.set_margins(25, 34, 25)
        self.c_margin = 0
        self.add_font("sans", "", FONTS / "source-sans-3/SourceSans3-Regular.ttf")
        self.add_font("sans", "B", FONTS / "source-sans-3/SourceSans3-Bold.ttf")
        self.add_font("mono", "", FONTS / "source-code-pro/SourceCodePro-Regular.ttf")
        self._words = static()

    def first_page(self, letter: Content) -> None:
        """Window address, reference, specification and payment."""
        words, fields = self._words, letter.fields()
        self.add_page()
        self._head()
        self._lines(letter.address, (111, 56.5), 10.5, 13)
        for left, top, width, height in bars(letter.kix):
            place = (111 + left * _MM_PER_PT, 71.3 + top * _MM_PER_PT, width * _MM_PER_PT, height * _MM_PER_PT)
            self.rect(*place, style="F")
        for left, label, value in zip(
            (25, 65), words.reference, (letter.letter_date, letter.customer_number), strict=True
        ):
            self._lines((label,), (left, 97.8), 7, 9)
            self._lines((value,), (left, 101.3), 9, 12)
        self._lines((words.subject.format_map(fields),), (25, 111.5), 11, 15, "B")
        self.set_y(119.3)
        for text in words.paragraphs[:2]:
            self._paragraph(text, fields)
        self._specification(letter)
        self.set_y(self.get_y() + 2.5)
        self._paragraph(words.paragraphs[2], fields)
        self.set_y(self.get_y() + 2)
        self._payment(letter)
        self._paragraph(words.paragraphs[3], fields)

    def second_page(self, letter: Content) -> None:
        """Entry block and slip."""
        words, fields = self._words, letter.fields()
        self.add_page()
        self._later()
        self._lines(letter.slip, (25, 235), 8, 11)
        self.set_xy(25, 34)
        self._paragraph(words.paragraphs[4], fields)
        self.set_y(self.get_y() + 2)
        self._entry(letter)
        for text in words.paragraphs[5:]:
            self._paragraph(text, fields)

    def _paragraph(self, text: str, fields: dict[str, str]) -> None:
        self.set_font("sans", "", 10)
        self.set_x(25)
        self.multi_cell(160, _LINE_MM, text.format_map(fields), align="L", markdown=True, new_x="LMARGIN", new_y="NEXT")
        self.set_y(self.get_y() + 2.5)

    def _specification(self, letter: Content) -> None:
        words = self._words
        self.set_font("sans", "", 9)
        self.set_draw_color(_RULE)
        self.set_fill_color(255)
        bold = FontFace(emphasis="BOLD")
        with self.table(
            borders_layout=TableBordersLayout.NONE,
            col_widths=(107.7, 20, 32.3),
            headings_style=bold,
            line_height=_ROW_MM,
            padding=(0, 1, 0, 1),
            text_align=("LEFT", "RIGHT", "RIGHT"),
        ) as table:
            table.row(words.columns)
            for number, cells in enumerate(letter.rows):
                table.row(cells, style=FontFace(fill_color=_ZEBRA) if number % 2 else None)
            table.row((words.total, "", letter.total), style=bold)
            for label, amount in letter.vat:
                table.row((label, "", amount))
        top = self.get_y() - 12 * _ROW_MM
        self._rule(top + _ROW_MM, _RULE, 0.26)
        self._rule(top + 9 * _ROW_MM, _BLACK)

    def _payment(self, letter: Content) -> None:
        words, top = self._words, self.get_y()
        self._block(words.pay_title, top, 101, letter.payment_code)
        values = (letter.total, words.pay_to, words.iban, letter.ref, letter.due)
        for row, (label, value) in enumerate(zip(words.pay_labels, values, strict=True)):
            y = top + 8.4 + row * 12 * _MM_PER_PT
            self._lines((label,), (53.5, y), 9, 12)
            self._lines((value,), (90.2, y), 9, 12, "B" if row in {0, 4} else "")
        self._lines((words.pay_caption,), (53.5, top + 29.6), 8, 12)
        self.set_y(top + 103.5 * _MM_PER_PT + 2)

    def _entry(self, letter: Content) -> None:
        words, top = self._words, self.get_y()
        self._block(words.entry_title, top, 77, letter.entry_code)
        for label, y in zip(words.entry_labels, (8.4, 12.7, 18), strict=True):
            self._lines((label,), (47.4, top + y), 9, 12)
        self._lines((words.host,), (84.1, top + 12.7), 9, 12, "B")
        self.set_font("mono", "", 13)
        self.set_xy(84.1, top + 17)
        self.cell(70, 6, letter.entry_words)
        self.set_y(top + 79.5 * _MM_PER_PT + 2)

    def _block(self, title: str, top: float, height_pt: float, code: tuple[str, ...]) -> None:
        self._rule(top, _RULE)
        self._rule(top + height_pt * _MM_PER_PT, _RULE)
        self.set_text_color(_ACCENT)
        self._lines((title,), (25, top + 1.2), 10.5, 14, "B")
        self.set_text_color(_BLACK)
        size = len(code)
        picture = Image.frombytes("L", (size, size), "".join(code).encode().translate(_PIXELS)).convert(
            "1", dither=Image.Dither.NONE
        )
        self.image(picture, 25, top + 8.4, size * MODULE_PT * _MM_PER_PT)

    def _head(self) -> None:
        words = self._words
        self.set_text_color(_BLACK)
        self.image(LOGO, 25, 12, 42)
        self.set_fill_color(_BLACK)
        self._lines(words.sender, (25, 52.4), 8, 11)
        self._lines((words.return_line,), (111, 52.2), 6.5, 7.5)
        for fold in (105, 210):
            self.rect(202, fold, 4, 0.12, style="F")
        self._foot(277, words.pages[0])

    def _later(self) -> None:
        words = self._words
        self._lines((words.brand,), (25, 17.3), 8, 11)
        self._rule(23.5, _ACCENT)
        self._foot(205, words.pages[1])
        self.set_draw_color(_BLACK)
        self.set_line_width(0.18)
        self.set_dash_pattern(dash=1.06, gap=1.06)
        self.line(8, 223, 202, 223)
        self.set_dash_pattern()
        self.set_font("sans", "", 7)
        self.set_xy(0, 219.6)
        self.cell(210, 3.2, words.cut_here, align="C")
        self._lines((words.slip_title,), (25, 229), 11, 15, "B")
        self._lines((words.slip_label,), (25, 249.2), 10, 14)
        self.set_draw_color(DeviceCMYK(0, 0, 0, 0.45))
        self.set_line_width(0.21)
        for box in range(6):
            self.rect(77 + box * 8.5, 247, 7, 9)

    def _foot(self, top: float, page: str) -> None:
        self._rule(top, _ACCENT)
        self._lines(self._words.footer, (25, top + 1.2), 7, 9)
        self.set_xy(25, top + 1.2)
        self.cell(160, 9 * _MM_PER_PT, page, align="R")

    def _rule(self, top: float, colour: DeviceCMYK, height: float = 0.18) -> None:
        self.set_fill_color(colour)
        self.rect(25, top, 160, height, style="F")
        self.set_fill_color(_BLACK)

    def _lines(
        self, lines: tuple[str, ...], place: tuple[float, float], size: float, leading: float, style: str = ""
    ) -> None:
        self.set_font("sans", style, size)
        for number, line in enumerate(lines):
            self.set_xy(place[0], place[1] + number * leading * _MM_PER_PT)
            self.cell(120, leading * _MM_PER_PT, line)


_PIXELS = bytes.maketrans(b"01", b"\xff\x00")
