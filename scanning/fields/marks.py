"""Whether a box is empty, inked or cancelled. Ink that is hardly there is never called empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import cv2
import numpy as np

from scanning.fields.band import PX_PER_MM
from scanning.fields.levels import percentile
from scanning.pieces import pieces_of
from scanning.readings import BoxReading, Presence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ink = NDArray[np.float32]

_Pixel = TypeVar("_Pixel", np.float32, np.uint8, np.bool_)

_STRONG, _WEAK, _FAINTEST = 0.3, 0.16, 0.12
_SOFT_PX = 3
_NOISES = 4.0  # how far ink must be above the noise of the paper
_DUST_MM: Final = 1.1
"""What is smaller than this across is dust; ink that is larger, and no dust, is never called blank."""
_STROKE_MM: Final = 2.2
_EMPTY, _MARK, _FILLED = 0.02, 0.03, 0.6
_CLOSED_MM, _OPEN_MM = 0.4, 0.75
"""A filled box leaves no white patch wider than the one; a tick or cross leaves one wider than the other (radii)."""


def extents_mm(inks: Ink, noise: float) -> NDArray[np.float64]:
    """How long the longest piece of ink in each of n boxes is, in mm, (n,): (n, h, w) of 0 to 1 at 10 px a mm."""
    soft = _softened(inks)
    weak = soft > max(_WEAK, _NOISES * noise)
    found = np.zeros(len(inks))
    if not weak.any():
        return found
    # boxes lie in one tall picture, with a white frame around each
    labels, stats, _ = pieces_of(_tall(weak.view(np.uint8)), 8)
    strong = np.zeros(len(stats), bool)
    strong[labels[_tall(soft > max(_STRONG * 0.66, 1.3 * _NOISES * noise))]] = True
    lengths = np.hypot(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    sure = np.where(strong[1:], lengths, lengths / 2)  # what is faint must be twice as long
    np.maximum.at(found, stats[1:, cv2.CC_STAT_TOP] // soft.shape[1], sure / PX_PER_MM)
    return found


def _softened(inks: Ink) -> Ink:
    """Each of (n, h, w) blurred by itself, with a frame of nothing, (n, h + 2, w + 2)."""
    count, height, width = inks.shape
    framed = np.zeros((count, height + 2, width + 2), np.float32)
    framed[:, 1:-1, 1:-1] = inks
    framed[:, 0], framed[:, -1] = framed[:, 2], framed[:, -3]
    framed[:, :, 0], framed[:, :, -1] = framed[:, :, 2], framed[:, :, -3]
    soft = np.asarray(cv2.blur(_tall(framed), (_SOFT_PX, _SOFT_PX)), np.float32).reshape(framed.shape)
    soft[:, 0] = soft[:, -1] = soft[:, :, 0] = soft[:, :, -1] = 0
    return soft


def _tall(boxes: NDArray[_Pixel]) -> NDArray[_Pixel]:
    return boxes.reshape(-1, boxes.shape[2])


def presences_of(inks: Ink, noise: float) -> list[tuple[Presence, float]]:
    """What each of n boxes for writing holds, and the share of it that is inked: (n, h, w) at 10 px a mm."""
    shares = [np.count_nonzero(ink > _STRONG) / ink.size for ink in inks]
    return [(_presence(length), share) for length, share in zip(extents_mm(inks, noise), shares, strict=True)]


def _presence(length_mm: float) -> Presence:
    if length_mm < _DUST_MM:
        return Presence.BLANK
    return Presence.UNSURE if length_mm < _STROKE_MM else Presence.INK


def read_tick(ink: Ink, around: Ink, noise: float) -> BoxReading:
    """A box to tick, in three zones: empty, marked, filled to cancel it; what lies between is unsure.

    ``ink`` is the inside without the outline; ``around`` the same with what lies beside the box, where a mark that
    missed the box is found. A thick cross may ink as much as a thin filling does, so that the white that is left over
    tells one from the other.
    """
    soft = np.asarray(cv2.blur(ink, (_SOFT_PX, _SOFT_PX)), np.float32)
    inked = (soft > _level(soft, noise)).astype(np.uint8)
    share, length = float(inked.mean()), float(extents_mm(ink[None], noise)[0])
    if share <= _EMPTY and length < _DUST_MM:
        beside = float(extents_mm(around[None], noise)[0]) >= _STROKE_MM
        return BoxReading(Presence.UNSURE if beside else Presence.BLANK, share)
    white_mm = _widest_white_mm(inked)
    if share > _FILLED and white_mm <= _CLOSED_MM:
        return BoxReading(Presence.CANCELLED, share)
    is_mark = share >= _MARK and white_mm >= _OPEN_MM and length >= _STROKE_MM * 0.75
    return BoxReading(Presence.INK if is_mark else Presence.UNSURE, share)


def _level(soft: Ink, noise: float) -> float:
    """From where on a pixel is inked: half of the darkest ink that is there, for pencils that hardly write."""
    half = percentile(np.asarray(soft, np.float32), 98) / 2
    return float(np.clip(half, max(_FAINTEST, _NOISES * noise), _STRONG))


def _widest_white_mm(inked: NDArray[np.uint8]) -> float:
    """Radius of the largest circle of bare paper."""
    if not inked.any():
        return float("inf")
    return float(cv2.distanceTransform(1 - inked, cv2.DIST_L2, 5).max()) / PX_PER_MM


def noise_of(ink: Ink) -> float:
    """The unevenness of bare paper, as a standard deviation after softening, from a part that is mostly paper."""
    soft = np.asarray(cv2.blur(ink, (_SOFT_PX, _SOFT_PX)), np.float32)
    low = soft[soft < 0.5]  # noqa: PLR2004 (print and pen are not paper)
    # ink is cut off at 0, so the spread is that of the upper half
    return percentile(low, 84) if low.size else 0.0
