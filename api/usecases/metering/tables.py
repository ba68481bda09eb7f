"""Reports as tables, for CSV and XLSX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from api.usecases.sheets import Sheet, csv_lines, workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.ports import Dwelling
    from api.usecases.metering.reporting import ComplexReport, MeterInReport, MissingMeter
    from api.usecases.sheets import Cell
    from scanning.meters.period import MainSum
    from scanning.meters.segments import PeriodUse, Point

_HOME: Final = ("dwelling", "address", "postcode", "house_number")
METER_COLUMNS: Final = (
    *("complex", *_HOME, "meter", "meter_number", "kind", "unit", "main_meter"),
    *("previous_on", "previous", "current_on", "current", "source", "use", "segments", "findings"),
)
SUM_COLUMNS: Final = (
    *("main_meter", "use", "meters", "sum", "difference", "difference_percent", "tolerance_percent"),
    *("unknown", "finding"),
)
MISSING_COLUMNS: Final = (
    *("complex", "complex_name", *_HOME, "meter", "meter_number", "kind", "unit", "record_key", "last_on", "last"),
)


def report_csv(report: ComplexReport) -> Iterator[str]:
    """The meters of a complex."""
    return csv_lines(METER_COLUMNS, _meter_rows(report))


def report_xlsx(report: ComplexReport) -> Iterator[bytes]:
    """A sheet of meters, one of main meters against their sums, and one of what is missing."""
    gone = [each for each in _meter_rows(report) if each[METER_COLUMNS.index("current")] is None]
    return workbook(
        [
            Sheet("meters", METER_COLUMNS, _meter_rows(report)),
            Sheet("sums", SUM_COLUMNS, _sum_rows(report)),
            Sheet("missing", METER_COLUMNS, gone),
        ]
    )


def missing_csv(missing: Iterable[MissingMeter]) -> Iterator[str]:
    """Meters without a reading."""
    return csv_lines(MISSING_COLUMNS, map(_missing_row, missing))


def missing_xlsx(missing: Iterable[MissingMeter]) -> Iterator[bytes]:
    """Meters without a reading."""
    return workbook([Sheet("missing", MISSING_COLUMNS, map(_missing_row, missing))])


def segments_text(use: PeriodUse | None) -> str:
    """What each meter counted, where it was more than one: ``A: 5000 - 5120; B: 3 - 103``."""
    if use is None or len(use.parts) < 2:  # noqa: PLR2004 - an old and a new one
        return ""
    return "; ".join(f"{part.number or '?'}: {part.first.value} - {part.last.value}" for part in use.parts)


def _meter_rows(report: ComplexReport) -> Iterator[Sequence[Cell]]:
    keys = {each.meter.id: each.meter.key for each in report.meters}
    for each in report.meters:
        line = each.line
        yield (
            *(report.complex.key, *_home(each.dwelling), each.meter.key, each.segment.number),
            *(each.meter.kind.value, each.meter.unit, keys.get(each.meter.main_id or "")),
            *(*_point(line.previous), *_point(line.current), line.current.source if line.current else None),
            *(line.amount, segments_text(line.use), " ".join(_codes(each))),
        )


def _codes(each: MeterInReport) -> tuple[str, ...]:
    return ("reading-missing", *each.codes) if each.line.missing else each.codes


def _sum_rows(report: ComplexReport) -> Iterator[Sequence[Cell]]:
    keys = {each.meter.id: each.meter.key for each in report.meters}
    for each in report.sums:
        use, difference, share = sum_figures(each)
        tolerance = report.tolerance * 100
        unknown = " ".join(keys[meter_id] for meter_id in each.missing)
        yield (keys[each.main], use, each.subs, each.total, difference, share, tolerance, unknown, each.code)


def sum_figures(found: MainSum) -> tuple[Cell, Cell, Cell]:
    """Use of the main meter, what it counted more than those under it, and that as a percentage of it."""
    checked = found.checked
    if checked is None:
        return None, None, None
    share = checked.share
    return checked.main, checked.difference, None if share is None else round(share * 100, 1)


def _missing_row(each: MissingMeter) -> Sequence[Cell]:
    meter = each.meter
    return (
        *(each.complex.key, each.complex.name, *_home(each.dwelling), meter.key, each.segment.number),
        *(meter.kind.value, meter.unit, meter.record_key, *_point(each.last)),
    )


def _home(dwelling: Dwelling | None) -> Sequence[Cell]:
    if dwelling is None:
        return (None,) * len(_HOME)
    return dwelling.key, dwelling.address, dwelling.postcode, dwelling.house_number


def _point(point: Point | None) -> Sequence[Cell]:
    return (None, None) if point is None else (point.on, point.value)
