from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest

from scanning.intake import pdf as pdf_module
from scanning.intake.pages import pages_of
from scanning.page import Page
from tests.scanning.intake.sheets import (
    A4_PT,
    HEIGHT,
    WIDTH,
    bilevel_sheet,
    ccitt_keys,
    codes,
    difference,
    flate_keys,
    grey_jpeg_keys,
    jbig2_keys,
    pdf_of,
    placed,
    sheet,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

    from scanning.page import GreyImage

W_PT, H_PT = A4_PT
_TEXT = b"BT 3 Tr /F0 12 Tf 50 500 Td (found by a machine) Tj ET\n"


def _page(folder: Path, pdf: pikepdf.Pdf) -> Page:
    (page,) = pages_of(written(folder, "a.pdf", pdf))
    assert isinstance(page, Page)
    return page


def _drawn(folder: Path, shape: tuple[int, int]) -> GreyImage:
    with pypdfium2.PdfDocument(folder / "a.pdf") as document:
        page = document[0]
        grey = page.render(scale=shape[1] / page.get_width(), grayscale=True).to_numpy()
        return cv2.resize(grey, shape[::-1], interpolation=cv2.INTER_AREA)


def _was_taken(page: Page) -> bool:
    return page.dpi is not None and page.dpi < 100  # drawn pages have 300 dpi


def _font() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)


def _matrices() -> list[tuple[float, ...]]:
    upright = [
        (W_PT, 0, 0, H_PT, 0, 0),
        (-W_PT, 0, 0, H_PT, W_PT, 0),
        (W_PT, 0, 0, -H_PT, 0, H_PT),
        (-W_PT, 0, 0, -H_PT, W_PT, H_PT),
    ]
    on_side = [
        (0, H_PT, W_PT, 0, 0, 0),
        (0, -H_PT, W_PT, 0, 0, H_PT),
        (0, H_PT, -W_PT, 0, W_PT, 0),
        (0, -H_PT, -W_PT, 0, W_PT, H_PT),
    ]
    return upright + on_side


@pytest.mark.parametrize(("matrix", "rotate"), list(itertools.product(_matrices(), (0, 90, 180, 270))))
def test_every_placement_and_rotation_gives_what_is_shown(
    tmp_path: Path, matrix: tuple[float, ...], rotate: int
) -> None:
    grey = sheet() if matrix[0] else np.ascontiguousarray(np.rot90(sheet()))
    page = _page(tmp_path, pdf_of([grey_jpeg_keys(grey)], placed(0, *matrix), rotate=rotate))
    assert _was_taken(page)
    assert page.dpi == pytest.approx(WIDTH / W_PT * 72, rel=0.01)
    assert page.grey.shape == ((HEIGHT, WIDTH) if rotate % 180 == 0 else (WIDTH, HEIGHT))
    assert difference(page.grey, _drawn(tmp_path, page.grey.shape)) < 6


@pytest.mark.parametrize("keys", [grey_jpeg_keys, flate_keys, ccitt_keys, jbig2_keys])
def test_each_filter_is_taken_out_as_it_is_shown(tmp_path: Path, keys: object) -> None:
    grey = bilevel_sheet()
    page = _page(tmp_path, pdf_of([keys(grey)]))
    assert _was_taken(page)
    assert difference(page.grey, grey) < (4 if keys is grey_jpeg_keys else 0.001)
    assert page.bilevel == (keys is not grey_jpeg_keys)


def test_colour_is_taken_out_as_luma(tmp_path: Path) -> None:
    colour = cv2.merge([sheet(1), sheet(2), sheet(3)])
    keys = {
        **grey_jpeg_keys(sheet()),
        "data": bytes(cv2.imencode(".jpg", colour, [1, 95])[1].tobytes()),
        "ColorSpace": pikepdf.Name.DeviceRGB,
    }
    page = _page(tmp_path, pdf_of([keys]))
    assert _was_taken(page)
    assert difference(page.grey, cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)) < 2


def test_a_layer_of_unseen_text_changes_nothing(tmp_path: Path) -> None:
    pdf = pdf_of([grey_jpeg_keys(sheet())], placed(0, W_PT, 0, 0, H_PT, 0, 0) + _TEXT)
    pdf.pages[0].obj.Resources.Font = pikepdf.Dictionary(F0=_font())
    page = _page(tmp_path, pdf)
    assert _was_taken(page)
    assert difference(page.grey, sheet()) < 3


