"""A slip photographed with a phone: on a table, from an angle, in uneven light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from scanning.page import GreyImage

_TABLE = 90


def photograph(sheet: GreyImage, width_px: int, rng: np.random.Generator) -> GreyImage:
    """The sheet (h, w) as a photo of ``width_px`` by three quarters of that, with some of the table around it."""
    height_px = round(width_px * 0.75)
    corners = _corners(sheet.shape, width_px, height_px, rng)
    source = np.array([(0, 0), (sheet.shape[1], 0), sheet.shape[1::-1], (0, sheet.shape[0])], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    blurred = cv2.GaussianBlur(sheet, (0, 0), 1.0)
    seen = cv2.warpPerspective(
        blurred, matrix, (width_px, height_px), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=_TABLE
    )
    x = np.linspace(-1, 1, width_px, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height_px, dtype=np.float32)[:, None]
    light = 0.85 + rng.uniform(-0.15, 0.15) * x + rng.uniform(-0.15, 0.15) * y
    noisy = seen * light + rng.normal(0, 3, seen.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def _corners(
    shape: tuple[int, ...], width_px: int, height_px: int, rng: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Where the corners of the sheet come to lie, clockwise from its top left."""
    scale = 0.86 * min(width_px / shape[1], height_px / shape[0])
    half = np.array([shape[1], shape[0]]) * scale / 2
    angle = np.deg2rad(rng.uniform(-6, 6))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
    moved = corners @ turn.T + (width_px / 2, height_px / 2) + rng.uniform(-0.02, 0.02, (4, 2)) * width_px
    return np.asarray(moved, np.float32)
