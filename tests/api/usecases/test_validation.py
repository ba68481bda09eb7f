from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from api.ports import JobState, PackageKind, PackageState, PieceState, Policy, WorkState
from api.usecases import checking, validation
from api.usecases.formats import RecordsFormat, RecordsType
from api.usecases.jobs import cancel_job
from api.usecases.kinds import WorkKind
from docgen.findings import Finding, Place, Refusal, Severity
from docgen.qr.token import derive_piece_id
from docgen.records.letter_json import read_letter
from docgen.records.raw import RawRecord
from tests.api.usecases.world import (
    NOTE_TOML,
    ORG,
    as_json,
    note_template,
    record,
    sample,
    sample_records,
    unzipped,
    zipped,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.ports import JobFinding, PrintJob
    from tests.api.usecases.world import World

LONG = "woord " * 1500
CSV_HEADER = ";".join(
    [
        *("record_id", "recipient.name", "recipient.street", "recipient.house_number", "recipient.postcode"),
        *("recipient.town", "amount", "words", "lines.what"),
    ]
)


def validated(world: World, *args: Any, **wish: Any) -> PrintJob:  # noqa: ANN401 - those of World.submit
    job = world.submit(*args, **wish)
    world.run(until=lambda: world.job(job.id).state not in {JobState.RECEIVED, JobState.VALIDATING})
    return world.job(job.id)


def csv_row(number: int, **changes: str) -> str:
    cells = {
        "id": f"R{number}",
        "name": "Mevrouw A",
        "street": "Dorpsstraat",
        "house": "1",
        "postcode": "1000 AB",
        "town": "Dorp",
        "amount": "1.50",
        "words": "",
        "what": "",
    }
    return ";".join((cells | changes).values())


def csv_body(*rows: str) -> bytes:
    return "\n".join([CSV_HEADER, *rows]).encode()


def xlsx_body(*rows: str) -> bytes:
    book = openpyxl.Workbook()
    for row in [CSV_HEADER, *rows]:
        book.active.append([cell or None for cell in row.split(";")])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def in_short(findings: tuple[JobFinding, ...]) -> list[tuple[int | None, str]]:
    return [(finding.record_index, finding.code) for finding in findings]


def test_valid_records_become_pieces_in_their_order(world: World) -> None:
    job = validated(world, [record(i) for i in range(5)])
    assert (job.state, job.counts.total, job.counts.valid, job.counts.pages, job.counts.sheets) == (
        JobState.ACCEPTED,
        *(5, 5, 5, 5),
    )
    pieces = world.pieces(job.id)
    assert [piece.id for piece in pieces] == [derive_piece_id(job.id, i) for i in range(5)]
    assert [piece.record_id for piece in pieces] == [f"R{i}" for i in range(5)]
    assert {piece.group_key for piece in pieces} == {"nl.nl-dl-right.a4-80.duplex.1"}
    assert {piece.weight_mg for piece in pieces} == {4990 + 4500}
    assert {piece.state for piece in pieces} == {PieceState.ACCEPTED}


def test_pieces_keep_what_their_records_said(world: World) -> None:
    job = validated(world, [record(7, words="Été")])
    (piece,) = world.pieces(job.id)
    with world.deps.database.read() as uow:
        letter = read_letter(uow.pieces.values(ORG, [piece.id])[piece.id])
    assert letter.values["words"] == "Été"
    assert letter.address.name_lines == ("Mevrouw 7",)


def test_a_long_letter_takes_more_sheets_and_another_group(world: World) -> None:
    job = validated(world, [record(1), record(2, words=LONG)])
    short, long = world.pieces(job.id)
    assert (short.pages, short.sheets) == (1, 1)
    assert (long.pages, long.sheets) == (3, 2)
    assert short.group_key != long.group_key
    assert (job.counts.pages, job.counts.sheets) == (4, 3)


def test_a_letter_abroad_goes_in_a_group_of_its_own(world: World) -> None:
    abroad = {"name": "A", "street": "Kerkstraat 1", "postcode": "1000", "town": "Brussel", "country": "BE"}
    job = validated(world, [record(1), record(2, recipient=abroad)])
    assert [piece.group_key.partition(".")[0] for piece in world.pieces(job.id)] == ["nl", "abroad"]
    assert world.pieces(job.id)[1].country == "BE"


def test_one_faulty_record_rejects_the_job_and_leaves_no_piece(world: World) -> None:
    job = validated(world, [record(1), record(2, amount="x"), record(3)])
    assert (job.state, job.error_code) == (JobState.REJECTED, "records-invalid")
    assert (job.counts.total, job.counts.valid, job.counts.invalid) == (3, 2, 1)
    (finding,) = world.findings(job.id)
    assert (finding.record_index, finding.code) == (1, "amount-invalid")
    assert finding.place == {"pointer": "/records/1/amount", "record": "R2"}
    assert world.pieces(job.id) == ()


def test_with_valid_only_the_others_are_printed(world: World) -> None:
    job = validated(world, [record(1), record(2, amount="x"), record(3)], policy=Policy.VALID_ONLY)
    assert job.state is JobState.ACCEPTED
    assert [piece.record_index for piece in world.pieces(job.id)] == [0, 2]
    assert in_short(world.findings(job.id)) == [(1, "amount-invalid")]


def test_with_valid_only_something_must_be_valid(world: World) -> None:
    job = validated(world, [record(1, amount="x")], policy=Policy.VALID_ONLY)
    assert (job.state, job.error_code) == (JobState.REJECTED, "records-invalid")


def test_validating_only_ends_accepted_with_counts_and_nothing_else(world: World) -> None:
    job = validated(world, [record(1), record(2)], validate_only=True)
    assert (job.state, job.counts.valid, job.counts.pages) == (JobState.ACCEPTED, 2, 2)
    assert world.pieces(job.id) == ()
    assert not world.run_one()
    with world.deps.database.read() as uow:
        assert uow.templates.find(ORG, "note").state is PackageState.DRAFT


def test_validating_only_rejects_as_a_real_job_would(world: World) -> None:
    job = validated(world, [record(1), record(2, amount="x")], validate_only=True)
    assert job.state is JobState.REJECTED


def test_acceptance_freezes_template_and_brand_and_asks_for_a_plan(world: World) -> None:
    job = validated(world, [record(1)])
    with world.deps.database.read() as uow:
        assert uow.templates.find(ORG, "note").state is PackageState.USED
        assert uow.brands.find(ORG, "grachtstad").state is PackageState.USED
        item = uow.work.find(ORG, WorkKind.PLAN, job.id)
    assert item is not None
    assert item.state is WorkState.QUEUED


def test_a_version_retired_after_submission_is_still_used(world: World) -> None:
    job = world.submit([record(1)])
    with world.deps.database.write() as uow:
        uow.templates.set_state(ORG, job.template_id, PackageState.RETIRED, world.deps.clock.now())
    world.run_one()
    assert world.job(job.id).state is JobState.ACCEPTED


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"words": LONG * 2}, "field-too-long", "/records/0/words"),
        ({"words": "\U0001f600 hallo"}, "glyph-missing", "/records/0/words"),
        ({"lines": [{"what": "ja"}, {"what": "\U0001f600"}]}, "glyph-missing", "/records/0/lines/1/what"),
        ({"amount": "1.234"}, "amount-precision", "/records/0/amount"),
        ({"extra": 1}, "field-unknown", "/records/0/extra"),
    ],
)
def test_what_cannot_be_printed_is_found_before_the_job_is_accepted(
    world: World, change: dict[str, object], code: str, pointer: str
) -> None:
    job = validated(world, [record(1, **change)])
    finding = world.findings(job.id)[0]
    assert job.state is JobState.REJECTED
    assert (finding.code, finding.place["pointer"]) == (code, pointer)


