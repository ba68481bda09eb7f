"""Printed words of a page, by Tesseract in this process, so that a person can find whose a page without a code is.

Handwriting is never read this way, and no value ever comes of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tesserocr
from PIL import Image

from docgen.qr.slip_code import DIGITS, read_number_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanning.page import Page

_DATA: Final = ("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tessdata")
_LANGUAGES: Final = ("nld", "eng")
_USUAL_DPI, _FINEST_DPI = 200, 300
_MOST_LINES, _MOST_HINTS = 200, 12
_NUMBER = re.compile(r"(?:\d[ .]?){29}\d")
_REFERENCE = re.compile(r"\b(?:[A-Z]{1,4}-?\d{4,12}|\d{5,12})\b")
_POSTCODE = re.compile(r"\b[1-9]\d{3} ?[A-Z]{2}\b")


class NoLanguageDataError(Exception):
    """Tesseract's data for Dutch or English is not installed."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is printed on a page: its lines, and the parts that may say whose it is, the surest first."""

    lines: tuple[str, ...]
    hints: tuple[str, ...]


def words_of(page: Page) -> Words:
    """Read a page in one call.

    Raises:
        NoLanguageDataError: nothing can be read.
    """
    folder, languages = _installed()
    with tesserocr.PyTessBaseAPI(path=folder, lang="+".join(languages), psm=tesserocr.PSM.AUTO) as reader:
        reader.SetVariable("debug_file", "/dev/null")
        reader.SetImage(_image(page))
        reader.SetSourceResolution(round(min(page.dpi or _USUAL_DPI, _FINEST_DPI)))
        text = reader.GetUTF8Text()
    lines = [line.strip() for line in text.splitlines() if any(map(str.isalnum, line))][:_MOST_LINES]
    return Words(tuple(lines), hints_of(lines))


def hints_of(lines: Sequence[str]) -> tuple[str, ...]:
    """Numbers of slips whose check digits fit, then references and postcodes, each once."""
    whole = "\n".join(lines)
    numbers = ["".join(filter(str.isdigit, found)) for found in _NUMBER.findall(whole)]
    slips = [number for number in numbers if len(number) == DIGITS and read_number_line(number)]
    return tuple(_once([*slips, *_REFERENCE.findall(whole), *_POSTCODE.findall(whole)]))[:_MOST_HINTS]


def _once(found: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(found)


def _image(page: Page) -> Image.Image:
    """The page, not finer than 300 dpi: more only takes longer."""
    image = Image.fromarray(page.grey)
    if page.dpi is not None and page.dpi > _FINEST_DPI:
        scale = _FINEST_DPI / page.dpi
        return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    return image


def _installed() -> tuple[str, list[str]]:
    """The folder of Tesseract's data, and which of our languages are there."""
    folders = [path for pattern in _DATA for path in sorted(Path("/").glob(pattern.lstrip("/")))]
    for folder in folders:
        found = [language for language in _LANGUAGES if (folder / f"{language}.traineddata").is_file()]
        if found:
            return str(folder), found
    raise NoLanguageDataError("install tesseract-ocr-nld and tesseract-ocr-eng")
