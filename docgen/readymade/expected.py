"""What must be read back from a print file of ready-made letters: pages, each KIX of ours, marks, and white."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.layouts.geometry import Rect
from docgen.readback import BLANK, ExpectedLetter, ExpectedSymbol, expected_marks
from docgen.readymade.letters import Front

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from docgen.postal.marks.sheets import SheetMarks
    from docgen.readback import Room
    from docgen.readymade.answers import PlacedLetter
    from docgen.readymade.house_ink import HouseInk
    from docgen.readymade.letters import PrintLetter

_DOT_MM = 25.4 / 600
_KIX_HEIGHT_MM = 118 * _DOT_MM
_KIX_CLEAR_MM = 2.0
_BARS, _BAR_DOTS = 4, 12


def expected_letter(
    letter: PrintLetter,
    placed: PlacedLetter,
    ink: HouseInk,
    *,
    duplex: bool,
    sheets: Sequence[SheetMarks] = (),
    room: Room | None = None,
) -> ExpectedLetter:
    """Everything that must be found of a letter; ``sheets`` say what is marked on its sheets, in its own order.

    Without ``room`` no page is searched for ink: where uploads may have it was checked before.
    """
    places = [number - placed.first_page + 1 for number in placed.page_numbers]
    digests = dict(zip(places, placed.page_digests, strict=True))
    fronts = places[:: 2 if duplex else 1]
    marks = [mark for front, sheet in zip(fronts, sheets, strict=bool(sheets)) for mark in expected_marks(sheet, front)]
    return ExpectedLetter(
        placed.piece_id,
        placed.first_page,
        (*_kix(letter, places[0], ink), *marks),
        tuple([digests.get(place, BLANK) for place in range(1, placed.pages + 1)]),
        room=room,
    )


def _kix(letter: PrintLetter, page: int, ink: HouseInk) -> Iterator[ExpectedSymbol]:
    """The KIX that we drew on the first page, with its clear zone."""
    if letter.front is Front.AS_IS and letter.kix is not None:
        kix = letter.kix
        width_mm = ((len(kix.content) * _BARS - 1) * kix.pitch_dots + _BAR_DOTS) * _DOT_MM
        rect = Rect(kix.left_mm, kix.bottom_mm - _KIX_HEIGHT_MM, width_mm, _KIX_HEIGHT_MM)
        yield ExpectedSymbol("kix", page, rect.grown(_KIX_CLEAR_MM), kix.content.encode("ascii"))
    elif letter.front is not Front.AS_IS and letter.address is not None:
        set_ink = ink.address(letter.address, letter.piece_id)
        for frame in set_ink.frames:
            if frame.kind == "kix" and set_ink.kix is not None:
                content = set_ink.kix.content.encode("ascii")
                yield ExpectedSymbol("kix", page, frame.rect.grown(_KIX_CLEAR_MM), content)
