"""One entry for every field of a reply form, whatever road its answer came by."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from docgen.reply_form import Known, ReplyKind
from scanning.validators import choice, date, digits, email, meter_reading, phone, text, tick
from scanning.validators.consumption import PreviousReading
from scanning.validators.meter_reading import ReadingContext
from scanning.validators.reading_text import Meter
from scanning.validators.spelling import plain
from scanning.validators.verdict import Checked, ask, conclude, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docgen.reply_form import ReplyField
    from scanning.validators.date import DateWindow

    Check: TypeAlias = Callable[["ReplyField", str, "AnswerContext"], Checked]

Day: TypeAlias = dt.date

SIGNED: Final = "signed"
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """What is known when an answer comes in.

    ``today`` is the day of the check. ``insists`` tells that the person was asked and keeps to the answer.
    ``reading`` is for a meter reading, and its meter must be that of the field (``reading_context`` makes it);
    ``window`` for a date, the last five years when not given.
    """

    today: Day
    insists: bool = False
    reading: ReadingContext | None = None
    window: DateWindow | None = None
    mobile_needed: bool = False


def check_answer(field: ReplyField, answer: str | Sequence[str], context: AnswerContext) -> Checked:
    """What to do with the answer to one field.

    ``answer`` is what was written or typed; for a choice, also the values of all marked boxes; for a signature, any
    text when there is ink. A blank is accepted as ``""`` where the field is not required, and a question where it is.
    """
    marked = (answer,) if isinstance(answer, str) else tuple(answer)
    if sum(map(len, marked)) > text.FAR_TOO_LONG:
        return refusal("text-too-long", most=field.length or text.USUAL_LONGEST, given=sum(map(len, marked)))
    if field.kind is not ReplyKind.TICK and not any(plain(one) for one in marked):
        return _blank(field, context)
    if field.kind is ReplyKind.CHOICE:
        options = {one.value: tuple(one.label.values()) for one in field.choices}
        return choice.check(marked, options, insists=context.insists)
    return _CHECKS[field.kind](field, " ".join(marked), context)


def reading_context(field: ReplyField, values: Mapping[Known, str], today: Day) -> ReadingContext:
    """What the sender knew of a meter, spelled as in JSON: 1234.5 and 2026-12-01; a blank is not known.

    Raises:
        ValueError: when a number or day is spelled otherwise.
    """
    value, day = values.get(Known.PREVIOUS_READING), values.get(Known.PREVIOUS_DATE)
    expected = values.get(Known.EXPECTED_PER_DAY)
    return ReadingContext(
        meter_of(field, values.get(Known.METER_NUMBER, "")),
        today,
        PreviousReading(_number(value), dt.date.fromisoformat(day)) if value and day else None,
        _number(expected) if expected else None,
    )


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"A number is spelled like 1234.5, not {text!r}.")
    return Decimal(text)


def meter_of(field: ReplyField, number: str = "") -> Meter:
    """The meter that a field has boxes for."""
    return Meter(field.length - field.decimals, field.decimals, number)


def _blank(field: ReplyField, context: AnswerContext) -> Checked:
    problems = [ask("answer-missing")] if field.required else []
    return conclude("", problems, insists=context.insists)


def _digits(field: ReplyField, answer: str, context: AnswerContext) -> Checked:
    return digits.check(answer, field.length, insists=context.insists)


def _reading(field: ReplyField, answer: str, context: AnswerContext) -> Checked:
    known = context.reading or ReadingContext(meter_of(field), context.today)
    return meter_reading.check(answer, known, insists=context.insists)


def _phone(_field: ReplyField, answer: str, context: AnswerContext) -> Checked:
    return phone.check(answer, mobile_needed=context.mobile_needed, insists=context.insists)


def _email(_field: ReplyField, answer: str, context: AnswerContext) -> Checked:
    return email.check(answer, insists=context.insists)


def _date(_field: ReplyField, answer: str, context: AnswerContext) -> Checked:
    return date.check(answer, context.window or date.until(context.today), insists=context.insists)


def _tick(_field: ReplyField, answer: str, _context: AnswerContext) -> Checked:
    return tick.check(answer)


def _text(field: ReplyField, answer: str, context: AnswerContext) -> Checked:
    return text.check(answer, longest=field.length or text.USUAL_LONGEST, insists=context.insists)


def _signature(_field: ReplyField, _answer: str, _context: AnswerContext) -> Checked:
    return conclude(SIGNED, [])


_CHECKS: Mapping[ReplyKind, Check] = {
    ReplyKind.DIGITS: _digits,
    ReplyKind.METER_READING: _reading,
    ReplyKind.PHONE: _phone,
    ReplyKind.EMAIL: _email,
    ReplyKind.DATE: _date,
    ReplyKind.TICK: _tick,
    ReplyKind.TEXT: _text,
    ReplyKind.SIGNATURE: _signature,
}
