"""One letter as a PDF of its own: the archive copy and the preview, with the very pages of the print file."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from docgen.drawing.print_file import FileInfo, PrintFileWriter

if TYPE_CHECKING:
    import datetime as dt

    from docgen.drawing.print_file import DrawnLetter, Resources


def letter_pdf(drawn: DrawnLetter, resources: Resources, title: str, created: dt.datetime) -> bytes:
    """The letter's pages, without blank backs and without the press's colour profile."""
    out = BytesIO()
    writer = PrintFileWriter(out, resources, FileInfo(title, created), None, duplex=False)
    writer.add(drawn)
    writer.close()
    return out.getvalue()
