from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image

from scanning.intake.pages import pages_of
from scanning.page import Page
from tests.scanning.intake.sheets import (
    HEIGHT,
    WIDTH,
    bilevel_sheet,
    codes,
    difference,
    jpeg,
    picture,
    saved,
    sheet,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

    from docgen.findings import Finding


def _read(folder: Path, name: str, data: bytes) -> list[Page | Finding]:
    return list(pages_of(written(folder, name, data)))


def _page(folder: Path, name: str, data: bytes) -> Page:
    (page,) = _read(folder, name, data)
    assert isinstance(page, Page)
    return page


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr"])
def test_tiff_of_every_depth_and_compression_gives_its_grey(tmp_path: Path, mode: str, compression: str) -> None:
    if mode == "YCbCr" and compression == "jpeg":
        data = saved(picture().convert("RGB"), "TIFF", compression="jpeg", quality=95)  # stored as YCbCr
    else:
        data = saved(picture().convert(mode), "TIFF", compression=compression, dpi=(300, 300))
    page = _page(tmp_path, "a.tif", data)
    assert difference(page.grey, sheet()) < 2
    assert not page.bilevel


@pytest.mark.parametrize("compression", ["group3", "group4", "raw", "tiff_lzw", "packbits", "tiff_ccitt"])
@pytest.mark.parametrize("min_is_black", [False, True])
def test_bilevel_tiff_in_both_photometric_orders(tmp_path: Path, compression: str, *, min_is_black: bool) -> None:
    photometric = 1 if min_is_black else 0
    data = saved(
        Image.fromarray(bilevel_sheet()).convert("1"),
        "TIFF",
        compression=compression,
        dpi=(300, 300),
        tiffinfo={262: photometric},
    )
    page = _page(tmp_path, "a.tif", data)
    assert np.array_equal(page.grey, bilevel_sheet())
    assert page.bilevel
    assert page.dpi == 300


def test_sixteen_bit_is_scaled(tmp_path: Path) -> None:
    deep = Image.fromarray(sheet().astype(np.uint16) * 257)
    assert difference(_page(tmp_path, "a.tif", saved(deep, "TIFF")).grey, sheet()) < 1
    assert difference(_page(tmp_path, "a.png", saved(deep, "PNG")).grey, sheet()) < 1


def test_floating_point_is_scaled(tmp_path: Path) -> None:
    light = Image.fromarray(sheet().astype(np.float32) / 255)
    assert difference(_page(tmp_path, "a.tif", saved(light, "TIFF")).grey, sheet()) < 1


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_palette(tmp_path: Path, kind: str) -> None:
    assert difference(_page(tmp_path, "a", saved(picture().convert("P"), kind)).grey, sheet()) < 2


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparent_is_white(tmp_path: Path, mode: str) -> None:
    ink = Image.new("L", (WIDTH, HEIGHT), 0)
    ink.putalpha(Image.fromarray(255 - sheet()))
    page = _page(tmp_path, "a.png", saved(ink.convert(mode), "PNG"))
    assert difference(page.grey, sheet()) < 1


def test_palette_with_a_transparent_colour_is_white_there(tmp_path: Path) -> None:
    image = Image.fromarray(255 - bilevel_sheet()).convert("P")
    image.putpalette([0, 0, 0] * 255 + [200, 0, 0])
    data = saved(image, "PNG", transparency=0)
    page = _page(tmp_path, "a.png", data)
    assert page.grey.max() == 255
    assert (page.grey < 128).sum() == (bilevel_sheet() == 0).sum()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_in_grey_colour_and_ink(tmp_path: Path, mode: str) -> None:
    page = _page(tmp_path, "a.jpg", saved(picture().convert(mode), "JPEG", quality=92, dpi=(200, 200)))
    assert difference(page.grey, sheet()) < 2
    assert page.dpi == 200


def test_progressive_jpeg(tmp_path: Path) -> None:
    assert difference(_page(tmp_path, "a.jpg", saved(picture(), "JPEG", progressive=True)).grey, sheet()) < 3


@pytest.mark.parametrize(("colour", "least", "most"), [
    ((30, 60, 170), 0, 110),  # blue ballpoint
    ((200, 30, 40), 0, 110),  # red pen
    ((20, 130, 60), 0, 110),  # green pen
    ((110, 110, 115), 0, 120),  # pencil
    ((255, 200, 195), 200, 255),  # reddish drop-out
    ((255, 215, 160), 200, 255),  # orange drop-out
    ((190, 240, 190), 200, 255),  # green drop-out
])  # fmt: skip
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pens_stay_dark_and_drop_out_light(
    tmp_path: Path, kind: str, colour: tuple[int, int, int], least: int, most: int
) -> None:
    page = _page(tmp_path, "a", saved(Image.new("RGB", (64, 64), colour), kind))
    assert least <= page.grey.mean() <= most


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_exif_orientation_is_honoured(tmp_path: Path, kind: str, orientation: int) -> None:
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = picture() if back is None else picture().transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"tiffinfo": {274: orientation}} if kind == "TIFF" else {"exif": exif}
    page = _page(tmp_path, "a", saved(stored, kind, dpi=(200, 200), **options))
    assert difference(page.grey, sheet()) < 3
    assert page.dpi == pytest.approx(200, abs=0.1)


