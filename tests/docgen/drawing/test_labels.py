"""Labels of bundles and trays: they say what is in them, scan, fit, and are the same every time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from pypdf import PdfReader

from docgen.drawing.label_stocks import BUNDLE_STOCK, TRAY_STOCK, LabelStock, builtin_stocks, read_stocks
from docgen.drawing.labels import Label, LabelKind, LabelRun, draw_labels, label_code, labels_of
from docgen.drawing.raster import open_pdf, page_gray
from docgen.findings import Refusal
from docgen.postal.envelopes import Envelope
from docgen.postal.sort_plans import builtin_plans
from docgen.postal.sorting import SortedMail, sort_mail

RUN = LabelRun("bat_7f3k9m2qx4tb", "Woningstichting Voorbeeldstad", dt.date(2026, 11, 22))
DPI = 200


def mail() -> SortedMail:
    home = [
        Envelope(f"0NL{code}AB00012", n, f"pce_{n}", "NL", f"{code} AB", 1, 1, 9490)
        for n, code in enumerate([1000 + n % 40 for n in range(130)] + [1200] * 12)
    ]
    abroad = [
        Envelope(f"1{to}", 1000 + n, f"pce_{1000 + n}", to, "", 1, 1, 14_480) for n, to in enumerate(["IE", "FR"])
    ]
    return sort_mail([*home, *abroad], builtin_plans()["nl-2"])


def labels(kind: LabelKind) -> tuple[Label, ...]:
    sorted_mail = mail()
    return labels_of(kind, sorted_mail.bundles if kind is LabelKind.BUNDLE else sorted_mail.trays, RUN)


def codes_on(pdf: bytes) -> list[str]:
    found: list[str] = []
    with open_pdf(pdf) as document:
        for page in range(1, len(document) + 1):
            found += [code.text for code in zxingcpp.read_barcodes(page_gray(document, page, DPI))]
    return found


def test_a_bundle_says_where_it_goes_and_what_is_in_it() -> None:
    first, second, third, rest = labels(LabelKind.BUNDLE)
    assert (first.destination, second.destination) == ("1000-1099  (1 of 2)", "1000-1099  (2 of 2)")
    assert (third.destination, third.contents, third.envelopes) == ("1200-1299", "1200 AB, Netherlands", 12)
    assert (first.contents, first.inside) == ("1000 AB to 1029 AB, Netherlands", "in tray 1")
    assert (rest.destination, rest.contents) == ("Overige landen", "several countries")
    assert [label.total for label in (first, rest)] == [4, 4]


def test_a_tray_says_which_bundles_are_in_it() -> None:
    first, rest = labels(LabelKind.TRAY)
    assert (first.destination, first.inside, first.envelopes) == ("1000-1999", "bundles 1 to 3", 142)
    assert rest.inside == "bundle 4"
    assert first.weight_mg == 142 * 9490


@pytest.mark.parametrize("stock", builtin_stocks().values(), ids=lambda stock: stock.id)
@pytest.mark.parametrize("kind", LabelKind)
def test_every_label_can_be_scanned_on_every_stock(stock: LabelStock, kind: LabelKind) -> None:
    drawn = labels(kind)
    pdf = draw_labels(drawn, stock)
    assert sorted(codes_on(pdf)) == sorted(label_code(RUN.id, kind, label.number) for label in drawn)
    assert len(PdfReader(BytesIO(pdf)).pages) == -(-len(drawn) // len(stock.places))


def test_what_is_on_it_can_be_read() -> None:
    text = PdfReader(BytesIO(draw_labels(labels(LabelKind.TRAY), builtin_stocks()[TRAY_STOCK]))).pages[0].extract_text()
    for words in ("TRAY 1", "of 2", "1000-1999", "142 pieces, 1.35 kg", RUN.organisation, "22-11-2026", RUN.id):
        assert words in text


def test_one_piece_and_a_test_say_so() -> None:
    one = replace(labels(LabelKind.BUNDLE)[0], envelopes=1, run=replace(RUN, test=True))
    text = PdfReader(BytesIO(draw_labels([one], builtin_stocks()[BUNDLE_STOCK]))).pages[0].extract_text()
    assert "TEST BUNDLE 1" in text
    assert "1 piece," in text


def test_the_same_labels_give_the_same_bytes() -> None:
    stock = builtin_stocks()[BUNDLE_STOCK]
    assert draw_labels(labels(LabelKind.BUNDLE), stock) == draw_labels(labels(LabelKind.BUNDLE), stock)


def test_every_font_is_in_the_file() -> None:
    (page,) = PdfReader(BytesIO(draw_labels(labels(LabelKind.TRAY), builtin_stocks()[TRAY_STOCK]))).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index] # of pypdf
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


@pytest.mark.parametrize("stock", builtin_stocks().values(), ids=lambda stock: stock.id)
def test_even_the_longest_words_stay_clear_of_the_edges(stock: LabelStock) -> None:
    run = LabelRun("bat_" + "m" * 60, "W" * 300, dt.date(2026, 11, 22))
    long = replace(labels(LabelKind.TRAY)[0], destination="M" * 80, contents="M" * 200, number=9_999, run=run)
    with open_pdf(draw_labels([long], replace(stock, cut_lines=False))) as document:
        dark = np.argwhere(page_gray(document, 1, DPI) < 128) * 25.4 / DPI
    place = stock.places[0].grown(0.5 - stock.clear_mm)
    assert place.top_mm <= dark[:, 0].min()
    assert dark[:, 0].max() <= place.bottom_mm
    assert place.left_mm <= dark[:, 1].min()
    assert dark[:, 1].max() <= place.right_mm


def test_no_labels_are_an_empty_page() -> None:
    assert labels_of(LabelKind.TRAY, [], RUN) == ()
    assert len(PdfReader(BytesIO(draw_labels([], builtin_stocks()[BUNDLE_STOCK]))).pages) == 1


GOOD = """
[stock.s]
title = "S"
page = [210, 297]
label = [105, 70]
columns = 2
rows = 4
margin = [0, 0]
gap = [0, 1]
clear = 4
cut_lines = true
"""


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[stock.s]", "[stock.s", "wrong"),
        ("columns = 2", "", "'columns'"),
        ("columns = 2", "columns = 3", "do not fit"),
        ("columns = 2", "columns = 0", "do not fit"),
        ("gap = [0, 1]", "gap = [0, 10]", "do not fit"),
        ("clear = 4", "clear = 20", "70 x 50 mm"),
        ("clear = 4", "clear = -1", "70 x 50 mm"),
        ("label = [105, 70]", "label = [105]", "unpack"),
        ("rows = 4", 'rows = "4"', "wrong"),
    ],
)
def test_broken_stocks_are_refused_with_the_reason(old: str, new: str, why: str) -> None:
    assert len(read_stocks(GOOD)["s"].places) == 8
    with pytest.raises(Refusal, match="label-stocks-invalid") as refusal:
        read_stocks(GOOD.replace(old, new))
    assert why in refusal.value.detail
