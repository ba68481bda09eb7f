"""Which inks a foreign colour space asks for (ISO 32000-1, 8.6)."""

from __future__ import annotations

from enum import Enum

import pikepdf

_MAX_DEPTH = 4
_RGB_COMPONENTS = 3


class Ink(Enum):
    """What a colour space means for a press."""

    PLAIN = "plain"
    RGB = "rgb"
    SPOT = "spot"


_BY_NAME = {
    **dict.fromkeys(("/DeviceRGB", "/RGB", "/CalRGB", "/Lab"), Ink.RGB),
    **dict.fromkeys(("/Separation", "/DeviceN"), Ink.SPOT),
}


def ink_of(space: object, named: pikepdf.Object | None = None, depth: int = 0) -> Ink:
    """The kind of ``space``: a name, one that ``named`` (the /ColorSpace resources) explains, or an array."""
    if depth > _MAX_DEPTH:
        return Ink.PLAIN
    if isinstance(space, pikepdf.Array) and len(space) > 0:
        return _of_array(space, named, depth)
    if not isinstance(space, pikepdf.Name):
        return Ink.PLAIN
    meant = named.get(str(space)) if isinstance(named, pikepdf.Dictionary) else None
    return _BY_NAME.get(str(space), Ink.PLAIN) if meant is None else ink_of(meant, named, depth + 1)


def _of_array(space: pikepdf.Array, named: pikepdf.Object | None, depth: int) -> Ink:
    kind = str(space[0])
    if kind in ("/Indexed", "/I", "/Pattern") and len(space) > 1:
        return ink_of(space[1], named, depth + 1)
    if kind == "/ICCBased" and len(space) > 1:
        profile = space[1]
        count = profile.get("/N") if isinstance(profile, pikepdf.Stream) else None
        return Ink.RGB if count == _RGB_COMPONENTS else Ink.PLAIN
    if kind == "/Separation" and len(space) > 1 and str(space[1]) in ("/Black", "/All", "/None"):
        return Ink.PLAIN
    return _BY_NAME.get(kind, Ink.PLAIN)
