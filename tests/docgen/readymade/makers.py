"""PDFs as senders make them, and as they should not: small files made in the test itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from docgen.layouts.brand_file import fonts_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FONT = "Ready"
ADDRESS = ("Mw. J. de Vries", "Dorpsstraat 12 A", "1234 AB  AMSTERDAM")
A4_MM = (210.0, 297.0)


@dataclass(frozen=True)
class Sheet:
    """One page to be made: lines in the window at (left, top) mm, a body text, and more drawn by ``also``."""

    address: Sequence[str] = ADDRESS
    address_at: tuple[float, float] = (112.0, 58.0)
    body: str = "Geachte mevrouw De Vries,"
    also: Callable[[Canvas], None] | None = None
    size_mm: tuple[float, float] = A4_MM
    font: str = FONT
    address_pt: float = 10.0


@dataclass(frozen=True)
class Maker:
    """Makes PDFs in a folder."""

    folder: Path
    names: list[str] = field(default_factory=list)

    def pdf(
        self,
        *sheets: Sheet,
        change: Callable[[pikepdf.Pdf], None] | None = None,
        encryption: pikepdf.Encryption | bool = False,
    ) -> Path:
        """A PDF of these sheets, changed afterwards by ``change``."""
        data = drawn(sheets or (Sheet(),))
        path = self._next()
        with pikepdf.open(BytesIO(data)) as pdf:
            if change:
                change(pdf)
            pdf.save(path, static_id=not encryption, encryption=encryption)
        return path

    def file(self, data: bytes) -> Path:
        path = self._next()
        path.write_bytes(data)
        return path

    def _next(self) -> Path:
        self.names.append("")
        return self.folder / f"upload-{len(self.names)}.pdf"


def drawn(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as reportlab draws them, with an embedded font."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(fonts_folder() / "source-sans-3" / "SourceSans3-Regular.ttf")))
    out = BytesIO()
    canvas = Canvas(out, invariant=1, initialFontName=FONT)
    for sheet in sheets:
        width, height = sheet.size_mm
        canvas.setPageSize((width * mm, height * mm))
        canvas.setFillGray(0)
        canvas.setFont(sheet.font, sheet.address_pt)
        left, top = sheet.address_at
        for number, line in enumerate(sheet.address):
            canvas.drawString(left * mm, (height - top) * mm - number * 12, line)
        if sheet.body:
            canvas.setFont(sheet.font, 11)
            canvas.drawString(30 * mm, (height - 110) * mm, sheet.body)
        if sheet.also:
            sheet.also(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
