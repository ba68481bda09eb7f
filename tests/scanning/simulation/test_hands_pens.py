from __future__ import annotations

import numpy as np
import pytest

from scanning.simulation.hands import Hand
from scanning.simulation.hands_strokes import Stroke
from scanning.simulation.pens import KINDS, Pen

LINE = (Stroke(np.array([[0.5, 0.1], [0.5, 0.9]], dtype=np.float32), np.ones(2, dtype=np.float32)),)


def plain(width_mm: float = 0.5, darkness: float = 1.0) -> Pen:
    return Pen("gel", width_mm, darkness, contrast=0, spread=0, skip=0, grain=0)


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
def test_a_line_is_as_wide_as_the_pen_at_any_resolution(dpi: float) -> None:
    height, width = int(8 / 25.4 * dpi), int(6 / 25.4 * dpi)
    ink = plain().ink(LINE, (height, width), dpi, np.random.default_rng(1))
    assert ink.shape == (height, width)
    middle = ink[height // 2].astype(float).sum() / 255
    assert middle == pytest.approx(0.5 / 25.4 * dpi, rel=0.2)


def test_darkness_is_that_of_the_pen() -> None:
    ink = plain(darkness=0.5).ink(LINE, (100, 80), 300, np.random.default_rng(1))
    assert ink.max() == pytest.approx(128, abs=2)
    assert ink[:, :20].max() == 0


def test_the_margin_holds_what_leaves_the_box() -> None:
    leaving = (Stroke(np.array([[0.5, 0.5], [0.5, 1.1]], dtype=np.float32), np.ones(2, dtype=np.float32)),)
    ink = plain().ink(leaving, (100, 80), 300, np.random.default_rng(1), margin_px=20)
    assert ink.shape == (140, 120)
    assert ink[121:128].max() > 200
    assert ink[134:].max() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_pen_writes_and_the_same_seed_writes_the_same(kind: str) -> None:
    def once() -> np.ndarray:
        rng = np.random.default_rng(2)
        writer, pen = Hand.draw(rng), Pen.draw(rng, kind)  # type: ignore[arg-type] # parametrised
        return pen.ink(writer.digit(3, rng), (94, 65), 300, rng)

    first = once()
    assert first.dtype == np.uint8
    assert first.max() > 50
    assert 0.005 < (first > 40).mean() < 0.6
    assert np.array_equal(first, once())


def test_pens_lying_about_are_mostly_ballpoints_and_never_nibs() -> None:
    rng = np.random.default_rng(3)
    kinds = [Pen.draw(rng).kind for _ in range(300)]
    assert kinds.count("ballpoint") > 100
    assert "nib" not in kinds
