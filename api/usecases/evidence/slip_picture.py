"""The picture of one slip out of that of its page: straightened, with nothing of other slips on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_CORNERS: Final = 4
_QUALITY: Final = (int(cv2.IMWRITE_JPEG_QUALITY), 85)


def slip_picture(page: bytes, corners_px: Sequence[tuple[float, float]]) -> bytes:
    """A JPEG of the slip between its corners (clockwise from its own top-left), or the page where nobody knows them."""
    picture = cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None or len(corners_px) != _CORNERS:
        return page
    corners = np.array(corners_px, np.float32)
    width = round(float(np.linalg.norm(corners[1] - corners[0])))
    height = round(float(np.linalg.norm(corners[2] - corners[1])))
    if not (width and height):
        return page
    square = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    straight = cv2.warpPerspective(picture, cv2.getPerspectiveTransform(corners, square), (width, height))
    return bytes(cv2.imencode(".jpg", straight, _QUALITY)[1])
