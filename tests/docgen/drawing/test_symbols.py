"""Symbols as they come off the page: decoded from pictures, and looked at module by module."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from docgen.drawing.raster import open_pdf, page_gray
from docgen.drawing.single import letter_pdf
from docgen.drawing.symbol_ink import kix_ink, qr_ink
from docgen.layouts.geometry import Rect
from docgen.postal import kix_reader
from docgen.qr.encoder import Level, encode
from tests.docgen.builders import CREATED, composer, example, template

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docgen.compose import Composed
    from docgen.layouts.laid_out import LaidOutLetter

_NAMES = (
    "rent-reminder",
    "fourteen-day-letter",
    "service-cost-statement",
    "water-meter-reading",
    "contact-data-request",
    "digital-post-consent",
)


@cache
def letter(name: str, language: str = "nl") -> tuple[bytes, Composed]:
    made = composer(name)
    composed = made.compose(example(template(name), language))
    return letter_pdf(composed.drawn, made.resources, "t", CREATED), composed


def symbols(laid: LaidOutLetter) -> list[tuple[int, bytes]]:
    found = [
        (number, symbol.payload)
        for number, page in enumerate(laid.pages, 1)
        for flown in page.parts
        for symbol in flown.part.symbols
    ]
    slips = [(number, page.slip.payload) for number, page in enumerate(laid.pages, 1) if page.slip]
    return [*found, *slips, *slips]


@pytest.mark.parametrize("name", _NAMES)
def test_every_code_reads_from_the_page_as_exactly_its_payload(name: str) -> None:
    pdf, composed = letter(name)
    expected = symbols(composed.laid_out)
    assert expected
    with open_pdf(pdf) as document:
        for page in {page for page, _ in expected}:
            read = zxingcpp.read_barcodes(
                page_gray(document, page, 200), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
            )
            assert sorted(r.bytes for r in read) == sorted(payload for at, payload in expected if at == page)
            assert {r.ec_level for r in read} <= {"M"}


@pytest.mark.parametrize("house", [("12", "", "2"), ("127", "E", "2-08"), ("1", "", ""), ("1234", "", "ABC")])
def test_every_kix_reads_from_the_page_as_exactly_the_address(house: tuple[str, str, str]) -> None:
    made = composer("rent-reminder")
    number, letter_, addition = house
    plain = example(template("rent-reminder"))
    changed = replace(plain.address, house_number=number, house_letter=letter_, addition=addition)
    composed = made.compose(replace(plain, address=changed))
    kix = composed.laid_out.pages[0].kix
    assert kix is not None
    assert kix.content == changed.kix
    (frame,) = [f.rect for f in composed.laid_out.fixed_frames if f.kind == "kix"]
    with open_pdf(letter_pdf(composed.drawn, made.resources, "t", CREATED)) as document:
        assert kix_reader.read(page_gray(document, 1, 300, frame.grown(1.8))) == changed.kix


def _symbol_picture(name: str, dpi: int) -> tuple[NDArray[np.uint8], bytes]:
    pdf, composed = letter(name)
    ((page, payload),) = symbols(composed.laid_out)
    (frame,) = [f.rect for f in composed.laid_out.frames() if f.kind.endswith("-code")]
    with open_pdf(pdf) as document:
        return page_gray(document, page, dpi, frame.grown(1.0)), payload


def _runs(line: NDArray[np.bool_]) -> list[int]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
    return [int(b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_modules_are_whole_dots_of_a_press_without_seams() -> None:
    picture, payload = _symbol_picture("rent-reminder", 1200)
    modules = encode(payload, Level.M).modules()
    size, per_module = modules.shape[0], 24
    dark = picture < 128
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    top, left = rows[0], columns[0]
    assert abs(rows[-1] + 1 - top - size * per_module) <= 1
    assert abs(columns[-1] + 1 - left - size * per_module) <= 1
    for row, column in np.ndindex(size, size):
        y, x = top + row * per_module, left + column * per_module
        inner = picture[y + 2 : y + per_module - 2, x + 2 : x + per_module - 2]
        assert inner.min() == inner.max(), (row, column)
        # Black alone, in DeviceCMYK, is a very dark gray on a screen.
        assert (inner[0, 0] < 40) if modules[row, column] else (inner[0, 0] == 255), (row, column)


def test_rows_of_modules_touch_without_a_line_of_white_between() -> None:
    picture, payload = _symbol_picture("rent-reminder", 1200)
    modules = encode(payload, Level.M).modules()
    dark = picture < 128
    top, left = int(np.flatnonzero(dark.any(axis=1))[0]), int(np.flatnonzero(dark.any(axis=0))[0])
    for column in range(modules.shape[0]):
        x = left + column * 24 + 12
        line = picture[top : top + modules.shape[0] * 24, x]
        expected = _runs(modules[:, column].astype(bool))
        assert [round(run / 24) for run in _runs(line < 128)] == expected
        for above, below in zip(range(modules.shape[0] - 1), range(1, modules.shape[0]), strict=True):
            if modules[above, column] and modules[below, column]:
                seam = line[below * 24 - 2 : below * 24 + 2]
                assert (seam < 60).all()


def test_the_corner_of_a_code_lies_on_the_grid_of_the_press() -> None:
    for name in _NAMES:
        _, composed = letter(name)
        content = _content(composed)
        for x, y in re.findall(rb"q 1\.44 0 0 1\.44 (\S+) (\S+) cm", content):
            assert float(x) / 0.12 == pytest.approx(round(float(x) / 0.12), abs=0.02)
            assert float(y) / 0.12 == pytest.approx(round(float(y) / 0.12), abs=0.02)


def _content(composed: Composed) -> bytes:
    from tests.docgen.builders import contents  # noqa: PLC0415 (used here alone)

    return b"".join(contents(composed.drawn))


_payloads = st.binary(min_size=1, max_size=120) | st.text("ABCDEFGHIJ0123456789:/.", min_size=1, max_size=100).map(
    str.encode
)


@settings(max_examples=40)
@given(_payloads)
def test_the_ink_of_a_code_covers_its_dark_modules_and_nothing_else(payload: bytes) -> None:
    ink = qr_ink(encode(payload, Level.M), 100.0, 700.0, 1.44)
    modules = encode(payload, Level.M).modules()
    size = modules.shape[0]
    covered = np.zeros((size, size), np.uint8)
    for run in re.findall(rb"(\d+) (\d+) (\d+) 1 re", ink):
        left, bottom, length = map(int, run)
        covered[size - 1 - bottom, left : left + length] += 1
    assert (covered == modules).all()
    assert ink.startswith(b"q 1.44 0 0 1.44 100 ")
    assert ink.endswith(b" re\nf Q\n")


def test_a_kix_is_drawn_in_whole_dots_and_states_of_four_kinds() -> None:
    ink = kix_ink("1234AB12X2", 10.0, 20.0, 26)
    bars = [tuple(map(int, bar)) for bar in re.findall(rb"(\d+) (\d+) 12 (\d+) re", ink)]
    assert len(bars) == 40
    assert [x for x, _, _ in bars] == [26 * i for i in range(40)]
    assert {(y, height) for _, y, height in bars} == {(0, 118), (44, 74), (0, 74), (44, 30)}


def test_a_crop_of_a_page_is_where_it_says() -> None:
    pdf, _ = letter("rent-reminder")
    with open_pdf(pdf) as document:
        whole = page_gray(document, 1, 100)
        part = page_gray(document, 1, 100, Rect(25.4, 50.8, 50.8, 25.4))
    assert part.shape == pytest.approx((100, 200), abs=1)
    assert abs(part.astype(int) - whole[200 : 200 + part.shape[0], 100 : 100 + part.shape[1]]).mean() < 3
