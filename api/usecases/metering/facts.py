"""All that is known of meters: what hung there, and every reading by whatever road."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from api.usecases.metering.days import wall_of
from scanning.meters.period import MeterFacts
from scanning.meters.segments import Point, Segment
from scanning.validators.reading_text import Meter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from api.ports import KnownReading, MeterAnswer, MeterPoint, MeterSegment, Record, UnitOfWork

IMPORT: Final = "import"
"""The source of a reading that the corporation brought itself."""

FIELD_UNCLEAR: Final = "meter-field-unclear"
"""A letter asked for several readings, and which of them is of this meter was not said: none of them counts."""

_MOST_DAYS_BEFORE: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Known:
    """A meter with its facts; ``current`` is what hangs there. ``records`` are the answers that count, by day."""

    meter: MeterPoint
    facts: MeterFacts
    segments: tuple[MeterSegment, ...]
    records: Mapping[Point, Record]
    codes: tuple[str, ...] = ()

    @property
    def current(self) -> MeterSegment:
        """What hangs there now, or hung there last."""
        return self.segments[-1]


def known_of(uow: UnitOfWork, organisation_id: str, meters: Sequence[MeterPoint]) -> list[Known]:
    """What is known of these meters, in their order."""
    ids = [meter.id for meter in meters]
    wall = wall_of(uow, organisation_id)
    segments, readings = uow.meters.segments(organisation_id, ids), uow.meters.readings(organisation_id, ids)
    answers: dict[str, list[MeterAnswer]] = defaultdict(list)
    for answer in uow.meters.answers(organisation_id, ids):
        answers[answer.meter_id].append(answer)
    return [_known(meter, segments[meter.id], readings.get(meter.id, ()), answers[meter.id], wall) for meter in meters]


def segment_of(row: MeterSegment) -> Segment:
    """A row as the pure functions take it."""
    meter = Meter(row.dials, row.decimals, row.number)
    return Segment(meter, row.placed_on, row.start_reading, row.removed_on, row.end_reading)


def _known(
    meter: MeterPoint,
    segments: tuple[MeterSegment, ...],
    readings: Sequence[KnownReading],
    answers: Sequence[MeterAnswer],
    wall: ZoneInfo,
) -> Known:
    clear = _clear(meter, answers)
    records = {Point(_day(each, wall), Decimal(each.record.value), each.record.source): each.record for each in clear}
    brought = [Point(each.read_on, each.value, IMPORT) for each in readings]
    # an answer of the recipient is surer than what was brought for the same day, the last decided the surest
    points = sorted([*brought, *records], key=lambda point: point.on)
    spans = tuple(map(segment_of, segments))
    facts = MeterFacts(meter.id, spans, tuple(points), meter.expected_per_day, meter.main_id)
    return Known(meter, facts, segments, records, (FIELD_UNCLEAR,) if len(clear) < len(answers) else ())


def _clear(meter: MeterPoint, answers: Sequence[MeterAnswer]) -> list[MeterAnswer]:
    """Answers in campaigns that asked for one reading, or for this one by name."""
    if meter.field:
        return list(answers)
    asked: dict[str, set[str]] = defaultdict(set)
    for answer in answers:
        asked[answer.record.campaign_id].add(answer.record.field)
    return [answer for answer in answers if len(asked[answer.record.campaign_id]) == 1]


def _day(answer: MeterAnswer, wall: ZoneInfo) -> date:
    """The day the recipient says, when it can be; else that on which the answer was settled."""
    settled = answer.record.decided_at.astimezone(wall).date()
    try:
        said = date.fromisoformat(answer.day)
    except ValueError:
        return settled
    return said if settled - _MOST_DAYS_BEFORE <= said <= settled else settled
