"""Each field of a slip decided about: a value is accepted only when picture, rules and what is known all allow it.

What is known beforehand may only stop a value, never change one. Ink is never taken for blank.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from docgen.reply_form import Choice, ReplyField, ReplyKind
from scanning.decide.policy import MARKED, MOST_NO_DIGIT
from scanning.fields.values import BLANK_BETWEEN, SCRIBBLED
from scanning.readings import Outcome, Presence
from scanning.register.align import MOST_RESIDUAL_MM
from scanning.validators.answer import AnswerContext, check_answer, reading_context
from scanning.validators.box_candidates import BLANK as BLANK_BOX
from scanning.validators.box_candidates import candidates
from scanning.validators.prior import rank_alternatives, standing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from docgen.layouts.slip_geometry import SlipField, SlipGeometry
    from docgen.reply_form import Known
    from scanning.decide.policy import Policy
    from scanning.readings import BoxReading, FieldReading, SlipReading
    from scanning.validators.meter_reading import ReadingContext

OUT_OF_SHAPE, LOW_CONFIDENCE, TO_BE_KEYED = "slip-out-of-shape", "low-confidence", "to-be-keyed"
ON_PHOTO = "on-photo"
BLANK_ON_BILEVEL, PREVIOUS_READING = "blank-on-bilevel", "unlike-previous-reading"
_KEYED: Final = frozenset({ReplyKind.TEXT, ReplyKind.EMAIL})
_NO_DIGIT: Final = 10
_MOST_ALTERNATIVES = 3


class Keying(StrEnum):
    """How a person is asked: without a suggestion, or to confirm one."""

    BLIND = "blind"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a field.

    ``value`` is what goes into the record, "" unless accepted. ``read`` is what the picture says, ``confidence`` how
    likely that is by the picture alone, ``posterior`` with what is known beforehand. ``alternatives`` are for a person
    only. ``code`` is what the rules for answers say.
    """

    name: str
    outcome: Outcome
    value: str
    read: str
    confidence: float
    posterior: float | None = None
    reasons: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    keying: Keying = Keying.BLIND


@dataclass(frozen=True, slots=True)
class Situation:
    """What a slip is judged by: its fields as they were asked, what was known of each, and the day."""

    asked: Mapping[str, ReplyField]
    today: dt.date
    policy: Policy
    known: Mapping[str, Mapping[Known, str]]


def decide(slip: SlipReading, situation: Situation) -> tuple[Decision, ...]:
    """A decision for every field of a slip."""
    decided = [_field(one, situation, bilevel=slip.bilevel) for one in slip.fields]
    if slip.residual_mm > MOST_RESIDUAL_MM:
        decided = [_to_review(one, OUT_OF_SHAPE) for one in decided]
    if slip.photo:
        # light and lens differ each time, and nothing was measured for them
        decided = [_to_review(one, ON_PHOTO) for one in decided]
    return tuple(decided)


def asked_of(geometry: SlipGeometry) -> dict[str, ReplyField]:
    """The fields of a slip as far as its geometry tells: for reading without the service."""
    return {one.name: _asked(one) for one in geometry.fields}


def _asked(one: SlipField) -> ReplyField:
    length = 0 if one.kind in MARKED else len(one.boxes)
    choices = tuple([Choice(value, {"": value}) for value in one.choices])
    return ReplyField(one.name, one.kind, {}, required=False, length=length, decimals=one.decimals, choices=choices)


def _field(reading: FieldReading, situation: Situation, *, bilevel: bool) -> Decision:
    keying = Keying.BLIND if reading.confidence < situation.policy.blind or reading.reasons else Keying.CONFIRM
    base = Decision(
        reading.name, Outcome.REVIEW, "", reading.value, reading.confidence, None, reading.reasons, (), keying
    )
    if reading.value == "" and not reading.reasons:
        # a scanner that knows only black and white loses thin ink without a trace
        return _to_review(base, BLANK_ON_BILEVEL) if bilevel else replace(base, outcome=Outcome.BLANK)
    if reading.kind in _KEYED:
        return _to_review(base, TO_BE_KEYED)
    if reading.kind in MARKED:
        return _marked(base, reading, situation)
    return _digits(base, reading, situation, bilevel=bilevel)