def test_text_that_is_seen_is_drawn(tmp_path: Path) -> None:
    content = placed(0, W_PT, 0, 0, H_PT, 0, 0) + _TEXT.replace(b"3 Tr", b"0 Tr").replace(b"12 Tf", b"60 Tf")
    pdf = pdf_of([grey_jpeg_keys(np.full((HEIGHT, WIDTH), 255, np.uint8))], content)
    pdf.pages[0].obj.Resources.Font = pikepdf.Dictionary(F0=_font())
    page = _page(tmp_path, pdf)
    assert page.dpi == 300
    assert page.grey.min() < 50


def test_strips_become_one_picture(tmp_path: Path) -> None:
    cuts = [0, 100, 330, HEIGHT]
    strips, content = [], b""
    for index, (top, bottom) in enumerate(itertools.pairwise(cuts)):
        strips.append(grey_jpeg_keys(np.ascontiguousarray(sheet()[top:bottom])))
        height = (bottom - top) / HEIGHT * H_PT
        content = placed(index, W_PT, 0, 0, height, 0, H_PT - bottom / HEIGHT * H_PT) + content
    page = _page(tmp_path, pdf_of(strips, content))
    assert _was_taken(page)
    assert difference(page.grey, sheet()) < 3


def test_a_clip_of_the_whole_page_is_no_cut_but_a_smaller_one_is(tmp_path: Path) -> None:
    whole = b"0 0 %.2f %.2f re W n " % A4_PT + placed(0, W_PT, 0, 0, H_PT, 0, 0)
    half = b"0 0 %.2f 400 re W n " % W_PT + placed(0, W_PT, 0, 0, H_PT, 0, 0)
    assert _was_taken(_page(tmp_path, pdf_of([grey_jpeg_keys(sheet())], whole)))
    page = _page(tmp_path, pdf_of([grey_jpeg_keys(sheet())], half))
    assert page.dpi == 300
    assert page.grey[: page.grey.shape[0] // 3].min() == 255


@pytest.mark.parametrize(
    "content",
    [
        placed(0, W_PT, 0, 0, H_PT, 40, 0),  # beside the page
        placed(0, W_PT * 0.8, 0, 0, H_PT * 0.8, 20, 20),  # a part of it
        placed(0, W_PT * 1.2, 0, 0, H_PT * 1.2, 0, 0),  # larger
        placed(0, W_PT, 20, -20, H_PT, 0, 0),  # askew
        placed(0, W_PT, 0, 0, H_PT, 0, 0) + b"0 0 300 300 re f",  # covered
        placed(0, W_PT, 0, 0, H_PT, 0, 0) + placed(0, 50, 0, 0, 50, 10, 10),  # twice
    ],
)
def test_whatever_else_is_shown_is_drawn_as_shown(tmp_path: Path, content: bytes) -> None:
    page = _page(tmp_path, pdf_of([grey_jpeg_keys(sheet())], content))
    assert page.dpi == 300
    assert difference(page.grey, _drawn(tmp_path, page.grey.shape)) < 2


def test_a_crop_box_cuts_the_page(tmp_path: Path) -> None:
    page = _page(tmp_path, pdf_of([grey_jpeg_keys(sheet())], CropBox=pikepdf.Array([0, 0, 300, 400])))
    assert page.dpi == 300
    assert page.grey.shape == (1667, 1250)


def test_a_picture_with_a_mask_is_drawn_as_shown(tmp_path: Path) -> None:
    keys = flate_keys(sheet())
    pdf = pdf_of([keys])
    fields = {name: value for name, value in keys.items() if name != "data"}
    mask = pdf.make_stream(
        flate_keys(255 - sheet())["data"], Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, **fields
    )
    pdf.pages[0].obj.Resources.XObject["/Im0"].SMask = mask
    page = _page(tmp_path, pdf)
    assert page.dpi == 300
    assert difference(page.grey, _drawn(tmp_path, page.grey.shape)) < 2


@pytest.mark.parametrize("keys", [flate_keys, ccitt_keys, jbig2_keys, grey_jpeg_keys])
def test_a_reversed_picture_is_seen_reversed(tmp_path: Path, keys: object) -> None:
    page = _page(tmp_path, pdf_of([keys(bilevel_sheet()) | {"Decode": pikepdf.Array([1, 0])}]))
    assert _was_taken(page) == (keys is not grey_jpeg_keys)
    assert difference(page.grey, _drawn(tmp_path, page.grey.shape)) < 6


def _stencil() -> dict[str, object]:
    keys = ccitt_keys(bilevel_sheet()) | {"ImageMask": True}
    del keys["ColorSpace"]
    return keys


@pytest.mark.parametrize("decode", [[0, 1], [1, 0]])
def test_a_black_stencil_is_taken_out_as_it_is_shown(tmp_path: Path, decode: list[int]) -> None:
    page = _page(tmp_path, pdf_of([_stencil() | {"Decode": pikepdf.Array(decode)}]))
    assert _was_taken(page)
    assert page.bilevel
    assert np.array_equal(page.grey, bilevel_sheet() if decode == [0, 1] else 255 - bilevel_sheet())


@pytest.mark.parametrize("before", [b"1 0 0 rg ", b"0.9 g 0 0 400 400 re f 0 g "])
def test_a_stencil_in_colour_or_over_something_is_drawn(tmp_path: Path, before: bytes) -> None:
    page = _page(tmp_path, pdf_of([_stencil()], before + placed(0, W_PT, 0, 0, H_PT, 0, 0)))
    assert page.dpi == 300
    assert difference(page.grey, _drawn(tmp_path, page.grey.shape)) < 2


def test_what_is_stamped_on_a_page_is_seen(tmp_path: Path) -> None:
    pdf = pdf_of([grey_jpeg_keys(np.full((HEIGHT, WIDTH), 255, np.uint8))])
    box = pikepdf.Array([100, 100, 300, 200])
    look = pdf.make_stream(
        b"0 g 0 0 200 100 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 200, 100]
    )
    stamp = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=box, F=4, AP=pikepdf.Dictionary(N=look)
    )
    pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(stamp)])
    assert _page(tmp_path, pdf).grey.min() < 20


