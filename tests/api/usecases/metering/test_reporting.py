"""Reports: answers become readings of meters, use is summed, and who is missing is told."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.ports import Mode, PageRequest, RecordState
from api.usecases.metering import looking, reporting, tables
from api.usecases.metering.reporting import ComplexReport, MeterInReport, natural
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from scanning.meters.period import Period
from tests.api.builders import ORG, OTHER
from tests.api.usecases.metering.bench import ALL, Bench, read, row

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUND = Period(date(2026, 11, 1), date(2026, 12, 31))
DAY: dict[str, Any] = {"kind": ReplyKind.DATE, "field": "reading_date"}


@pytest.fixture
def haven(bench: Bench) -> Bench:
    """A main meter and three dwellings, of which the third answers nothing."""
    bench.bring(
        row("main", dials=7, complex_name="Haven"),
        read("m1", "1", 1000, date_field="reading_date"),
        read("m2", "2", 2000, record_key="L2"),
        read("m10", "10", 500),
        row("other", complex="C2"),
    )
    bench.bring({"complex": "C1", "meter": "main", "last_reading": 40_000, "last_reading_on": "2025-12-12"})
    bench.answer("m1", "1090")
    bench.answer("L2", "2110")
    return bench


def report(bench: Bench, period: Period = ROUND, **more: Decimal) -> ComplexReport:
    return reporting.report_complex(bench.deps, ORG, bench.complex_id(), period, **more)


def by_key(found: ComplexReport) -> dict[str, MeterInReport]:
    return {each.meter.key: each for each in found.meters}


def test_answers_become_readings_and_the_rest_is_missing(haven: Bench) -> None:
    found = report(haven)
    assert [each.meter.key for each in found.meters] == ["main", "m1", "m2", "m10"]
    assert [each.line.amount for each in found.meters] == [None, 90, 110, None]
    assert [each.meter.key for each in found.missing] == ["main", "m10"]
    assert (found.counts.meters, found.counts.read, found.counts.missing) == (4, 2, 2)
    assert (found.counts.dwellings, found.counts.dwellings_missing) == (3, 1)
    current = by_key(found)["m1"].line.current
    assert current is not None
    assert (current.value, current.source, current.on) == (1090, "slip", date(2026, 12, 5))


def test_main_meters_are_held_against_their_sums(haven: Bench) -> None:
    assert [(each.code, each.total, each.subs) for each in report(haven).sums] == [("complex-main-missing", 200, 3)]
    haven.bring({"complex": "C1", "meter": "main", "last_reading": 40_190, "last_reading_on": "2026-12-08"})
    (found,) = report(haven).sums
    assert (found.code, found.missing) == ("complex-more-than-main", (haven.id_of("m10"),))
    haven.bring({"complex": "C1", "meter": "m10", "last_reading": 500, "last_reading_on": "2026-12-08"})
    assert [each.code for each in report(haven).sums] == ["complex-more-than-main"]
    assert [each.code for each in report(haven, tolerance=Decimal("0.06")).sums] == [None]


def test_the_day_is_what_the_recipient_says_when_it_can_be(haven: Bench) -> None:
    points = [("2026-11-30", date(2026, 11, 30)), ("2026-12-24", date(2026, 12, 5)), ("2019-01-01", date(2026, 12, 5))]
    for number, (said, counted) in enumerate(points, 2):
        haven.answer("m1", str(1100 + number), campaign_id=f"cmp_{number}")
        haven.answer("m1", said, campaign_id=f"cmp_{number}", **DAY)
        known = looking.meter_with_history(haven.deps, ORG, haven.id_of("m1"))
        (point,) = [point for point in known.facts.points if point.value == 1100 + number]
        assert point.on == counted
        assert known.records[point].campaign_id == f"cmp_{number}"


def test_only_settled_answers_of_the_same_mode_and_organisation_count(haven: Bench) -> None:
    haven.answer("m10", "1", state=RecordState.DISPUTED)
    haven.answer("m10", "2", campaign_id="cmp_a", mode=Mode.TEST)
    haven.answer("m10", "3", campaign_id="cmp_b", organisation_id=OTHER)
    assert by_key(report(haven))["m10"].line.missing


def test_a_letter_that_asks_several_readings_says_nothing_until_the_field_is_named(haven: Bench) -> None:
    haven.answer("m10", "510", field="cold")
    haven.answer("m10", "520", field="warm")
    found = by_key(report(haven))["m10"]
    assert (found.line.missing, found.codes) == (True, ("meter-field-unclear",))
    haven.bring({"complex": "C1", "meter": "m10", "field": "warm"})
    found = by_key(report(haven))["m10"]
    assert (found.line.amount, found.codes) == (20, ())


def test_an_answer_is_surer_than_what_was_brought_for_the_day(haven: Bench) -> None:
    haven.bring({"complex": "C1", "meter": "m1", "last_reading": 1080, "last_reading_on": "2026-12-05"})
    assert by_key(report(haven))["m1"].line.amount == 90


def test_a_period_is_of_the_last_three_months_when_nobody_says(bench: Bench) -> None:
    assert reporting.period_of(bench.deps, ORG, None, None) == Period(date(2026, 9, 9), date(2026, 12, 10))
    with pytest.raises(Refusal, match="period-invalid"):
        reporting.period_of(bench.deps, ORG, date(2026, 12, 11), None)


def test_complexes_are_listed_with_how_far_they_are(haven: Bench) -> None:
    found = reporting.overview(haven.deps, ORG, Mode.LIVE, ROUND, ALL).items
    assert [(each.key, counts.meters, counts.read, counts.missing) for each, counts in found] == [
        ("C1", 4, 2, 2),
        ("C2", 1, 0, 1),
    ]
    assert reporting.overview(haven.deps, ORG, Mode.TEST, ROUND, ALL).items == ()


def test_what_is_missing_comes_in_parts_over_all_complexes(haven: Bench) -> None:
    keys, after = [], None
    for _ in range(3):
        page = reporting.missing_meters(haven.deps, ORG, Mode.LIVE, ROUND, PageRequest(1, after))
        keys += [(each.complex.key, each.meter.key) for each in page.items]
        after = page.next_after
    assert (keys, after) == ([("C1", "m10"), ("C1", "main"), ("C2", "other")], None)
    every = list(reporting.every_missing_meter(haven.deps, ORG, Mode.LIVE, ROUND))
    assert [(each.meter.key, each.last.value if each.last else None) for each in every] == [
        ("m10", 500),
        ("main", 40_000),
        ("other", None),
    ]
    assert list(reporting.every_missing_meter(haven.deps, OTHER, Mode.LIVE, ROUND)) == []


def rows_of(lines: Sequence[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines))))


def test_the_tables_say_what_the_report_says(haven: Bench) -> None:
    found = report(haven)
    rows = rows_of(list(tables.report_csv(found)))
    assert [(row["meter"], row["use"], row["previous_on"], row["findings"]) for row in rows] == [
        ("main", "", "2025-12-12", "reading-missing"),
        ("m1", "90", "2025-12-12", ""),
        ("m2", "110", "2025-12-12", ""),
        ("m10", "", "2025-12-12", "reading-missing"),
    ]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(tables.report_xlsx(found))))
    assert book.sheetnames == ["meters", "sums", "missing"]
    assert [row[5] for row in book["missing"].iter_rows(min_row=2, values_only=True)] == ["main", "m10"]
    (sums,) = book["sums"].iter_rows(min_row=2, values_only=True)
    assert sums == ("main", None, 3, 200, None, None, 5, "m10", "complex-main-missing")
    every = list(reporting.every_missing_meter(haven.deps, ORG, Mode.LIVE, ROUND))
    assert [row["last"] for row in rows_of(list(tables.missing_csv(every)))] == ["500", "40000", ""]
    missing = openpyxl.load_workbook(io.BytesIO(b"".join(tables.missing_xlsx(every)))).worksheets[0]
    assert tuple(cell.value for cell in missing[1]) == tables.MISSING_COLUMNS


def test_dwellings_are_in_the_order_in_which_people_number_them() -> None:
    assert sorted(["10", "9", "9A", "100", "", "A1"], key=natural) == ["", "9", "9A", "10", "100", "A1"]
