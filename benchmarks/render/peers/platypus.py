"""The letter in ReportLab Platypus: paragraphs and tables in frames, static art as forms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Any

import qrcode
from reportlab.graphics import renderPDF
from reportlab.lib.colors import CMYKColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from svglib.svglib import svg2rlg

from benchmarks.render.content import (
    FONTS,
    LOGO,
    MODULE_PT,
    bars,
    entry_payload,
    payment_payload,
    read_contents,
    runs,
    static,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.render.content import Content

_ACCENT, _RULE = CMYKColor(1, 0.62, 0.12, 0.38), CMYKColor(0.6, 0.12, 0.18, 0)
_ZEBRA, _BLACK = CMYKColor(0.07, 0.02, 0.02, 0), CMYKColor(0, 0, 0, 1)
_SANS, _BOLD, _MONO = "SourceSans3", "SourceSans3-Bold", "SourceCodePro"
_WIDTH = 160 * mm
_BODY = ParagraphStyle("body", fontName=_SANS, fontSize=10, leading=14, spaceAfter=7)
_SUBJECT = ParagraphStyle("subject", fontName=_BOLD, fontSize=11, leading=15, spaceBefore=14, spaceAfter=7)
_CELL = ParagraphStyle("cell", fontName=_SANS, fontSize=9, leading=12)
_CELL_RIGHT = ParagraphStyle("right", parent=_CELL, alignment=TA_RIGHT)
_GRID = TableStyle(
    [
        ("FONT", (0, 0), (-1, -1), _SANS, 9, 12),
        ("FONT", (0, 0), (-1, 0), _BOLD, 9, 12),
        ("FONT", (0, 9), (-1, 9), _BOLD, 9, 12),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, 0), 0.75, _RULE),
        *[("BACKGROUND", (0, row), (-1, row), _ZEBRA) for row in (2, 4, 6, 8)],
        ("LINEABOVE", (0, 9), (-1, 9), 0.5, _BLACK),
    ]
)


def prepare(data: Path, out: Path, *, library: bool = False) -> Callable[[], object]:
    """Letters are read before; what is measured registers fonts, builds the story and saves. ``library``: see below."""
    letters = list(read_contents(data / "letters.jsonl"))
    payloads = [(payment_payload(n), entry_payload(n)) for n in range(len(letters))] if library else None
    return partial(_build, letters, payloads, out)


def prepare_with_qrcode(data: Path, out: Path) -> Callable[[], object]:
    """With codes made by the ``qrcode`` library as its manual shows, inside what is measured."""
    return prepare(data, out, library=True)


def _build(letters: list[Content], payloads: list[tuple[bytes, bytes]] | None, out: Path) -> None:
    _register_fonts()
    document = BaseDocTemplate(str(out), pagesize=A4, initialFontName=_SANS, title="Benchmark")
    box = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    first = Frame(25 * mm, A4[1] - 272 * mm, _WIDTH, 174 * mm, **box)
    later = Frame(25 * mm, A4[1] - 200 * mm, _WIDTH, 166 * mm, **box)
    document.addPageTemplates(
        [
            PageTemplate("first", [first], onPage=partial(_form, "first", _first)),
            PageTemplate("later", [later], onPage=partial(_form, "later", _later)),
        ]
    )
    story = list[Flowable]()
    for number, letter in enumerate(letters):
        codes = [_Modules(letter.payment_code), _Modules(letter.entry_code)]
        if payloads:
            codes = [_Picture(payload) for payload in payloads[number]]
        story += _letter(letter, *codes, last=number == len(letters) - 1)
    document.build(story)


def _register_fonts() -> None:
    for name, file in (
        (_SANS, "source-sans-3/SourceSans3-Regular.ttf"),
        (_BOLD, "source-sans-3/SourceSans3-Bold.ttf"),
        (_MONO, "source-code-pro/SourceCodePro-Regular.ttf"),
    ):
        registerFont(TTFont(name, str(FONTS / file)))
    registerFontFamily(_SANS, normal=_SANS, bold=_BOLD, italic=_SANS, boldItalic=_BOLD)


def _letter(letter: Content, payment: Flowable, entry: Flowable, *, last: bool) -> Iterator[Flowable]:
    words, fields = static(), letter.fields()
    texts = [_markup(text).format_map(fields) for text in words.paragraphs]
    paragraphs = [Paragraph(text, _BODY) for text in texts]
    yield NextPageTemplate("later")
    yield _Window(letter)
    yield _reference(letter)
    yield Paragraph(words.subject.format_map(fields), _SUBJECT)
    yield from paragraphs[:2]
    yield _specification(letter)
    yield Spacer(0, 7)
    yield paragraphs[2]
    yield Spacer(0, 5)
    yield _payment(letter, payment)
    yield Spacer(0, 7)
    yield paragraphs[3]
    yield PageBreak()
    yield _Slip(letter)
    yield paragraphs[4]
    yield Spacer(0, 5)
    yield _entry(letter, entry)
    yield Spacer(0, 7)
    yield from paragraphs[5:]
    if not last:
        yield NextPageTemplate("first")
        yield PageBreak()


def _markup(text: str) -> str:
    before, *bold = text.split("**")
    return f"{before}<b>{bold[0]}</b>{bold[1]}" if bold else text


def _reference(letter: Content) -> Table:
    rows = [[*static().reference, ""], [letter.letter_date, letter.customer_number, ""]]
    style = [
        ("FONT", (0, 0), (-1, 0), _SANS, 7, 9),
        ("FONT", (0, 1), (-1, 1), _SANS, 9, 12),
        *[(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP")],
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
    return Table(rows, [40 * mm, 40 * mm, 80 * mm], style=style)


def _specification(letter: Content) -> Table:
    words = static()
    rows: list[tuple[Any, ...]] = [
        words.columns,
        *letter.rows,
        (words.total, "", letter.total),
        *[(label, "", amount) for label, amount in letter.vat],
    ]
    # A description may be of any length, so it is a paragraph that can wrap.
    described = [(Paragraph(row[0], _CELL), *row[1:]) for row in rows[1:-3]]
    return Table([rows[0], *described, *rows[-3:]], [107.7 * mm, 20 * mm, 32.3 * mm], style=_GRID)


def _payment(letter: Content, code: Flowable) -> Table:
    words = static()
    values = [letter.total, words.pay_to, words.iban, letter.ref, letter.due]
    rows = [*zip(words.pay_labels, values, strict=True), (words.pay_caption, "")]
    fonts = [(_BOLD, 1, 0), (_BOLD, 1, 4), (_SANS, 0, 5, 8)]
    return _code_block(words.pay_title, code, 80.8, rows, fonts)


def _entry(letter: Content, code: Flowable) -> Table:
    words = static()
    values = ["", words.host, letter.entry_words]
    fonts = [(_BOLD, 1, 1), (_MONO, 1, 2, 13)]
    return _code_block(words.entry_title, code, 63.5, list(zip(words.entry_labels, values, strict=True)), fonts)


def _code_block(
    title: str, code: Flowable, left: float, rows: list[tuple[str, str]], fonts: list[tuple[Any, ...]]
) -> Table:
    """Title above, code at the left, labels and values beside it; ``fonts`` are name, column, row and size of some."""
    inner = Table(
        rows,
        [104, _WIDTH - left - 104],
        style=[
            ("FONT", (0, 0), (-1, -1), _SANS, 9, 12),
            *[("FONT", (column, row), (column, row), name, *size) for name, column, row, *size in fonts],
            *_no_padding(),
        ],
    )
    return Table(
        [[title, ""], [code, inner]],
        [left, _WIDTH - left],
        style=[
            ("FONT", (0, 0), (-1, 0), _BOLD, 10.5, 14),
            ("TEXTCOLOR", (0, 0), (-1, 0), _ACCENT),
            ("SPAN", (0, 0), (-1, 0)),
            ("LINEABOVE", (0, 0), (-1, 0), 0.5, _RULE),
            ("LINEBELOW", (0, 1), (-1, 1), 0.5, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *_no_padding(),
            ("BOTTOMPADDING", (0, 0), (-1, 0), 8),
            ("BOTTOMPADDING", (0, 1), (-1, 1), 14),
        ],
    )


def _no_padding() -> list[tuple[Any, ...]]:
    return [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]


class _Modules(Flowable):
    """A code from its modules: one path of dark runs."""

    def __init__(self, rows: tuple[str, ...]) -> None:
        super().__init__()
        self._rows = rows
        self.width = self.height = len(rows) * MODULE_PT

    def draw(self) -> None:
        path, size = self.canv.beginPath(), len(self._rows)
        for row, column, length in runs(self._rows):
            path.rect(column * MODULE_PT, (size - 1 - row) * MODULE_PT, length * MODULE_PT, MODULE_PT)
        self.canv.drawPath(path, stroke=0, fill=1)


class _Picture(Flowable):
    """A code as the ``qrcode`` library makes it: a picture."""

    def __init__(self, payload: bytes) -> None:
        super().__init__()
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, box_size=4)
        code.add_data(payload, optimize=0)
        self._image = ImageReader(code.make_image().get_image())
        self.width = self.height = code.modules_count * MODULE_PT

    def draw(self) -> None:
        self.canv.drawImage(self._image, 0, 0, self.width, self.height)


class _Placed(Flowable, ABC):
    """Something of a letter at a fixed place of the page."""

    def __init__(self, letter: Content) -> None:
        super().__init__()
        self._letter = letter
        self.width = self.height = 0

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.translate(*[-offset for offset in self.canv.absolutePosition(0, 0)])
        self.place()
        self.canv.restoreState()

    @abstractmethod
    def place(self) -> None:
        """Draw in the page's coordinates."""