def test_the_user_unit_counts_for_the_resolution(tmp_path: Path) -> None:
    pdf = pdf_of([grey_jpeg_keys(sheet())], size=(W_PT / 2, H_PT / 2), UserUnit=2)
    assert _page(tmp_path, pdf).dpi == pytest.approx(WIDTH / W_PT * 72, rel=0.01)


def test_an_encrypted_pdf_is_named_and_one_that_opens_is_read(tmp_path: Path) -> None:
    locked = written(
        tmp_path, "a.pdf", pdf_of([grey_jpeg_keys(sheet())]), encryption=pikepdf.Encryption(user="u", owner="o")
    )
    assert codes(list(pages_of(locked))) == ["scan-encrypted"]
    open_to_all = written(
        tmp_path, "b.pdf", pdf_of([grey_jpeg_keys(sheet())]), encryption=pikepdf.Encryption(user="", owner="o")
    )
    assert [page.number for page in pages_of(open_to_all)] == [1]


def test_pages_come_in_order_though_readers_are_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "_PAGES_A_READER", (2, 2))
    pdf = pikepdf.new()
    for number in range(1, 6):
        pdf.pages.extend(pdf_of([grey_jpeg_keys(sheet(number))]).pages)
    found = list(pages_of(written(tmp_path, "a.pdf", pdf)))
    assert [page.number for page in found] == [1, 2, 3, 4, 5]
    assert all(difference(page.grey, sheet(page.number)) < 3 for page in found)


def test_forms_that_show_themselves_cost_nothing(tmp_path: Path) -> None:
    pdf = pdf_of([grey_jpeg_keys(sheet())])
    keys = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [0, 0, 9, 9]}
    forms = [pdf.make_stream(b"/X Do " * 10, **keys) for _ in range(3)]
    for form, following in zip(forms, [*forms[1:], forms[0]], strict=True):
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=following))
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=forms[0]))
    pdf.pages[0].Contents = pdf.make_stream(b"/X Do")
    assert [one.code for one in pages_of(written(tmp_path, "a.pdf", pdf))] == ["scan-too-costly"]


def test_a_drawing_without_end_is_not_begun(tmp_path: Path) -> None:
    pdf = pdf_of([grey_jpeg_keys(sheet())])
    pdf.pages[0].Contents = pdf.make_stream(b"0 0 m 9 9 l " * 150_000 + b"S")
    assert [one.code for one in pages_of(written(tmp_path, "a.pdf", pdf))] == ["scan-too-costly"]


def test_a_damaged_page_does_not_cost_the_others(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    for number in range(1, 4):
        keys = grey_jpeg_keys(sheet(number))
        pdf.pages.extend(pdf_of([keys | {"data": keys["data"][:2000]} if number == 2 else keys]).pages)
    one, two, three = pages_of(written(tmp_path, "a.pdf", pdf))
    assert (one.number, two.code, two.place.page, three.number) == (1, "scan-truncated", 2, 3)


def test_a_pdf_without_pages_is_named(tmp_path: Path) -> None:
    assert codes(list(pages_of(written(tmp_path, "a.pdf", pikepdf.new())))) == ["scan-no-pages"]


def test_a_page_as_large_as_a_house_is_named(tmp_path: Path) -> None:
    found = list(
        pages_of(
            written(
                tmp_path,
                "a.pdf",
                pdf_of([grey_jpeg_keys(sheet())], content=b"0 0 9 9 re f", size=(14400, 14400), UserUnit=20),
            )
        )
    )
    assert codes(found) == ["scan-too-large"]
