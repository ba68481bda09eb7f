from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from scanning.simulation.hands import Hand
from scanning.simulation.hands_forms import FORMS, LETTERS
from scanning.simulation.hands_marks import KINDS, letter, struck
from scanning.simulation.hands_parts import combined
from scanning.simulation.hands_strokes import Skeleton, curve, skeletons, softened

if TYPE_CHECKING:
    from scanning.simulation.hands_strokes import Strokes


def hand(seed: int = 1) -> Hand:
    return Hand.draw(np.random.default_rng(seed), "mixed")


def all_points(strokes: Strokes) -> np.ndarray:
    return np.concatenate([stroke.points for stroke in strokes])


@pytest.mark.parametrize("style", ["european", "us", "mixed", "old"])
def test_the_same_seed_gives_the_same_strokes(style: str) -> None:
    first, second = (Hand.draw(np.random.default_rng(7), style) for _ in range(2))  # type: ignore[arg-type] # parametrised
    for value in range(10):
        one, two = (writer.digit(value, np.random.default_rng(value)) for writer in (first, second))
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            assert np.array_equal(a.points, b.points)
            assert np.array_equal(a.pressure, b.pressure)


def test_digits_stay_in_the_box_or_leave_it_a_little() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for seed in range(20):
        for value in range(10):
            points = all_points(hand(seed).digit(value, rng))
            assert points.min() >= -0.11
            assert points.max() <= 1.11
            inside += bool(points.min() >= 0.0 and points.max() <= 1.0)
    assert inside > 170


def test_every_mark_stays_in_the_box_roughly() -> None:
    rng = np.random.default_rng(4)
    for kind in KINDS:
        for seed in range(6):
            points = all_points(hand(seed).mark(kind, rng))
            assert points.min() > -0.6, kind
            assert points.max() < 1.6, kind


def test_an_unknown_mark_is_refused() -> None:
    with pytest.raises(KeyError):
        hand().mark("sonnet", np.random.default_rng(1))


def test_points_and_pressure_go_together() -> None:
    for value in range(10):
        for stroke in hand().digit(value, np.random.default_rng(value)):
            assert stroke.points.dtype == stroke.pressure.dtype == np.float32
            assert stroke.points.shape == (len(stroke.pressure), 2)
            assert stroke.pressure.min() > 0


def test_one_writer_is_more_like_himself_than_like_another() -> None:
    def slant(writer: Hand, seed: int) -> float:
        rng = np.random.default_rng(seed)
        lines = [all_points(writer.digit(1, rng)) for _ in range(3)]
        return float(np.mean([np.polyfit(line[:, 1], line[:, 0], 1)[0] for line in lines]))

    writers = [hand(seed) for seed in range(12)]
    within = np.mean([abs(slant(w, 1) - slant(w, 2)) for w in writers])
    between = np.std([slant(w, 1) for w in writers])
    assert within < between


def test_european_writers_cross_sevens_and_american_ones_do_not() -> None:
    def crossed(style: str) -> float:
        rng = np.random.default_rng(5)
        hands = [Hand.draw(rng, style) for _ in range(80)]  # type: ignore[arg-type] # a style
        return float(np.mean([len(writer.forms[7][0].strokes) > 1 for writer in hands]))

    assert crossed("european") > 0.5
    assert crossed("us") < 0.3


def test_hands_of_old_registers_lean_more() -> None:
    rng = np.random.default_rng(5)

    def lean(style: str) -> float:
        return float(np.mean([Hand.draw(rng, style).motion.slant for _ in range(60)]))  # type: ignore[arg-type] # a style

    assert lean("old") > lean("european") + 0.1


def test_every_form_and_letter_can_be_drawn() -> None:
    for digit, forms in FORMS.items():
        for form in (*forms, *combined(digit)):
            assert form.european + form.us > 0
            assert all(len(curve(part)) > 1 for part in skeletons(form.points))
    rng = np.random.default_rng(6)
    for character in LETTERS:
        assert letter(hand(), character, rng)


def test_striking_through_keeps_the_digit_and_adds_lines() -> None:
    rng = np.random.default_rng(8)
    digit = hand().digit(5, rng)
    crossed_out = struck(digit, hand(), rng)
    assert len(crossed_out) > len(digit)
    assert np.array_equal(crossed_out[0].points, digit[0].points)


def test_softening_keeps_the_ends() -> None:
    corner = Skeleton(np.array([[0, 0], [1, 0], [1, 1]], dtype=np.float32), np.array([False, True, False]))
    sharp = curve(corner)
    round_ = softened(sharp, 2.0)
    assert np.allclose(sharp[[0, -1]], round_[[0, -1]], atol=1e-5)
    assert np.abs(sharp - round_).max() > 0.01
