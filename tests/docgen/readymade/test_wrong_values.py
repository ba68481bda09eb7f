"""Any value anywhere in a PDF may be of the wrong kind: that is found out as trouble of the file, never as a bug."""

from __future__ import annotations

import random
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image
from pypdfium2 import PdfiumError
from reportlab.lib.utils import ImageReader

from docgen.readymade.copier import TooDeepError
from docgen.readymade.inspection import inspect_file
from docgen.readymade.letters import LetterPages
from docgen.readymade.look import look_at
from docgen.readymade.policy import ReadymadePolicy
from docgen.readymade.shape import BadPageError
from tests.docgen.readymade.makers import Maker, Sheet, drawn

if TYPE_CHECKING:
    from pathlib import Path

    from reportlab.pdfgen.canvas import Canvas

POLICY = ReadymadePolicy()
OF_THE_FILE = (pikepdf.PdfError, PdfiumError, BadPageError, TooDeepError)


def _rich(canvas: Canvas) -> None:
    canvas.bookmarkPage("here")
    canvas.addOutlineEntry("Letter", "here")
    canvas.linkURL("https://example.org", (0, 0, 9, 9))
    canvas.drawImage(ImageReader(Image.new("RGBA", (40, 40), (200, 10, 10, 128))), 100, 100, 60, 60, mask="auto")
    canvas.setFillAlpha(0.5)
    canvas.beginForm("f")
    canvas.rect(1, 1, 5, 5)
    canvas.endForm()
    canvas.doForm("f")


def _values(pdf: pikepdf.Pdf, chance: random.Random) -> list[pikepdf.Object | int | str | None]:
    return [
        0,
        -7,
        10**9,
        Name("/Wrong"),
        pikepdf.String("wrong"),
        Array([]),
        Array([Name("/Wrong"), 1, None]),
        Dictionary(),
        Dictionary(Type=Name.Page, S=Name.JavaScript),
        pdf.make_stream(b"wrong ) >> q /x Tf", Subtype=Name.Form),
        chance.choice([obj for obj in pdf.objects if obj is not None]),
    ]


def _spoil(pdf: pikepdf.Pdf, chance: random.Random) -> None:
    """Give one to three entries of dictionaries of the file another value."""
    for _ in range(chance.randint(1, 3)):
        objects = [obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary | pikepdf.Stream)]
        spoiled = chance.choice(objects)
        while True:
            keys = [key for key in sorted(spoiled.keys()) if key not in ("/Length", "/Filter")]
            inner = [key for key in keys if isinstance(spoiled.get(key), pikepdf.Dictionary)]
            if not inner or chance.random() < 0.4:
                break
            spoiled = spoiled.get(chance.choice(inner))
        if keys:
            spoiled[chance.choice(keys)] = chance.choice(_values(pdf, chance))


@pytest.fixture(scope="module")
def sound() -> bytes:
    return drawn([Sheet(also=_rich), Sheet()])


@pytest.mark.parametrize("seed", range(20))
def test_wrong_values_are_trouble_of_the_file(make: Maker, folder: Path, sound: bytes, seed: int) -> None:
    path = make.folder / "spoiled.pdf"
    chance = random.Random(seed)  # noqa: S311 (the same files each time)
    with pikepdf.open(BytesIO(sound)) as pdf:
        _spoil(pdf, chance)
        pdf.save(path, static_id=True)
    try:
        found = inspect_file(path, POLICY)
    except pikepdf.PdfError:
        return
    if found.pages:
        try:
            look_at(path, [LetterPages("a", 1, found.pages)], POLICY, folder)
        except OF_THE_FILE:
            return
