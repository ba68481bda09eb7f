"""What the network learns to refuse: shown so that nobody takes it for a digit, and the same in every run."""

from __future__ import annotations

import numpy as np
import pytest

from scanning.simulation.filled import Box
from scanning.simulation.hands import Hand, Strokes
from scanning.simulation.pens import Pen
from scanning.training.box_junk import box_junk
from scanning.training.doodles import DOODLES, doodle
from scanning.training.junk import Digits, over_one_another, plain_mark, struck_out
from scanning.training.pool import JUNK, Order, make_pool
from scanning.training.sources import Writer

BOX = Box(height=79, width=63, dpi=200, margin=6)


def writers(count: int) -> list[tuple[Writer, np.random.Generator]]:
    rng = np.random.default_rng(11)
    return [(Writer(Hand.draw(rng), Pen.draw(rng), (BOX.height, BOX.width), BOX.dpi), rng) for _ in range(count)]


def extent(strokes: Strokes) -> tuple[float, float]:
    wide, high = np.ptp(np.concatenate([one.points for one in strokes]), axis=0).tolist()
    return wide, high


def test_a_dash_never_stands_up_like_a_one() -> None:
    for writer, rng in writers(40):
        wide, high = extent(plain_mark(writer.hand, "dash", rng))
        assert high < wide


def test_a_scribble_is_longer_than_any_digit() -> None:
    longest = 0.0
    for writer, rng in writers(20):
        digit = writer.hand.digit(8, rng)
        longest = max(longest, sum(np.linalg.norm(np.diff(one.points, axis=0), axis=1).sum() for one in digit))
        scribble = plain_mark(writer.hand, "scribble", rng)
        assert sum(np.linalg.norm(np.diff(one.points, axis=0), axis=1).sum() for one in scribble) > longest


def test_rounds_are_no_zero() -> None:
    for writer, rng in writers(20):
        loops = np.concatenate([one.points for one in plain_mark(writer.hand, "loops", rng)])
        low, high = loops.min(axis=0), loops.max(axis=0)
        third = (high - low) / 3
        assert ((loops > low + third) & (loops < high - third)).all(axis=1).any()


@pytest.mark.parametrize("spoil", [struck_out, over_one_another])
def test_what_is_spoilt_holds_more_ink_than_one_digit(spoil: object) -> None:
    assert callable(spoil)
    for writer, rng in writers(15):
        assert len(np.concatenate([one.points for one in spoil(writer, rng)])) > 24


def test_junk_in_a_box_has_its_size_and_shows() -> None:
    made = [box_junk(writer, BOX, rng) for writer, rng in writers(60)]
    assert {one.shape for one in made} == {(BOX.height + 12, BOX.width + 12)}
    assert all(one.dtype == np.uint8 for one in made)
    assert np.mean([one.max() > 60 for one in made]) > 0.95


def test_doodles_are_drawn_within_the_box() -> None:
    for writer, rng in writers(3 * len(DOODLES)):
        points = np.concatenate([one.points for one in doodle(writer.hand, rng)])
        assert points.min() > -0.3
        assert points.max() < 1.3


def test_doodles_are_cut_from_slips_beside_digits() -> None:
    rng = np.random.default_rng(1)
    pen = Pen("gel", 0.8, 1.0, contrast=0, spread=0, skip=0, grain=0)
    images = np.stack([pen.ink(Hand.draw(rng, "us").digit(i % 10, rng), (28, 28), 90, rng) for i in range(20)])
    digits = Digits(images, (np.arange(20) % 10).astype(np.uint8))
    labels = make_pool(Order("doodles", 40, 5, digits), 1).labels
    assert 0 < np.mean(labels == JUNK) < 0.5
