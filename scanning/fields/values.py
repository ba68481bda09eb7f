"""Boxes of a field put together: what the picture says, how sure that is, and what speaks against it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

from docgen.reply_form import ReplyKind
from scanning.readings import FieldReading, Presence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docgen.layouts.slip_geometry import SlipField
    from scanning.page import GreyImage
    from scanning.readings import BoxReading

TICKED: Final = "yes"
"""The value of a tick, and of text and a signature that are there."""
BLANK_BETWEEN, NOT_AT_RIGHT, SCRIBBLED, FAINT = "blank-between", "not-at-right", "no-digit", "faint-ink"
OFF_PAGE, NOT_SEEN = "off-page", "box-not-seen"
SEVERAL, CANCELLED, UNCLEAR, INCOMPLETE = "several-marked", "cancelled", "mark-unclear", "boxes-missing"
_JUNK = 10
_JUNK_AT = 0.5
_SURE, _UNSURE = 0.9999, 0.5


def field_reading(
    one: SlipField, boxes: tuple[BoxReading, ...], crop: GreyImage, against: tuple[str, ...] = ()
) -> FieldReading:
    """The reading of a field from its boxes; ``against`` are reasons that are known already."""
    match one.kind:
        case ReplyKind.TICK:
            value, confidence, reasons = _tick(boxes[0])
        case ReplyKind.CHOICE:
            value, confidence, reasons = _choice(boxes, one.choices)
        case ReplyKind.TEXT | ReplyKind.SIGNATURE | ReplyKind.EMAIL:
            value, confidence, reasons = _written(boxes)
        case _:
            value, confidence, reasons = _digits(boxes, one.kind)
    return FieldReading(one.name, one.kind, value, confidence, boxes, (*against, *reasons), one.area, crop)


def _tick(box: BoxReading) -> tuple[str, float, list[str]]:
    match box.presence:
        case Presence.BLANK:
            return "", _SURE, []
        case Presence.INK:
            return TICKED, _SURE, []
        case Presence.CANCELLED:
            return "", _SURE, [CANCELLED]
        case _:
            return TICKED, _UNSURE, [UNCLEAR]


def _choice(boxes: Sequence[BoxReading], choices: Sequence[str]) -> tuple[str, float, list[str]]:
    """One mark is the answer; a filled box is no answer but must leave exactly one mark beside it."""
    marked = [c for box, c in zip(boxes, choices, strict=True) if box.presence is Presence.INK]
    unclear = any(box.presence is Presence.UNSURE for box in boxes)
    cancelled = any(box.presence is Presence.CANCELLED for box in boxes)
    value = marked[0] if len(marked) == 1 else ""
    reasons = [SEVERAL] * (len(marked) > 1) + [UNCLEAR] * unclear + [CANCELLED] * (cancelled and not marked)
    return value, _UNSURE if reasons else _SURE, reasons


def _written(boxes: Sequence[BoxReading]) -> tuple[str, float, list[str]]:
    """Whether something was written; what it says is for a person."""
    if any(box.presence is Presence.INK for box in boxes):
        return TICKED, _SURE, []
    if any(box.presence is Presence.UNSURE for box in boxes):
        return TICKED, _UNSURE, [FAINT]
    return "", _SURE, []


def _digits(boxes: Sequence[BoxReading], kind: ReplyKind) -> tuple[str, float, list[str]]:
    filled = [place for place, box in enumerate(boxes) if box.presence is not Presence.BLANK]
    if not filled:
        return "", _SURE, []
    signs = [_best(box) if box.presence is not Presence.BLANK else " " for box in boxes]
    confidence = prod([max(boxes[place].probabilities[:_JUNK]) for place in filled])
    return "".join(signs).strip(), confidence, _against(boxes, filled, kind)


def _against(boxes: Sequence[BoxReading], filled: Sequence[int], kind: ReplyKind) -> list[str]:
    reasons = list[str]()
    if filled[-1] - filled[0] + 1 != len(filled):
        reasons.append(BLANK_BETWEEN)
    if kind in (ReplyKind.DATE, ReplyKind.PHONE) and len(filled) != len(boxes):
        reasons.append(INCOMPLETE)
    elif filled[-1] != len(boxes) - 1:
        reasons.append(NOT_AT_RIGHT)
    if any(boxes[place].probabilities[_JUNK] > _JUNK_AT for place in filled):
        reasons.append(SCRIBBLED)
    if any(boxes[place].presence is Presence.UNSURE for place in filled):
        reasons.append(FAINT)
    return reasons


def _best(box: BoxReading) -> str:
    digits = box.probabilities[:_JUNK]
    return str(digits.index(max(digits)))