class _Window(_Placed):
    """Address and KIX."""

    def place(self) -> None:
        canvas = self.canv
        _lines(canvas, self._letter.address, (111 * mm, A4[1] - 59.9 * mm), (_SANS, 10.5, 13))
        path = canvas.beginPath()
        for left, top, width, height in bars(self._letter.kix):
            path.rect(111 * mm + left, A4[1] - 71.3 * mm - top - height, width, height)
        canvas.drawPath(path, stroke=0, fill=1)


class _Slip(_Placed):
    """Whose slip it is."""

    def place(self) -> None:
        _lines(self.canv, self._letter.slip, (25 * mm, A4[1] - 238.2 * mm), (_SANS, 8, 11))


def _lines(canvas: Any, lines: tuple[str, ...], place: tuple[float, float], font: tuple[str, float, float]) -> None:  # noqa: ANN401 - ReportLab has no types
    text = canvas.beginText(*place)
    text.setFont(*font)
    text.textLines(lines)
    canvas.drawText(text)


def _form(name: str, draw: Callable[[Any], None], canvas: Any, _document: object) -> None:  # noqa: ANN401 - the same
    """Static art is drawn once and shown on every page."""
    if not canvas.hasForm(name):
        canvas.beginForm(name, 0, 0, *A4)
        draw(canvas)
        canvas.endForm()
    canvas.doForm(name)


