from __future__ import annotations

import io
import os
import struct
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from docgen.findings import Finding
from scanning.intake import tiff as tiff_module
from scanning.intake.isolated import read_pages
from scanning.intake.pages import pages_of
from scanning.page import Page
from tests.scanning.intake.sheets import (
    bilevel_sheet,
    ccitt_keys,
    codes,
    grey_jpeg_keys,
    jpeg,
    pdf_of,
    picture,
    saved,
    sheet,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path


def _codes(folder: Path, data: bytes, name: str = "a") -> list[str]:
    return codes(list(pages_of(written(folder, name, data))))


def _tiff(count: int = 1) -> bytes:
    pages = [Image.fromarray(bilevel_sheet(number)).convert("1") for number in range(1, count + 1)]
    return saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200))


def _pdf(grey_keys: object = grey_jpeg_keys) -> bytes:
    file = io.BytesIO()
    pdf_of([grey_keys(bilevel_sheet())]).save(file)
    return file.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int, data: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(data, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _jpeg_of_size(width: int, height: int) -> bytes:
    data = bytearray(jpeg(sheet()))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _tiff_of_size(width: int, height: int) -> bytes:
    entries = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 4), (262, 3, 0), (273, 4, 8), (279, 4, 0)]
    listed = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + listed + struct.pack("<I", 0)


def test_no_bytes(tmp_path: Path) -> None:
    assert _codes(tmp_path, b"") == ["scan-empty-file"]


def test_no_file(tmp_path: Path) -> None:
    assert codes(list(pages_of(tmp_path / "none.pdf"))) == ["scan-not-opened"]
    assert codes(list(pages_of(tmp_path))) == ["scan-not-opened"]
    os.mkfifo(tmp_path / "pipe")
    assert codes(list(pages_of(tmp_path / "pipe"))) == ["scan-not-opened"]


@pytest.mark.parametrize("data", [b"hello", bytes(5000), b"PK\x03\x04 a zip", b"\xff\xd8", b"\x00\x00\x00\x18ftypheic"])
def test_other_formats_are_named(tmp_path: Path, data: bytes) -> None:
    assert _codes(tmp_path, data, "a.jpg") == ["scan-unknown-format"]


def test_a_heic_photo_is_called_that(tmp_path: Path) -> None:
    (finding,) = pages_of(written(tmp_path, "a.heic", b"\x00\x00\x00\x18ftypheic" + bytes(50)))
    assert "HEIC" in finding.message
    assert "JPEG" in finding.message


@pytest.mark.parametrize("data", [png_of_size(30_000, 30_000), _jpeg_of_size(30_000, 200), _tiff_of_size(30_000, 500)])
def test_30000_pixels_are_refused_by_the_header(tmp_path: Path, data: bytes) -> None:
    assert _codes(tmp_path, data) == ["scan-too-large"]


def test_30000_pixels_in_a_pdf_are_refused(tmp_path: Path) -> None:
    keys = ccitt_keys(bilevel_sheet()) | {"Width": 30_000, "Height": 30_000}
    assert codes(list(pages_of(written(tmp_path, "a.pdf", pdf_of([keys]))))) == ["scan-too-large"]


