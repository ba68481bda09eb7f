"""Meters by file: all or nothing, by the corporation's own keys, and the same file again changes nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from api.ports import MeterKind, Mode, PageRequest
from api.usecases.metering import importing, looking
from api.usecases.sheets import Sheet, workbook
from docgen.findings import Refusal, Severity
from tests.api.builders import ORG
from tests.api.usecases.metering.bench import Bench, read, row

if TYPE_CHECKING:
    from collections.abc import Mapping

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLE = (
    "complex;complex_name;dwelling;house_number;meter;kind;dials;main_meter;last_reading;last_reading_on\n"
    "C1;Haven;;;main;water;7;;;\n"
    "C1;;D1;1;m1;water;5;main;765;12-12-2025\n"
    "C1;Haven;D2;2;m2;water;5;main;2932,5;12-12-2025\n"
)
BOTH = (row("main", dials=7), read("m1", "D1", 765), read("m2", "D2", 2932))


def refused(bench: Bench, *rows: Mapping[str, Any], **options: bool) -> list[tuple[str, str]]:
    with pytest.raises(Refusal, match="meters-invalid") as refusal:
        bench.bring(*rows, **options)
    return [(one.code, str(one.place.pointer)) for one in refusal.value.findings]


def test_a_table_becomes_complexes_dwellings_meters_and_readings(bench: Bench) -> None:
    done = bench.bring_file(TABLE.encode(), f"{CSV}; decimal-comma=true")
    assert done.applied
    assert (done.rows, done.findings) == (3, ())
    assert {name: count for name, count in done.counts.items() if count} == {
        "complexes_new": 1,
        "dwellings_new": 2,
        "meters_new": 3,
        "readings_new": 2,
    }
    meters = bench.meters()
    main, (m2, segment) = meters["main"][0], meters["m2"]
    assert (m2.kind, m2.unit, m2.main_id, m2.record_key, m2.field) == (MeterKind.WATER, "m3", main.id, "m2", "")
    assert (segment.dials, segment.decimals, segment.place) == (5, 0, 0)
    assert (main.dwelling_id, main.main_id) == (None, None)
    (reading,) = looking.meter_with_history(bench.deps, ORG, m2.id).facts.points
    assert (reading.on, reading.value, reading.source) == (date(2025, 12, 12), 2932, "import")
    (home, _) = looking.dwellings_of(bench.deps, ORG, bench.complex_id())
    assert (home.key, home.house_number, home.address) == ("D1", "1", "")
    assert looking.get_complex(bench.deps, ORG, bench.complex_id()).name == "Haven"


def test_a_workbook_and_json_say_the_same_as_a_table(bench: Bench) -> None:
    heading, *rows = [line.split(";") for line in TABLE.splitlines()]
    book = b"".join(workbook([Sheet("meters", heading, rows)]))
    bench.bring_file(TABLE.encode(), f"{CSV}; decimal-comma=true")
    again = bench.bring_file(book, f"{XLSX}; decimal-comma=true")
    assert again.applied
    assert not any(again.counts.values())
    said = [{name: cell for name, cell in zip(heading, cells, strict=True) if cell} for cells in rows]
    for each in said:
        each |= {"dials": int(each["dials"])}  # type: ignore[dict-item] # JSON has numbers
        if "last_reading_on" in each:
            each |= {"last_reading_on": "2025-12-12", "last_reading": each["last_reading"].replace(",", ".")}
    assert not any(bench.bring(*said).counts.values())


def test_the_same_file_again_changes_nothing_and_tells_nothing(bench: Bench) -> None:
    bench.bring(*BOTH)
    before = bench.meters()
    assert not any(bench.bring(*BOTH).counts.values())
    assert bench.meters() == before
    with bench.database.read() as uow:
        events = uow.events.of_subject(ORG, ORG, PageRequest()).items
    told = [event for event in events if event.name == importing.IMPORTED]
    assert [(event.name, event.data["rows"], event.data["meters_new"]) for event in told] == [
        (importing.IMPORTED, 3, 3)
    ]


def test_a_check_says_what_would_happen_and_does_nothing(bench: Bench) -> None:
    done = bench.bring(*BOTH, check=True)
    assert (done.applied, done.counts["meters_new"], bench.meters()) == (False, 3, {})
    wrong = bench.bring(*BOTH, row("m3", "D3", main_meter="nowhere"), check=True)
    assert [one.code for one in wrong.findings] == ["meter-main-unknown"]


def test_what_another_brings_meanwhile_is_not_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.bring(row("main"))
    first = importing._check

    def another(merged: importing._Merged) -> None:
        monkeypatch.setattr(importing, "_check", first)
        bench.bring(row("main", meter_number="A"), row("m1", "D1"))
        first(merged)

    monkeypatch.setattr(importing, "_check", another)
    done = bench.bring(row("main", placed_on="2020-01-01"), row("m1", "D1"))
    assert {name for name, count in done.counts.items() if count} == {"meters_changed"}
    segment = bench.meters()["main"][1]
    assert (segment.number, segment.placed_on) == ("A", date(2020, 1, 1))


def test_what_a_row_leaves_out_stays_as_it_was(bench: Bench) -> None:
    bench.bring(
        row("main"), row("m1", "D1", address="Brinkweg 1", expected_per_day="0.25", meter_number="A", field="cold")
    )
    done = bench.bring({"complex": "C1", "meter": "m1", "expected_per_day": "0.5"})
    assert {name for name, count in done.counts.items() if count} == {"meters_changed"}
    meter, segment = bench.meters()["m1"]
    assert (meter.expected_per_day, meter.field, segment.number) == (Decimal("0.5"), "cold", "A")
    assert (meter.main_id, meter.dwelling_id is None) == (bench.id_of("main"), False)


def test_a_number_that_was_not_known_is_filled_in(bench: Bench) -> None:
    bench.bring(row("main"))
    done = bench.bring(row("main", meter_number="HM-1", placed_on="2020-01-01", start_reading="0"))
    assert done.counts["meters_changed"] == 1
    segment = bench.meters()["main"][1]
    assert (segment.number, segment.placed_on, segment.start_reading) == ("HM-1", date(2020, 1, 1), 0)


def test_test_keys_have_a_register_of_their_own(bench: Bench) -> None:
    bench.bring(*BOTH, mode=Mode.TEST)
    assert bench.meters() == {}
    assert bench.bring(*BOTH).counts["meters_new"] == 3
    assert bench.meters(Mode.TEST).keys() == bench.meters().keys()


def test_the_main_meter_may_stand_further_down_or_be_there_already(bench: Bench) -> None:
    bench.bring(row("m1", "D1"), row("main"))
    bench.bring(row("m2", "D2"))
    assert {meter.main_id for meter, _ in bench.meters().values()} == {None, bench.id_of("main")}


def test_a_dwelling_moves_with_all_its_meters(bench: Bench) -> None:
    bench.bring(row("m1", "D1", main_meter=None), row("h1", "D1", kind="heat", main_meter=None))
    moved = row("m1", "D1", complex="C2", main_meter=None)
    assert refused(bench, moved) == [("dwelling-elsewhere", "/0/complex")]
    bench.bring(moved, row("h1", "D1", complex="C2", kind="heat", main_meter=None))
    assert {meter.complex_id for meter, _ in bench.meters().values()} == {bench.complex_id("C2")}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("")], [("field-missing", "/0/meter")]),
        ([row("m", kind=None, dials=None)], [("field-missing", "/0/kind"), ("field-missing", "/0/dials")]),
        ([row("m", kind="steam")], [("field-choice", "/0/kind")]),
        ([row("m", dials=0)], [("meter-dials-wrong", "/0/dials")]),
        ([row("m", decimals=9)], [("meter-dials-wrong", "/0/decimals")]),
        ([row("m", colour="red")], [("field-unknown", "/0/colour")]),
        ([row("m"), row("m")], [("meter-key-duplicate", "/1/meter")]),
        ([row("m", complex_name="A"), row("n", complex_name="B")], [("meter-row-differs", "/1/complex_name")]),
        (
            [row("m", "D1", postcode="1234 AB", main_meter=None), row("n", "D1", postcode="1234 AC", main_meter=None)],
            [("meter-row-differs", "/1/postcode")],
        ),
        ([row("m", "D1")], [("meter-main-unknown", "/0/main_meter")]),
        ([row("m", main_meter="m")], [("meter-main-wrong", "/0/main_meter")]),
        ([row("main"), row("m", "D1", kind="heat")], [("meter-main-wrong", "/1/main_meter")]),
        ([row("main"), row("m", "D1", complex="C2")], [("meter-main-wrong", "/1/main_meter")]),
        ([row("main", "D2", main_meter=None), row("m", "D1")], [("meter-main-wrong", "/1/main_meter")]),
        (
            [row("main", main_meter="top"), row("top"), row("m", "D1")],
            [("meter-main-wrong", "/2/main_meter")],
        ),
        ([row("m", last_reading=100_000, last_reading_on="2026-01-01")], [("meter-reading-unfit", "/0/last_reading")]),
        ([row("m", last_reading=-1, last_reading_on="2026-01-01")], [("meter-reading-unfit", "/0/last_reading")]),
        ([row("m", last_reading=1)], [("field-missing", "/0/last_reading_on")]),
        ([row("m", last_reading_on="2026-01-01")], [("field-missing", "/0/last_reading")]),
        ([row("m", last_reading=1, last_reading_on="soon")], [("date-invalid", "/0/last_reading_on")]),
        ([row("m", last_reading=1, last_reading_on="2026-12-11")], [("meter-day-wrong", "/0/last_reading_on")]),
        ([row("m", start_reading=1)], [("field-missing", "/0/placed_on")]),
        ([row("m", end_reading=1)], [("field-missing", "/0/removed_on")]),
        ([row("m", placed_on="2026-02-02", removed_on="2026-02-01")], [("meter-day-wrong", "/0/removed_on")]),
        ([row("m", expected_per_day=-1)], [("meter-reading-unfit", "/0/expected_per_day")]),
        ([row("m", record_key="L1"), row("n", record_key="L1")], [("meter-link-taken", "/1/field")]),
        (
            [row("m", record_key="L1", field="a"), row("n", record_key="L1", field="a")],
            [("meter-link-taken", "/1/field")],
        ),
        ([row("m", record_key="L1", field="a"), row("n", record_key="L1")], [("meter-link-taken", "/1/field")]),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_done(
    bench: Bench, rows: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    assert refused(bench, *rows) == expected
    assert bench.meters() == {}


def test_in_a_table_the_place_is_row_and_column(bench: Bench) -> None:
    with pytest.raises(Refusal) as refusal:
        bench.bring_file(b"complex,meter,kind,dials,meter_number\nC1,m,water,many,=1+1\n", CSV)
    assert [(one.code, one.place.row, one.place.column) for one in refusal.value.findings] == [
        ("records-formula-cell", 2, "meter_number"),
        ("field-type", 2, "dials"),
    ]
    with pytest.raises(Refusal, match="records-column-unknown"):
        bench.bring_file(b"complex,meter,colour\nC1,m,red\n", CSV)


def test_two_letters_may_ask_for_one_meter_each_and_one_letter_for_two(bench: Bench) -> None:
    bench.bring(row("cold", record_key="L1", field="cold"), row("warm", record_key="L1", field="warm"))
    assert refused(bench, row("third", record_key="L1", field="warm")) == [("meter-link-taken", "/0/field")]


def test_another_number_is_an_exchange_unless_the_register_was_wrong(bench: Bench) -> None:
    bench.bring(row("m", meter_number="A"))
    assert refused(bench, row("m", meter_number="B")) == [("meter-changed", "/0/meter_number")]
    assert refused(bench, row("m", dials=6)) == [("meter-changed", "/0/dials")]
    assert bench.bring(row("m", meter_number="B", dials=6), correct=True).counts["meters_changed"] == 1
    segment = bench.meters()["m"][1]
    assert (segment.number, segment.dials) == ("B", 6)


def test_a_column_that_cannot_be_said_is_told_so_that_it_can(bench: Bench) -> None:
    assert refused(bench, row("m") | {"a/b \ud800": "1"}) == [("field-unknown", "/0/a~1b \ufffd")]


def test_digits_that_a_meter_does_not_show_are_left_out(bench: Bench) -> None:
    bench.bring(row("m", last_reading="12.987", last_reading_on="2026-01-01", decimals=1))
    (point,) = looking.meter_with_history(bench.deps, ORG, bench.id_of("m")).facts.points
    assert point.value == Decimal("12.9")


def test_a_meter_that_is_under_no_main_meter_where_there_is_one_is_told(bench: Bench) -> None:
    done = bench.bring(row("main"), row("m", "D1", main_meter=None), row("h", "D1", kind="heat", main_meter=None))
    assert [(one.code, one.severity, one.place.record) for one in done.findings] == [
        ("meter-without-main", Severity.WARNING, "m")
    ]
    assert done.applied


def test_thousands_of_meters_come_in_and_come_again(bench: Bench) -> None:
    many = [row("main"), *(row(f"m{number}", f"D{number}") for number in range(2_000))]
    assert bench.bring(*many).counts["meters_new"] == 2_001
    assert not any(bench.bring(*many).counts.values())
