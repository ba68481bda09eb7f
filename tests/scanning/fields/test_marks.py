from __future__ import annotations

import cv2
import numpy as np
import pytest

from scanning.fields.marks import noise_of, presences_of, read_tick
from scanning.readings import Presence
from tests.scanning.slips import fields, read, scanned

BOX = (100, 80)
NOISE = 0.01


def empty() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.zeros(BOX, np.float32)


@pytest.mark.parametrize("darkness", [0.25, 0.5, 1.0])
def test_a_stroke_is_never_blank_however_pale_the_pencil(darkness: float) -> None:
    ink = empty()
    cv2.line(ink, (30, 20), (35, 75), darkness, 3)
    assert presences_of(ink[None], NOISE)[0][0] is Presence.INK


def test_dust_is_blank_and_a_short_stroke_is_not() -> None:
    dust, short = empty(), empty()
    cv2.circle(dust, (40, 50), 2, 1.0, -1)
    cv2.line(short, (40, 50), (40, 62), 1.0, 3)
    assert presences_of(dust[None], NOISE)[0][0] is Presence.BLANK
    assert presences_of(short[None], NOISE)[0][0] is Presence.UNSURE


def test_noise_is_that_of_paper_not_of_print() -> None:
    paper = np.abs(np.random.default_rng(1).normal(0, 0.06, (40, 400))).astype(np.float32)
    printed = paper.copy()
    printed[10:20, 50:90] = 1.0
    assert noise_of(printed) == pytest.approx(noise_of(paper), abs=0.005)


def test_a_mark_beside_its_box_is_not_a_blank() -> None:
    around = np.zeros((80, 80), np.float32)
    cv2.line(around, (5, 5), (12, 40), 1.0, 4)
    assert read_tick(np.zeros((36, 36), np.float32), around, NOISE).presence is Presence.UNSURE


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize(("answer", "presence"), [("", Presence.BLANK), ("x", Presence.INK), ("#", Presence.CANCELLED)])
def test_ticks_are_told_from_empty_and_from_filled_boxes(number: int, answer: str, presence: Presence) -> None:
    assert fields(read(scanned(number, {"moved": answer})))["moved"].boxes[0].presence is presence


def test_a_filled_box_does_not_count_beside_a_mark() -> None:
    road = fields(read(scanned(3, {"road": "#post mail"})))["road"]
    assert (road.value, road.reasons) == ("mail", ())


def test_two_marks_in_a_choice_are_for_a_person() -> None:
    road = fields(read(scanned(3, {"road": "post mail"})))["road"]
    assert (road.value, road.reasons) == ("", ("several-marked",))
