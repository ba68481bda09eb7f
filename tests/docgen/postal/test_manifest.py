"""The manifest: rows, totals, and both written forms against the published schema."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.postal import manifest, profiles
from docgen.postal.batch import Batch, BatchKey, MailPiece, split_files
from docgen.postal.manifest import Checked, Control, ManifestRow, PrintFile
from tests.docgen.postal.making import EMPTY_MG, sets_of

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES = profiles.builtin().weight_classes
KEY = BatchKey(abroad=False, envelope="nl-dl-right", stock="a4-80", duplex=True, max_sheets=3)
VALIDATOR = jsonschema.Draft202012Validator(manifest.schema())


def rows_of(batch: Batch, stops: dict[str, str] | None = None, max_pages: int = 4) -> list[ManifestRow]:
    ranges = split_files(batch, max_pages, 100, stops or {})
    files = [PrintFile(f"bat_1-{n:03d}.pdf", r) for n, r in enumerate(ranges, 1)]
    return list(manifest.manifest_rows("bat_1", batch, files, CLASSES, stops))


def loaded(batch: Batch, rows: list[ManifestRow]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(manifest.write_json("bat_1", batch, rows)))
    VALIDATOR.validate(document)
    return document


@pytest.fixture
def batch(piece: Callable[..., MailPiece]) -> Batch:
    return Batch(
        1,
        KEY,
        (
            piece(1),
            piece(2, pages=3, sheets=2, weight_mg=14480, page_digests=("aa", "bb", "cc")),
            piece(3),
            piece(4, country="BE", kix=None, postcode="2000", weight_mg=20_001),
        ),
    )


def test_pages_are_counted_per_file_with_the_empty_backs(batch: Batch) -> None:
    rows = rows_of(batch, max_pages=6)
    assert [(row.file, row.first_page) for row in rows] == [
        ("bat_1-001.pdf", 1),
        ("bat_1-001.pdf", 3),
        ("bat_1-002.pdf", 1),
        ("bat_1-002.pdf", 3),
    ]


def test_a_stopped_piece_has_a_row_with_its_reason_and_no_page(batch: Batch) -> None:
    rows = rows_of(batch, {"pce_1": "paid"}, max_pages=100)
    assert (rows[0].stop_reason, rows[0].file, rows[0].first_page) == ("paid", "", 0)
    assert rows[1].first_page == 1
    totals = manifest.totals_of(rows)
    assert (totals.letters, totals.envelopes, totals.stopped) == (3, 3, 1)


def test_totals_are_of_what_is_printed(batch: Batch) -> None:
    totals = manifest.totals_of(rows_of(batch))
    assert (totals.letters, totals.pages, totals.sheets) == (4, 6, 5)
    assert totals.weight_mg == 9490 + 14480 + 9490 + 20_001
    assert totals.weight_classes == {"0-20": 3, "20-50": 1}


def test_letters_that_share_an_envelope_are_weighed_together() -> None:
    rows = rows_of(Batch(1, KEY, tuple(sets_of([1, 3]))))
    assert [(row.set_id, row.set_position, row.set_size) for row in rows] == [
        ("pce_1", 1, 1),
        ("pce_2", 1, 3),
        ("pce_2", 2, 3),
        ("pce_2", 3, 3),
    ]
    assert [row.weight_mg for row in rows] == [4990 + EMPTY_MG, 4990 + EMPTY_MG, 4990, 4990]
    totals = manifest.totals_of(rows)
    assert (totals.letters, totals.envelopes, totals.weight_mg) == (4, 2, 4 * 4990 + 2 * EMPTY_MG)
    assert totals.weight_classes == {"0-20": 2}


def test_an_envelope_gets_lighter_when_one_of_its_letters_is_stopped() -> None:
    batch = Batch(1, KEY, tuple(sets_of([3], sheets=2)))
    before, after = rows_of(batch), rows_of(batch, {"pce_1": "paid", "pce_3": "paid"})
    assert {row.weight_class for row in before} == {"20-50"}
    assert after[1].weight_class == "0-20"
    assert [(row.set_id, row.set_position, row.set_size) for row in after] == [
        ("pce_2", 0, 1),
        ("pce_2", 1, 1),
        ("pce_2", 0, 1),
    ]
    assert after[1].weight_mg == 2 * 4990 + EMPTY_MG
    assert manifest.totals_of(after).weight_classes == {"0-20": 1}


def test_what_others_know_of_a_piece_stands_in_its_row(piece: Callable[..., MailPiece]) -> None:
    sorted_piece = piece(1, bundle=2, tray=3, postal_line="*0042", postal_2d=b"\x00\xff")
    batch = Batch(1, KEY, (sorted_piece, piece(2)))
    files = [PrintFile("f", range(2))]
    controls = {"pce_1": Control("7F3K9M000001", Checked.SAMPLE)}
    rows = list(manifest.manifest_rows("bat_1", batch, files, CLASSES, controls=controls))
    assert (rows[0].bundle, rows[0].tray, rows[0].control_code) == (2, 3, "7F3K9M000001")
    assert (rows[0].postal_line, rows[0].postal_2d, rows[0].checked) == ("*0042", "AP8=", "sample")
    assert (rows[1].control_code, rows[1].postal_2d, rows[1].checked) == ("", "", "none")
    loaded(batch, rows)


def test_a_piece_too_heavy_for_every_class_says_so(piece: Callable[..., MailPiece]) -> None:
    rows = rows_of(Batch(1, KEY, (piece(1, weight_mg=2_000_001),)))
    assert rows[0].weight_class == "over"


def test_a_piece_in_no_file_is_a_bug(batch: Batch) -> None:
    with pytest.raises(ValueError, match="no print file"):
        list(manifest.manifest_rows("bat_1", batch, [], CLASSES))


def test_json_follows_the_schema_and_tells_the_totals(batch: Batch) -> None:
    document = loaded(batch, rows_of(batch, {"pce_3": "deceased"}))
    assert document["batch"]["envelope"] == "nl-dl-right"
    assert [row["piece_id"] for row in document["rows"]] == ["pce_1", "pce_2", "pce_3", "pce_4"]
    assert document["rows"][1]["page_digests"] == ["aa", "bb", "cc"]
    assert document["totals"]["weight_classes"] == {"0-20": 2, "20-50": 1}


def test_an_empty_batch_is_good_json() -> None:
    assert loaded(Batch(1, KEY, ()), [])["rows"] == []


def test_the_schema_is_good_and_closed(batch: Batch) -> None:
    jsonschema.Draft202012Validator.check_schema(manifest.schema())
    document = loaded(batch, rows_of(batch))
    document["rows"][0]["name"] = "J. Jansen"
    assert not VALIDATOR.is_valid(document)
    assert tuple(manifest.schema()["$defs"]["row"]["required"]) == manifest.COLUMNS


def test_csv_has_a_fixed_order_of_columns(batch: Batch) -> None:
    lines = b"".join(manifest.write_csv(rows_of(batch))).splitlines(keepends=True)
    assert lines[0] == (
        b"batch_id,sequence,piece_id,record_id,file,first_page,pages,sheets,weight_mg,weight_class,postcode,house_number,"
        b"country,kix,language,brand,template,template_version,page_digests,stop_reason,"
        b"set_id,set_position,set_size,bundle,tray,control_code,postal_line,postal_2d,checked\r\n"
    )
    assert lines[1] == (
        b"bat_1,1,pce_1,r1,bat_1-001.pdf,1,1,1,9490,0-20,1234 AB,12 A,NL,1234AB12XA,nl,woonhaven,rent-reminder,1,,,"
        b"pce_1,1,1,0,0,,,,none\r\n"
    )
    assert b",aa bb cc," in lines[2]


@pytest.mark.parametrize("record_id", ["=1+1", "+31", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_runs_no_formula(piece: Callable[..., MailPiece], record_id: str) -> None:
    text = b"".join(manifest.write_csv(rows_of(Batch(1, KEY, (piece(1, record_id=record_id),))))).decode()
    assert next(csv.DictReader(StringIO(text, newline="")))["record_id"] == f"'{record_id}"


@given(st.lists(st.tuples(st.text(max_size=20), st.sampled_from(["", "paid", 'moved, "x"'])), max_size=8))
def test_both_forms_say_the_same(given_rows: list[tuple[str, str]]) -> None:
    pieces = tuple(
        MailPiece(
            piece_id=f"pce_{number}",
            record_id=record_id,
            sequence=number,
            pages=1,
            sheets=1,
            weight_mg=9490,
            sort_key="0NL1234AB00001",
            envelope="e",
            stock="s",
            duplex=True,
            template="t",
            template_version="1",
            brand="b",
            language="nl",
        )
        for number, (record_id, _) in enumerate(given_rows, 1)
    )
    stops = {f"pce_{number}": reason for number, (_, reason) in enumerate(given_rows, 1) if reason}
    batch = Batch(1, KEY, pieces)
    rows = rows_of(batch, stops)
    document = loaded(batch, rows)
    text = b"".join(manifest.write_csv(rows)).decode()
    in_csv = list(csv.DictReader(StringIO(text, newline="")))
    assert [row["stop_reason"] for row in in_csv] == [row["stop_reason"] for row in document["rows"]]
    assert [row["record_id"].removeprefix("'") for row in in_csv] == [
        row["record_id"].removeprefix("'") for row in document["rows"]
    ]
