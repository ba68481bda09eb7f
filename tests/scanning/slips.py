"""Slips for tests: printed from a geometry, filled in by a made hand and scanned, each from a number."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from docgen.layouts.geometry import Rect
from docgen.layouts.slip_geometry import SlipField, SlipGeometry, SlipRow, SlipSize, row_marks
from docgen.qr.slip_code import SlipCode
from docgen.qr.token import derive_piece_id
from docgen.reply_form import ReplyKind
from scanning.digits.reader import DigitReader
from scanning.forms import KnownForms
from scanning.page import Page
from scanning.read import read_page
from scanning.simulation.filled import HandWriter, fill_in
from scanning.simulation.hands import Hand
from scanning.simulation.pens import Pen
from scanning.simulation.printed import on_a4, printed_slip
from scanning.simulation.scanner import CONDITIONS, scan, turned

if TYPE_CHECKING:
    from scanning.page import GreyImage
    from scanning.readings import FieldReading, PageReading

PAPER_DPI = 300


def _boxes(left: float, top: float, count: int, size: tuple[float, float], gap: float) -> tuple[Rect, ...]:
    return tuple(Rect(left + place * (size[0] + gap), top, *size) for place in range(count))


@cache
def geometry(size: SlipSize = SlipSize.THIRD) -> SlipGeometry:
    """A slip with every kind of box."""
    first = (
        SlipField("reading", ReplyKind.METER_READING, _boxes(14, 29, 5, (8, 10), 2)),
        SlipField("moved", ReplyKind.TICK, _boxes(90, 31, 1, (5, 5), 0)),
        SlipField("road", ReplyKind.CHOICE, _boxes(120, 31, 2, (5, 5), 20), ("post", "mail")),
    )
    second = (SlipField("read_on", ReplyKind.DATE, _boxes(14, 48, 8, (5.5, 8), 1)),)
    third = (SlipField("signature", ReplyKind.SIGNATURE, (Rect(14, 64, 70, 14),)),)
    rows = (SlipRow(row_marks(34), first), SlipRow(row_marks(52), second), SlipRow(row_marks(71), third))
    return SlipGeometry(size, rows, "tests")


def forms() -> KnownForms:
    """The forms that are known: that of ``geometry``, as third and as page."""
    return KnownForms({one.form: one.to_json() for one in (geometry(), geometry(SlipSize.PAGE))})


def code(number: int, form: SlipGeometry | None = None) -> SlipCode:
    """The code of slip ``number``."""
    return SlipCode(derive_piece_id("tests", number), (form or geometry()).form)


def steady_writer() -> HandWriter:
    """A writer whom any network must be able to read, with a good black pen."""
    return HandWriter(Hand.draw(np.random.default_rng(94)), Pen("ballpoint", 0.4, 0.9, 0.0, 0.1, 0.0, 0.1))


def paper(number: int, answers: dict[str, str], form: SlipGeometry | None = None) -> GreyImage:
    """A slip on paper, filled in."""
    form = form or geometry()
    slip = printed_slip(form, code(number, form), PAPER_DPI)
    fill_in(slip, PAPER_DPI, form, answers, steady_writer(), np.random.default_rng(number))
    return slip


def scanned(
    number: int,
    answers: dict[str, str],
    condition: str = "typical",
    dpi: int = 200,
    *,
    quarters: int = 0,
    a4: bool = False,
) -> Page:
    """The slip as a page of a file."""
    sheet = paper(number, answers)
    rng = np.random.default_rng(number)
    grey = scan(on_a4(sheet, PAPER_DPI) if a4 else sheet, PAPER_DPI, dpi, CONDITIONS[condition], rng)
    return Page(1, turned(grey, quarters), float(dpi), bilevel=CONDITIONS[condition].bilevel)


def read(page: Page) -> PageReading:
    """What the shipped network and the known forms make of a page."""
    return read_page(page, forms(), DigitReader.shipped())


def fields(reading: PageReading) -> dict[str, FieldReading]:
    """Fields of the only slip of a page."""
    (slip,) = reading.slips
    return {one.name: one for one in slip.fields}
