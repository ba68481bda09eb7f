from __future__ import annotations

import cv2
import numpy as np
import pytest

from scanning.digits.normalise import normalise, normalise_all
from scanning.simulation.hands import Hand
from scanning.simulation.pens import Pen


def crop(value: int = 5, seed: int = 1, height: int = 118) -> np.ndarray:
    """Dark ink on paper of grey 235."""
    rng = np.random.default_rng(seed)
    pen = Pen("gel", 0.6, 0.9, contrast=0, spread=0, skip=0, grain=0)
    ink = pen.ink(Hand.draw(rng).digit(value, rng), (height, height * 3 // 4), height * 2.54, rng)
    return (235 - ink * 0.8).astype(np.uint8)


def difference(one: np.ndarray, two: np.ndarray) -> float:
    """Mean difference, as a share of the ink."""
    return float(np.abs(one.astype(int) - two).sum() / max(int(one.sum()), 1))


@pytest.mark.parametrize("value", range(10))
def test_polarity_does_not_matter(value: int) -> None:
    image = crop(value)
    assert difference(normalise(image), normalise(255 - image)) < 0.03


@pytest.mark.parametrize("value", range(10))
def test_place_in_the_crop_does_not_matter(value: int) -> None:
    image = crop(value, height=48)
    moved = np.full((60, 50), 235, dtype=np.uint8)
    moved[9:57, 11:47] = image
    plain = np.full((60, 50), 235, dtype=np.uint8)
    plain[4:52, 5:41] = image
    assert difference(normalise(plain), normalise(moved)) == 0


@pytest.mark.parametrize("scale", [0.5, 0.8, 2.0])
def test_resolution_hardly_matters(scale: float) -> None:
    image = crop(3)
    other = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert difference(normalise(image), normalise(np.asarray(other, dtype=np.uint8))) < 0.45


def test_faint_ink_comes_out_as_dark_as_black_ink() -> None:
    image = crop(8).astype(int)
    faint = (235 - (235 - image) * 0.3).astype(np.uint8)
    assert difference(normalise(image.astype(np.uint8)), normalise(faint)) < 0.15
    assert normalise(faint).max() > 240


@pytest.mark.parametrize("level", [0, 60, 128, 255])
def test_an_even_crop_is_empty(level: int) -> None:
    assert not normalise(np.full((90, 70), level, dtype=np.uint8)).any()


@pytest.mark.parametrize("noise", [1, 4, 12])
def test_paper_with_noise_is_empty(noise: float) -> None:
    rng = np.random.default_rng(2)
    paper = np.clip(225 + rng.normal(0, noise, (118, 94)), 0, 255).astype(np.uint8)
    assert not normalise(paper).any()


def test_dust_is_not_blown_up() -> None:
    paper = np.full((118, 94), 235, dtype=np.uint8)
    cv2.circle(paper, (40, 50), 3, 40, -1)
    out = normalise(paper)
    assert np.count_nonzero(out > 64) < 60


def test_dirt_and_pieces_of_lines_at_the_rim_are_left_out() -> None:
    clean = crop(2)
    dirty = clean.copy()
    dirty[:, :3] = 90
    dirty[-3:, 20:70] = 120
    dirty[5:8, 60:62] = 40
    assert difference(normalise(clean), normalise(dirty)) < 0.12


def test_what_is_normalised_already_hardly_changes() -> None:
    once = normalise(crop(6))
    assert difference(once, normalise(once)) < 0.35


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3), (28, 28), (500, 30), (1200, 900)])
def test_any_shape_gives_28_by_28(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    out = normalise(noise)
    assert out.shape == (28, 28)
    assert out.dtype == np.uint8


def test_many_crops_of_many_sizes_are_stacked() -> None:
    assert normalise_all([crop(1), crop(2, height=60), crop(3, height=200)]).shape == (3, 28, 28)
    assert normalise_all([]).shape == (0, 28, 28)


def test_the_crop_itself_is_left_alone() -> None:
    image = crop(4, height=50)
    before = image.copy()
    normalise(image)
    assert np.array_equal(image, before)
