"""A main meter against the meters under it, and a meter that was exchanged between two readings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from scanning.validators.consumption import PreviousReading, use_since
from scanning.validators.meter_reading import check
from scanning.validators.verdict import conclude, review

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from scanning.validators.meter_reading import ReadingContext
    from scanning.validators.reading_text import Meter
    from scanning.validators.verdict import Checked

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class SubMeter:
    """Use of one dwelling over the period; None while its reading is missing."""

    dwelling: str
    use: Decimal | None


@dataclass(frozen=True, slots=True)
class ComplexChecked:
    """``difference`` is main - sum, in units of the meter; ``share`` is that as a part of main, None when main is 0.

    ``code`` is None when all add up.
    """

    main: Decimal
    total: Decimal
    missing: tuple[str, ...]
    code: str | None

    @property
    def difference(self) -> Decimal:
        """What the main meter counted and no dwelling did; below 0 when dwellings counted more."""
        return self.main - self.total

    @property
    def share(self) -> Decimal | None:
        """The difference as a part of the use of the main meter."""
        return self.difference / self.main if self.main else None


def check_complex(main: Decimal, subs: Iterable[SubMeter], tolerance: Decimal = Decimal("0.05")) -> ComplexChecked:
    """Compare the use of a main meter with the sum of its sub-meters.

    More in the dwellings than the main meter counted is wrong even when dwellings are missing; less is judged only when
    none is. ``tolerance`` is a part of ``main``, on either side.
    """
    every = tuple(subs)
    total = sum((sub.use for sub in every if sub.use is not None), _NONE)
    missing = tuple(sub.dwelling for sub in every if sub.use is None)
    allowed = abs(main) * tolerance
    code = None
    if total - main > allowed:
        code = "complex-more-than-main"
    elif missing:
        code = "complex-incomplete"
    elif main - total > allowed:
        code = "complex-less-than-main"
    return ComplexChecked(main, total, missing, code)


@dataclass(frozen=True, slots=True)
class MeterExchange:
    """A meter came in the place of another: what the old one showed at its end, and the new one at its start."""

    on: date
    old_end: Decimal
    new_start: Decimal
    new_meter: Meter


def check_after_exchange(
    reading: str, known: ReadingContext, exchange: MeterExchange, *, insists: bool = False
) -> Checked:
    """Check a reading of the new meter; ``known`` is of the old one, with its previous reading.

    The use is that of two segments: the old meter from its previous reading to its end, the new one from its start to
    ``reading``. Facts ``use_old`` and ``use_new`` are told beside ``use``, which is their sum.
    """
    meter = exchange.new_meter
    after = replace(known, meter=meter, previous=PreviousReading(exchange.new_start, exchange.on))
    checked = check(reading, after, insists=insists)
    old = _use_of_old(known, exchange)
    if old is not None and old < _NONE:
        spelled = known.meter.spelled(exchange.old_end)
        return conclude(checked.value, [review("exchange-end-too-low", end=spelled)], checked.facts)
    if old is None or "use" not in checked.facts:
        return checked
    new = Decimal(str(checked.facts["use"]))
    facts = {"use_old": str(old), "use_new": str(new), "use": str(old + new)}
    return replace(checked, facts={**checked.facts, **facts})


def _use_of_old(known: ReadingContext, exchange: MeterExchange) -> Decimal | None:
    if known.previous is None:
        return None
    until = replace(known, read_on=exchange.on)
    return use_since(known.previous.value, exchange.old_end, known.meter, until.high_limit).amount
