"""A photo that somebody took, read in a process of its own and written anew: what it shows and nothing else.

Where and when it was taken, its thumbnail, its profile and whatever else lies in the file stay behind.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from docgen.findings import Finding
from scanning.intake import troubles
from scanning.intake.isolated import run_isolated
from scanning.intake.limits import ReadingLimits
from scanning.intake.parcels import Parcel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMITS: Final = ReadingLimits(page_cpu_s=10.0, page_wall_s=30.0, file_cpu_s=15, memory_bytes=700_000_000)
LONGEST_PIXELS: Final = 2000
MOST_PIXELS: Final = 60_000_000
# a JPEG is decoded at an eighth of its size when it is large
MOST_JPEG_PIXELS: Final = 250_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITY: Final = 82
_CHANNELS: Final = 3


def read_photo(path: Path) -> bytes | Finding:
    """The photo as JPEG, upright, at most 2000 pixels long; or what is wrong with it."""
    for one in run_isolated(photo_parcels, LIMITS, path):
        if isinstance(one, Finding):
            return one
        match one:
            case Parcel("photo", (rows,)) if rows.ndim == 2 and rows.size and not rows.shape[1] % _CHANNELS:  # noqa: PLR2004 - rows of bytes
                return _jpeg(rows.reshape(rows.shape[0], -1, _CHANNELS))
            case _:
                break
    return troubles.damaged(1)


def photo_parcels(path: Path) -> Iterator[Parcel]:
    """The task: one parcel with rows of red, green and blue; another value when there is no photo in the file."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # bounded below, by what the decoder takes
    try:
        with Image.open(path, formats=_FORMATS) as photo:
            is_jpeg = photo.format in {"JPEG", "MPO"}  # several pictures in one
            if photo.width * photo.height > (MOST_JPEG_PIXELS if is_jpeg else MOST_PIXELS):
                yield Parcel("too-large")
                return
            photo.draft("RGB", (LONGEST_PIXELS, LONGEST_PIXELS))
            photo.thumbnail((LONGEST_PIXELS, LONGEST_PIXELS))
            upright = ImageOps.exif_transpose(photo)
            pixels = np.asarray(_on_white(upright), dtype=np.uint8)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        yield Parcel("damaged")
        return
    yield Parcel("photo", (pixels.reshape(pixels.shape[0], -1),), page=1)


def _on_white(photo: Image.Image) -> Image.Image:
    if photo.mode in {"RGBA", "LA", "PA", "P"}:
        clear = photo.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return photo.convert("RGB")


def _jpeg(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
