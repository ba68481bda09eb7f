"""Any picture -> grey.

Colour becomes grey by the luma of ITU-R BT.601: 0.299 red, 0.587 green, 0.114 blue. Blue gets little weight, so blue
ballpoint is as dark as black; red gets less than a third, so a red pen is dark too; pencil is grey already. Light
drop-out colours (a tint of red, orange, green or blue in which boxes are printed) stay above 200. Taking the red
channel alone would make red boxes vanish better, but red handwriting with them, and lost ink is the worst error. The
weights are those of JPEG, so a colour JPEG gives its grey at the cost of a grey one: its chroma is never decoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from PIL import Image

    from scanning.page import GreyImage

_DEEP = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N", "F"})
_CLEAR = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})
_NARROW = frozenset({"1", "L", "P"})
_SAMPLES = 4_096
_TWO = 2
_BYTE_MAX, _SHORT_MAX, _LONG_BITS = 255, 65_535, 24


def is_wide(mode: str) -> bool:
    """Tell whether a picture of this mode takes more than a byte per pixel when it is decoded."""
    return mode not in _NARROW


def grey_of(picture: Image.Image) -> GreyImage:
    """The grey of a picture of any mode: (height, width), 0 black to 255 white. What is transparent is white.

    16 bit is scaled to 8; 32 bit and floating point too, by their range. Decodes the picture when that has not
    happened, so it raises what Pillow raises for a damaged one.
    """
    if picture.mode in _DEEP:
        return _deep(np.asarray(picture))
    if picture.mode in _CLEAR or "transparency" in picture.info:
        return _on_white(picture.convert("RGBA"))
    if picture.mode == "LAB":
        picture = picture.getchannel("L")
    return _array(picture.convert("L"))


def has_two_values(grey: GreyImage) -> bool:
    """Tell whether a page has at most two greys. A few pixels are looked at first: most pages are settled by them."""
    flat = grey.reshape(-1)
    step = max(1, flat.size // _SAMPLES)
    if np.unique(flat[::step]).size > _TWO:
        return False
    return int(np.count_nonzero(cv2.calcHist([grey], [0], None, [_BYTE_MAX + 1], [0, _BYTE_MAX + 1]))) <= _TWO


def grey_of_bgr(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> GreyImage:
    """The grey of (height, width, 3 or 4) blue-green-red pixels, whose fourth channel is not looked at."""
    code = cv2.COLOR_BGR2GRAY if pixels.shape[2] == 3 else cv2.COLOR_BGRA2GRAY  # noqa: PLR2004 (channels)
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def _array(picture: Image.Image) -> GreyImage:
    return np.asarray(picture, np.uint8)


def _on_white(picture: Image.Image) -> GreyImage:
    alpha = _array(picture.getchannel("A"))
    grey = _array(picture.convert("L"))
    return np.asarray(cv2.add(cv2.multiply(grey, alpha, scale=1 / 255), cv2.bitwise_not(alpha)), np.uint8)


def _deep(values: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> GreyImage:
    if values.dtype == np.uint16:
        return np.asarray(np.right_shift(values.view(np.uint16), 8), np.uint8)
    return _floats(values.astype(np.float32)) if values.dtype.kind == "f" else _longs(values.astype(np.int32))


def _floats(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> GreyImage:
    """Floating point has no white of its own: 1, 255 and 65535 are in use."""
    whole = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(whole.max(initial=0.0))
    scale = _BYTE_MAX if top <= 1 else 1.0 if top <= _BYTE_MAX else _BYTE_MAX / max(top, _SHORT_MAX)
    return np.asarray(np.clip(whole * scale, 0, _BYTE_MAX), np.uint8)


def _longs(values: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> GreyImage:
    top = int(values.max(initial=0))
    shift = 0 if top <= _BYTE_MAX else 8 if top <= _SHORT_MAX else _LONG_BITS - 1
    return np.asarray(np.clip(values >> shift, 0, _BYTE_MAX), np.uint8)
