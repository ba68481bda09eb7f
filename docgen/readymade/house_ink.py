"""What we print ourselves on ready-made letters: a redrawn address, a cover sheet, a KIX; and the fonts it needs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from docgen.drawing.font_files import font_file
from docgen.drawing.pdf_objects import array, dictionary, ref, stream
from docgen.drawing.symbol_ink import kix_ink
from docgen.layouts.address_block import AddressSetter
from docgen.layouts.brand_file import fonts_folder
from docgen.layouts.geometry import flip_pt, to_pt
from docgen.layouts.page import MARGIN_MM, page_frames
from docgen.layouts.theme import Brand, Colours, Family
from docgen.layouts.typography import Setting, typography
from docgen.typesetting.face import FIRST_CODE, LAST_CODE, Face, load_face
from docgen.typesetting.words import number

if TYPE_CHECKING:
    from docgen.layouts.address_block import AddressInk
    from docgen.postal.profiles import BoxMm, EnvelopeProfile
    from docgen.readymade.letters import OurAddress, PlacedKix
    from docgen.readymade.pdf_out import PdfOut

_COVER_TOP_MM = 110.0
_FACES = ("F0", "F1")
_WHITE, _BLACK = b"1 g", b"0 0 0 1 k"


class HouseInk:
    """Draws for one envelope; everything in black alone, in content streams of an upright A4 page."""

    def __init__(self, envelope: EnvelopeProfile, return_line: str = "") -> None:
        """``return_line`` stands small above each address that we print."""
        kinds = typography(_house(), "nl")
        self.faces = {name: kinds.faces[name] for name in _FACES}
        self._body = kinds.body
        self._setter = AddressSetter(page_frames(envelope, None), kinds, return_line)

    def address(self, address: OurAddress, record_id: str) -> AddressInk:
        """The address block; what does not fit is among its findings."""
        return self._setter.set(address.lines, address.kix, record_id)

    def redrawn(self, address: OurAddress, record_id: str) -> tuple[bytes, frozenset[bytes]]:
        """White over the address that was there, then ours; with the fonts it needs beyond the first."""
        set_ink = self.address(address, record_id)
        white = b"" if address.cover is None else _WHITE + b" " + _box(address.cover) + b" f\n"
        return white + _BLACK + b"\n" + set_ink.ink + _drawn_kix(set_ink), set_ink.extra_fonts | {b"F0"}

    def cover(self, address: OurAddress, lines: tuple[str, ...], record_id: str) -> tuple[bytes, frozenset[bytes]]:
        """A cover sheet: the address in the window, and a few lines below it."""
        ink, fonts = self.redrawn(address, record_id)
        words = [self._body.palette.line(line) for line in lines]
        text = _text([word.fragment for word in words], self._body) if words else b""
        return ink + text, fonts.union(*[word.extra_fonts for word in words])


def kix_on_page(kix: PlacedKix) -> bytes:
    """A KIX below an address that was printed by others."""
    return _BLACK + b"\n" + kix_ink(kix.content, to_pt(kix.left_mm), flip_pt(kix.bottom_mm), kix.pitch_dots)


def write_font(out: PdfOut, faces: dict[str, Face], name: str) -> int:
    """Write one code page of a face as an embedded font; returns the number of the font's object."""
    face_name, _, page = name.partition("x")
    font = font_file(faces[face_name], int(page or 0))
    data = out.add(stream(font.data, {"Length1": b"%d" % len(font.data)}))
    box = b" ".join([number(font.descriptor[edge]) for edge in ("Left", "Bottom", "Right", "Top")])
    base = b"/" + font.base_font.encode("ascii")
    values = ("Flags", "ItalicAngle", "Ascent", "Descent", "CapHeight", "StemV")
    descriptor = {"Type": b"/FontDescriptor", "FontName": base, "FontBBox": b"[" + box + b"]", "FontFile2": ref(data)}
    entries = {
        "Type": b"/Font",
        "Subtype": b"/TrueType",
        "BaseFont": base,
        "FirstChar": b"%d" % FIRST_CODE,
        "LastChar": b"%d" % LAST_CODE,
        "Widths": array([b"%d" % width for width in font.widths]),
        "FontDescriptor": ref(out.add(dictionary({**descriptor, **{k: b"%d" % font.descriptor[k] for k in values}}))),
        "ToUnicode": ref(out.add(stream(font.to_unicode))),
    }
    return out.add(dictionary(entries))


@lru_cache(maxsize=1)
def _house() -> Brand:
    folder = fonts_folder() / "source-sans-3"
    regular, bold = [load_face(folder / f"SourceSans3-{style}.ttf") for style in ("Regular", "Bold")]
    family = Family("Source Sans 3", regular, bold, regular, bold)
    nobody = dict.fromkeys(("id", "version", "name", "legal_name", "kvk", "vat", "return_line"), "")
    return Brand(**nobody, colours=Colours(), sans=family, mono=regular)  # type: ignore[arg-type] # only texts are in it


def _drawn_kix(set_ink: AddressInk) -> bytes:
    kix = set_ink.kix
    return b"" if kix is None else kix_ink(kix.content, kix.left_pt, kix.bottom_pt, kix.pitch_dots)


def _box(box: BoxMm) -> bytes:
    corner = (to_pt(box.left_mm), flip_pt(box.top_mm + box.height_mm))
    size = (to_pt(box.width_mm), to_pt(box.height_mm))
    return b" ".join([number(value) for value in (*corner, *size)]) + b" re"


def _text(fragments: list[bytes], setting: Setting) -> bytes:
    place = (setting.select, number(setting.leading_pt), number(to_pt(MARGIN_MM)))
    top = number(flip_pt(_COVER_TOP_MM) - setting.rise_pt)
    return b"BT %s %s TL %s %s Td [(%s)]TJ ET\n" % (*place, top, b")]TJ T*[(".join(fragments))
