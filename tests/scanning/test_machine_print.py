from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docgen.qr.slip_code import number_line
from scanning.machine_print import Words, hints_of, words_of
from scanning.page import Page
from scanning.words_task import read_words
from tests.scanning.slips import code

if TYPE_CHECKING:
    from pathlib import Path

    from scanning.page import GreyImage

FONT = "fonts/source-sans-3/SourceSans3-Regular.ttf"


@pytest.fixture
def letter() -> GreyImage:
    image = Image.new("L", (1100, 500), 250)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 32)
    for line, text in enumerate(["Geachte mevrouw De Vries,", "uw klantnummer is ZA-00068.", "1230 AC  GRACHTSTAD"]):
        draw.text((80, 80 + 90 * line), text, fill=20, font=font)
    return np.asarray(image)


@pytest.mark.slow
def test_printed_words_and_what_may_say_whose_page_it_is(letter: GreyImage) -> None:
    words = words_of(Page(1, letter, 200.0))
    assert words.lines[0] == "Geachte mevrouw De Vries,"
    assert words.hints == ("ZA-00068", "1230 AC")


@pytest.mark.slow
def test_words_are_read_in_a_process_of_their_own(tmp_path: Path, letter: GreyImage) -> None:
    path = tmp_path / "letter.png"
    cv2.imwrite(str(path), letter)
    words = read_words(path, 1)
    assert isinstance(words, Words)
    assert "ZA-00068" in words.hints


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.write_bytes(b"")
    finding = read_words(path, 1)
    assert not isinstance(finding, Words)
    assert finding.code == "scan-empty-file"


def test_a_slip_number_comes_first_and_only_when_its_check_digits_fit() -> None:
    number = number_line(code(1))
    grouped = " ".join(number[start : start + 5] for start in range(0, 30, 5))
    wrong = grouped[:-1] + str((int(grouped[-1]) + 1) % 10)
    assert hints_of(["klant H-262510", grouped])[:2] == (number, "H-262510")
    assert number not in hints_of([wrong])
