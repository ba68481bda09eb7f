"""Evidence that the same paper was scanned twice: digests of files, and a hash of what a page looks like.

The hash describes where ink is, coarsely. It survives another scan of the sheet (a few millimetres aside, a degree
askew, other noise, lightness and compression), so two hashes are compared by how many bits differ. Two slips of one
form with other handwriting can be as near as two scans of one sheet: it is evidence, never a decision.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from scanning.page import halved

if TYPE_CHECKING:
    from pathlib import Path

    from scanning.page import GreyImage, Page

HASH_BITS = 128
NEAR_BITS = 20
"""Two scans of one sheet differ in at most so many bits; other sheets nearly always in more."""

_SIDE = 256
_EDGE = 10
_PAPER_KERNEL = 15
_FAINT, _DARK = 14, 60
_CELLS, _WAVES = 64, 12
_READ_BYTES = 1_048_576


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def page_hash(page: Page) -> str:
    """128 bits of what a page looks like, as 32 hexadecimal digits; all 0 when there is no ink."""
    ink = _centred(_ink(page.grey))
    waves = cv2.dct(cv2.resize(ink, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA))
    chosen = np.array([waves[row, column] for row, column in _LOW], np.float32)
    if not chosen.any():
        return "0" * (HASH_BITS // 4)
    return np.packbits(chosen > np.median(chosen)).tobytes().hex()


def hash_distance(one: str, other: str) -> int:
    """In how many of 128 bits two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _lowest_waves() -> list[tuple[int, int]]:
    """The 128 lowest waves across and down, the coarsest first; the mean and the whole page's slant left out."""
    every = [(row, column) for row in range(2 * _WAVES) for column in range(2 * _WAVES) if row + column > 1]
    return sorted(every, key=lambda wave: (wave[0] ** 2 + wave[1] ** 2, wave))[:HASH_BITS]


_LOW = _lowest_waves()


def _ink(grey: GreyImage) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Where ink is, 0 to 1, on a square whose longer side is the page's; paper, shadows and black edges are 0."""
    while max(grey.shape) >= 2 * _SIDE and min(grey.shape) > 1:
        grey = halved(grey)
    height, width = grey.shape
    scale = _SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(
        cv2.dilate(small, np.ones((_PAPER_KERNEL, _PAPER_KERNEL), np.uint8)), (_PAPER_KERNEL, _PAPER_KERNEL)
    )
    ink = np.clip((cv2.subtract(paper, small).astype(np.float32) - _FAINT) / (_DARK - _FAINT), 0, 1)
    framed = np.zeros((_SIDE, _SIDE), np.float32)
    ink[:_EDGE] = ink[-_EDGE:] = ink[:, :_EDGE] = ink[:, -_EDGE:] = 0
    framed[: size[1], : size[0]] = ink
    return framed


def _centred(
    ink: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The ink with its centre of gravity in the middle, so that the place of the sheet does not count."""
    total = float(ink.sum())
    if total <= 0:
        return ink
    x = float((ink.sum(axis=0) * np.arange(_SIDE)).sum()) / total
    y = float((ink.sum(axis=1) * np.arange(_SIDE)).sum()) / total
    move = np.array([[1, 0, _SIDE / 2 - x], [0, 1, _SIDE / 2 - y]], np.float32)
    return np.asarray(cv2.GaussianBlur(cv2.warpAffine(ink, move, (_SIDE, _SIDE)), (0, 0), 3), np.float32)
