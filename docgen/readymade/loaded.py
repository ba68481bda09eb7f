"""What the fork server for looks into PDFs has loaded before its first child."""

from __future__ import annotations

from PIL import ImageFile, ImageFont
from pydantic import TypeAdapter

from docgen.readymade import answers, assembly, check, child, find_text, inspection, look, pictures
from docgen.readymade.house_ink import HouseInk
from docgen.readymade.policy import ReadymadePolicy

LOADED = (assembly, check, child, find_text, inspection, look, pictures, ImageFile, ImageFont)
_ANSWERS = (answers.Inspection, answers.TextHits, answers.Look, answers.Assembled, answers.Checked, answers.Drawn)


def prepare() -> None:
    """Do once what each child would do at its first page and its answer: load our own fonts, and what writes JSON."""
    HouseInk(ReadymadePolicy().envelope)
    for kind in _ANSWERS:
        TypeAdapter(kind)
