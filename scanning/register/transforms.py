"""Maps of the plane as 3 x 3 matrices, fitted to pairs of points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Points = NDArray[np.float64]


def apply(matrix: Matrix, points: Points) -> Points:
    """Points (n, 2) mapped."""
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    flat: Points = mapped[:, :2] / mapped[:, 2:]
    return flat


def similarity(source: Points, target: Points) -> Matrix:
    """Turn, scale and shift that map (n, 2) to (n, 2) best, n >= 2; never a mirror image."""
    first, second = source - source.mean(axis=0), target - target.mean(axis=0)
    turn_and_scale = (first[:, 0] + 1j * first[:, 1]).conj() @ (second[:, 0] + 1j * second[:, 1])
    turn_and_scale /= (first**2).sum()
    a, b = turn_and_scale.real, turn_and_scale.imag
    linear = np.array([[a, -b], [b, a]])
    shift = target.mean(axis=0) - linear @ source.mean(axis=0)
    return _three(linear, shift)


def affine(source: Points, target: Points, weights: NDArray[np.float64]) -> Matrix:
    """The affine map of (n, 2) to (n, 2) by least squares, n >= 3."""
    rows = np.column_stack([source, np.ones(len(source))])
    scaled = np.sqrt(weights)[:, None]
    solved, *_ = np.linalg.lstsq(rows * scaled, target * scaled, rcond=None)
    return _three(solved[:2].T, solved[2])


def homography(source: Points, target: Points, weights: NDArray[np.float64]) -> Matrix:
    """The projective map of (n, 2) to (n, 2) by least squares over normalised points, n >= 4."""
    before, after = _normaliser(source), _normaliser(target)
    (x, y), (u, v) = apply(before, source).T, apply(after, target).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    first = np.column_stack([x, y, one, zero, zero, zero, -u * x, -u * y, -u])
    second = np.column_stack([zero, zero, zero, x, y, one, -v * x, -v * y, -v])
    scaled = np.sqrt(np.concatenate([weights, weights]))[:, None]
    *_, right = np.linalg.svd(np.vstack([first, second]) * scaled, full_matrices=len(source) == _LEAST)
    matrix = np.linalg.inv(after) @ right[-1].reshape(3, 3) @ before
    fitted: Matrix = matrix / matrix[2, 2]
    return fitted


_LEAST = 4  # points: then there is one row less than unknowns, and the solution is what the rows leave over


def _normaliser(points: Points) -> Matrix:
    middle = points.mean(axis=0)
    scale = np.sqrt(2) / max(1e-9, float(np.linalg.norm(points - middle, axis=1).mean()))
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])


def _three(linear: NDArray[np.float64], shift: NDArray[np.float64]) -> Matrix:
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = linear, shift
    return matrix
