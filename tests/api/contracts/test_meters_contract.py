"""One contract for every database: the register of complexes, dwellings and meters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    Complex,
    DecidedBy,
    Dwelling,
    KnownReading,
    MeterKind,
    MeterPoint,
    MeterRegister,
    MeterSegment,
    Mode,
    PageRequest,
    Record,
    RecordState,
)
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from tests.api.builders import NOW, ORG, OTHER, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)


def complex_row(key: str = "C1", organisation: str = ORG, mode: Mode = Mode.LIVE) -> Complex:
    return Complex(f"cpx_{organisation}_{mode}_{key}", organisation, mode, key, f"Complex {key}", NOW)


def dwelling_row(key: str, of: Complex) -> Dwelling:
    row_id = f"dwl_{of.organisation_id}_{of.mode}_{key}"
    return Dwelling(row_id, of.organisation_id, of.mode, of.id, key, f"Brinkweg {key}", "9876 AB", key, NOW)


def meter_row(key: str, of: Complex, dwelling: Dwelling | None = None, main: str | None = None) -> MeterPoint:
    return MeterPoint(
        id=f"mtr_{of.organisation_id}_{of.mode}_{key}",
        organisation_id=of.organisation_id,
        mode=of.mode,
        complex_id=of.id,
        dwelling_id=dwelling.id if dwelling else None,
        key=key,
        kind=MeterKind.WATER,
        unit="m3",
        main_id=main,
        record_key=key,
        field="",
        date_field="reading_date",
        expected_per_day=Decimal("0.25"),
        updated_at=NOW,
    )


def register(organisation: str = ORG, mode: Mode = Mode.LIVE) -> MeterRegister:
    """A complex with a main meter and two dwellings, and an empty complex; the meter of the first was exchanged."""
    own, empty = complex_row("C1", organisation, mode), complex_row("C2", organisation, mode)
    homes = (dwelling_row("1", own), dwelling_row("2", own))
    main = meter_row("main", own)
    subs = tuple(meter_row(f"m{home.key}", own, home, main.id) for home in homes)
    on = date(2026, 6, 1)
    segments = (
        MeterSegment(organisation, subs[0].id, 0, "A", 5, 0, None, None, on, Decimal(1284)),
        MeterSegment(organisation, subs[0].id, 1, "B", 6, 3, on, Decimal("0.000")),
        MeterSegment(organisation, subs[1].id, 0, "C", 5, 0),
        MeterSegment(organisation, main.id, 0, "M", 8, 0, date(2019, 1, 1), Decimal(0)),
    )
    readings = tuple(
        KnownReading(organisation, subs[0].id, date(year, 1, 1), Decimal(year), NOW) for year in (2024, 2025)
    )
    return MeterRegister((own, empty), homes, (*subs, main), segments, readings)


def record(number: int, record_id: str, organisation: str = ORG, **more: object) -> Record:
    given = {
        "id": f"rec_{organisation}_{number}",
        "organisation_id": organisation,
        "mode": Mode.LIVE,
        "piece_id": f"pce_{record_id}",
        "job_id": "job_1",
        "record_id": record_id,
        "form": "7K3N9Q",
        "field": "reading",
        "kind": ReplyKind.METER_READING,
        "value": "1300",
        "state": RecordState.SETTLED,
        "source": "slip",
        "slip_id": "slp_1",
        "field_id": f"fld_{number}",
        "confidence": 0.9,
        "decided_by": DecidedBy.MACHINE,
        "person": "",
        "decided_at": NOW + timedelta(minutes=number),
        "updated_at": NOW,
    }
    # as if each letter were of a campaign of its own
    campaign = f"cmp_{more.get('piece_id', given['piece_id'])}"
    return Record(**{**given, "campaign_id": campaign, **more})  # type: ignore[arg-type] # fields by name


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        uow.meters.lock(ORG)
        for organisation, mode in ((ORG, Mode.LIVE), (ORG, Mode.TEST), (OTHER, Mode.LIVE)):
            uow.meters.put(register(organisation, mode))
    return database


def by_id(rows: MeterRegister) -> dict[object, object]:
    every = (*rows.complexes, *rows.dwellings, *rows.meters)
    return (
        {row.id: row for row in every}
        | {(row.meter_id, row.place): row for row in rows.segments}
        | {(row.meter_id, row.read_on): row for row in rows.readings}
    )


def test_a_register_is_kept_for_each_organisation_and_mode(db: SqlDatabase) -> None:
    with db.read() as uow:
        for organisation, mode in ((ORG, Mode.LIVE), (ORG, Mode.TEST), (OTHER, Mode.LIVE)):
            assert by_id(uow.meters.register(organisation, mode)) == by_id(register(organisation, mode))
        assert not uow.meters.register(OTHER, Mode.TEST)


def test_what_is_put_again_takes_the_place_of_what_was(db: SqlDatabase) -> None:
    rows = register()
    changed = MeterRegister(
        (replace(rows.complexes[0], name="Other", updated_at=LATER),),
        (replace(rows.dwellings[0], postcode="1234 AB"),),
        (replace(rows.meters[0], expected_per_day=None),),
        (replace(rows.segments[0], end_reading=Decimal("1285.5")),),
        (replace(rows.readings[0], value=Decimal(7)),),
    )
    with db.write() as uow:
        uow.meters.put(changed)
        uow.meters.put(MeterRegister())
    with db.read() as uow:
        assert by_id(uow.meters.register(ORG, Mode.LIVE)) == by_id(rows) | by_id(changed)
        assert by_id(uow.meters.register(ORG, Mode.TEST)) == by_id(register(ORG, Mode.TEST))


def test_lists_come_in_parts_by_key(db: SqlDatabase) -> None:
    with db.read() as uow:
        first = uow.meters.list(ORG, Mode.LIVE, PageRequest(2))
        assert [meter.key for meter in first.items] == ["m1", "m2"]
        rest = uow.meters.list(ORG, Mode.LIVE, PageRequest(2, first.next_after))
        assert ([meter.key for meter in rest.items], rest.next_after) == (["main"], None)
        (one,) = uow.meters.complexes(ORG, Mode.LIVE, PageRequest(1)).items
        assert one == complex_row()
        assert [meter.key for meter in uow.meters.list(ORG, Mode.LIVE, PageRequest(), key="m2").items] == ["m2"]
        assert uow.meters.list(ORG, Mode.LIVE, PageRequest(), complex_id=complex_row("C2").id).items == ()
        with pytest.raises(Refusal, match="bad-cursor"):
            uow.meters.list(OTHER, Mode.LIVE, PageRequest(2, first.next_after))


def test_one_is_found_by_its_own_organisation_only(db: SqlDatabase) -> None:
    rows = register()
    with db.read() as uow:
        assert uow.meters.get(ORG, rows.meters[0].id) == rows.meters[0]
        assert uow.meters.complex(ORG, rows.complexes[0].id) == rows.complexes[0]
        with pytest.raises(Refusal, match="meter-not-found"):
            uow.meters.get(OTHER, rows.meters[0].id)
        with pytest.raises(Refusal, match="complex-not-found"):
            uow.meters.complex(OTHER, rows.complexes[0].id)


def test_rows_of_complexes_and_meters_are_found_together(db: SqlDatabase) -> None:
    rows = register()
    ids = [row.id for row in rows.complexes]
    meters = [row.id for row in rows.meters]
    with db.read() as uow:
        assert uow.meters.dwellings(ORG, ids) == list(rows.dwellings)
        assert uow.meters.of_complexes(ORG, ids) == sorted(rows.meters, key=lambda row: row.key)
        assert uow.meters.complexes_by_id(ORG, ids) == {row.id: row for row in rows.complexes}
        assert uow.meters.dwellings_by_id(ORG, [rows.dwellings[1].id]) == {rows.dwellings[1].id: rows.dwellings[1]}
        assert uow.meters.segments(ORG, meters[:1]) == {meters[0]: rows.segments[:2]}
        assert uow.meters.readings(ORG, meters) == {meters[0]: rows.readings}
        assert uow.meters.dwellings(OTHER, ids) == []
        assert uow.meters.segments(OTHER, meters) == {}


def test_answers_of_meters_are_found_by_the_key_of_their_letters(db: SqlDatabase) -> None:
    first, second, main = register().meters
    day = {"kind": ReplyKind.DATE, "field": "reading_date"}
    with db.write() as uow:
        uow.meters.put(MeterRegister(meters=(replace(second, field="warm"),)))
        for row in (
            record(1, "m1"),
            record(2, "m1", value="2026-11-20", **day),
            record(3, "m1", piece_id="pce_next_year"),
            record(4, "m1", piece_id="pce_a", state=RecordState.DISPUTED),
            record(5, "m1", piece_id="pce_b", mode=Mode.TEST),
            record(6, "m1", piece_id="pce_c", kind=ReplyKind.DIGITS),
            record(7, "m1", organisation=OTHER, piece_id="pce_d"),
            record(8, "m2", field="warm"),
            record(9, "m2", field="cold"),
            record(10, "m2", value="2026-11-21", state=RecordState.UNREADABLE, **day),
        ):
            uow.records.put(row)
    with db.read() as uow:
        found = uow.meters.answers(ORG, [first.id, second.id, main.id])
        assert [(each.meter_id, each.record.id, each.day) for each in found] == [
            (first.id, f"rec_{ORG}_1", "2026-11-20"),
            (first.id, f"rec_{ORG}_3", ""),
            (second.id, f"rec_{ORG}_8", ""),
        ]
        assert found[0].record == record(1, "m1")
        assert uow.meters.answers(OTHER, [first.id]) == []


def test_a_segment_is_taken_out(db: SqlDatabase) -> None:
    meter, left = register().meters[0].id, register().segments[0]
    with db.write() as uow:
        uow.meters.drop_segment(OTHER, meter, 1)
        assert len(uow.meters.segments(ORG, [meter])[meter]) == 2
        uow.meters.drop_segment(ORG, meter, 1)
        uow.meters.drop_segment(ORG, meter, 7)
        assert uow.meters.segments(ORG, [meter])[meter] == (left,)


def test_the_revision_grows_with_what_happens_to_the_register(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.meters.revision(ORG) == 0
        uow.meters.tell(ORG, "mtr_1", "meter-exchanged", LATER)
        uow.meters.tell(ORG, ORG, "job-new", LATER)
        uow.meters.tell(OTHER, OTHER, "meters-imported", LATER)
        assert uow.meters.revision(ORG) == 0
        uow.meters.tell(ORG, ORG, "meters-imported", LATER)
        first = uow.meters.revision(ORG)
        uow.meters.tell(ORG, ORG, "meter-exchanged", LATER)
        assert 0 < first < uow.meters.revision(ORG)


def test_what_happens_is_told(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.meters.tell(ORG, "mtr_1", "meter-exchanged", LATER, number="B")
    with db.read() as uow:
        (event,) = uow.events.of_subject(ORG, "mtr_1", PageRequest()).items
    assert (event.name, event.at, event.data) == ("meter-exchanged", LATER, {"number": "B"})
