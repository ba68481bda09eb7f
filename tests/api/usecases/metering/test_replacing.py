"""Exchanges: two segments, summed, checked by the validators of readings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from api.ports import PageRequest
from api.usecases.metering import reporting, tables
from api.usecases.metering.replacing import MeterReplaced, exchange_meter, undo_exchange
from docgen.findings import Refusal
from scanning.meters.period import Line, Period
from tests.api.builders import ORG, OTHER
from tests.api.usecases.metering.bench import Bench, read, row

ON = date(2026, 6, 1)
SAID = MeterReplaced(ON, Decimal(1040), "B", ON)
ROUND = Period(date(2026, 11, 1), date(2026, 12, 31))


@pytest.fixture
def home(bench: Bench) -> Bench:
    bench.bring(row("main"), read("m", "1", 1000, meter_number="A"))
    return bench


def done(bench: Bench, said: MeterReplaced = SAID, *, insists: bool = False) -> int:
    """How many meters hung there after the exchange."""
    return len(exchange_meter(bench.deps, (ORG, "key_1"), bench.id_of("m"), said, insists=insists).segments)


def line(bench: Bench) -> Line:
    report = reporting.report_complex(bench.deps, ORG, bench.complex_id(), ROUND)
    return next(each.line for each in report.meters if each.meter.key == "m")


def test_use_is_what_the_old_and_the_new_meter_counted(home: Bench) -> None:
    assert done(home) == 2
    home.answer("m", "55")
    found = line(home)
    assert (found.amount, found.codes) == (95, ())
    assert tables.segments_text(found.use) == "A: 1000 - 1040; B: 0 - 55"
    meter, segment = home.meters()["m"]
    assert (segment.number, segment.dials, segment.placed_on, segment.start_reading) == ("B", 5, ON, 0)
    assert meter.key == "m"


def test_the_same_exchange_again_changes_nothing(home: Bench) -> None:
    done(home)
    assert done(home) == 2
    assert done(home, replace(SAID, dials=5)) == 2
    with home.database.read() as uow:
        told = uow.events.of_subject(ORG, home.id_of("m"), PageRequest()).items
    assert [(event.name, event.data["number"]) for event in told] == [("meter-exchanged", "B")]


def test_a_meter_may_be_exchanged_more_than_once(home: Bench) -> None:
    done(home)
    again = date(2026, 9, 1)
    assert done(home, MeterReplaced(again, Decimal(20), "C", again, Decimal(3), dials=6, decimals=1)) == 3
    home.answer("m", "13.5")
    assert line(home).amount == Decimal("70.5")


def test_what_was_brought_before_is_not_mixed_up_with_the_new_meter(home: Bench) -> None:
    done(home)
    with pytest.raises(Refusal, match="meters-invalid"):
        home.bring({"complex": "C1", "meter": "m", "meter_number": "A"})
    home.bring(
        {"complex": "C1", "meter": "m", "meter_number": "B", "last_reading": 10, "last_reading_on": "2026-10-01"}
    )
    assert home.meters()["m"][1].number == "B"


def test_an_old_meter_that_ran_back_is_kept_only_for_who_insists(home: Bench) -> None:
    wrong = replace(SAID, end_reading=Decimal(999))
    with pytest.raises(Refusal, match="exchange-end-too-low") as refusal:
        done(home, wrong)
    assert "showed 1000" in refusal.value.detail
    assert done(home, wrong, insists=True) == 2
    home.answer("m", "55")
    assert (line(home).amount, line(home).codes) == (None, ("exchange-end-too-low",))


def test_rollover_before_the_exchange_is_no_running_back(home: Bench) -> None:
    home.bring(
        {
            "complex": "C1",
            "meter": "m",
            "last_reading": 99_990,
            "last_reading_on": "2026-01-01",
            "expected_per_day": "0.2",
        }
    )
    assert done(home, replace(SAID, end_reading=Decimal(15))) == 2
    home.answer("m", "5")
    assert line(home).amount == 30


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (replace(SAID, dials=0), [("meter-dials-wrong", "dials")]),
        (replace(SAID, decimals=-1), [("meter-dials-wrong", "dials")]),
        (replace(SAID, end_reading=Decimal(100_000)), [("meter-reading-unfit", "end_reading")]),
        (replace(SAID, start_reading=Decimal(1000), dials=3), [("meter-reading-unfit", "start_reading")]),
        (replace(SAID, start_reading=Decimal(-1)), [("meter-reading-unfit", "start_reading")]),
        (replace(SAID, placed_on=date(2026, 12, 11)), [("meter-day-wrong", "placed_on")]),
        (replace(SAID, placed_on=date(2026, 5, 31)), [("meter-day-wrong", "placed_on")]),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_done(
    home: Bench, said: MeterReplaced, expected: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refusal, match="exchange-invalid") as refusal:
        done(home, said)
    assert [(one.code, str(one.place.pointer)[1:]) for one in refusal.value.findings] == expected
    assert home.meters()["m"][1].number == "A"


def test_the_days_fit_with_what_is_known(home: Bench) -> None:
    home.bring({"complex": "C1", "meter": "m", "placed_on": "2026-06-01"})
    with pytest.raises(Refusal, match="exchange-invalid"):
        done(home)
    later = date(2026, 7, 1)
    home.bring({"complex": "C1", "meter": "m", "removed_on": "2026-07-01"})
    with pytest.raises(Refusal, match="exchange-invalid"):
        done(home, replace(SAID, removed_on=date(2026, 6, 15), placed_on=later))
    assert done(home, replace(SAID, removed_on=later, placed_on=later)) == 2


def test_another_organisation_has_no_such_meter(home: Bench) -> None:
    with pytest.raises(Refusal, match="meter-not-found"):
        exchange_meter(home.deps, (OTHER, "key_1"), home.id_of("m"), SAID)


def test_an_exchange_is_taken_back_as_if_it_had_never_been(home: Bench) -> None:
    before = home.meters()["m"][1]
    done(home)
    known = undo_exchange(home.deps, (ORG, "key_1"), home.id_of("m"), 1)
    assert known.segments == (before,)
    home.answer("m", "1095")
    assert line(home).amount == 95
    for place in (1, 0, -1):
        with pytest.raises(Refusal, match="exchange-not-last"):
            undo_exchange(home.deps, (ORG, "key_1"), home.id_of("m"), place)
    assert done(home) == 2
    with home.database.read() as uow:
        told = uow.events.of_subject(ORG, home.id_of("m"), PageRequest()).items
    assert [event.name for event in told] == ["meter-exchanged", "meter-exchange-undone", "meter-exchanged"]


def test_only_the_last_exchange_is_taken_back(home: Bench) -> None:
    done(home)
    later = date(2026, 9, 1)
    done(home, MeterReplaced(later, Decimal(20), "C", later))
    with pytest.raises(Refusal, match="exchange-not-last"):
        undo_exchange(home.deps, (ORG, "key_1"), home.id_of("m"), 1)
    assert len(undo_exchange(home.deps, (ORG, "key_1"), home.id_of("m"), 2).segments) == 2
