"""What must be found in a print file, letter by letter: pages, symbols, ink and white."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from docgen.layouts.address_block import CARRIER_CODE, CARRIER_LINE
from docgen.layouts.geometry import A4_HEIGHT_MM, Rect, to_mm
from docgen.layouts.page import rect_of
from docgen.layouts.parts import MODULE_PT, QUIET_MODULES
from docgen.layouts.slip_geometry import MODULE_MM
from docgen.postal.marks.model import BarCode, MatrixCode, OmrCode, Order, Side
from docgen.postal.marks.profiles import DEFAULT_ROOM, builtin
from docgen.postal.marks.sheets import page_places, printed_pages
from docgen.postal.profiles import CODE_CLEAR_MM
from docgen.qr import slip_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.layouts.page import Frame
    from docgen.layouts.plan import Plan
    from docgen.postal.enrichment import Enriched
    from docgen.postal.marks.model import MarkCode, MarkProfile
    from docgen.postal.marks.sheets import SheetMarks

BLANK = sha256(b"").hexdigest()
"""Digest of a page on which nothing is drawn: the back of a letter with an odd number of pages."""

PRINTER_MARGIN_MM = 4.0
_KIX_CLEAR_MM = 2.0
_BARS_CLEAR_MM = 4.2  # the narrowest quiet zone that bar code readers ask for
_MATRIX_CLEAR_MM = 2.0
# Text as our pages have it: a place, lines with a leading, all on one line of the content stream.
_TEXT = re.compile(rb"BT /[^\n]*? ([\d.]+) TL ([\d.]+) ([\d.]+) Td \[\(([^\n]*)\)\]TJ ET\n")
_NEXT_LINE = b")]TJ T*[("


@dataclass(frozen=True, slots=True)
class ExpectedSymbol:
    """A symbol that must be read at a place: ``page`` counts from 1 at the first page of its letter in the file.

    ``kind`` is ``qr`` or ``kix``, ``slip-code`` (a QR code whose quiet zone must be white) or ``slip-line`` (digits, of
    which only the ink is seen), or that of an inserter's mark: ``datamatrix``, ``code39``, ``i2of5``, ``omr`` (its
    content is '1' for a line and '0' for none) or ``text``, of which only the ink is seen. What a carrier gave is
    ``carrier-code``, a Data Matrix, and ``carrier-line``, of which letters and digits are read.
    """

    kind: str
    page: int
    rect: Rect
    content: bytes

    @property
    def is_mark(self) -> bool:
        """True for what is drawn over a page when its place in the batch is known."""
        return self.kind not in ("qr", "kix", "slip-code", "slip-line")


@dataclass(frozen=True, slots=True)
class ExpectedWindow:
    """What may show in the window, and on which page of the letter in the file.

    No ink may be in ``visible`` but in ``inked``. Some must be in ``text``, from its left edge on, and its last line
    stands on ``baseline_mm``; ``kix`` is the ink of the code without clear zone.
    """

    page: int
    visible: Rect
    inked: tuple[Rect, ...]
    text: Rect
    baseline_mm: float | None = None
    kix: Rect | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What must stay white on fronts and on backs, marks excepted, and how far from the edge printers cannot print."""

    front: tuple[Rect, ...]
    back: tuple[Rect, ...]
    margin_mm: float = PRINTER_MARGIN_MM
    duplex: bool = False

    def zones(self, page: int) -> tuple[Rect, ...]:
        """Those of a page, counted from the front that a letter begins on."""
        return self.back if self.duplex and page % 2 == 0 else self.front


@dataclass(frozen=True, slots=True)
class ExpectedLetter:
    """A letter of the print file with its first page (from 1) there and everything that must be found in it.

    ``pages`` are the digests of what is drawn on each page, in the order of the file, blank backs (`BLANK`) included;
    when empty, pages are not compared. Without ``room`` no page is searched for ink that should not be there.
    """

    piece_id: str
    first_page: int
    symbols: tuple[ExpectedSymbol, ...]
    pages: tuple[str, ...] = ()
    window: ExpectedWindow | None = None
    room: Room | None = None

    @property
    def page_count(self) -> int:
        """Pages in the file; as far as symbols tell when the digests are not known."""
        return len(self.pages) or max([symbol.page for symbol in self.symbols], default=0)