def test_a_letter_that_overflows_its_pages_is_found(world: World) -> None:
    world.upload(PackageKind.TEMPLATE, note_template(template_toml=NOTE_TOML.replace("max_pages = 4", "max_pages = 1")
                                                     .replace('version = "1.0"', 'version = "2.0"')))  # fmt: skip
    job = validated(world, [record(1), record(2, words=LONG)], template="note@2.0")
    assert in_short(world.findings(job.id)) == [(1, "letter-too-many-pages")]
    assert world.findings(job.id)[0].place == {"record": "R2", "pointer": "/records/1"}


def test_a_name_that_no_font_has_points_at_the_recipient(world: World) -> None:
    recipient = record(1)["recipient"] | {"name": "Mevrouw \u4e2d"}
    job = validated(world, [record(1, recipient=recipient)])
    assert world.findings(job.id)[0].place["pointer"] == "/records/0/recipient/name"


def test_an_entry_block_without_host_is_found(world: World) -> None:
    files = unzipped(sample("brand", "grachtstad"))
    head, _, tail = files["brand.toml"].partition(b"[entry]")
    files["brand.toml"] = head.replace(b'version = "1.0"', b'version = "2.0"') + tail.partition(b"\n\n")[2]
    world.upload(PackageKind.BRAND, zipped(files))
    world.upload(PackageKind.TEMPLATE, sample("template", "contact-data-request"))
    body = sample_records("contact-data-request")[:1]
    wish = {"template": "contact-data-request"}
    assert validated(world, body, **wish, brand="grachtstad@1.0").state is JobState.ACCEPTED
    job = validated(world, body, **wish, brand="grachtstad@2.0")
    assert in_short(world.findings(job.id)) == [(0, "entry-link-missing")]


