"""Whether a box is empty, inked or cancelled. Ink that is hardly there is never called empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from scanning.fields.band import PX_PER_MM
from scanning.readings import BoxReading, Presence

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRONG, _WEAK, _FAINTEST = 0.3, 0.16, 0.12
_SOFT_PX = 3
_NOISES = 4.0  # how far ink must be above the noise of the paper
_DUST_MM: Final = 1.1
"""What is smaller than this across is dust; ink that is larger, and no dust, is never called blank."""
_STROKE_MM: Final = 2.2
_EMPTY, _MARK, _FILLED = 0.02, 0.03, 0.6
_CLOSED_MM, _OPEN_MM = 0.4, 0.75
"""A filled box leaves no white patch wider than the one; a tick or cross leaves one wider than the other (radii)."""


def extent_mm(ink: NDArray[np.float32], noise: float) -> float:
    """How long the longest piece of ink is, in mm: (h, w) of 0 to 1 at 10 px a mm."""
    soft = cv2.blur(ink, (_SOFT_PX, _SOFT_PX))
    weak = (soft > max(_WEAK, _NOISES * noise)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    if count == 1:
        return 0.0
    strong = np.zeros(count, bool)
    strong[np.unique(labels[soft > max(_STRONG * 0.66, 1.3 * _NOISES * noise)])] = True
    lengths = np.hypot(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    sure = np.where(strong[1:], lengths, lengths / 2)  # what is faint must be twice as long
    return float(sure.max()) / PX_PER_MM


def presence_of(ink: NDArray[np.float32], noise: float) -> tuple[Presence, float]:
    """What a box for writing holds, and the share of it that is inked."""
    share = float((ink > _STRONG).mean())
    length = extent_mm(ink, noise)
    if length < _DUST_MM:
        return Presence.BLANK, share
    return (Presence.UNSURE if length < _STROKE_MM else Presence.INK), share


def read_tick(ink: NDArray[np.float32], around: NDArray[np.float32], noise: float) -> BoxReading:
    """A box to tick, in three zones: empty, marked, filled to cancel it; what lies between is unsure.

    ``ink`` is the inside without the outline; ``around`` the same with what lies beside the box, where a mark that
    missed the box is found. A thick cross may ink as much as a thin filling does, so that the white that is left over
    tells one from the other.
    """
    soft = np.asarray(cv2.blur(ink, (_SOFT_PX, _SOFT_PX)), np.float32)
    inked = (soft > _level(soft, noise)).astype(np.uint8)
    share, length = float(inked.mean()), extent_mm(ink, noise)
    if share <= _EMPTY and length < _DUST_MM:
        beside = extent_mm(around, noise) >= _STROKE_MM
        return BoxReading(Presence.UNSURE if beside else Presence.BLANK, share)
    white_mm = _widest_white_mm(inked)
    if share > _FILLED and white_mm <= _CLOSED_MM:
        return BoxReading(Presence.CANCELLED, share)
    is_mark = share >= _MARK and white_mm >= _OPEN_MM and length >= _STROKE_MM * 0.75
    return BoxReading(Presence.INK if is_mark else Presence.UNSURE, share)


def _level(soft: NDArray[np.float32], noise: float) -> float:
    """From where on a pixel is inked: half of the darkest ink that is there, for pencils that hardly write."""
    half = float(np.percentile(soft, 98)) / 2
    return float(np.clip(half, max(_FAINTEST, _NOISES * noise), _STRONG))


def _widest_white_mm(inked: NDArray[np.uint8]) -> float:
    """Radius of the largest circle of bare paper."""
    if not inked.any():
        return float("inf")
    return float(cv2.distanceTransform(1 - inked, cv2.DIST_L2, 5).max()) / PX_PER_MM


def noise_of(ink: NDArray[np.float32]) -> float:
    """The unevenness of bare paper, as a standard deviation after softening, from a part that is mostly paper."""
    soft = cv2.blur(ink, (_SOFT_PX, _SOFT_PX))
    low = soft[soft < 0.5]  # noqa: PLR2004 (print and pen are not paper)
    # ink is cut off at 0, so the spread is that of the upper half
    return float(np.percentile(low, 84)) if low.size else 0.0