class InFile(NamedTuple):
    """What the manifest says of a letter: where its first page in the file is, and the digests of its own pages."""

    piece_id: str
    first_page: int
    digests: tuple[str, ...]
    duplex: bool = False
    order: Order = Order.FORWARD


def expected_letter(
    laid: LaidOutLetter,
    plan: Plan,
    placed: InFile,
    room: Room | None = None,
    sheets: Sequence[SheetMarks] = (),
    carrier: Enriched | None = None,
) -> ExpectedLetter:
    """Everything that must be found of a laid-out letter; ``plan`` is that of its language.

    ``sheets`` say what is marked on its sheets, in its own order, and ``carrier`` what a carrier gave for it, when it
    leads its envelope. Without ``room`` that for the marks of most machines is kept free.
    """
    (places,) = page_places([laid.page_count], placed.order, duplex=placed.duplex)
    found = (*expected_symbols(laid), *expected_slip(laid, placed.piece_id))
    symbols = [_moved(symbol, places) for symbol in found]
    fronts = places[:: 2 if placed.duplex else 1]
    marks = [mark for front, sheet in zip(fronts, sheets, strict=bool(sheets)) for mark in expected_marks(sheet, front)]
    given = expected_carrier(laid.fixed_frames, carrier, places[0]) if carrier else ()
    return ExpectedLetter(
        placed.piece_id,
        placed.first_page,
        (*symbols, *marks, *given),
        _in_file_order(placed),
        _window(laid, plan, places[0], frozenset([symbol.kind for symbol in given])),
        room or _default_room(placed.duplex),
    )


def room_for(profile: MarkProfile, *, duplex: bool) -> Room:
    """What must stay white for the marks of a profile."""
    front, back = (tuple(map(rect_of, profile.clear_zones(side))) for side in (Side.FRONT, Side.BACK))
    return Room(front, back, duplex=duplex)


def expected_marks(marks: SheetMarks, front_page: int) -> tuple[ExpectedSymbol, ...]:
    """The marks of a sheet whose front is page ``front_page`` of the letter in the file, with the white they need."""
    return tuple(
        [
            ExpectedSymbol(
                _mark_kind(code),
                front_page + (code.spot.side is Side.BACK),
                _mark_rect(code),
                content.encode("ascii"),
            )
            for code, content in marks.codes
        ]
    )


def expected_carrier(frames: Sequence[Frame], carrier: Enriched, page: int) -> tuple[ExpectedSymbol, ...]:
    """What a carrier gave, in the places that the letter keeps for it, on ``page`` of the letter in the file."""
    contents = {CARRIER_LINE: carrier.postal_line.encode(), CARRIER_CODE: carrier.postal_2d}
    clear_mm = {CARRIER_LINE: 0.0, CARRIER_CODE: CODE_CLEAR_MM}
    return tuple(
        [
            ExpectedSymbol(frame.kind, page, frame.rect.grown(clear_mm[frame.kind]), contents[frame.kind])
            for frame in frames
            if contents.get(frame.kind)
        ]
    )


def expected_symbols(laid: LaidOutLetter) -> tuple[ExpectedSymbol, ...]:
    """What a reader must find on the pages of a laid-out letter, with the clear zones around."""
    expected = []
    quiet_mm = to_mm(QUIET_MODULES * MODULE_PT)
    for number, page in enumerate(laid.pages, 1):
        for flown in page.parts:
            for symbol in flown.part.symbols:
                left_mm = page.flow.left_mm + to_mm(symbol.left_pt)
                top_mm = page.flow.top_mm + to_mm(flown.top_pt + symbol.top_pt)
                side_mm = to_mm(symbol.size * MODULE_PT)
                rect = Rect(left_mm, top_mm, side_mm, side_mm).grown(quiet_mm)
                expected.append(ExpectedSymbol("qr", number, rect, symbol.payload))
        if page.kix is not None:
            rect = next(f.rect for f in laid.fixed_frames if f.kind == "kix").grown(_KIX_CLEAR_MM)
            expected.append(ExpectedSymbol("kix", number, rect, page.kix.content.encode("ascii")))
    return tuple(expected)