def test_pages_of_a_tiff_come_in_order_whatever_their_size_and_mode(tmp_path: Path) -> None:
    pages = [picture(1), picture(2).convert("1"), picture(3).convert("RGB").resize((210, 297)), picture(4)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], dpi=(150, 150))
    found = _read(tmp_path, "a.tif", data)
    assert [page.number for page in found] == [1, 2, 3, 4]
    assert [page.grey.shape for page in found] == [(594, 420), (594, 420), (297, 210), (594, 420)]
    assert [page.bilevel for page in found] == [False, True, False, False]
    assert difference(found[3].grey, sheet(4)) == 0


def test_big_tiff(tmp_path: Path) -> None:
    data = saved(picture(1), "TIFF", save_all=True, append_images=[picture(2)], big_tiff=True)
    assert data[:4] == b"II+\x00"
    assert [page.number for page in _read(tmp_path, "a.tif", data)] == [1, 2]


def test_thumbnails_in_a_tiff_are_no_pages(tmp_path: Path) -> None:
    thumbnail = picture(2).resize((42, 59))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    data = saved(picture(1), "TIFF", save_all=True, append_images=[thumbnail, picture(3)])
    assert [page.number for page in _read(tmp_path, "a.tif", data)] == [1, 2]


@pytest.mark.parametrize(("dpi", "told"), [(300, 300), (40, None), (2400, None), (96, 96), (72, 72)])
def test_dpi_is_told_when_it_can_be_true(tmp_path: Path, dpi: int, told: int | None) -> None:
    for kind in ("JPEG", "PNG", "TIFF"):
        page = _page(tmp_path, "a", saved(picture(), kind, dpi=(dpi, dpi)))
        assert page.dpi == (told if told is None else pytest.approx(told, abs=0.1))


def test_72_dpi_of_a_sheet_of_a_metre_is_not_believed(tmp_path: Path) -> None:
    large = picture().resize((1654, 2339))
    assert _page(tmp_path, "a.jpg", saved(large, "JPEG", dpi=(72, 72))).dpi is None


def test_tiff_dpi_in_centimetres(tmp_path: Path) -> None:
    page = _page(tmp_path, "a.tif", saved(picture(), "TIFF", tiffinfo={282: 118.11, 283: 118.11, 296: 3}))
    assert page.dpi == pytest.approx(300, abs=0.1)


def test_fax_becomes_square(tmp_path: Path) -> None:
    flat = Image.fromarray(bilevel_sheet()).convert("1").resize((WIDTH, HEIGHT // 2))
    page = _page(
        tmp_path, "a.tif", saved(flat, "TIFF", compression="group3", tiffinfo={282: 204.0, 283: 102.0, 296: 2})
    )
    assert page.grey.shape == (HEIGHT, WIDTH)
    assert page.dpi == 204
    assert page.bilevel


def test_a_camera_makes_a_photo_and_a_scanner_does_not(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model"
    scanner = _page(tmp_path, "a.jpg", saved(picture(), "JPEG", exif=exif, dpi=(300, 300)))
    exif.get_ifd(0x8769)[0x829A] = 0.02
    by_phone = _page(tmp_path, "b.jpg", saved(picture(), "JPEG", exif=exif, dpi=(72, 72)))
    with_exposure = _page(tmp_path, "c.jpg", saved(picture(), "JPEG", exif=exif, dpi=(300, 300)))
    assert (scanner.photo, by_phone.photo, with_exposure.photo) == (False, True, False)
    assert by_phone.dpi is None


def test_grey_with_two_values_is_bilevel(tmp_path: Path) -> None:
    two = np.where(bilevel_sheet() == 0, 20, 240).astype(np.uint8)
    assert _page(tmp_path, "a.png", saved(Image.fromarray(two), "PNG")).bilevel
    two[5, 5] = 100
    assert not _page(tmp_path, "a.png", saved(Image.fromarray(two), "PNG")).bilevel


def test_a_wrong_extension_is_a_warning_and_the_file_is_read(tmp_path: Path) -> None:
    found = _read(tmp_path, "a.pdf", jpeg(sheet()))
    assert codes(found) == ["scan-wrong-extension"]
    assert str(found[0].severity) == "warning"
    assert isinstance(found[1], Page)


def test_an_extension_that_says_nothing_is_not_wrong(tmp_path: Path) -> None:
    assert codes(_read(tmp_path, "a.scan", jpeg(sheet()))) == []
    assert codes(_read(tmp_path, "A.JPEG", jpeg(sheet()))) == []


def test_the_grey_of_a_colour_jpeg_is_its_luma(tmp_path: Path) -> None:
    colour = cv2.merge([sheet(1), sheet(2), sheet(3)])
    page = _page(tmp_path, "a.jpg", bytes(cv2.imencode(".jpg", colour, [1, 95])[1].tobytes()))
    assert difference(page.grey, cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)) < 2
