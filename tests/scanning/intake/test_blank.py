from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from scanning.intake.blank import ink_on, is_blank
from scanning.page import Page

_DPI = 150
_MM = _DPI / 25.4
_SHAPE = (round(297 * _MM), round(210 * _MM))


def _paper(seed: int) -> np.ndarray:
    return np.full(_SHAPE, 238, np.float32) + np.random.default_rng(seed).normal(0, 4, _SHAPE)


def _shadowed(paper: np.ndarray) -> np.ndarray:
    bow = 18 * np.abs(np.sin(np.linspace(0, 3, _SHAPE[0])))[:, None]
    return paper - bow - 12 * np.linspace(0, 1, _SHAPE[1])[None]


def _shining_through(paper: np.ndarray) -> np.ndarray:
    back = np.zeros(_SHAPE, np.uint8)
    for row in range(40):
        at = (round(20 * _MM), round((20 + 6 * row) * _MM))
        cv2.putText(back, "print on the other side", at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, 1, 2, cv2.LINE_AA)
    return paper - 12 * cv2.GaussianBlur(back[:, ::-1].astype(np.float32), (0, 0), 0.55 * _MM)


def _creased(paper: np.ndarray) -> np.ndarray:
    folded = paper.copy()
    folded[_SHAPE[0] // 3 :][:2] -= 20
    return folded


def _speckled(paper: np.ndarray) -> np.ndarray:
    luck = np.random.default_rng(3)
    dirty = paper.copy()
    for row in range(10):
        for column in range(8):
            at = (round((15 + 24 * column) * _MM), round((20 + 26 * row) * _MM))
            cv2.circle(dirty, at, int(luck.integers(1, 4)), 60, -1)
    return dirty


def _black_edged(paper: np.ndarray) -> np.ndarray:
    width, height = _SHAPE[::-1]
    edged = paper.copy()
    cv2.fillPoly(edged, [np.array([[0, 0], [5 * _MM, 0], [11 * _MM, height], [0, height]], np.int32)], 15)
    cv2.fillPoly(edged, [np.array([[0, 0], [width, 0], [width, 4 * _MM], [0, 2 * _MM]], np.int32)], 15)
    return edged


_NOTHING = {
    "clean": lambda paper: paper,
    "shadow": _shadowed,
    "shine-through": _shining_through,
    "crease": _creased,
    "specks": _speckled,
    "black edge": _black_edged,
    "all": lambda paper: _black_edged(_speckled(_creased(_shining_through(_shadowed(paper))))),
}


@cache
def _sheet(kind: str) -> np.ndarray:
    return _NOTHING[kind](_paper(1))


def _page(pixels: np.ndarray, quality: int = 70, dpi: float | None = _DPI) -> Page:
    jpeg = cv2.imencode(".jpg", np.clip(pixels, 0, 255).astype(np.uint8), [1, quality])[1]
    grey = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
    return Page(1, grey, dpi)


def _stroke(paper: np.ndarray, contrast: float, millimetres: float = 6) -> np.ndarray:
    """A tick with a pencil of 0.4 mm."""
    left, top = 80 * _MM, 155 * _MM
    part = millimetres * _MM
    points = np.array([[left, top], [left + part / 2, top + part / 2], [left + part, top - part / 2]], np.int32)
    ink = np.zeros(_SHAPE, np.uint8)
    cv2.polylines(ink, [points], False, 255, max(1, round(0.4 * _MM)), cv2.LINE_AA)  # noqa: FBT003 (positional in cv2)
    return paper - contrast * cv2.GaussianBlur(ink.astype(np.float32) / 255, (0, 0), 0.6)


@pytest.mark.parametrize("kind", sorted(_NOTHING))
@pytest.mark.parametrize("quality", [40, 85])
def test_what_is_no_ink_leaves_a_page_blank(kind: str, quality: int) -> None:
    assert is_blank(_page(_sheet(kind), quality))


@pytest.mark.parametrize("kind", sorted(_NOTHING))
@pytest.mark.parametrize("contrast", [25, 40, 120])
def test_one_faint_stroke_is_something(kind: str, contrast: float) -> None:
    assert not is_blank(_page(_stroke(_sheet(kind), contrast)))


def test_a_short_faint_stroke_is_something() -> None:
    assert not is_blank(_page(_stroke(_sheet("all"), 30, millimetres=3)))


def test_a_stroke_over_a_crease_is_something() -> None:
    pixels = _sheet("crease").copy()
    top = _SHAPE[0] // 3
    cv2.line(pixels, (400, top - 20), (440, top + 20), 190, 2, cv2.LINE_AA)
    assert not is_blank(_page(pixels))


def test_a_line_of_ink_across_the_sheet_is_no_crease() -> None:
    pixels = _sheet("clean").copy()
    cv2.line(pixels, (60, 700), (1180, 705), 90, 2, cv2.LINE_AA)
    assert not is_blank(_page(pixels))


def test_no_resolution_is_needed() -> None:
    assert is_blank(_page(_sheet("all"), dpi=None))
    assert not is_blank(_page(_stroke(_sheet("all"), 40), dpi=None))


def test_one_bit_pages() -> None:
    paper = np.where(_sheet("specks") > 150, 255, 0).astype(np.uint8)
    written = np.where(_stroke(_sheet("specks"), 200) > 150, 255, 0).astype(np.uint8)
    assert is_blank(Page(1, paper, _DPI, bilevel=True))
    assert not is_blank(Page(1, written, _DPI, bilevel=True))


def test_the_share_of_ink_grows_with_what_is_written() -> None:
    little = ink_on(_page(_stroke(_sheet("clean"), 120)))
    more = ink_on(_page(_stroke(_stroke(_sheet("clean"), 120), 120, millimetres=30)))
    assert 0 < little.share < more.share < 0.02


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (2, 3000), (3000, 2)])
def test_odd_shapes_are_judged(shape: tuple[int, int]) -> None:
    assert ink_on(Page(1, np.full(shape, 255, np.uint8))).strokes == 0


def test_a_black_page_is_not_blank() -> None:
    assert not is_blank(Page(1, np.zeros(_SHAPE, np.uint8)))
    half = np.full(_SHAPE, 240, np.uint8)
    half[: _SHAPE[0] // 2] = 10
    assert not is_blank(Page(1, half))