def expected_slip(laid: LaidOutLetter, piece_id: str) -> tuple[ExpectedSymbol, ...]:
    """The codes and the line of digits that a letter's slip must have when it is that of the piece."""
    slip = laid.pages[laid.slip_page - 1].slip if laid.slip_page else None
    if slip is None or laid.slip_page is None:
        return ()
    payload = slip_code.encode(replace(slip.code, piece_id=piece_id)).encode("ascii")
    quiet_mm = QUIET_MODULES * MODULE_MM
    codes = [ExpectedSymbol("slip-code", laid.slip_page, place.grown(quiet_mm), payload) for place in slip.places]
    lines = [frame.rect for frame in laid.fixed_frames if frame.kind == "slip-line"]
    return (*codes, *[ExpectedSymbol("slip-line", laid.slip_page, rect, b"") for rect in lines])


def _moved(symbol: ExpectedSymbol, places: Sequence[int]) -> ExpectedSymbol:
    return ExpectedSymbol(symbol.kind, places[symbol.page - 1], symbol.rect, symbol.content)


def _in_file_order(placed: InFile) -> tuple[str, ...]:
    sides = 2 if placed.duplex else 1
    blanks = -len(placed.digests) % sides
    digests = (*placed.digests, *(BLANK,) * blanks)
    order = printed_pages(len(digests) // sides, placed.order, duplex=placed.duplex)
    return tuple([digests[page - 1] for page in order])


@cache
def _default_room(duplex: bool) -> Room:  # noqa: FBT001 (the key of the memory)
    return room_for(builtin()[DEFAULT_ROOM], duplex=duplex)


def _window(laid: LaidOutLetter, plan: Plan, page: int, given: frozenset[str]) -> ExpectedWindow | None:
    """The window with all that was placed in it; None when the letter has no address.

    The places of what a carrier gives are white unless ``given``.
    """
    visible = plan.frames.sometimes_visible
    white = {CARRIER_LINE, CARRIER_CODE} - given
    on_first = [frame for frame in laid.fixed_frames if frame.page == 1 and frame.kind not in white]
    frames = [frame for frame in on_first if frame.rect.overlaps(visible)]
    text = next((frame.rect for frame in frames if frame.kind == "address"), None)
    if text is None:
        return None
    return_word = plan.typography.return_line.palette.line(plan.setup.brand.return_line)
    return_line = Rect(text.left_mm, text.top_mm, to_mm(return_word.width_pt), text.height_mm)
    kix = next((frame.rect for frame in frames if frame.kind == "kix"), None)
    inked = (return_line, *(frame.rect for frame in frames))
    return ExpectedWindow(page, visible, inked, text, _last_baseline_mm(laid.pages[0].ink, text), kix)


def _last_baseline_mm(ink: bytes, text: Rect) -> float | None:
    """Where the lowest line of text that begins at the left edge of ``text`` stands, from the top of the page."""
    found = []
    for leading, left, first, lines in _TEXT.findall(ink):
        down_pt = lines.count(_NEXT_LINE) * float(leading)
        baseline_mm = A4_HEIGHT_MM - to_mm(float(first) - down_pt)
        if abs(to_mm(float(left)) - text.left_mm) < 0.1 and text.top_mm < baseline_mm < text.bottom_mm:  # noqa: PLR2004 (far below what is told apart)
            found.append(baseline_mm)
    return max(found, default=None)


def _mark_kind(code: MarkCode) -> str:
    match code:
        case OmrCode():
            return "omr"
        case MatrixCode():
            return "datamatrix"
        case BarCode():
            return str(code.symbology)
        case _:
            return "text"


def _mark_rect(code: MarkCode) -> Rect:
    """The code, with the white around it that its reader needs."""
    rect = rect_of(code.box)
    match code:
        case MatrixCode():
            return rect.grown(_MATRIX_CLEAR_MM)
        case BarCode():
            return Rect(rect.left_mm, rect.top_mm - _BARS_CLEAR_MM, rect.width_mm, rect.height_mm + 2 * _BARS_CLEAR_MM)
        case _:
            return rect
