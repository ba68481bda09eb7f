"""Read back print files of ready-made letters, in a child: what must be there comes from the values of the pieces."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from api.usecases.products import product_of
from api.usecases.ready_made.uploads import copy_blob
from api.usecases.ready_made.values import print_letter
from docgen.postal.marks.sheets import page_places
from docgen.readback import ReadBack
from docgen.readymade import safely
from docgen.readymade.answers import PlacedLetter
from docgen.readymade.expected import expected_letter
from docgen.readymade.house_ink import HouseInk
from docgen.readymade.letters import own_pages, page_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.usecases.deps import Deps
    from api.usecases.reading_back import Printed, Reading
    from docgen.postal.marks.model import Order
    from docgen.postal.marks.sheets import SheetMarks
    from docgen.readback import ExpectedLetter
    from docgen.readymade.letters import PrintLetter


def expected_letters(
    deps: Deps,
    reading: Reading,
    letters: Mapping[str, tuple[Printed, bytes]],
    marks: Mapping[str, Sequence[SheetMarks]],
    order: Order,
) -> list[ExpectedLetter]:
    """What must be read; ``letters`` are places in the file and values, by piece id."""
    product = product_of(deps, reading.job)
    ink, expected = HouseInk(product.envelope), []
    for piece_id, (printed, values) in letters.items():
        letter = print_letter(piece_id, values)
        placed = _placed(letter, printed, order, duplex=product.duplex)
        sheets = marks.get(piece_id, ())
        expected.append(expected_letter(letter, placed, ink, duplex=product.duplex, sheets=sheets))
    return expected


def read_ready_made(deps: Deps, reading: Reading, expected: Sequence[ExpectedLetter], *, consecutive: bool) -> ReadBack:
    """Read them in the finished file; what its child says is wrong is a difference."""
    with TemporaryDirectory(prefix="posthoorn-") as name:
        folder, pdf = Path(name), Path(name) / "print.pdf"
        copy_blob(deps, reading.batch.organisation_id, reading.file.blob, pdf)
        pages = reading.file.pages
        read = safely.read_back(pdf, expected, folder, total_pages=pages, consecutive=consecutive)
        picture = (folder / read.picture).read_bytes() if read.picture else None
    return ReadBack(read.symbols, read.findings, picture)


def _placed(letter: PrintLetter, printed: Printed, order: Order, *, duplex: bool) -> PlacedLetter:
    pages = len(page_kinds(letter, duplex=duplex))
    (places,) = page_places([pages], order, duplex=duplex)
    own = own_pages(letter, duplex=duplex)
    numbers = tuple([printed.first_page + place - 1 for place in places[:own]])
    return PlacedLetter(letter.piece_id, printed.first_page, pages, numbers, printed.digests)
