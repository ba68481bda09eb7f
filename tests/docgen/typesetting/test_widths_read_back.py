"""Widths as a PDF reader sees them: the proof that what was measured is what is printed."""

from __future__ import annotations

import ctypes

import pypdfium2
import pytest
from pypdfium2 import raw

from docgen.drawing.pages import drawn_letter
from docgen.drawing.print_file import Resources
from docgen.layouts.brand_file import fonts_folder
from docgen.typesetting.face import load_face
from docgen.typesetting.paragraphs import Palette, Span
from docgen.typesetting.words import Style
from tests.docgen.builders import print_file

_TEXTS = (
    "De huur van november AVATAR, To. Typ. „Wat?” (fi) €\u00a01.234.567,89",
    "ŁÓDŹ Şahin Çelik François O’Neill – 1234 AB  ’S-GRAVENHAGE",  # noqa: RUF001 (the marks that letters hold)
    "Γιώργος en Иван wonen op Vőrösmarty 12",
)


@pytest.mark.parametrize(
    ("folder", "text"),
    [("source-sans-3/SourceSans3", _TEXTS[0]), ("lato/Lato", _TEXTS[1]), ("source-sans-3/SourceSans3", _TEXTS[2])],
)
def test_a_reader_finds_the_end_of_a_line_where_it_was_measured(folder: str, text: str) -> None:
    faces = {f"F{i}": load_face(fonts_folder() / f"{folder}-{s}.ttf") for i, s in enumerate(("Regular", "Bold"))}
    palette = Palette([Style(face, 10, name) for name, face in faces.items()], "nl")
    plain, mixed = palette.line(text), palette.break_lines([Span(text[:20], 1), Span(text[20:], 0)], 1000)
    rows = [(plain.fragment, plain.width_pt), (mixed.fragments[0], mixed.widths_pt[0])]
    ink = b"".join(
        b"BT /F0 10 Tf 50 %d Td [(%s|)]TJ ET\n" % (700 - 40 * at, fragment) for at, (fragment, _) in enumerate(rows)
    )
    uses = frozenset({b"F0", b"F1"}) | plain.extra_fonts | mixed.extra_fonts
    made = print_file([drawn_letter([ink], uses)], Resources(faces))
    assert _marks(made.data) == pytest.approx([50 + width for _, width in rows], abs=0.2)


def _marks(pdf: bytes) -> list[float]:
    """Where each ``|`` of the first page begins, in points from the left."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    found = []
    for index in range(text.count_chars()):
        if raw.FPDFText_GetUnicode(text.raw, index) == ord("|"):
            raw.FPDFText_GetCharOrigin(text.raw, index, x, y)
            found.append(x.value)
    text.close()
    page.close()
    document.close()
    return found
