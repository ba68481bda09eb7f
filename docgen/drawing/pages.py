"""Laid-out pages become content streams."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

from isal import isal_zlib

from docgen.drawing.print_file import DrawnLetter
from docgen.drawing.symbol_ink import kix_ink, qr_ink, repeated_qr_ink
from docgen.layouts.geometry import flip_pt, to_pt
from docgen.layouts.parts import DOT_PT, MODULE_PT
from docgen.qr.encoder import Level, encode_all
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from docgen.layouts.laid_out import LaidOutLetter, LaidOutPage
    from docgen.qr.encoder import Symbol

    Codes: TypeAlias = dict[tuple[bytes, Level], Symbol]

# ISA-L's level 1 costs a seventh of zlib's level 6 for 9 % more bytes (benchmarks/README.md).
_DEFLATE_LEVEL = 1
_SLIP_LEVEL = Level.M
_OTHER_FONTS = tuple((name, b"/%s " % name) for name in (b"F1", b"F4"))


def draw_letter(laid: LaidOutLetter, forms: frozenset[bytes]) -> DrawnLetter:
    """The deflated content streams of a letter and the resources they name; ``forms`` are those of its plan."""
    return draw_letters([laid], {laid.language: forms})[0]


def draw_letters(letters: Sequence[LaidOutLetter], forms: Mapping[str, frozenset[bytes]]) -> list[DrawnLetter]:
    """Each letter as ``draw_letter`` draws it; their codes are encoded together, which costs less.

    ``forms`` by language.
    """
    codes = _codes([page for laid in letters for page in laid.pages])
    inks = [[_ink(page, codes) for page in laid.pages] for laid in letters]
    uses = [_fonts(pages) | laid.extra_fonts | forms[laid.language] for laid, pages in zip(letters, inks, strict=True)]
    return [drawn_letter(list(map(b"".join, pages)), used) for pages, used in zip(inks, uses, strict=True)]


def drawn_letter(contents: Sequence[bytes], uses: frozenset[bytes]) -> DrawnLetter:
    """A letter of pages with these contents, deflated; what a page is, is told while its content is at hand."""
    pages = tuple([bytes(isal_zlib.compress(content, _DEFLATE_LEVEL)) for content in contents])
    return DrawnLetter(pages, uses, tuple([sha256(content).hexdigest() for content in contents]))


def page_content(page: LaidOutPage) -> bytes:
    """The content stream of a page, not deflated."""
    return b"".join(_ink(page, _codes([page])))


def _fonts(pages: Sequence[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Fonts that the texts of a letter's pages select; the first is always current, and italics are told by words."""
    used = {b"F0"}
    for text, _ in pages:
        used.update([name for name, mark in _OTHER_FONTS if name not in used and mark in text])
    return frozenset(used)


def _codes(pages: Iterable[LaidOutPage]) -> Codes:
    """Every code on the pages by its payload and level."""
    wanted: dict[Level, dict[bytes, None]] = defaultdict(dict)
    for page in pages:
        for flown in page.parts:
            for symbol in flown.part.symbols:
                wanted[symbol.level][symbol.payload] = None
        if page.slip is not None:
            wanted[_SLIP_LEVEL][page.slip.payload] = None
    return {
        (payload, level): symbol
        for level, payloads in wanted.items()
        for payload, symbol in zip(payloads, encode_all(list(payloads), level), strict=True)
    }


def content_digest(stream: bytes) -> str:
    """Hex SHA-256 of a page's content as drawn; deflating may give other bytes on another kind of processor."""
    return sha256(isal_zlib.decompress(stream)).hexdigest()


def _ink(page: LaidOutPage, codes: Codes) -> tuple[bytes, bytes]:
    """Text and static art of a page, and its symbols on the dots of the press."""
    text, symbols = [page.forms, page.ink], list[bytes]()
    left_pt, top_pt = to_pt(page.flow.left_mm), flip_pt(page.flow.top_mm)
    for down_pt, part in page.parts:
        text += (_moved(left_pt, top_pt - down_pt), part.ink, b"Q\n")
        for placed in part.symbols:
            below_pt = _on_grid(top_pt - down_pt) - placed.top_pt
            corner = (_on_grid(left_pt + placed.left_pt), _on_grid(below_pt))
            symbols.append(qr_ink(codes[placed.payload, placed.level], *corner, MODULE_PT))
    if page.slip is not None:
        symbol = codes[page.slip.payload, _SLIP_LEVEL]
        corners = [(_on_grid(to_pt(at.left_mm)), _on_grid(flip_pt(at.top_mm))) for at in page.slip.places]
        symbols.append(repeated_qr_ink(symbol, corners, MODULE_PT))
    if page.kix is not None:
        kix = page.kix
        symbols.append(kix_ink(kix.content, _on_grid(kix.left_pt), _on_grid(kix.bottom_pt), kix.pitch_dots))
    return b"".join(text), b"".join(symbols)


@lru_cache(maxsize=4_096)
def _moved(left_pt: float, top_pt: float) -> bytes:
    """The origin at the top-left of a part, which stands on a dot."""
    return b"q 1 0 0 1 %s %s cm " % (number(left_pt), number(_on_grid(top_pt)))


def _on_grid(place_pt: float) -> float:
    """The nearest dot of a 600 dpi press, so that all modules and bars come out equally wide."""
    return round(place_pt / DOT_PT) * DOT_PT