def _marked(base: Decision, reading: FieldReading, situation: Situation) -> Decision:
    if reading.reasons == ("cancelled",) and reading.kind is ReplyKind.TICK:
        return replace(base, outcome=Outcome.BLANK)
    if reading.reasons:
        return base
    if not situation.policy.is_sure(reading.kind, reading.confidence, None):
        return _to_review(base, LOW_CONFIDENCE)
    return replace(base, outcome=Outcome.ACCEPTED, value=reading.value)


def _digits(base: Decision, reading: FieldReading, situation: Situation, *, bilevel: bool) -> Decision:
    asked = situation.asked[reading.name]
    context = AnswerContext(situation.today, reading=_known(reading, asked, situation))
    posterior, alternatives = None, tuple[str, ...]()
    reasons = [*reading.reasons]
    if context.reading is not None and BLANK_BETWEEN not in reading.reasons:
        boxes = _chances(reading.boxes)
        listed = candidates(boxes, context.reading)
        stands = standing(listed, context.reading)
        if context.reading.usual is not None:
            posterior = stands.posterior
            reasons += [PREVIOUS_READING] * (not stands.agrees)
        alternatives = tuple([one.value for one in rank_alternatives(listed, context.reading, _MOST_ALTERNATIVES)])
    checked = check_answer(asked, reading.value, context)
    if SCRIBBLED not in reasons and _may_be_no_digit(reading.boxes):
        reasons.append(SCRIBBLED)
    reasons += [checked.code] if not checked.accepted and checked.code else []
    if bilevel and posterior is None and len(reading.value) < len(reading.boxes):
        reasons.append(BLANK_ON_BILEVEL)
    if not reasons and situation.policy.is_sure(reading.kind, reading.confidence, posterior):
        return replace(base, outcome=Outcome.ACCEPTED, value=checked.value or "", posterior=posterior)
    reasons += [LOW_CONFIDENCE] if not reasons else []
    return replace(base, reasons=tuple(reasons), posterior=posterior, alternatives=alternatives)


def _may_be_no_digit(boxes: Sequence[BoxReading]) -> bool:
    """A struck-out digit still looks like one, and what is known would speak for it."""
    return any(box.probabilities[_NO_DIGIT] > MOST_NO_DIGIT for box in boxes if box.probabilities)


def _known(reading: FieldReading, asked: ReplyField, situation: Situation) -> ReadingContext | None:
    if asked.kind is not ReplyKind.METER_READING:
        return None
    behind = len(reading.boxes) - len(_without_blanks_behind(reading.boxes))
    known = reading_context(asked, situation.known.get(asked.name, {}), situation.today)
    return replace(known, blank_behind=behind)


def _chances(boxes: Sequence[BoxReading]) -> list[dict[str, float]]:
    """For each box up to the last one that is inked the chance of each digit, or of a blank."""
    return [
        {BLANK_BOX: 1.0}
        if box.presence is Presence.BLANK
        else {str(digit): chance for digit, chance in enumerate(box.probabilities[:_NO_DIGIT])}
        for box in _without_blanks_behind(boxes)
    ]


def _without_blanks_behind(boxes: Sequence[BoxReading]) -> Sequence[BoxReading]:
    last = max((place for place, box in enumerate(boxes) if box.presence is not Presence.BLANK), default=-1)
    return boxes[: last + 1]


def _to_review(decision: Decision, reason: str) -> Decision:
    return replace(decision, outcome=Outcome.REVIEW, value="", reasons=(*decision.reasons, reason))
