"""TIFF, page by page (TIFF 6.0; BigTIFF). One directory is loaded at a time.

The chain of directories is walked first, by their lengths alone: a file that breaks off or turns in a circle must not
end as if it were whole.
"""

from __future__ import annotations

import struct
import warnings
from typing import TYPE_CHECKING, BinaryIO

from scanning.intake import troubles
from scanning.intake.bounds import MAX_PAGES
from scanning.intake.decoding import decoding
from scanning.intake.grey import grey_of, has_two_values
from scanning.intake.kinds import Kind
from scanning.intake.pictures import opened, refuse_large
from scanning.intake.resolution import squared
from scanning.intake.troubles import PageError
from scanning.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL import Image, TiffImagePlugin

    from docgen.findings import Finding

_NEW_SUBFILE_TYPE, _WIDTH, _HEIGHT, _X_DPI, _Y_DPI, _UNIT = 254, 256, 257, 282, 283, 296
_REDUCED_OR_MASK = 0b101
_UNIT_CM, _CM_PER_INCH = 3, 2.54
_BIG = 43


def tiff_pages(path: Path) -> Iterator[Page | Finding]:
    """The pages of a TIFF, and what is wrong with others. Thumbnails and masks are no pages.

    Raises:
        PageError: nothing can be read.
    """
    # By its name Pillow would map the file into memory, and mistake width for height when it is on its side.
    with path.open("rb") as file:
        directories, is_whole = directory_chain(file, MAX_PAGES)
        if not directories:
            raise PageError(troubles.damaged() if is_whole else troubles.truncated(None))
        number = 0
        for one in _read(file, min(len(directories), MAX_PAGES)):
            number = one.number if isinstance(one, Page) else one.place.page or number
            yield one
    if len(directories) > MAX_PAGES:
        yield troubles.too_many_pages(MAX_PAGES)
    elif not is_whole:
        yield troubles.truncated(number + 1)


def _read(file: BinaryIO, count: int) -> Iterator[Page | Finding]:
    file.seek(0)
    number = 0
    with _opened(file) as picture:
        for index in range(count):
            try:
                if _goes_to_page(picture, index, number + 1):
                    number += 1
                    yield _page(picture, number)
            except PageError as error:
                number = max(number, error.finding.place.page or 0)
                yield error.finding


def _opened(file: BinaryIO) -> TiffImagePlugin.TiffImageFile:
    picture: Image.Image = opened(file, Kind.TIFF, None)
    return picture  # type: ignore[return-value] # no other reader was allowed


def directory_chain(file: BinaryIO, most: int) -> tuple[list[int], bool]:
    """Where the directories are, one more than ``most`` at the most, and whether their chain has a proper end.

    TIFF 6.0, section 2: count of 12-byte entries, entries, offset of the next; in BigTIFF all are wider.
    """
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    is_big = len(head) > 3 and struct.unpack(order + "H", head[2:4])[0] == _BIG  # noqa: PLR2004 (bytes of its magic)
    offset_at, link, count, entry_bytes = (8, "Q", "Q", 20) if is_big else (4, "I", "H", 12)
    found: list[int] = []
    seen: set[int] = set()
    try:
        (offset,) = struct.unpack_from(order + link, head, offset_at)
        while offset and offset not in seen and len(found) <= most:
            file.seek(offset)
            (entries,) = struct.unpack(order + count, file.read(struct.calcsize(count)))
            file.seek(entries * entry_bytes, 1)
            following = struct.unpack(order + link, file.read(struct.calcsize(link)))
            found.append(offset)
            seen.add(offset)
            (offset,) = following
    except (struct.error, OverflowError, OSError, ValueError):
        return found, False
    return found, offset == 0


def _goes_to_page(picture: TiffImagePlugin.TiffImageFile, index: int, number: int) -> bool:
    with decoding(number), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd tags
        picture.seek(index)
        subfile_type = picture.tag_v2.get(_NEW_SUBFILE_TYPE, 0)
    return not (isinstance(subfile_type, int) and subfile_type & _REDUCED_OR_MASK)


def _page(picture: TiffImagePlugin.TiffImageFile, number: int) -> Page:
    refuse_large(picture, number)
    with decoding(number), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        across, down = _dpi(picture)
        is_bilevel = picture.mode == "1"
        stored = picture.tag_v2.get(_WIDTH), picture.tag_v2.get(_HEIGHT)
        grey = grey_of(picture)
    if stored != picture.size and stored == picture.size[::-1]:
        across, down = down, across
    grey, dpi = squared(grey, across, down)
    return Page(number, grey, dpi, bilevel=is_bilevel or has_two_values(grey))


def _dpi(picture: TiffImagePlugin.TiffImageFile) -> tuple[float, float]:
    """Across and down as stored (TIFF 6.0, section 8); 0 when it is not told. No unit is taken for inches."""
    per_unit = _CM_PER_INCH if picture.tag_v2.get(_UNIT) == _UNIT_CM else 1.0
    across, down = picture.tag_v2.get(_X_DPI, 0), picture.tag_v2.get(_Y_DPI, 0)
    return float(across) * per_unit, float(down) * per_unit