def _first(canvas: Any) -> None:  # noqa: ANN401 - the same
    words = static()
    logo: Any = svg2rlg(str(LOGO))
    scale = 42 * mm / logo.width
    logo.scale(scale, scale)
    renderPDF.draw(logo, canvas, 25 * mm, A4[1] - 12 * mm - logo.height * scale)
    canvas.setFillColor(_BLACK)
    _lines(canvas, words.sender, (25 * mm, A4[1] - 54.9 * mm), (_SANS, 8, 11))
    _lines(canvas, (words.return_line,), (111 * mm, A4[1] - 54 * mm), (_SANS, 6.5, 7.5))
    for fold in (105, 210):
        canvas.rect(202 * mm, A4[1] - fold * mm, 4 * mm, 0.35, stroke=0, fill=1)
    _footer(canvas, 277, words.pages[0])


def _later(canvas: Any) -> None:  # noqa: ANN401 - the same
    words = static()
    _lines(canvas, (words.brand,), (25 * mm, A4[1] - 19.9 * mm), (_SANS, 8, 11))
    canvas.setFillColor(_ACCENT)
    canvas.rect(25 * mm, A4[1] - 23.6 * mm, _WIDTH, 0.5, stroke=0, fill=1)
    canvas.setFillColor(_BLACK)
    _footer(canvas, 205, words.pages[1])
    canvas.setDash(3, 3)
    canvas.setLineWidth(0.5)
    canvas.line(8 * mm, 74 * mm, 202 * mm, 74 * mm)
    canvas.setDash()
    canvas.setFont(_SANS, 7)
    canvas.drawCentredString(105 * mm, 75.5 * mm, words.cut_here)
    _lines(canvas, (words.slip_title,), (25 * mm, A4[1] - 233 * mm), (_BOLD, 11, 15))
    _lines(canvas, (words.slip_label,), (25 * mm, A4[1] - 252.8 * mm), (_SANS, 10, 14))
    canvas.setLineWidth(0.6)
    canvas.setStrokeColor(CMYKColor(0, 0, 0, 0.45))
    for box in range(6):
        canvas.rect((77 + box * 8.5) * mm, A4[1] - 256 * mm, 7 * mm, 9 * mm)


def _footer(canvas: Any, top_mm: float, page: str) -> None:  # noqa: ANN401 - the same
    canvas.setFillColor(_ACCENT)
    canvas.rect(25 * mm, A4[1] - top_mm * mm, _WIDTH, 0.5, stroke=0, fill=1)
    canvas.setFillColor(_BLACK)
    _lines(canvas, static().footer, (25 * mm, A4[1] - (top_mm + 3.5) * mm), (_SANS, 7, 9))
    canvas.setFont(_SANS, 7)
    canvas.drawRightString(185 * mm, A4[1] - (top_mm + 3.5) * mm, page)
