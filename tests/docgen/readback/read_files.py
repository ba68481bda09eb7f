"""A print file with marks that is made as a batch is, and ways to spoil it, for the tests here."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

import pikepdf

from docgen.drawing.mark_ink import MARK_FONT, draw_marks
from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import DrawnEnvelope, FileInfo, PrintFileWriter
from docgen.job import raw_records, valid_pieces
from docgen.postal.marks.model import Order
from docgen.postal.marks.profiles import builtin
from docgen.postal.marks.sheets import Marker
from docgen.readback import ExpectedLetter, InFile, ReadBack, expected_letter, read_part, room_for
from tests.docgen.builders import CREATED, SAMPLES, composer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from docgen.letters import Letter
    from docgen.postal.marks.model import MarkProfile

BATCH_CODE = "7F3K9M"
MIXED = 64
PT_PER_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Made:
    """A print file, what must be found in it, and the letters in it."""

    data: bytes
    expected: tuple[ExpectedLetter, ...]
    pages: int
    letters: tuple[Letter, ...]


@cache
def sample_letters(name: str = "rent-reminder.json", template: str = "rent-reminder") -> list[Letter]:
    """The first letters of a sample file, those that may be printed."""
    made, path = composer(template), SAMPLES / "records" / name
    with path.open("rb") as stream:
        pieces = valid_pieces(made.template, made.brand, islice(raw_records(path, stream, made.template), MIXED), "run")
    return [piece.letter for piece in pieces if made.lay_out(piece.letter).may_be_printed]


@cache
def mixed() -> Made:
    """Long and short letters, in Dutch and English, at home and abroad, with Data Matrix and text marks."""
    hard = sample_letters("hard-cases.json")
    return made_file([*hard, *sample_letters()[: MIXED - len(hard)]])


def made_file(
    letters: Sequence[Letter],
    marks: str | MarkProfile = "datamatrix",
    order: Order = Order.FORWARD,
    template: str = "rent-reminder",
) -> Made:
    """One file of them, each in its own envelope, on both sides of the paper."""
    of, out, expected = composer(template), BytesIO(), []
    profile = builtin()[marks] if isinstance(marks, str) else marks
    writer = PrintFileWriter(out, of.resources, FileInfo("Batch bat_1", CREATED), fogra39(), duplex=True)
    marker = Marker(profile, BATCH_CODE, order)
    for sequence, letter in enumerate(letters, 1):
        made = of.compose(letter)
        sheets = marker.mark(sequence, -(-len(made.drawn.pages) // 2))
        ink = draw_marks(sheets, of.resources.faces[MARK_FONT], duplex=True)
        piece_id = letter.piece_id if of.template.reply_form else f"pce_{sequence:03}"
        placed = InFile(piece_id, writer.page_count + 1, made.drawn.digests, duplex=True, order=order)
        writer.add_envelope(DrawnEnvelope((made.drawn,), ink, order))
        room = room_for(profile, duplex=True)
        expected.append(expected_letter(made.laid_out, of.plan(letter.language), placed, room, sheets))
    written = writer.close()
    return Made(out.getvalue(), tuple(expected), written.pages, tuple(letters))


def read(data: bytes, made: Made) -> ReadBack:
    """Everything that must be in the file is looked for."""
    return read_part(data, made.expected, total_pages=made.pages)


def codes(data: bytes, made: Made) -> set[str]:
    return {finding.code for finding in read(data, made).findings}


def edited(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The file as it is after ``change``."""
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out, static_id=True)
    return out.getvalue()


def rewritten(data: bytes, page: int, change: Callable[[bytes], bytes]) -> bytes:
    """The file with other content drawn on a page (from 1); its marks stay."""

    def change_page(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[page - 1].obj.Contents
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        streams[0] = pdf.make_stream(change(streams[0].read_bytes()))
        pdf.pages[page - 1].obj.Contents = pikepdf.Array(streams)

    return edited(data, change_page)


def redrawn(made: Made, place: int, letter: Letter, template: str = "rent-reminder") -> bytes:
    """The file with the first page of another letter for that at ``place`` (from 0)."""
    other = zlib.decompress(composer(template).compose(letter).drawn.pages[0])
    return rewritten(made.data, made.expected[place].first_page, lambda _: other)


def overprinted(data: bytes, page: int, ink: bytes) -> bytes:
    """The file with more ink in the content of a page (from 1)."""
    return rewritten(data, page, lambda content: content + ink)


def box(left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> bytes:
    """Ink of a black box on an A4 page."""
    bottom_mm = 297.0 - top_mm - height_mm
    sizes = " ".join(f"{mm * PT_PER_MM:.3f}" for mm in (left_mm, bottom_mm, width_mm, height_mm))
    return f"q 0 0 0 1 k {sizes} re f Q\n".encode()
