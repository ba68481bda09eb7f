"""What a period brought: use per meter, main meters against their sums, and who is missing."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from api.ports import MAX_PAGE_ITEMS, Page, PageRequest
from api.usecases.metering.days import today_of
from api.usecases.metering.facts import known_of
from docgen.findings import Refusal
from scanning.meters.period import TOLERANCE, MainSum, Period, line_of, sums_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from api.ports import Complex, Dwelling, MeterPoint, MeterSegment, Mode, UnitOfWork
    from api.usecases.deps import Deps
    from api.usecases.metering.facts import Known
    from scanning.meters.period import Line
    from scanning.meters.segments import Point

USUAL_DAYS: Final = 92
"""How far back a report looks when no first day is asked for."""

_PARTS: Final = re.compile(r"(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class MeterInReport:
    """A meter, where it hangs, what hangs there, and what the period brought."""

    meter: MeterPoint
    dwelling: Dwelling | None
    segment: MeterSegment
    line: Line
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """Meters that hung there in the period, with and without a reading; dwellings, and those with one missing."""

    meters: int = 0
    read: int = 0
    missing: int = 0
    dwellings: int = 0
    dwellings_missing: int = 0


@dataclass(frozen=True, slots=True)
class ComplexReport:
    """A complex over a period; meters of the complex come first, dwellings as people number them."""

    complex: Complex
    period: Period
    tolerance: Decimal
    meters: tuple[MeterInReport, ...]
    sums: tuple[MainSum, ...]
    counts: ReportCounts

    @property
    def missing(self) -> tuple[MeterInReport, ...]:
        """Meters without a reading."""
        return tuple(each for each in self.meters if each.line.missing)


@dataclass(frozen=True, slots=True)
class MissingMeter:
    """A meter without a reading in the period; ``last`` is the last that is known."""

    complex: Complex
    dwelling: Dwelling | None
    meter: MeterPoint
    segment: MeterSegment
    last: Point | None


def period_of(deps: Deps, organisation_id: str, first: date | None, last: date | None) -> Period:
    """From ``first`` (92 days ago when not said) to ``last`` (today). Raises Refusal: ``period-invalid``."""
    with deps.database.read() as uow:
        until = last or today_of(uow, organisation_id, deps.clock.now())
    since = first or until - timedelta(days=USUAL_DAYS)
    if since > until:
        raise Refusal("period-invalid", f"The period begins on {since} and ends before, on {until}. Turn them round.")
    return Period(since, until)


def report_complex(
    deps: Deps, organisation_id: str, complex_id: str, period: Period, tolerance: Decimal = TOLERANCE
) -> ComplexReport:
    """One complex. ``tolerance`` is a part of the use of a main meter. Raises Refusal: ``complex-not-found``."""
    with deps.database.read() as uow:
        found = uow.meters.complex(organisation_id, complex_id)
        known = known_of(uow, organisation_id, uow.meters.of_complexes(organisation_id, [complex_id]))
        homes = {home.id: home for home in uow.meters.dwellings(organisation_id, [complex_id])}
    return _report(found, known, homes, period, tolerance)


def overview(
    deps: Deps, organisation_id: str, mode: Mode, period: Period, page: PageRequest
) -> Page[tuple[Complex, ReportCounts]]:
    """Complexes by key, with how far they are."""
    with deps.database.read() as uow:
        found = uow.meters.complexes(organisation_id, mode, page)
        ids = [each.id for each in found.items]
        inside: dict[str, list[tuple[MeterPoint, Line]]] = defaultdict(list)
        for each in known_of(uow, organisation_id, uow.meters.of_complexes(organisation_id, ids)):
            line = line_of(each.facts, period)
            if line is not None:
                inside[each.meter.complex_id].append((each.meter, line))
    return Page(tuple((each, _counts(inside[each.id])) for each in found.items), found.next_after)


def missing_meters(
    deps: Deps, organisation_id: str, mode: Mode, period: Period, page: PageRequest
) -> Page[MissingMeter]:
    """Meters without a reading over all complexes, by the key of the meter; the last part may be empty."""
    found: list[MissingMeter] = []
    after, more = page.after, True
    with deps.database.read() as uow:
        while more and len(found) < page.limit:
            part = _missing(uow, organisation_id, mode, period, after)
            found += part.items
            after, more = part.next_after, part.next_after is not None
    kept = tuple(found[: page.limit])
    return Page(kept, kept[-1].meter.id if kept and (more or len(kept) < len(found)) else None)


def every_missing_meter(deps: Deps, organisation_id: str, mode: Mode, period: Period) -> Iterator[MissingMeter]:
    """All of them; each part is read when it is asked for."""
    after, more = None, True
    while more:
        with deps.database.read() as uow:
            part = _missing(uow, organisation_id, mode, period, after)
        yield from part.items
        after, more = part.next_after, part.next_after is not None


def _missing(
    uow: UnitOfWork, organisation_id: str, mode: Mode, period: Period, after: str | None
) -> Page[MissingMeter]:
    """Those among the next thousand meters; the cursor is the last meter that was looked at."""
    part = uow.meters.list(organisation_id, mode, PageRequest(MAX_PAGE_ITEMS, after))
    known = [
        each
        for each in known_of(uow, organisation_id, part.items)
        if (line := line_of(each.facts, period)) is not None and line.missing
    ]
    homes = uow.meters.dwellings_by_id(organisation_id, _dwelling_ids(known))
    complexes = uow.meters.complexes_by_id(organisation_id, [each.meter.complex_id for each in known])
    return Page(tuple(_row(each, homes, complexes) for each in known), part.next_after)


def _row(each: Known, homes: Mapping[str, Dwelling], complexes: Mapping[str, Complex]) -> MissingMeter:
    last = each.facts.points[-1] if each.facts.points else None
    home = homes.get(each.meter.dwelling_id or "")
    return MissingMeter(complexes[each.meter.complex_id], home, each.meter, each.current, last)


def _dwelling_ids(known: Iterable[Known]) -> list[str]:
    return [each.meter.dwelling_id for each in known if each.meter.dwelling_id is not None]


def _report(
    found: Complex, known: Sequence[Known], homes: Mapping[str, Dwelling], period: Period, tolerance: Decimal
) -> ComplexReport:
    lines = {each.meter.id: line for each in known if (line := line_of(each.facts, period)) is not None}
    meters = [
        MeterInReport(
            each.meter,
            homes.get(each.meter.dwelling_id or ""),
            each.current,
            lines[each.meter.id],
            (*lines[each.meter.id].codes, *each.codes),
        )
        for each in known
        if each.meter.id in lines
    ]
    meters.sort(key=_as_people_number)
    sums = sums_of([each.facts for each in known], lines, tolerance)
    counts = _counts([(each.meter, each.line) for each in meters])
    return ComplexReport(found, period, tolerance, tuple(meters), sums, counts)


def _counts(lines: Sequence[tuple[MeterPoint, Line]]) -> ReportCounts:
    missing = [meter for meter, line in lines if line.missing]
    homes = {meter.dwelling_id for meter, _ in lines if meter.dwelling_id}
    waiting = {meter.dwelling_id for meter in missing if meter.dwelling_id}
    return ReportCounts(len(lines), len(lines) - len(missing), len(missing), len(homes), len(waiting))


def _as_people_number(each: MeterInReport) -> tuple[object, ...]:
    home = each.dwelling
    if home is None:
        return (0, (), (), (), (), natural(each.meter.key))
    return (1, *map(natural, (home.postcode, home.house_number, home.address, home.key)), natural(each.meter.key))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A text so that 9 sorts before 10."""
    parts = _PARTS.split(text.casefold())
    return tuple((0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts if part)
