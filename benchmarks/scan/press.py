"""Slips as our printer draws them: a letter composed for each, its page rasterised finely."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from docgen.compose import Composer
from docgen.drawing.raster import open_pdf, page_gray
from docgen.drawing.single import letter_pdf
from docgen.layouts.brand_file import load_brand
from docgen.layouts.geometry import A4_WIDTH_MM, Rect
from docgen.letters import Letter
from docgen.postal.address import PostalAddress
from docgen.qr.slip_code import SlipCode
from docgen.qr.token import derive_piece_id
from docgen.templates.load import load_template
from docgen.templates.package import BRAND_RULES, read_folder

if TYPE_CHECKING:
    from docgen.layouts.slip_geometry import SlipGeometry
    from docgen.reply_form import ReplyForm
    from scanning.page import GreyImage

ROOT = Path(__file__).parents[2]
DAY = dt.date(2026, 11, 23)
PAPER_DPI = 400
"""Slips are written on at this fineness, before they are scanned."""


@dataclass(frozen=True, slots=True, eq=False)
class PrintedSlip:
    """A slip on paper, (height, width) at 400 dpi, with what its code says."""

    code: SlipCode
    paper: GreyImage


class Press:
    """Prints slips of one template."""

    def __init__(self, template: Path = ROOT / "benchmarks/scan/form", run: str = "scan-benchmark") -> None:
        """``run`` is what piece ids are derived from."""
        brand = load_brand(read_folder(ROOT / "samples/brands/grachtstad", BRAND_RULES))
        self._composer = Composer(load_template(read_folder(template)), brand, DAY)
        self._run = run

    @property
    def form(self) -> ReplyForm:
        """What the slip asks."""
        form = self._composer.template.reply_form
        assert form is not None  # noqa: S101 (the template of this benchmark has one)
        return form

    @cached_property
    def geometry(self) -> SlipGeometry:
        """Where everything stands."""
        geometry = self._composer.plan("nl").slip_geometry
        assert geometry is not None  # noqa: S101 (the same)
        return geometry

    def slip(self, number: int) -> PrintedSlip:
        """The slip of letter ``number``, cut off."""
        pdf, code = self._letter(number)
        area = Rect(0.0, self.geometry.page_top_mm, A4_WIDTH_MM, self.geometry.height_mm)
        with open_pdf(pdf) as document:
            return PrintedSlip(code, np.array(page_gray(document, code.page, PAPER_DPI, area)))

    def sheet(self, number: int) -> PrintedSlip:
        """The same with the whole page that it stands on."""
        pdf, code = self._letter(number)
        with open_pdf(pdf) as document:
            return PrintedSlip(code, np.array(page_gray(document, code.page, PAPER_DPI)))

    def _letter(self, number: int) -> tuple[bytes, SlipCode]:
        piece = derive_piece_id(self._run, number)
        address = PostalAddress(("Mevrouw A. de Vries",), "Voorbeeldstraat", "1", "", "", "1234 AB", "Zandelo")
        letter = Letter(f"R-{number:05}", "nl", address, {"salutation": "mevrouw De Vries"}, piece_id=piece)
        made = self._composer.compose(letter)
        pdf = letter_pdf(made.drawn, self._composer.resources, "slip", dt.datetime.combine(DAY, dt.time(), dt.UTC))
        return pdf, SlipCode(piece, self.geometry.form, made.laid_out.slip_page or 1)
