"""A page as it is kept: one blob with the picture, the crops and what was read, and how to get at each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from scanning.intake.parcels import Parcel
from scanning.parcelled import packed, unpacked

if TYPE_CHECKING:
    from api.ports import BlobRef, ScanPage
    from api.usecases.deps import Deps
    from scanning.page import GreyImage
    from scanning.readings import PageReading, SlipReading

PICTURE: Final = 0
_JPEG_QUALITY: Final = 60
_PNG_EFFORT: Final = 3
_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode
_NOTHING: Final = np.zeros((0, 0), np.uint8)


def bundle_of(deps: Deps, organisation_id: str, reading: PageReading) -> tuple[BlobRef, tuple[int, ...]]:
    """Store the page as JPEG, the crop of each field of each slip as PNG, and the reading; with their lengths."""
    crops = [png(field.crop) for slip in reading.slips for field in slip.fields]
    picture = b"" if reading.picture is None else jpeg(reading.picture)
    parts = [picture, *crops, reading_json(reading)]
    return deps.blobs.put(organisation_id, parts), tuple(map(len, parts))


def part_of(deps: Deps, page: ScanPage, number: int) -> bytes:
    """One part of a page, b"" when it has none."""
    if page.bundle is None or not 0 <= number < len(page.parts):
        return b""
    with deps.blobs.open(page.organisation_id, page.bundle) as stream:
        stream.seek(sum(page.parts[:number]))
        return stream.read(page.parts[number])


def slips_of(deps: Deps, page: ScanPage) -> tuple[SlipReading, ...]:
    """What was read on a page, without pictures."""
    text = part_of(deps, page, len(page.parts) - 1)
    return read_json(text).slips if text else ()


def reading_json(reading: PageReading) -> bytes:
    """A reading without its pictures; what it cost is left out, so that the same page is the same bytes."""
    return _ENCODE(packed(reading).value | {"timings_ms": {}}).encode()


def read_json(text: bytes) -> PageReading:
    """What `reading_json` wrote."""
    value = json.loads(text)
    crops = sum(len(slip["fields"]) for slip in value["slips"])
    return unpacked(Parcel(value, (_NOTHING,) * crops, value["number"]))


def jpeg(picture: GreyImage) -> bytes:
    """For people to look at; b"" for a picture of nothing."""
    return _encoded(".jpg", picture, (int(cv2.IMWRITE_JPEG_QUALITY), _JPEG_QUALITY))


def png(picture: GreyImage) -> bytes:
    """As it is; b"" for a picture of nothing."""
    return _encoded(".png", picture, (int(cv2.IMWRITE_PNG_COMPRESSION), _PNG_EFFORT))


def _encoded(kind: str, picture: GreyImage, how: tuple[int, int]) -> bytes:
    if not picture.size:
        return b""
    done, data = cv2.imencode(kind, picture, how)
    if not done:
        raise RuntimeError(f"a picture of {picture.shape} could not be written as {kind}")
    return data.tobytes()
