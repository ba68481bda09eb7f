"""Fonts of what the print room reads: tickets, labels, lists."""

from __future__ import annotations

from functools import cache

from docgen.layouts.brand_file import fonts_folder

SANS, BOLD, MONO = "Paper", "Paper-Bold", "Paper-Mono"


@cache
def register_paper_fonts() -> None:
    """Make them known to ReportLab, once."""
    from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: PLC0415 (workers that only compose need not load it)
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    sans = fonts_folder() / "source-sans-3"
    registerFont(TTFont(SANS, str(sans / "SourceSans3-Regular.ttf")))
    registerFont(TTFont(BOLD, str(sans / "SourceSans3-Bold.ttf")))
    registerFont(TTFont(MONO, str(fonts_folder() / "source-code-pro" / "SourceCodePro-Regular.ttf")))
