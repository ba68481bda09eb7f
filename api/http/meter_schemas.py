"""Shapes of the register of meters: complexes, dwellings, meters, imports, reports. Quantities are decimal strings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, PlainSerializer, WithJsonSchema

# the names below are read by pydantic when a model is made
from api.http.schemas import FindingOut, In, Moment, Out
from api.ports import MeterKind, Mode

if TYPE_CHECKING:
    from api.ports import Complex, Dwelling, MeterPoint, MeterSegment
    from api.usecases.metering.facts import Known
    from api.usecases.metering.importing import Imported
    from api.usecases.metering.reporting import ComplexReport, MeterInReport, MissingMeter
    from scanning.meters.period import MainSum
    from scanning.meters.segments import Point, SegmentUse

_COMPLEX = "cpx_01jd8m2x4c7n3k5p9qrstv0wxy"
_DWELLING = "dwl_01jd8m2x4c7n3k5p9qrstv0wxy"
_METER = "mtr_01jd8m2x4c7n3k5p9qrstv0wxy"

Quantity = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:f}", return_type=str),
    WithJsonSchema({"type": "string", "examples": ["1284"]}),
]


class ComplexOut(Out):
    """Buildings that are settled together; `key` is your own."""

    id: str = Field(examples=[_COMPLEX])
    mode: Mode
    key: str = Field(examples=["ZA-HAVEN"])
    name: str = Field(examples=["Nieuwe Havenkade"])
    updated_at: Moment

    @classmethod
    def of(cls, row: Complex) -> Self:
        """From the row."""
        return cls(id=row.id, mode=row.mode, key=row.key, name=row.name, updated_at=row.updated_at)


class DwellingOut(Out):
    """A home in a complex, with as much of its address as you gave."""

    id: str = Field(examples=[_DWELLING])
    key: str = Field(examples=["ZA-HAVEN-284"])
    address: str = Field(examples=["Nieuwe Havenkade 284 III"])
    postcode: str = Field(examples=["9813 DD"])
    house_number: str = Field(examples=["284"])

    @classmethod
    def of(cls, row: Dwelling) -> Self:
        """From the row."""
        address, number = row.address, row.house_number
        return cls(id=row.id, key=row.key, address=address, postcode=row.postcode, house_number=number)

    @classmethod
    def maybe(cls, row: Dwelling | None) -> Self | None:
        """From the row of a meter that has one."""
        return None if row is None else cls.of(row)


class MeterOut(Out):
    """A place where use is counted, and what hangs there now. `main_id` is the meter above it."""

    id: str = Field(examples=[_METER])
    mode: Mode
    key: str = Field(examples=["WM 2009-742265"])
    complex_id: str = Field(examples=[_COMPLEX])
    dwelling_id: str | None = Field(None, examples=[_DWELLING])
    main_id: str | None = Field(None, examples=[_METER])
    kind: MeterKind
    unit: str = Field(examples=["m3"])
    number: str = Field(examples=["WM 2009-742265"])
    dials: int = Field(examples=[5])
    decimals: int = Field(examples=[0])
    placed_on: date | None = None
    removed_on: date | None = None
    expected_per_day: Quantity | None = Field(None, examples=["0.25"])
    record_key: str = Field(description="`record_id` of the letters that ask its reading.", examples=["ZA-00001"])
    field: str = Field(description="The question; empty: the only one for a reading.", examples=["reading"])
    date_field: str = Field(description="The question for the day.", examples=["reading_date"])
    updated_at: Moment

    @classmethod
    def of(cls, known: tuple[MeterPoint, MeterSegment]) -> Self:
        """From the row and that of what hangs there."""
        return cls(**_meter_values(*known))


def _meter_values(meter: MeterPoint, segment: MeterSegment) -> dict[str, Any]:
    own = ("number", "dials", "decimals", "placed_on", "removed_on")
    return {name: getattr(segment if name in own else meter, name) for name in MeterOut.model_fields}


class SegmentOut(Out):
    """A meter as long as it hung there; `place` counts from 0."""

    place: int = Field(examples=[0])
    number: str = Field(examples=["WM 2009-742265"])
    dials: int = Field(examples=[5])
    decimals: int = Field(examples=[0])
    placed_on: date | None = None
    start_reading: Quantity | None = Field(None, examples=["0"])
    removed_on: date | None = None
    end_reading: Quantity | None = Field(None, examples=["1284"])

    @classmethod
    def of(cls, row: MeterSegment) -> Self:
        """From the row."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class PointOut(Out):
    """What a meter showed on a day, and by which road that is known."""

    on: date
    value: Quantity = Field(examples=["1284"])
    source: str = Field(description="`import`, `placed`, `removed`, or as in answers.", examples=["slip"])
    answer_id: str | None = Field(None, examples=["rec_01jd8m2x4c7n3k5p9qrstv0wxy"])

    @classmethod
    def of(cls, point: Point, answer_id: str | None = None) -> Self:
        """From the value."""
        return cls(on=point.on, value=point.value, source=point.source, answer_id=answer_id)

    @classmethod
    def maybe(cls, point: Point | None) -> Self | None:
        """From the value, when there is one."""
        return None if point is None else cls.of(point)


