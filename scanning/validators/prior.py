"""What is known of a meter weighs what an image shows: as a veto on the slip and an order for the reviewer.

For a meter with N = 10 ** (dials + decimals) readings of step s, previous reading v0 and usual use m:

    P(v) = a / N + (1 - a) * (F((j + 1) s) - F(j s)),    j = ((v - v0) / s) mod N

F is the Erlang distribution of shape k with mean max(m, leeway), F(x) = 1 - exp(-y) * sum(y ** i / i!, i < k) with
y = k x / mean, and a the share of readings that are arbitrary: a new meter, another meter, a leak, a mistake before.
Where v < v0 and the meter was not near its end the second term is 0. So nothing is ever impossible beforehand, and a
clear image outweighs what is known. With no previous reading or usual use P(v) = 1 / N, and the image stands alone.

Posterior of candidate c with image probability p(c), over the candidates C:

    p(c) P(c) / (sum(p(d) P(d), d in C) + (1 - sum(p(d), d in C)) * max(P(d), d in C))

The last term is for strings that are not in C: none of them is taken to be less likely beforehand than the likeliest
of C, so the posterior is a lower bound, unless something far likelier beforehand was left out of C.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from scanning.validators.consumption import near_the_end
from scanning.validators.meter_reading import check
from scanning.validators.reading_text import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanning.validators.meter_reading import ReadingContext
    from scanning.validators.verdict import Checked

ARBITRARY_SHARE = 0.03
_SHAPE = 2  # the spread of use is then 0.7 of its mean, wider than between dwellings and between years
_FACTORIALS = tuple(math.factorial(term) for term in range(_SHAPE))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A string that the image may show, with its probability by the image alone."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate in its normal spelling; ``prior`` and ``posterior`` as the module says, from 0 to 1."""

    value: str
    image: float
    prior: float
    posterior: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be done with the likeliest string of the image.

    ``value`` is that string in its normal spelling, never another one; None when it is no reading. ``agrees`` tells
    that it stays the likeliest when image and prior are taken together, ``checked`` what the validator says of it.
    """

    value: str | None
    image: float
    posterior: float
    agrees: bool
    checked: Checked | None

    @property
    def vetoed(self) -> bool:
        """True when the reading may not be accepted without a person."""
        return not (self.agrees and self.checked is not None and self.checked.accepted)


def log_prior(value: Decimal, known: ReadingContext) -> float:
    """Natural logarithm of P(value); ``value`` is one that the meter can show."""
    meter = known.meter
    readings = 10 ** (meter.dials + meter.decimals)
    if known.previous is None or known.usual is None:
        return -math.log(readings)
    return math.log(ARBITRARY_SHARE / readings + (1 - ARBITRARY_SHARE) * _of_usual_use(value, known))


def _of_usual_use(value: Decimal, known: ReadingContext) -> float:
    if known.previous is None or known.usual is None:
        return 0.0
    meter = known.meter
    before = meter.shown(known.previous.value)
    if value < before and not near_the_end(before, meter):
        return 0.0
    mean = float(max(known.usual, known.limits.leeway, Decimal(1)))
    use = (value - before) % meter.modulus
    use = use + meter.modulus if use < 0 else use
    step = 10.0**-meter.decimals
    return max(0.0, _more_than(float(use), mean) - _more_than(float(use) + step, mean))


def _more_than(use: float, mean: float) -> float:
    """1 - F: the chance of more use than this."""
    scaled = _SHAPE * use / mean
    return math.exp(-scaled) * sum(scaled**term / divisor for term, divisor in enumerate(_FACTORIALS))


def weigh(candidates: Iterable[Candidate], known: ReadingContext) -> tuple[Weighed, ...]:
    """The candidates that the meter can show, the likeliest first; spellings of one value are taken together."""
    image: dict[Decimal, float] = {}
    for one in candidates:
        value = _value(one.text, known)
        if value is not None:
            image[value] = image.get(value, 0.0) + max(0.0, one.probability)
    priors = {value: math.exp(log_prior(value, known)) for value in image}
    missing = max(0.0, 1.0 - sum(image.values())) * max(priors.values(), default=0.0)
    total = sum(share * priors[value] for value, share in image.items()) + missing
    spelled = known.meter.spelled
    found = [
        Weighed(spelled(value), share, priors[value], share * priors[value] / total if total else 0.0)
        for value, share in image.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.posterior, -one.image, one.value)))


def _value(text: str, known: ReadingContext) -> Decimal | None:
    typed = parse(text, known.meter)
    if typed is None or typed.unclear or len(typed.whole) > known.meter.dials:
        return None
    return typed.value(known.meter)


def standing(candidates: Iterable[Candidate], known: ReadingContext) -> Standing:
    """Whether the likeliest string of the image may be accepted. The prior may only veto it, never replace it."""
    every = tuple(candidates)
    best = max(every, key=lambda one: (one.probability, one.text), default=None)
    value = _value(best.text, known) if best else None
    if best is None or value is None:
        return Standing(None, best.probability if best else 0.0, 0.0, agrees=False, checked=None)
    ranked = weigh(every, known)
    spelled = known.meter.spelled(value)
    own = next(one for one in ranked if one.value == spelled)
    return Standing(spelled, own.image, own.posterior, ranked[0].value == spelled, check(best.text, known))


def rank_alternatives(candidates: Iterable[Candidate], known: ReadingContext, most: int = 3) -> tuple[Weighed, ...]:
    """Suggestions for a reviewer: other strings than the image's likeliest whose use nobody would ask about."""
    every = tuple(candidates)
    first = standing(every, known).value
    others = (one for one in weigh(every, known) if one.value != first and check(one.value, known).accepted)
    return tuple(others)[:most]
