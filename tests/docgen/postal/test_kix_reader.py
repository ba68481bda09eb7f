"""The KIX reader: what is drawn is read, at every resolution and through a PDF; what is doubtful is not."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from docgen.postal import kix, kix_reader

if TYPE_CHECKING:
    from docgen.postal.kix_reader import Image

CONTENTS = [
    "2500GG30250",
    "6525AJ127XE208",
    "1234567890ABCDEFGH",
    "IJKLMNOPQRSTUVWXYZ",
    "9999XL99999XABCDEF",
    "1234AB5",
]
MARGIN_MM = 4.0


def drawn(content: str, dpi: int, profile: kix.KixProfile = kix.NORMAL) -> Image:
    """Bars on white with antialiased edges, as a renderer makes them: area of each pixel that is covered."""
    fine = 5
    scale = dpi * fine / 25.4
    height = round((profile.height_mm + 2 * MARGIN_MM) * dpi / 25.4) * fine
    width = round((profile.width_mm(len(content)) + 2 * MARGIN_MM) * dpi / 25.4) * fine
    paper = np.full((height, width), 255, np.uint8)
    for bar in kix.bars(content, profile):
        left, top = (bar.left_mm + MARGIN_MM) * scale, (bar.top_mm + MARGIN_MM) * scale
        right, bottom = left + bar.width_mm * scale, top + bar.height_mm * scale
        paper[round(top) : round(bottom), round(left) : round(right)] = 0
    pixels = paper.reshape(height // fine, fine, width // fine, fine)
    return np.asarray(pixels.mean(axis=(1, 3)), np.uint8)


def through_pdf(content: str, dpi: int) -> Image:
    """The code under two lines of text on a page, rasterised."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(100 * mm, 40 * mm), invariant=1)
    canvas.setFont("Helvetica", 10)
    canvas.drawString(10 * mm, 32 * mm, "Zeeweg 127 E2-08 illllllll")
    canvas.drawString(10 * mm, 27 * mm, "6525 AJ  NIJMEGEN")
    for bar in kix.bars(content):
        y_mm = 24 - bar.top_mm - bar.height_mm
        canvas.rect((10 + bar.left_mm) * mm, y_mm * mm, bar.width_mm * mm, bar.height_mm * mm, stroke=0, fill=1)
    canvas.save()
    document = pypdfium2.PdfDocument(buffer.getvalue())
    image: Image = document[0].render(scale=dpi / 72, grayscale=True).to_numpy()
    grey = np.ascontiguousarray(image.reshape(image.shape[:2]))
    document.close()
    return grey


def turned(image: Image, degrees: float) -> Image:
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderValue=(255,)), np.uint8)


@pytest.mark.parametrize("dpi", [200, 240, 300, 400, 600])
@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("profile", [kix.NORMAL, kix.TIGHT])
def test_reads_what_was_drawn(content: str, dpi: int, profile: kix.KixProfile) -> None:
    assert kix_reader.read(drawn(content, dpi, profile)) == content


@pytest.mark.parametrize("dpi", [200, 300, 600])
@pytest.mark.parametrize("content", CONTENTS)
def test_reads_through_a_pdf_with_text_around(content: str, dpi: int) -> None:
    assert kix_reader.read(through_pdf(content, dpi)) == content


@settings(max_examples=40, deadline=None)
@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=7, max_size=18))
def test_reads_any_content(content: str) -> None:
    assert kix_reader.read(drawn(content, 200)) == content


@pytest.mark.parametrize("degrees", [-2.0, -1.2, -0.7, 0.3, 1.0, 1.7])
def test_reads_what_lies_askew(degrees: float) -> None:
    assert kix_reader.read(turned(drawn("1231FZ13XHS", 300), degrees)) == "1231FZ13XHS"


def test_reads_grey_ink_on_tinted_paper_with_noise() -> None:
    rng = np.random.default_rng(7)
    image = 200 - (255 - drawn("6525AJ127XE208", 300).astype(np.int16)) * 120 // 255
    noisy = np.clip(image + rng.normal(0, 12, image.shape), 0, 255).astype(np.uint8)
    assert kix_reader.read(cv2.GaussianBlur(noisy, (3, 3), 0).astype(np.uint8)) == "6525AJ127XE208"


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 0), np.uint8),
        np.full((60, 400), 255, np.uint8),
        np.zeros((60, 400), np.uint8),
        np.tile(np.repeat(np.array([0, 255], np.uint8), 6), (60, 20)),
        np.random.default_rng(3).integers(0, 256, (80, 400), np.uint8),
    ],
    ids=["empty", "white", "black", "grating", "noise"],
)
def test_what_is_no_code_is_none(image: Image) -> None:
    assert kix_reader.read(image) is None


def test_a_code_that_is_cut_is_none() -> None:
    whole = drawn("2500GG30250", 300)
    assert kix_reader.read(np.ascontiguousarray(whole[:, : whole.shape[1] // 2])) is None
    assert kix_reader.read(np.ascontiguousarray(whole[whole.shape[0] // 2 :])) is None


@pytest.mark.slow
def test_a_bar_that_lost_its_upper_part_is_never_read_as_another_code() -> None:
    image = drawn("2500GG30250", 300)
    px_per_mm = 300 / 25.4
    top, tracker = round(MARGIN_MM * px_per_mm), round((MARGIN_MM + kix.NORMAL.part_mm) * px_per_mm)
    for bar, state in zip(kix.bars("2500GG30250"), kix.encode("2500GG30250"), strict=True):
        damaged = image.copy()
        left = int((MARGIN_MM + bar.left_mm) * px_per_mm) - 1
        damaged[top - 2 : tracker - 1, left : left + 9] = 255
        assert kix_reader.read(damaged) == ("2500GG30250" if state in "DT" else None)


def test_bars_that_are_in_no_character_are_none() -> None:
    image = drawn("ZZ", 300)  # FFTT FFTT
    px_per_mm = 300 / 25.4
    left, right = (round((MARGIN_MM + n * kix.NORMAL.pitch_mm) * px_per_mm) - 2 for n in (2, 4))
    swapped = image.copy()
    swapped[:, left : left + 10], swapped[:, right : right + 10] = (
        image[:, right : right + 10],
        image[:, left : left + 10],
    )
    assert kix_reader.read(image) == "ZZ"
    assert kix_reader.read(swapped) is None
