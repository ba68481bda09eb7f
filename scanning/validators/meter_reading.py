"""Is this a reading that this meter can show, and is the use since the last one usual?"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from scanning.validators.consumption import PreviousReading, Use, UseLimits, use_since
from scanning.validators.reading_text import Meter, Typed, parse, ways_to_read
from scanning.validators.spelling import plain
from scanning.validators.verdict import Checked, Fact, Problem, ask, conclude, note, refusal, review

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

# With no reading before it, a reading this many digits short of the dials is worth a question.
_FAR_TOO_FEW = 3
_FEWEST_COMPARED = 3


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What is known of a meter when a reading comes in.

    ``today`` is the day of the check, ``read_on`` the day the meter was read (today when not said).
    ``expected_per_day`` is in units of the meter. ``neighbours`` are readings of other meters in the same round,
    ``earlier_answers`` other answers for this meter in this round, ``given_number`` the meter number the person copied.
    ``blank_behind`` is how many boxes of a slip were left blank behind the digits: with no reading before it, a digit
    may have been lost there.
    """

    meter: Meter
    today: date
    previous: PreviousReading | None = None
    expected_per_day: Decimal | None = None
    limits: UseLimits = field(default_factory=UseLimits)
    read_on: date | None = None
    neighbours: tuple[Decimal, ...] = ()
    earlier_answers: tuple[Decimal, ...] = ()
    given_number: str = ""
    blank_behind: int = 0

    @property
    def day(self) -> date:
        """The day the meter was read."""
        return self.read_on or self.today

    @property
    def days(self) -> int:
        """Days since the reading before; 0 when there is none."""
        return max(0, (self.day - self.previous.date).days) if self.previous else 0

    @property
    def usual(self) -> Decimal | None:
        """Usual use over these days, in units of the meter."""
        return None if self.expected_per_day is None else self.expected_per_day * self.days

    @property
    def high_limit(self) -> Decimal | None:
        """The most use that is not high."""
        return None if self.usual is None else self.limits.high(self.usual)


def check(reading: str, known: ReadingContext, *, insists: bool = False) -> Checked:
    """What to do with a reading; the value is spelled with a dot and as many decimals as the meter is asked for.

    Digits behind the asked decimals (the red ones) are dropped and told in the fact ``dropped``.
    """
    meter = known.meter
    typed = parse(reading, meter)
    if typed is None:
        return refusal("not-a-number", dials=meter.dials)
    value = typed.value(meter)
    fits = value < meter.modulus and not typed.unclear
    facts: dict[str, Fact] = {"dropped": dropped} if (dropped := typed.dropped(meter)) and fits else {}
    problems = [*_of_spelling(typed, known), *_of_circumstances(known)]
    if fits:
        facts |= _use_facts(value, known)
        problems += [*_of_others(value, known), *_of_use(typed, value, known)]
    return conclude(meter.spelled(value) if fits else None, problems, facts, insists=insists)


def plausible(reading: str, known: ReadingContext) -> bool:
    """True when the reading would be accepted with no question; the slip's veto. It never changes the reading."""
    return check(reading, known).accepted


def use_of(value: Decimal, known: ReadingContext) -> Use | None:
    """Use since the reading before, None when there is none."""
    if known.previous is None:
        return None
    return use_since(known.meter.shown(known.previous.value), value, known.meter, known.high_limit)


def _use_facts(value: Decimal, known: ReadingContext) -> dict[str, Fact]:
    use = use_of(value, known)
    if use is None or use.backwards:
        return {}
    facts: dict[str, Fact] = {"use": known.meter.spelled(use.amount), "days": known.days}
    return facts if known.usual is None else {**facts, "usual": f"{known.usual:.0f}"}


def _of_spelling(typed: Typed, known: ReadingContext) -> Iterator[Problem]:
    meter = known.meter
    if typed.unclear:
        yield ask("decimal-unclear", *_likely_first(ways_to_read(typed, meter), known))
    elif len(typed.whole) > meter.dials:
        ways = _likely_first(ways_to_read(typed, meter), known)
        yield ask("too-many-digits", *ways, dials=meter.dials, given=len(typed.whole))


def _likely_first(ways: tuple[str, ...], known: ReadingContext) -> tuple[str, ...]:
    """Ways with a use that nobody would ask about come first; the order is kept among equals."""
    return tuple(sorted(ways, key=lambda way: any(_of_amount(Decimal(way), known))))


def _of_circumstances(known: ReadingContext) -> Iterator[Problem]:
    if known.day > known.today:
        yield ask("future-date", date=known.day.isoformat())
    if known.previous and known.day < known.previous.date:
        yield ask("before-previous-date", date=known.day.isoformat(), previous_date=known.previous.date.isoformat())
    if not _same_number(known.given_number, known.meter.number):
        yield ask("meter-number-mismatch", known.meter.number, given=known.given_number)


def _same_number(given: str, number: str) -> bool:
    """True when nothing contradicts: one is not known, or what was given is the number or its last three or more."""
    mine, other = _bare(number), _bare(given)
    if not mine or not other:
        return True
    return mine == other or (len(other) >= _FEWEST_COMPARED and mine.endswith(other))


def _bare(number: str) -> str:
    return "".join(one for one in plain(number).upper() if one.isalnum()).lstrip("0")


def _of_others(value: Decimal, known: ReadingContext) -> Iterator[Problem]:
    if any(other != value for other in known.earlier_answers):
        differs = next(other for other in known.earlier_answers if other != value)
        yield review("differs-from-answer", earlier=known.meter.spelled(differs))
    elif known.earlier_answers:
        yield note("duplicate")


def _of_use(typed: Typed, value: Decimal, known: ReadingContext) -> Iterator[Problem]:
    """One question at most about the use; a neighbour's reading or a lost digit explains better what is wrong."""
    amounts = tuple(_of_amount(value, known))
    doubtful = not known.previous or any(one.code != "rollover-assumed" for one in amounts)
    if doubtful and value in known.neighbours:
        yield ask("same-as-neighbour")
    elif _too_few(typed, value, known):
        yield ask("too-few-digits", dials=known.meter.dials, given=len(typed.whole))
    yield from amounts


def _too_few(typed: Typed, value: Decimal, known: ReadingContext) -> bool:
    """Leading zeros may be left out; but fewer digits than a lower reading had means that one was forgotten."""
    use = use_of(value, known)
    if known.previous is None or use is None:
        return known.blank_behind > 0 or len(typed.whole) <= known.meter.dials - _FAR_TOO_FEW
    return use.backwards and len(typed.whole) < len(str(int(known.previous.value)))


def _of_amount(value: Decimal, known: ReadingContext) -> Iterator[Problem]:
    use = use_of(value, known)
    if use is None or known.previous is None:
        return
    if use.backwards:
        before = known.previous
        spelled = known.meter.spelled(before.value)
        yield ask("lower-than-previous", previous=spelled, previous_date=before.date.isoformat())
        return
    if code := _judged(use.amount, known):
        yield ask(code, use=known.meter.spelled(use.amount), days=known.days)
    if use.rollover:
        yield note("rollover-assumed", previous=known.meter.spelled(known.previous.value))


def _judged(amount: Decimal, known: ReadingContext) -> str | None:
    limits, usual = known.limits, known.usual
    if not amount and known.days >= limits.zero_after_days:
        return "zero-use"
    if usual is None:
        return None
    if amount > limits.very_high(usual):
        return "very-high"
    if amount > limits.high(usual):
        return "high"
    return "low" if amount < limits.low(usual) else None
