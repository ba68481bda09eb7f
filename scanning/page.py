"""A scanned page, as every later step takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
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
