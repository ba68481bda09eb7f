"""Pictures of pages that others made: drawing them runs on foreign content, so call it through ``safely``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.drawing.contact_sheet import Thumbnail, contact_sheet
from docgen.drawing.raster import open_pdf, page_picture, to_png
from docgen.readymade.answers import Drawn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def draw_page(pdf: Path, page: int, dpi: int, out: Path) -> Drawn:
    """A page (from 1) as PNG."""
    with open_pdf(pdf) as document:
        return Drawn(out.write_bytes(to_png(page_picture(document, page, dpi).convert("RGB"))))


def draw_sheet(pdf: Path, shown: Sequence[tuple[int, str]], title: str, out: Path) -> Drawn:
    """Small pictures of pages with what stands under them, as PNG."""
    thumbnails = [Thumbnail(page, caption) for page, caption in shown]
    return Drawn(out.write_bytes(contact_sheet(pdf, thumbnails, title)))
