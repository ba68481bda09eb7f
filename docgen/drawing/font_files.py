"""Fonts for embedding: one code page of a face as a subset TrueType file with its PDF dictionaries.

A subset holds the whole code page, so it is the same in every print file and is made once per process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

import uharfbuzz as hb
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import cmap_format_4

from docgen.typesetting.face import FIRST_CODE, LAST_CODE, code_page

if TYPE_CHECKING:
    from docgen.typesetting.face import Face

# A symbolic TrueType font is looked up at 0xF000 + code in its (3, 0) cmap (ISO 32000-1, 9.6.6.4).
_SYMBOL_AREA = 0xF000


@dataclass(frozen=True, slots=True)
class FontFile:
    """What a PDF needs of one code page: names, widths of codes 0x20..0xFF, the file and the ToUnicode map."""

    base_font: str
    widths: tuple[int, ...]
    descriptor: dict[str, int]
    data: bytes
    to_unicode: bytes


@lru_cache(maxsize=64)
def font_file(face: Face, page: int) -> FontFile:
    """The embedded form of code page ``page`` of ``face``."""
    codes = code_page(face.pages[page])
    data = _subset(face, codes)
    by_code = {code: character for character, code in codes.items()}
    widths = tuple(face.glyphs[by_code[c]].advance if c in by_code else 0 for c in range(FIRST_CODE, LAST_CODE + 1))
    tag = "".join(chr(65 + byte % 26) for byte in sha256(data).digest()[:6])
    return FontFile(f"{tag}+{face.postscript_name}", widths, face.descriptor, data, _to_unicode(by_code))


def _subset(face: Face, codes: dict[str, int]) -> bytes:
    """The glyphs of a code page without hints and layout, looked up by code."""
    wanted = hb.SubsetInput()
    wanted.unicode_set.update([ord(c) for c in codes])
    wanted.drop_table_tag_set.update([int.from_bytes(tag.encode("ascii"), "big") for tag in _DROPPED])
    wanted.name_id_set.clear()
    wanted.name_id_set.add(_POSTSCRIPT_NAME)
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    font = TTFont(BytesIO(hb.subset(hb.Face(face.data), wanted).blob.data), recalcTimestamp=False)
    names = font.getBestCmap()
    font["cmap"] = _symbol_cmap({_SYMBOL_AREA + code: names[ord(c)] for c, code in codes.items()})
    out = BytesIO()
    font.save(out)
    return out.getvalue()


_POSTSCRIPT_NAME = 6
_DROPPED = ["GPOS", "GSUB", "GDEF", "kern", "DSIG", "gasp", "STAT", "meta", "FFTM", "BASE", "LTSH", "VDMX", "hdmx"]


def _symbol_cmap(mapping: dict[int, str]) -> object:
    subtable = cmap_format_4(4)
    subtable.platformID, subtable.platEncID, subtable.language = 3, 0, 0
    subtable.cmap = mapping
    table = newTable("cmap")
    table.tableVersion, table.tables = 0, [subtable]
    return table


def _to_unicode(by_code: dict[int, str]) -> bytes:
    """ToUnicode CMap (ISO 32000-1, 9.10.3), at most 100 entries a section."""
    entries = [
        b"<%02X> <%s>" % (code, by_code[code].encode("utf-16-be").hex().upper().encode()) for code in sorted(by_code)
    ]
    sections = [entries[i : i + 100] for i in range(0, len(entries), 100)]
    body = b"\n".join(b"%d beginbfchar\n%s\nendbfchar" % (len(s), b"\n".join(s)) for s in sections)
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<00> <FF>\nendcodespacerange\n" + body + b"\nendcmap\n"
        b"CMapName currentdict /CMap defineresource pop\nend\nend"
    )
