"""What a file is, by its first bytes; its name is only compared."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePath

HEAD_BYTES = 1024


class Kind(StrEnum):
    """The formats that are read."""

    PDF = "PDF"
    TIFF = "TIFF"
    JPEG = "JPEG"
    PNG = "PNG"


_STARTS = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
)
_OTHERS = (
    (0, b"GIF8", "a GIF"),
    (0, b"BM", "a BMP"),
    (8, b"WEBP", "a WebP picture"),
    (4, b"ftyphei", "a HEIC photo"),
    (4, b"ftypmif", "a HEIC photo"),
    (4, b"ftypavif", "an AVIF photo"),
    (4, b"jP  ", "a JPEG 2000 picture"),
    (0, b"PK\x03\x04", "a zip or an office document"),
    (0, b"\xd0\xcf\x11\xe0", "an old office document"),
    (0, b"%!PS", "PostScript"),
)
_SUFFIXES = {
    ".pdf": Kind.PDF,
    ".tif": Kind.TIFF,
    ".tiff": Kind.TIFF,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".jpe": Kind.JPEG,
    ".jfif": Kind.JPEG,
    ".png": Kind.PNG,
}


def kind_of(head: bytes) -> Kind | None:
    """The format of a file that begins with ``head``.

    The header of a PDF may stand anywhere in the first 1024 bytes (ISO 32000-2, Annex I.2).
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return Kind.PDF if b"%PDF-" in head[:HEAD_BYTES] else None


def seems(head: bytes) -> str | None:
    """A well-known format that is not read, in words."""
    return next((name for at, mark, name in _OTHERS if head[at:].startswith(mark)), None)


def misnamed(path: PurePath, kind: Kind) -> str | None:
    """The extension of ``path``, when it is that of another format; one that says nothing is not wrong."""
    suffix = path.suffix.lower()
    return suffix if _SUFFIXES.get(suffix, kind) is not kind else None
