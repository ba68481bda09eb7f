"""Whether a foreign font is in the file; else the printer guesses its shapes (ISO 32000-1, 9.6 to 9.9)."""

from __future__ import annotations

from enum import Enum

import pikepdf

_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


class FontState(Enum):
    """Where the shapes of a font come from."""

    EMBEDDED = "embedded"
    MISSING = "missing"
    TYPE3 = "type3"


def font_state(font: pikepdf.Object) -> FontState:
    """Judge a font dictionary; anything that is no font counts as missing."""
    if not isinstance(font, pikepdf.Dictionary):
        return FontState.MISSING
    if str(font.get("/Subtype")) == "/Type3":
        return FontState.TYPE3
    inner = _descendant(font) if str(font.get("/Subtype")) == "/Type0" else font
    descriptor = inner.get("/FontDescriptor") if isinstance(inner, pikepdf.Dictionary) else None
    if not isinstance(descriptor, pikepdf.Dictionary):
        return FontState.MISSING
    found = any(isinstance(descriptor.get(key), pikepdf.Stream) for key in _FILES)
    return FontState.EMBEDDED if found else FontState.MISSING


def font_name(font: pikepdf.Object) -> str:
    """The name for a person, without the tag of a subset."""
    value = font.get("/BaseFont") if isinstance(font, pikepdf.Dictionary) else None
    name = str(value)[1:] if isinstance(value, pikepdf.Name) else "without a name"
    return name.partition("+")[2] or name


def _descendant(font: pikepdf.Object) -> pikepdf.Object | None:
    inner = font.get("/DescendantFonts")
    return inner[0] if isinstance(inner, pikepdf.Array) and len(inner) > 0 else None
