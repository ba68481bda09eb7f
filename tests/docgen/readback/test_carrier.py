"""Reading back what a carrier gave: a wrong code is found, and line and code are no stray ink."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from docgen.compose import Composer
from docgen.drawing.carrier_ink import carrier_findings, carrier_ink
from docgen.drawing.mark_ink import MARK_FONT, marks_on_first
from docgen.drawing.print_file import DrawnEnvelope, DrawnMarks, FileInfo, PrintFileWriter
from docgen.postal.enrichment import Enriched
from docgen.readback import ExpectedLetter, InFile, expected_letter, read_part
from tests.docgen.builders import CREATED, DAY, brand, example, template

if TYPE_CHECKING:
    from docgen.findings import Finding

LATIN = [chr(number) for number in range(0x20, 0x100) if chr(number).isprintable()]
RIGHT = Enriched("pce_1", 1, "B1", "* 0042 B1", b"\x00DEA 0042")


@cache
def _composer() -> Composer:
    return Composer(template("rent-reminder"), brand(), DAY, carrier=True)


@cache
def made(drawn: Enriched | None, expected: Enriched | None) -> tuple[bytes, ExpectedLetter]:
    """A file of one letter with what is drawn on it, and what is expected of it."""
    of, letter = _composer(), example(template("rent-reminder"), "nl")
    room = of.envelope.carrier_room
    assert room is not None
    composed = of.compose(letter)
    marks = None
    if drawn is not None:
        ink = carrier_ink(drawn, room, of.resources.faces[MARK_FONT])
        marks = DrawnMarks(marks_on_first(ink.ink, len(composed.drawn.pages)).pages, ink.uses)
    out = BytesIO()
    writer = PrintFileWriter(out, of.resources, FileInfo("Batch", CREATED), None, duplex=False)
    writer.add_envelope(DrawnEnvelope((composed.drawn,), marks))
    writer.close()
    placed = InFile("pce_1", 1, composed.drawn.digests)
    return out.getvalue(), expected_letter(composed.laid_out, of.plan("nl"), placed, carrier=expected)


def replace_code(code: bytes) -> Enriched:
    return RIGHT._replace(postal_2d=code)


def found(drawn: Enriched | None, expected: Enriched | None) -> list[Finding]:
    data, letter = made(drawn, expected)
    return list(read_part(data, [letter]).findings)


def codes(drawn: Enriched | None, expected: Enriched | None) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.place.frame) for finding in found(drawn, expected)]


def test_what_was_printedis_read_and_nothing_is_stray() -> None:
    data, letter = made(RIGHT, RIGHT)
    read = read_part(data, [letter])
    assert read.findings == ()
    assert {"carrier-code", "carrier-line"} <= {symbol.kind for symbol in letter.symbols}
    assert read.symbols == len(letter.symbols)


def test_the_code_of_somebody_else_is_found() -> None:
    other = replace_code(b"\x00DEA 0043")
    assert codes(other, RIGHT) == [("readback-differs", "carrier-code")]
    assert "carrier's 2D code" in found(other, RIGHT)[0].message


def test_the_line_of_somebody_else_is_found() -> None:
    assert codes(RIGHT._replace(postal_line="* 0043 B1"), RIGHT) == [("readback-differs", "carrier-line")]


@pytest.mark.parametrize(
    "line",
    [
        "* 1234-000123/45_0007.NL:B0042-",
        "\u00c9\u00e9n, Gr\u00f6\u00dfe \u0142\u00f3d\u017a",
        "-- **",
        "fi ffl AVAToTy 'A'",
    ],
)
def test_any_line_is_read_as_it_is_printed(line: str) -> None:
    printed = RIGHT._replace(postal_line=line)
    assert codes(printed, printed) == []


@settings(max_examples=30, deadline=None)
@given(st.text(LATIN, min_size=1, max_size=40).map(str.strip).filter(bool))
def test_whatever_may_be_printed_is_read(line: str) -> None:
    printed = RIGHT._replace(postal_line=line)
    of = _composer()
    room = of.envelope.carrier_room
    assert room is not None
    assume(not list(carrier_findings(printed, room, of.resources.faces[MARK_FONT])))
    assert codes(printed, printed) == []


def test_a_code_or_line_that_is_missing_is_found() -> None:
    assert codes(replace_code(b""), RIGHT) == [("readback-unreadable", "carrier-code")]
    assert codes(RIGHT._replace(postal_line=""), RIGHT) == [("readback-unreadable", "carrier-line")]
    assert {code for code, _ in codes(None, RIGHT)} == {"readback-unreadable"}


def test_ink_of_a_carrier_that_gave_nothing_is_stray() -> None:
    assert "readback-window-not-clear" in {code for code, _ in codes(RIGHT, None)}
    assert codes(None, None) == []


def test_a_code_that_nobody_gave_is_stray_beside_the_line() -> None:
    assert "readback-window-not-clear" in {code for code, _ in codes(RIGHT, replace_code(b""))}
