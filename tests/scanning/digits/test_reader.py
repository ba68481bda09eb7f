"""The shipped network, on digits of made hands and seeds that it was not trained on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from scanning.digits import JUNK, MOST_JUNK, WORKING_THRESHOLD, DigitReader, Readings
from scanning.digits.measure import measure
from scanning.digits.normalise import normalise_all
from scanning.digits.reader import SURE, SURELY_NO_JUNK, WEIGHTS
from scanning.simulation.hands import Hand
from scanning.simulation.pens import Pen

ROOT = Path(__file__).parents[3]


@lru_cache
def crops(style: str, per_digit: int = 25) -> tuple[list[np.ndarray], np.ndarray]:
    """Boxes of 8 x 10 mm at 200 dpi on light paper, every hand one digit of each."""
    rng = np.random.default_rng(77)
    images, labels = [], []
    for _ in range(per_digit):
        writer, pen = Hand.draw(rng, style), Pen.draw(rng)  # type: ignore[arg-type] # a style
        for value in range(10):
            ink = pen.ink(writer.digit(value, rng), (79, 63), 200, rng)
            noisy = 240 - ink * 0.85 + rng.normal(0, 3, ink.shape)
            images.append(np.clip(noisy, 0, 255).astype(np.uint8))
            labels.append(value)
    return images, np.array(labels)


@lru_cache
def no_digits() -> list[np.ndarray]:
    rng = np.random.default_rng(78)
    images = []
    for kind in ("scribble", "fill", "strike", "cross", "dash", "two-digits", "loops", "dot", "tick") * 12:
        ink = Pen.draw(rng).ink(Hand.draw(rng).mark(kind, rng), (79, 63), 200, rng)
        images.append(np.clip(240 - ink * 0.85 + rng.normal(0, 3, ink.shape), 0, 255).astype(np.uint8))
    return images


@pytest.mark.parametrize(("style", "most"), [("european", 0.03), ("us", 0.03)])
def test_made_hands_are_read(style: str, most: float) -> None:
    images, labels = crops(style)
    measured = measure(DigitReader.shipped().read(images), labels)
    assert measured.error is not None
    assert measured.error <= most
    assert measured.error_at_90 == 0
    assert measured.accepted is not None
    assert measured.accepted > 0.7


def test_what_is_no_digit_is_hardly_ever_accepted() -> None:
    readings = DigitReader.shipped().read(no_digits())
    assert readings.accepted().mean() <= 0.01


def test_an_empty_box_is_junk() -> None:
    blank = np.full((1, 79, 63), 240, dtype=np.uint8)
    probabilities = DigitReader.shipped().read(blank).probabilities[0]
    assert probabilities[JUNK] > 0.9


def test_probabilities_are_float32_rows_that_add_to_one() -> None:
    images, _ = crops("european")
    readings = DigitReader.shipped().read(images[:30])
    assert readings.probabilities.shape == (30, 11)
    assert readings.probabilities.dtype == np.float32
    assert readings.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert readings.digits.dtype == np.uint8
    assert readings.digits.max() < JUNK


def test_the_same_input_gives_the_same_bytes_in_any_company() -> None:
    images, _ = crops("european")
    reader = DigitReader.shipped()
    together = reader.read(images[:70]).probabilities
    assert together.tobytes() == reader.read(images[:70]).probabilities.tobytes()
    alone = np.concatenate([reader.read([image]).probabilities for image in images[:70]])
    assert alone.tobytes() == together.tobytes()


def test_a_stack_and_a_list_are_read_alike() -> None:
    images, _ = crops("european")
    reader = DigitReader.shipped()
    as_list = reader.read(images[:5]).probabilities
    assert np.array_equal(as_list, reader.read(np.stack(images[:5])).probabilities)
    assert np.array_equal(as_list, reader.read_normalised(normalise_all(images[:5])).probabilities)


def test_nothing_gives_no_rows() -> None:
    readings = DigitReader.shipped().read([])
    assert readings.probabilities.shape == (0, 11)
    assert readings.accepted().shape == readings.digits.shape == (0,)


def test_junk_takes_confidence_away_and_the_threshold_is_inclusive() -> None:
    table = np.zeros((4, 11), dtype=np.float32)
    table[0, [3, JUNK]] = 0.4, 0.6
    table[1, 3] = WORKING_THRESHOLD
    table[2, [3, JUNK]] = 0.99, MOST_JUNK
    table[3, [3, JUNK]] = 0.99, 2 * MOST_JUNK
    readings = Readings(table)
    assert readings.digits.tolist() == [3, 3, 3, 3]
    assert readings.accepted().tolist() == [False, True, True, False]


def test_the_reader_is_loaded_once() -> None:
    assert DigitReader.shipped() is DigitReader.shipped()


def test_the_second_network_is_asked_about_what_the_first_doubts_and_both_count_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = DigitReader.shipped()
    inputs = np.concatenate([normalise_all(crops("european")[0][:100]), normalise_all(no_digits()[:20])])
    first, second = reader._first.outputs(inputs), reader._second.outputs(inputs)
    alone, together = reader._alone.probabilities(first), reader._together.probabilities((first + second) / 2)
    sure = (alone[:, :JUNK].max(axis=1) >= SURE) & (alone[:, JUNK] <= SURELY_NO_JUNK)
    assert 20 < sure.sum() < 100
    asked = list[int]()
    monkeypatch.setattr(reader._second, "outputs", lambda doubted: (asked.append(len(doubted)), second[~sure])[1])
    assert np.array_equal(reader.read_normalised(inputs).probabilities, np.where(sure[:, None], alone, together))
    assert asked == [(~sure).sum()]


def test_weights_stay_small() -> None:
    assert all((ROOT / "scanning" / "digits" / name).stat().st_size < 600_000 for name in WEIGHTS)


def test_only_training_imports_torch() -> None:
    found = {
        path.relative_to(ROOT / "scanning").parts[0]
        for path in (ROOT / "scanning").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.split()[:2]
        in (["import", "torch"], ["from", "torch"], ["import", "onnx"], ["from", "scanning.training"])
        or line.startswith(("from torch", "import torch", "from scanning.training"))
    }
    assert found == {"training"}
