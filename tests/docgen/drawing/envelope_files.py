"""Print files of envelopes with marks and document parts, for the tests here."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

from docgen.drawing.mark_ink import MARK_FONT, draw_marks
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnEnvelope, EnvelopePart, FileInfo, PrintFileWriter
from docgen.postal.marks.control import control_code
from docgen.postal.marks.sheets import Marker
from tests.docgen.builders import CREATED, PrintFile, composer, example, template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docgen.drawing.print_file import DrawnLetter
    from docgen.postal.marks.model import MarkProfile, Order

BATCH_CODE = "7F3K9M"
RESOURCES = composer("rent-reminder").resources
FACE = RESOURCES.faces[MARK_FONT]


@cache
def letter(language: str = "nl") -> DrawnLetter:
    """A letter of two pages."""
    return composer("rent-reminder").compose(example(template("rent-reminder"), language)).drawn


def marked(
    marker: Marker, sequence: int, letters: tuple[DrawnLetter, ...], *, duplex: bool, ids: tuple[str, ...] = ()
) -> DrawnEnvelope:
    """An envelope as a batch has it."""
    sheets = sum(-(-len(drawn.pages) // 2) if duplex else len(drawn.pages) for drawn in letters)
    marks = draw_marks(marker.mark(sequence, sheets), FACE, duplex=duplex)
    ids = ids or tuple(f"pce_{sequence}_{n}" for n in range(len(letters)))
    part = EnvelopePart(ids, ids[0], control_code(marker.batch_code, sequence), sheets, bundle=2, tray=1)
    return DrawnEnvelope(letters, marks, marker.order, part)


def envelope_file(envelopes: Iterable[DrawnEnvelope], *, duplex: bool, parts: bool = True) -> PrintFile:
    """One file of them."""
    out = BytesIO()
    info = FileInfo("Batch bat_1", CREATED, parts=parts)
    writer = PrintFileWriter(out, RESOURCES, info, fogra39(), duplex=duplex)
    for envelope in envelopes:
        writer.add_envelope(envelope)
    written = writer.close()
    return PrintFile(out.getvalue(), written)


def one_envelope(profile: MarkProfile, order: Order, *, letters: int = 1, duplex: bool = False) -> PrintFile:
    """A file of one envelope with letters of two pages."""
    marker = Marker(profile, BATCH_CODE, order)
    envelope = marked(marker, 42, tuple(letter(("nl", "en")[n % 2]) for n in range(letters)), duplex=duplex)
    return envelope_file([envelope], duplex=duplex)