class MeterHistoryOut(MeterOut):
    """A meter with all that is known of it, oldest first."""

    segments: list[SegmentOut]
    readings: list[PointOut]

    @classmethod
    def of_known(cls, known: Known) -> Self:
        """From what is known."""
        readings = []
        for point in known.facts.points:
            record = known.records.get(point)
            readings.append(PointOut.of(point, record.id if record else None))
        segments = list(map(SegmentOut.of, known.segments))
        return cls(**_meter_values(known.meter, known.current), segments=segments, readings=readings)


class ImportedOut(Out):
    """What a file did, or with `check` would do."""

    rows: int = Field(examples=[10])
    complexes_new: int = Field(examples=[1])
    complexes_changed: int = Field(examples=[0])
    dwellings_new: int = Field(examples=[9])
    dwellings_changed: int = Field(examples=[0])
    meters_new: int = Field(examples=[10])
    meters_changed: int = Field(examples=[0])
    readings_new: int = Field(examples=[10])
    readings_changed: int = Field(examples=[0])
    applied: bool = Field(description="False when it was only checked.")
    findings: list[FindingOut]

    @classmethod
    def of(cls, done: Imported) -> Self:
        """From the outcome."""
        findings = list(map(FindingOut.of, done.findings))
        return cls(rows=done.rows, **done.counts, applied=done.applied, findings=findings)


class ExchangeIn(In):
    """What the fitter wrote down. Left out: placed the day the old one went, from 0, with the old one's dials."""

    removed_on: date = Field(examples=["2026-06-01"])
    end_reading: Decimal = Field(examples=["1284"])
    number: str = Field(min_length=1, max_length=64, examples=["WM 2026-000017"])
    placed_on: date | None = Field(None, examples=["2026-06-01"])
    start_reading: Decimal = Field(Decimal(0), examples=["0"])
    dials: int | None = Field(None, examples=[5])
    decimals: int | None = Field(None, examples=[0])
    insist: bool = Field(default=False, description="The last reading is right, though it is lower than one before it.")


class SegmentUseOut(Out):
    """What one meter counted of a period."""

    number: str = Field(examples=["WM 2009-742265"])
    first: PointOut
    last: PointOut
    use: Quantity = Field(examples=["95"])
    rollover: bool

    @classmethod
    def of(cls, part: SegmentUse) -> Self:
        """From the value."""
        first, last = PointOut.of(part.first), PointOut.of(part.last)
        return cls(number=part.number, first=first, last=last, use=part.use, rollover=part.rollover)


