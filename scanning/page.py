"""A scanned page, as every later step takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    GreyImage: TypeAlias = NDArray[np.uint8]
    """(height, width), 0 is black and 255 white."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One side of one sheet. ``number`` counts from 1 in its file; ``grey`` is (height, width), 0 black to 255 white.

    ``dpi`` is what the file says, None when it says nothing that can be true. ``bilevel`` tells that the scanner threw
    away all greys, so that thin ink may be lost. ``photo`` tells that a camera made it.
    """

    number: int
    grey: GreyImage
    dpi: float | None = None
    bilevel: bool = False
    photo: bool = False


def halved(grey: GreyImage) -> GreyImage:
    """A picture half as fine; an odd row or column at its end is left out, which makes it thirty times quicker."""
    height, width = (side // 2 for side in grey.shape)
    if not height or not width:
        return grey
    even = grey[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