def test_a_picture_that_is_not_there_is_truncated(tmp_path: Path) -> None:
    assert _codes(tmp_path, png_of_size(500, 500)) == ["scan-truncated"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_breaks_off_never_gives_half_a_page(tmp_path: Path, kind: str, share: float) -> None:
    data = saved(picture().convert("RGB"), kind)
    found = list(pages_of(written(tmp_path, "a", data[: int(len(data) * share)])))
    assert set(codes(found)) <= {"scan-truncated", "scan-damaged"}
    assert codes(found)
    assert not any(isinstance(one, Page) for one in found)


def _damaged_inside() -> bytes:
    data = bytearray(jpeg(sheet()))
    data[len(data) // 2 : len(data) // 2 + 60] = b"\xff\xd3" * 30
    return bytes(data)


def test_a_jpeg_that_is_damaged_inside_is_given_with_a_warning(tmp_path: Path) -> None:
    warning, page = read_pages(written(tmp_path, "a.jpg", _damaged_inside()))
    assert isinstance(warning, Finding)
    assert (warning.code, warning.place.page, str(warning.severity)) == ("scan-doubtful", 1, "warning")
    assert isinstance(page, Page)


def test_only_the_page_that_is_damaged_is_doubtful(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    for number in (1, 2, 3):
        keys = grey_jpeg_keys(sheet())
        pdf.pages.extend(pdf_of([keys | {"data": _damaged_inside()} if number == 2 else keys]).pages)
    found = list(read_pages(written(tmp_path, "a.pdf", pdf)))
    assert [one.number if isinstance(one, Page) else one.code for one in found] == [1, "scan-doubtful", 2, 3]


def test_the_end_of_a_thumbnail_is_not_the_end_of_a_jpeg(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = jpeg(sheet())[:20_000].decode("latin-1").encode("utf-8") + b"\xff\xd9"
    data = saved(picture(), "JPEG", exif=exif)
    assert data.count(b"\xff\xd9") > 1
    assert _codes(tmp_path, data) == []
    assert _codes(tmp_path, data[:-5000]) == ["scan-truncated"]


def test_pages_before_the_end_of_a_broken_tiff_are_read(tmp_path: Path) -> None:
    data = _tiff(4)
    found = list(pages_of(written(tmp_path, "a.tif", data[: len(data) * 5 // 8])))
    assert [one.number for one in found if isinstance(one, Page)] == [1, 2]
    assert codes(found)[-1] == "scan-truncated"
    assert found[-1].place.page in {3, 4}


def test_a_circle_of_directories_ends_and_is_told(tmp_path: Path) -> None:
    data = bytearray(_tiff(2))
    first = struct.unpack("<I", data[4:8])[0]
    entries = struct.unpack("<H", data[first : first + 2])[0]
    at = first + 2 + 12 * entries
    data[at : at + 4] = struct.pack("<I", first)
    found = list(pages_of(written(tmp_path, "a.tif", bytes(data))))
    assert [one.number for one in found if isinstance(one, Page)] == [1]
    assert codes(found) == ["scan-truncated"]


def test_more_pages_than_a_file_may_have_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff_module, "MAX_PAGES", 2)
    found = list(pages_of(written(tmp_path, "a.tif", _tiff(4))))
    assert [one.number for one in found if isinstance(one, Page)] == [1, 2]
    assert codes(found) == ["scan-too-many-pages"]


@pytest.mark.parametrize("content", [b"/X0 Do", b"q " * 100_000, b"/Im0 Do " * 10])
def test_pdf_content_without_end_is_read_or_named(tmp_path: Path, content: bytes) -> None:
    pdf = pdf_of([grey_jpeg_keys(sheet())], content)
    form = pdf.make_stream(b"/X0 Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X0=form))
    pdf.pages[0].obj.Resources.XObject["/X0"] = form
    (only,) = read_pages(written(tmp_path, "a.pdf", pdf))
    assert isinstance(only, Page | Finding)


def test_a_bomb_within_the_bounds_of_a_page_is_read_or_named_within_its_limits(tmp_path: Path) -> None:
    (only,) = read_pages(written(tmp_path, "a.png", png_of_size(9_000, 7_900, bytes(9_001 * 7_900))))
    assert isinstance(only, Page | Finding)


_VALID = {
    "jpeg": jpeg(sheet()),
    "png": saved(picture(), "PNG"),
    "tiff": _tiff(2),
    "tiff-lzw": saved(picture(), "TIFF", compression="tiff_lzw"),
    "pdf": _pdf(),
    "pdf-g4": _pdf(ccitt_keys),
}


@pytest.mark.parametrize("kind", sorted(_VALID))
@settings(max_examples=6, phases=(Phase.generate,))
@given(data=st.data())
def test_mutated_files_end_in_pages_or_findings(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    mutated = bytearray(_VALID[kind])
    for _ in range(data.draw(st.integers(1, 12))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(mutated) // 2, len(mutated)))
    path = written(tmp_path_factory.mktemp("mutated"), "a", bytes(mutated[:cut]))
    found = list(read_pages(path))
    assert found
    assert all(isinstance(one, Page | Finding) for one in found)
    assert "scan-read-failed" not in codes(found)
