"""The ten digits of OCR-B as strokes, so that printer and reader draw the same.

Own drawings by the proportions of ISO 1073-2, size I: a digit is about 2.4 mm high and 1.4 mm wide, ten stand in an
inch, the stroke is 0.35 mm. A stroke is a line through points in mm from the top-left of a cell of ``PITCH_MM`` by
``HEIGHT_MM``, drawn with a round pen ``STROKE_MM`` wide.
"""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    Point = tuple[float, float]
    Stroke = tuple[Point, ...]

PITCH_MM: Final = 2.54
HEIGHT_MM: Final = 2.4
STROKE_MM: Final = 0.35
_WIDTH_MM = 1.4
_STEP_DEG = 7.5
_LEFT, _RIGHT = (PITCH_MM - _WIDTH_MM + STROKE_MM) / 2, (PITCH_MM + _WIDTH_MM - STROKE_MM) / 2
_MIDDLE = PITCH_MM / 2
_TOP, _BOTTOM = STROKE_MM / 2, HEIGHT_MM - STROKE_MM / 2
_REACH = _RIGHT - _MIDDLE


def _arc(centre: Point, radii: Point, first_deg: float, last_deg: float) -> Stroke:
    """Part of an ellipse; 0 degrees points right, 90 down."""
    count = max(2, round(abs(last_deg - first_deg) / _STEP_DEG))
    angles = [radians(first_deg + (last_deg - first_deg) * n / count) for n in range(count + 1)]
    return tuple([(centre[0] + radii[0] * cos(angle), centre[1] + radii[1] * sin(angle)) for angle in angles])


def _zero() -> tuple[Stroke, ...]:
    """An upright oval with straight flanks."""
    upper, lower = _TOP + 0.62, _BOTTOM - 0.62
    round_top = _arc((_MIDDLE, upper), (_REACH, 0.62), 180, 360)
    round_foot = _arc((_MIDDLE, lower), (_REACH, 0.62), 0, 180)
    return ((*round_top, *round_foot, round_top[0]),)


def _one() -> tuple[Stroke, ...]:
    """A flag, a stem and a foot."""
    stem = _MIDDLE + 0.06
    return ((_LEFT + 0.06, _TOP + 0.52), (stem, _TOP), (stem, _BOTTOM)), ((_LEFT + 0.02, _BOTTOM), (_RIGHT, _BOTTOM))


def _two() -> tuple[Stroke, ...]:
    bowl = _arc((_MIDDLE, _TOP + 0.54), (_REACH, 0.54), 195, 385)
    return ((*bowl, (_LEFT, _BOTTOM), (_RIGHT, _BOTTOM)),)


def _three() -> tuple[Stroke, ...]:
    """Flat on top, which tells it from an 8."""
    middle = 1.04
    radius = (_BOTTOM - middle) / 2
    bowl = _arc((_MIDDLE - 0.05, middle + radius), (_REACH + 0.05, radius), -90, 145)
    return (((_LEFT, _TOP), (_RIGHT - 0.04, _TOP), (_MIDDLE - 0.1, middle), *bowl),)


def _four() -> tuple[Stroke, ...]:
    """Its stem stands below the slope, which does not touch it."""
    bar, stem = 1.66, _RIGHT - 0.27
    slope = ((_MIDDLE + 0.02, _TOP), (_LEFT - 0.04, bar), (_RIGHT + 0.06, bar))
    return slope, ((stem, 1.1), (stem, _BOTTOM))


def _five() -> tuple[Stroke, ...]:
    top, radius = 0.95, (_BOTTOM - 0.95) / 2
    bowl = _arc((_MIDDLE - 0.08, top + radius), (_REACH + 0.08, radius), -90, 145)
    return (((_RIGHT - 0.06, _TOP), (_LEFT + 0.05, _TOP), (_LEFT + 0.05, top), *bowl),)


def _six() -> tuple[Stroke, ...]:
    """A nearly straight back, leaning on a round foot."""
    radius = 0.63
    bowl = _arc((_MIDDLE, _BOTTOM - radius), (_REACH, radius), 205, 565)
    return (((_MIDDLE + 0.2, _TOP), (_MIDDLE - 0.12, 0.62), *bowl),)


def _seven() -> tuple[Stroke, ...]:
    """Bent on its way down."""
    return (((_LEFT, _TOP), (_RIGHT, _TOP), (_RIGHT, _TOP + 0.34), (_MIDDLE - 0.05, 1.35), (_MIDDLE - 0.1, _BOTTOM)),)


def _eight() -> tuple[Stroke, ...]:
    waist = 1.08
    upper, lower = (waist - _TOP) / 2, (_BOTTOM - waist) / 2
    head = _arc((_MIDDLE, _TOP + upper), (_REACH - 0.08, upper), 90, 450)
    return head, _arc((_MIDDLE, waist + lower), (_REACH, lower), -90, 270)


def _nine() -> tuple[Stroke, ...]:
    """A six turned over."""
    return tuple([tuple([(PITCH_MM - x, HEIGHT_MM - y) for x, y in stroke]) for stroke in _six()])


STROKES: Final[Mapping[str, tuple[Stroke, ...]]] = {
    "0": _zero(),
    "1": _one(),
    "2": _two(),
    "3": _three(),
    "4": _four(),
    "5": _five(),
    "6": _six(),
    "7": _seven(),
    "8": _eight(),
    "9": _nine(),
}
"""Digit -> its strokes."""
