"""What the network is trained on, made without torch and without real digits."""

from __future__ import annotations

import numpy as np
import pytest

from scanning.simulation.hands import Hand
from scanning.simulation.pens import Pen
from scanning.training import pool as pools
from scanning.training.degrade import scanned, thickened, warped, with_rim
from scanning.training.junk import Digits
from scanning.training.pool import JUNK, Order, make_pool
from scanning.training.slips import cut_from_slip, full_slip


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Digits of made hands in the form of real ones."""
    rng = np.random.default_rng(1)
    pen = Pen("gel", 0.8, 1.0, contrast=0, spread=0, skip=0, grain=0)
    images = [pen.ink(Hand.draw(rng, "us").digit(i % 10, rng), (28, 28), 90, rng) for i in range(40)]
    return Digits(np.stack(images), (np.arange(40) % 10).astype(np.uint8))


@pytest.mark.parametrize("kind", ["european", "us", "real", "junk"])
def test_the_same_order_gives_the_same_pool(kind: str, digits: Digits) -> None:
    first, second = (make_pool(Order(kind, 12, 5, digits), processes=1) for _ in range(2))
    assert first.images.tobytes() == second.images.tobytes()
    assert first.labels.tobytes() == second.labels.tobytes()
    assert first.images.shape == (12, 28, 28)
    assert first.images.dtype == np.uint8


def test_another_seed_gives_another_pool(digits: Digits) -> None:
    one, two = (make_pool(Order("european", 12, seed, digits), processes=1) for seed in (5, 6))
    assert not np.array_equal(one.images, two.images)


def test_a_pool_is_made_in_parts_that_do_not_depend_on_how_many_make_them(
    digits: Digits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "_CHUNK", 10)
    pool = make_pool(Order("us", 25, 5, digits), processes=1)
    assert len(pool.labels) == 25
    first = make_pool(Order("us", 10, 5, digits), processes=1)
    assert np.array_equal(pool.images[:10], first.images)


def test_junk_is_labelled_so_and_digits_are_not(digits: Digits) -> None:
    assert set(make_pool(Order("junk", 30, 5, digits), 1).labels.tolist()) == {JUNK}
    assert make_pool(Order("real", 30, 5, digits), 1).labels.max() < JUNK


def test_a_slip_full_of_boxes_is_cut_by_the_reader_into_what_was_written_on_it(digits: Digits) -> None:
    cut = cut_from_slip(full_slip(), digits, np.random.default_rng(5))
    assert cut.images.shape == (len(cut.labels), 28, 28)
    assert cut.images.any(axis=(1, 2)).mean() > 0.95
    assert set(cut.labels.tolist()) == set(range(JUNK + 1))


def test_pools_add_up(digits: Digits) -> None:
    one, two = (make_pool(Order(kind, 5, 5, digits), 1) for kind in ("us", "junk"))
    both = one + two
    assert len(both.images) == len(both.labels) == 10


def test_bending_and_thickening_keep_the_shape(digits: Digits) -> None:
    rng = np.random.default_rng(3)
    ink = digits.images[3]
    assert warped(ink, rng).shape == ink.shape
    assert thickened(ink, rng, 3.0).shape == ink.shape
    assert (with_rim(ink, rng) >= ink).all()


def test_a_scan_is_grey_paper_with_ink_on_it() -> None:
    rng = np.random.default_rng(4)
    ink = np.zeros((40, 30), dtype=np.uint8)
    ink[10:30, 12:18] = 255
    scans = [scanned(ink, rng) for _ in range(30)]
    assert all(scan.dtype == np.uint8 and scan.shape == ink.shape for scan in scans)
    darker = [scan[12:28, 14:16].mean() < scan[:5].mean() for scan in scans]
    # one in ten is light on dark
    assert 18 < sum(darker) < 30