class MeterInReportOut(Out):
    """A meter in a period. `use` is null while it is not known; `codes` are those of the checks of answers."""

    meter_id: str = Field(examples=[_METER])
    key: str = Field(examples=["WM 2009-742265"])
    number: str = Field(examples=["WM 2009-742265"])
    kind: MeterKind
    unit: str = Field(examples=["m3"])
    main_id: str | None = Field(None, examples=[_METER])
    dwelling: DwellingOut | None = None
    previous: PointOut | None = None
    current: PointOut | None = None
    missing: bool
    use: Quantity | None = Field(None, examples=["95"])
    segments: list[SegmentUseOut]
    codes: list[str] = Field(examples=[["rollover-assumed"]])

    @classmethod
    def of(cls, each: MeterInReport) -> Self:
        """From the value."""
        meter, line = each.meter, each.line
        return cls(
            meter_id=meter.id,
            key=meter.key,
            number=each.segment.number,
            kind=meter.kind,
            unit=meter.unit,
            main_id=meter.main_id,
            dwelling=DwellingOut.maybe(each.dwelling),
            previous=PointOut.maybe(line.previous),
            current=PointOut.maybe(line.current),
            missing=line.missing,
            use=line.amount,
            segments=[SegmentUseOut.of(part) for part in line.use.parts] if line.use else [],
            codes=list(each.codes),
        )


class MainSumOut(Out):
    """A main meter against those under it; `difference` is what it counted more. `unknown` are meters without use."""

    main_id: str = Field(examples=[_METER])
    use: Quantity | None = Field(None, examples=["95"])
    meters: int = Field(examples=[9])
    sum: Quantity = Field(examples=["95"])
    difference: Quantity | None = Field(None, examples=["95"])
    difference_percent: Quantity | None = Field(None, examples=["2.0"])
    unknown: list[str] = Field(examples=[[_METER]])
    code: str | None = Field(None, examples=["complex-more-than-main"])

    @classmethod
    def of(cls, found: MainSum) -> Self:
        """From the value."""
        checked = found.checked
        share = checked.share if checked else None
        return cls(
            main_id=found.main,
            use=checked.main if checked else None,
            meters=found.subs,
            sum=found.total,
            difference=checked.difference if checked else None,
            difference_percent=None if share is None else round(share * 100, 1),
            unknown=list(found.missing),
            code=found.code,
        )


class ReportOut(Out):
    """A complex over a period, both days included."""

    complex: ComplexOut
    first: date
    last: date
    tolerance_percent: Quantity = Field(examples=["5"])
    meters_in_place: int = Field(examples=[10])
    meters_read: int = Field(examples=[8])
    meters_missing: int = Field(examples=[2])
    dwellings: int = Field(examples=[9])
    dwellings_missing: int = Field(examples=[2])
    meters: list[MeterInReportOut]
    sums: list[MainSumOut]
    missing: list[str] = Field(description="Ids of meters without a reading.", examples=[[_METER]])

    @classmethod
    def of(cls, report: ComplexReport) -> Self:
        """From the value."""
        counts = report.counts
        return cls(
            complex=ComplexOut.of(report.complex),
            first=report.period.first,
            last=report.period.last,
            tolerance_percent=report.tolerance * 100,
            meters_in_place=counts.meters,
            meters_read=counts.read,
            meters_missing=counts.missing,
            dwellings=counts.dwellings,
            dwellings_missing=counts.dwellings_missing,
            meters=list(map(MeterInReportOut.of, report.meters)),
            sums=list(map(MainSumOut.of, report.sums)),
            missing=[each.meter.id for each in report.missing],
        )


class MissingMeterOut(Out):
    """A meter without a reading; `last` is the last that is known."""

    meter_id: str = Field(examples=[_METER])
    key: str = Field(examples=["WM 2009-742265"])
    number: str = Field(examples=["WM 2009-742265"])
    kind: MeterKind
    unit: str = Field(examples=["m3"])
    record_key: str = Field(examples=["ZA-00001"])
    complex_id: str = Field(examples=[_COMPLEX])
    complex_key: str = Field(examples=["ZA-HAVEN"])
    dwelling: DwellingOut | None = None
    last: PointOut | None = None

    @classmethod
    def of(cls, each: MissingMeter) -> Self:
        """From the value."""
        meter = each.meter
        return cls(
            meter_id=meter.id,
            key=meter.key,
            number=each.segment.number,
            kind=meter.kind,
            unit=meter.unit,
            record_key=meter.record_key,
            complex_id=each.complex.id,
            complex_key=each.complex.key,
            dwelling=DwellingOut.maybe(each.dwelling),
            last=PointOut.maybe(each.last),
        )
