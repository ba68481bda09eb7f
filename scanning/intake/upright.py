"""Turning and mirroring a picture as its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scanning.page import GreyImage

_QUARTERS = {3: 2, 4: 2, 5: -1, 6: -1, 7: 1, 8: 1}
_MIRRORED = frozenset({2, 4, 5, 7})
_ON_THEIR_SIDE = frozenset({5, 6, 7, 8})


def upright(grey: GreyImage, orientation: int) -> GreyImage:
    """A picture as its EXIF orientation 1 to 8 says (EXIF 2.32, 4.6.4, tag 0x0112); any other number is 1."""
    turned = np.rot90(grey, _QUARTERS.get(orientation, 0))
    return np.ascontiguousarray(np.fliplr(turned) if orientation in _MIRRORED else turned)


def is_on_its_side(orientation: int) -> bool:
    """Tell whether the stored picture is as high as the page is wide."""
    return orientation in _ON_THEIR_SIDE
