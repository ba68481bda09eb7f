"""JPEG and PNG: one picture, one page. The header is read first, and nothing is decoded that is too large."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, BinaryIO

import cv2
import numpy as np
from PIL import Image

from scanning.intake import troubles
from scanning.intake.bounds import MAX_PICTURE_BYTES, MAX_SCANNED_PIXELS, is_too_large
from scanning.intake.decoding import decoding
from scanning.intake.grey import grey_of, has_two_values, is_wide
from scanning.intake.kinds import Kind
from scanning.intake.resolution import is_program_dpi, squared
from scanning.intake.troubles import PageError
from scanning.intake.upright import is_on_its_side, upright
from scanning.page import Page

if TYPE_CHECKING:
    from pathlib import Path

    from scanning.page import GreyImage

_ORIENTATION, _EXIF_IFD = 0x0112, 0x8769
_EXPOSURE = (0x829A, 0x829D, 0x8827, 0x920A)
"""Exposure time, f-number, sensitivity and focal length (EXIF 2.32, 4.6.5): what only a camera writes."""

_DECODED_BY_LUMA = frozenset({"L", "RGB"})
_END_OF_IMAGE, _START_OF_SCAN = b"\xff\xd9", b"\xff\xda"


def picture_page(path: Path, kind: Kind) -> Page:
    """The page in a JPEG or PNG file.

    Raises:
        PageError: it is too large or damaged.
    """
    if path.stat().st_size > MAX_PICTURE_BYTES:
        raise PageError(troubles.too_many_bytes())
    data = path.read_bytes()
    picture = opened(io.BytesIO(data), kind, 1)
    with decoding(1):
        orientation, is_camera = _exif(picture)
        dpi = _dpi(picture)
        grey = jpeg_grey(data, picture, 1) if kind is Kind.JPEG else grey_of(picture)
    if is_on_its_side(orientation):
        dpi = dpi[::-1]
    photo = is_camera and is_program_dpi(min(dpi))
    grey, square_dpi = squared(upright(grey, orientation), *dpi)
    return Page(1, grey, None if photo else square_dpi, bilevel=has_two_values(grey), photo=photo)


def opened(data: BinaryIO, kind: Kind, page: int | None) -> Image.Image:
    """A picture whose header was read and whose size is that of a sheet; nothing is decoded.

    Raises:
        PageError: it is too large or damaged.
    """
    with decoding(page), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pictures that Pillow finds large, and of odd tags
        picture = Image.open(data, formats=[kind.value])
    refuse_large(picture, page)
    return picture


def refuse_large(picture: Image.Image, page: int | None) -> None:
    """Raises PageError when the size in the header is larger than any sheet. Of most JPEGs only the luma is decoded."""
    only_luma = picture.format in {"JPEG", "MPO"} and picture.mode in _DECODED_BY_LUMA
    wide = not only_luma and is_wide(picture.mode)
    if is_too_large(*picture.size, wide=wide):
        raise PageError(troubles.too_large(page, picture.size))


def jpeg_grey(data: bytes | memoryview, picture: Image.Image, page: int) -> GreyImage:
    """The grey of a JPEG as it is stored, its orientation not looked at; ``picture`` is its header.

    Raises:
        PageError: it breaks off or is damaged.
    """
    if not _has_end(data):
        raise PageError(troubles.truncated(page))
    if bytes(data).count(_START_OF_SCAN) * picture.width * picture.height > MAX_SCANNED_PIXELS:
        raise PageError(troubles.too_costly(page))
    with decoding(page):
        if picture.mode not in _DECODED_BY_LUMA:
            return grey_of(picture)
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    if grey is None or grey.shape != (picture.height, picture.width):
        raise PageError(troubles.damaged(page))
    return np.asarray(grey, np.uint8)


def is_camera_jpeg(picture: Image.Image) -> bool:
    """Tell whether a camera made it: its EXIF data tell of an exposure, and no scanner's resolution."""
    _, is_camera = _exif(picture)
    return is_camera and is_program_dpi(min(_dpi(picture)))


def _has_end(data: bytes | memoryview) -> bool:
    """Only the thumbnail of a JPEG that breaks off can have an end, and that comes before the scan."""
    whole = bytes(data)
    return whole.rfind(_END_OF_IMAGE) > whole.find(_START_OF_SCAN)


def _exif(picture: Image.Image) -> tuple[int, bool]:
    """The orientation, and whether there was an exposure."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exif = picture.getexif()
        orientation = exif.get(_ORIENTATION, 1)
        details = exif.get_ifd(_EXIF_IFD)
    is_camera = any(tag in details or tag in exif for tag in _EXPOSURE)
    return orientation if isinstance(orientation, int) else 1, is_camera


def _dpi(picture: Image.Image) -> tuple[float, float]:
    """Across and down; 0 when it is not told."""
    across, down = picture.info.get("dpi", (0.0, 0.0))
    return float(across), float(down)
