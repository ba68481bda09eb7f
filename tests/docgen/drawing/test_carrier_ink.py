"""What a carrier gave, as it comes off the page."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.drawing.carrier_ink import carrier_findings, carrier_ink
from docgen.drawing.mark_ink import draw_marks, marks_on_first
from docgen.drawing.print_file import DrawnEnvelope, DrawnMarks, FileInfo, PrintFileWriter
from docgen.drawing.raster import open_pdf, page_gray
from docgen.layouts.geometry import Rect
from docgen.postal.enrichment import Enriched
from docgen.postal.marks.profiles import builtin as mark_profiles
from docgen.postal.marks.sheets import Marker
from docgen.postal.profiles import builtin
from tests.docgen.builders import CREATED, composer
from tests.docgen.drawing.envelope_files import BATCH_CODE, FACE, letter
from tests.docgen.printed import printed_texts

ROOM = builtin().envelopes["nl-dl-right"].carrier_room
assert ROOM is not None
MOST = 83


def given_for(line: str = "*0042", code: bytes = b"DEA42") -> Enriched:
    return Enriched("pce_1", 1, "B1", line, code)


@cache
def printed(enriched: Enriched, *, marked: bool = False) -> bytes:
    """A file of one letter on two sheets, with a carrier's line and code on the first of them."""
    assert ROOM is not None
    ink = carrier_ink(enriched, ROOM, FACE)
    marks = marks_on_first(ink.ink, 2)
    if marked:
        sheets = Marker(mark_profiles()["datamatrix"], BATCH_CODE, mark_profiles()["datamatrix"].order).mark(1, 2)
        marks = draw_marks(sheets, FACE, duplex=False, first=ink.ink)
    out = BytesIO()
    resources = composer("rent-reminder").resources
    writer = PrintFileWriter(out, resources, FileInfo("Batch", CREATED), None, duplex=False)
    writer.add_envelope(DrawnEnvelope((letter(),), DrawnMarks(marks.pages, marks.uses | ink.uses)))
    writer.close()
    return out.getvalue()


def read_code(pdf: bytes, page: int = 1) -> bytes | None:
    assert ROOM is not None
    with open_pdf(pdf) as document:
        picture = page_gray(document, page, 300, Rect(*ROOM.code).grown(2.0))
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix))
    return bytes(found[0].bytes) if found else None


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_any_bytes_are_read_as_they_came(content: bytes) -> None:
    assert ROOM is not None
    assert list(carrier_findings(given_for(code=content), ROOM, FACE)) == []
    assert read_code(printed(given_for(code=content))) == content


@pytest.mark.parametrize("marked", [False, True])
def test_line_and_code_stand_on_the_first_page_alone(*, marked: bool) -> None:
    pdf = printed(given_for(), marked=marked)
    assert read_code(pdf) == b"DEA42"
    assert read_code(pdf, 2) is None
    first, second = printed_texts(pdf)[:2]
    assert "*0042" in first
    assert "*0042" not in second


def test_the_code_ends_where_its_box_does() -> None:
    assert ROOM is not None
    with open_pdf(printed(given_for(line="", code=b"x" * MOST))) as document:
        picture = page_gray(document, 1, 600, Rect(*ROOM.code).grown(1.0))
    columns = np.flatnonzero((picture < 128).any(axis=0)) * 25.4 / 600
    assert columns.max() == pytest.approx(13.5, abs=0.1)
    assert columns.min() >= 1.0


def test_an_envelope_without_line_or_code_has_no_ink() -> None:
    assert ROOM is not None
    assert carrier_ink(given_for("", b""), ROOM, FACE) == (b"", frozenset())


@pytest.mark.parametrize(
    ("line", "code", "finding"),
    [
        ("W" * 45, b"", "enrichment-line-too-wide"),
        ("\u6f22", b"", "enrichment-line-lacks-glyph"),
        ("", bytes(range(200)), "enrichment-code-too-large"),
        ("", bytes(range(256)) * 12, "enrichment-code-too-large"),
    ],
)
def test_what_has_no_room_is_told_and_never_drawn(line: str, code: bytes, finding: str) -> None:
    assert ROOM is not None
    found = list(carrier_findings(given_for(line, code), ROOM, FACE))
    assert [(each.code, each.place.record) for each in found] == [(finding, "pce_1")]
    if finding != "enrichment-line-too-wide":
        with pytest.raises(ValueError, match=r"lacks|larger"):
            carrier_ink(given_for(line, code), ROOM, FACE)
