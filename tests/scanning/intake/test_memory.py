from __future__ import annotations

from typing import TYPE_CHECKING

import pikepdf

from scanning.intake.isolated import read_pages
from tests.scanning.intake.sheets import grey_jpeg_keys, pdf_of, picture, saved, sheet, written

if TYPE_CHECKING:
    from pathlib import Path

_SPARE_BYTES = 12_000_000


def _cost(path: Path) -> tuple[int, int]:
    """How many pages came, and the most memory the child had."""
    pages, count = read_pages(path), 0
    while True:
        try:
            next(pages)
            count += 1
        except StopIteration as stop:
            return count, stop.value.peak_bytes


def _pdf(count: int) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    keys = grey_jpeg_keys(sheet())
    for number in range(count):
        pdf.pages.extend(pdf_of([keys | {"data": keys["data"] + bytes([number % 256])}]).pages)
    return pdf


def _tiff(count: int) -> bytes:
    return saved(picture(), "TIFF", save_all=True, append_images=[picture(2)] * (count - 1), compression="packbits")


def test_memory_does_not_grow_with_the_pages_of_a_pdf(tmp_path: Path) -> None:
    _, few = _cost(written(tmp_path, "few.pdf", _pdf(20)))
    count, many = _cost(written(tmp_path, "many.pdf", _pdf(200)))
    assert count == 200
    assert many < few + _SPARE_BYTES


def test_memory_does_not_grow_with_the_pages_of_a_tiff(tmp_path: Path) -> None:
    _, few = _cost(written(tmp_path, "few.tif", _tiff(20)))
    count, many = _cost(written(tmp_path, "many.tif", _tiff(200)))
    assert count == 200
    assert many < few + _SPARE_BYTES