@pytest.mark.parametrize("make", [csv_body, xlsx_body])
def test_tables_are_read_and_their_findings_have_row_and_column(world: World, make: Callable[..., bytes]) -> None:
    kind = RecordsType.CSV if make is csv_body else RecordsType.XLSX
    body = make(
        csv_row(1, what="ja"),
        csv_row(0, id="", name="", street="", house="", postcode="", town="", amount="", what="\U0001f600"),
        csv_row(2, words="\U0001f600"),
        csv_row(3, amount="x"),
    )
    job = validated(world, body, format=RecordsFormat(kind))
    assert [(f.code, f.place["row"], f.place["column"]) for f in world.findings(job.id)] == [
        ("glyph-missing", 3, "lines.what"),
        ("glyph-missing", 4, "words"),
        ("amount-invalid", 5, "amount"),
    ]


def test_a_table_with_decimal_commas(world: World) -> None:
    body = csv_body(csv_row(1, amount="1.234,56"))
    wanted = RecordsFormat(RecordsType.CSV, decimal_comma=True)
    assert validated(world, body, format=wanted).state is JobState.ACCEPTED
    assert validated(world, body, format=RecordsFormat(RecordsType.CSV)).state is JobState.REJECTED


@pytest.mark.parametrize(
    ("body", "wanted", "code"),
    [
        (b'{"records": [', RecordsType.JSON, "records-json-malformed"),
        (b"\xff", RecordsType.JSON, "records-json-malformed"),
        (b"[]", RecordsType.JSON, "records-empty"),
        (b"a;b\n1;2", RecordsType.CSV, "records-csv-delimiter"),
        ("record_id;naam\n1;é".encode("cp1252"), RecordsType.CSV, "records-column-unknown"),
        (b"record_id;record_id\n1;2", RecordsType.CSV, "records-column-duplicate"),
        (b"PK", RecordsType.XLSX, "records-xlsx-malformed"),
    ],
)
def test_an_input_that_cannot_be_read_rejects_the_job(
    world: World, body: bytes, wanted: RecordsType, code: str
) -> None:
    job = validated(world, body, format=RecordsFormat(wanted))
    assert (job.state, job.error_code, job.counts.total) == (JobState.REJECTED, code, None)
    assert in_short(world.findings(job.id))[-1] == (None, code)


@pytest.mark.parametrize("shard_records", [1, 2, 500])
def test_an_input_that_breaks_off_rejects_the_job_whole(world: World, shard_records: int) -> None:
    world.limit(shard_records=shard_records)
    body = as_json([record(i, **({"amount": "x"} if i == 1 else {})) for i in range(5)])[:-3]
    job = validated(world, body, policy=Policy.VALID_ONLY)
    assert (job.state, job.error_code, job.counts.valid) == (JobState.REJECTED, "records-json-malformed", 3)
    assert (job.counts.total, job.counts.invalid) == (None, 1)
    assert in_short(world.findings(job.id)) == [(1, "amount-invalid"), (None, "records-json-malformed")]
    assert [finding.number for finding in world.findings(job.id)] == [0, 1]
    assert world.pieces(job.id) == ()


def test_more_records_than_allowed_reject_the_job(world: World) -> None:
    world.limit(max_records=2)
    assert validated(world, [record(i) for i in range(3)]).error_code == "records-too-many"


def test_a_brand_that_cannot_be_compiled_rejects_the_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Refusal("plan-invalid", "It does not fit.", (Finding("frame-overlap", "Move it."),))

    monkeypatch.setattr(validation, "composer_of", refuse)
    job = validated(world, [record(1)])
    assert (job.state, job.error_code) == (JobState.REJECTED, "plan-invalid")
    assert in_short(world.findings(job.id)) == [(None, "frame-overlap")]


def test_cancelling_at_the_last_record_leaves_no_piece(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = world.submit([record(1)])
    reads = checking.RecordValidator.validate

    def cancelling(self: Any, raw: RawRecord) -> object:  # noqa: ANN401 - a validator
        cancel_job(world.deps, ORG, job.id)
        return reads(self, raw)

    monkeypatch.setattr(checking.RecordValidator, "validate", cancelling)
    world.run()
    assert world.job(job.id).state is JobState.CANCELLED
    assert world.pieces(job.id) == ()


def test_a_record_with_hundreds_of_faults_shows_a_hundred(world: World) -> None:
    job = validated(world, [record(1, lines=[{"what": 1}] * 150)])
    findings = world.findings(job.id)
    assert len(findings) == 101
    assert (findings[-1].code, findings[-1].severity) == ("findings-left-out", Severity.NOTE)
    assert "50 more" in findings[-1].message


def test_warnings_are_kept_and_reject_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    warned = checking.in_record
    monkeypatch.setattr(checking, "has_errors", lambda _: False)
    job = validated(world, [record(1, words="\U0001f600")])
    assert job.state is JobState.ACCEPTED
    assert in_short(world.findings(job.id)) == [(0, "glyph-missing")]
    raw = RawRecord(Place(row=3), {})
    assert warned(Finding("x", "y", Place(pointer="/a/0/b")), raw).place == Place(row=3, column="a.b")
