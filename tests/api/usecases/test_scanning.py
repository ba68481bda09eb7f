"""Scans taken in, read and settled: every page counted once, every slip with its own piece, nothing of another's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    DecidedBy,
    Mode,
    RecordState,
    Retryable,
    ScanFileState,
    Stage,
    WayOut,
    WorkState,
)
from api.usecases import alarms
from api.usecases.kinds import WorkKind
from api.usecases.scanning import exceptions, intake, looking, policies
from docgen.findings import Finding, Place, Refusal, Severity
from docgen.qr.slip_code import SlipCode, number_line
from scanning.readings import Outcome, PageKind
from tests.api.builders import ORG, OTHER
from tests.api.usecases.slips import (
    ALL,
    DOUBTFUL,
    FORM,
    OLD_FORM,
    SlipWorld,
    by_number,
    page,
    piece_id,
    slip,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from scanning.readings import PageReading


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> SlipWorld:
    made = SlipWorld(sqlite_database, memory_blobs, clock, ids)
    policies.put_policy(made.deps, ORG, FORM, {"checked_share": 0.0}, "usr_1")
    return made


def codes(world: SlipWorld) -> list[tuple[str, ...]]:
    return [tuple([finding.code for finding in each.findings]) for each in world.pages()]


def test_pages_are_slips_blanks_and_exceptions_and_add_up(world: SlipWorld) -> None:
    damaged = Finding("scan-damaged", "The page is damaged.", Place(page=3))
    file = world.scan(page(1, slip(1, {"reading": "12345"})), page(2), damaged, page(4, slip(2, {"reading": "22222"})))
    assert (file.state, file.pages, file.total, file.findings) == (ScanFileState.READ, 4, 4, ())
    balance = world.balance()
    assert balance.adds_up
    assert (balance.pages, balance.slips, balance.blanks, balance.exceptions) == (4, 2, 1, 1)
    assert codes(world) == [(), (), ("scan-damaged",), ()]
    assert [each.waits for each in world.pages()] == [False, False, True, False]


def test_what_is_sure_becomes_a_record_with_its_source(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345", "number": "0042"})))
    found = world.records()
    assert {key: record.value for key, record in found.items()} == {
        (piece_id(1), "reading"): "12345",
        (piece_id(1), "number"): "0042",
    }
    record = found[piece_id(1), "reading"]
    field = world.field_named("reading")
    assert (record.slip_id, record.field_id, record.record_id) == (field.slip_id, field.id, "record-1")
    assert (record.decided_by, record.state, record.source) == (DecidedBy.MACHINE, RecordState.SETTLED, "slip")
    assert [(one.name, one.outcome, one.stage) for one in world.fields()] == [
        ("reading", Outcome.ACCEPTED, Stage.SETTLED),
        ("number", Outcome.ACCEPTED, Stage.SETTLED),
        ("remark", Outcome.BLANK, Stage.SETTLED),
    ]
    assert looking.crop_png(world.deps, ORG, field.id).startswith(b"\x89PNG")
    assert looking.page_jpeg(world.deps, ORG, field.page_id).startswith(b"\xff\xd8")


def test_what_is_doubtful_waits_and_is_no_record(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345", "remark": "yes"}, confidence=DOUBTFUL)))
    assert world.records() == {}
    assert [(one.name, one.stage, one.machine) for one in world.fields()] == [
        ("reading", Stage.KEY, "12345"),
        ("number", Stage.SETTLED, ""),
        ("remark", Stage.KEY, None),
    ]
    assert world.balance().open_fields == 2


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (slip("pce_00000000000000000000"), "slip-piece-unknown"),
        (slip(piece_id(1, OTHER), {"reading": "1"}), "slip-foreign"),
        (slip(1, {"reading": "1"}, OLD_FORM), "slip-form-differs"),
        (slip("pce_" + "z" * 20, {}, "ZZZZZZ"), "slip-piece-unknown"),
    ],
)
def test_a_slip_that_is_not_ours_as_it_was_sent_is_an_exception(world: SlipWorld, found: object, code: str) -> None:
    world.scan(page(1, found))  # type: ignore[arg-type] # a slip
    assert codes(world) == [(code,)]
    assert world.pages()[0].kind is PageKind.EXCEPTION
    assert world.pages()[0].read_as is PageKind.SLIP
    assert world.fields() == []
    assert world.records() == world.records(OTHER) == {}
    assert world.balance().adds_up


@pytest.mark.parametrize(
    ("seen", "code"), [(piece_id(1, OTHER), "slip-foreign"), ("pce_" + "0" * 20, "slip-piece-unknown")]
)
def test_a_slip_that_cannot_be_read_is_named_by_its_code(world: SlipWorld, seen: str, code: str) -> None:
    world.scan(replace(page(1), kind=PageKind.EXCEPTION, unread=(SlipCode(seen, FORM),)))
    assert codes(world) == [(code,)]
    assert world.balance().adds_up


def test_two_slips_on_a_page_wait_until_somebody_takes_both(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "11111"}), slip(2, {"reading": "22222"})))
    assert codes(world) == [("page-several-slips",)]
    (waiting,) = world.pages()
    taken = exceptions.take_all(world.deps, ORG, waiting.id, "usr_1")
    assert (taken.kind, taken.way_out) == (PageKind.SLIP, WayOut.ASSIGNED)
    assert {record.value for record in world.records().values()} == {"11111", "22222"}
    crops = [looking.crop_png(world.deps, ORG, one.id) for one in world.fields()]
    assert len(crops) == 6
    with pytest.raises(Refusal, match="page-not-open"):
        exceptions.take_all(world.deps, ORG, waiting.id, "usr_1")


def test_a_slip_known_by_its_number_is_found_when_the_number_is_one_piece_only(world: SlipWorld) -> None:
    world.scan(page(1, by_number(1, {"reading": "11111"})))
    assert codes(world) == [()]
    assert world.records()[piece_id(1), "reading"].value == "11111"


def test_test_slips_and_live_ones_do_not_mix(world: SlipWorld) -> None:
    world.send(ORG, 2, Mode.TEST)
    with world.deps.database.read() as uow:
        test_piece = next(iter(uow.pieces.of_job(ORG, f"test_{ORG}"))).id
    world.scan(page(1, slip(test_piece, {"reading": "11111"})))
    assert codes(world) == [("slip-mode-differs",)]
    with pytest.raises(Refusal, match="mode-differs"):
        exceptions.assign(world.deps, ORG, world.pages()[0].id, test_piece, "usr_1")
    batch = intake.open_batch(world.deps, ORG, "Test", Mode.TEST, "usr_1")
    world.scan(page(1, slip(test_piece, {"reading": "11111"})), batch_id=batch.id)
    assert world.records()[test_piece, "reading"].mode is Mode.TEST


def test_the_same_slip_again_is_attached_and_makes_no_record(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345"}), looks="a"))
    before = world.records()
    world.scan(page(1, slip(1, {"reading": "12345"}), looks="a"))
    seen, _ = looking.list_slips(world.deps, ORG, ALL)
    first, second = seen
    assert second.slip.first_id == first.slip.id
    assert (second.slip.same_page, second.slip.same_file, second.slip.ordinal) == (True, False, 1)
    assert {one.stage for one in second.fields} == {Stage.MERGED}
    assert world.records() == before
    assert world.balance().adds_up


def test_another_answer_on_a_second_slip_goes_to_people_and_the_record_is_in_dispute(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345", "number": "1111"})))
    world.scan(page(1, slip(1, {"reading": "12346", "number": "1111"})))
    seen, _ = looking.list_slips(world.deps, ORG, ALL)
    first, second = (slip.fields for slip in seen)
    assert [one.stage for one in first] == [Stage.MERGED, Stage.SETTLED, Stage.SETTLED]
    assert [one.stage for one in second] == [Stage.KEY, Stage.MERGED, Stage.MERGED]
    assert second[0].rival_id == first[0].id
    assert second[0].reasons == ("slip-twice-differs",)
    assert seen[1].slip.first_id is None
    record = world.records()[piece_id(1), "reading"]
    assert (record.state, record.value, record.revision) == (RecordState.DISPUTED, "12345", 2)


def test_words_are_taken_for_the_same_only_in_the_very_same_picture(world: SlipWorld) -> None:
    for _ in range(2):
        world.scan(page(1, slip(1, {"reading": "11111", "remark": "yes"}), looks="a"))
    intake.add_file(world.deps, ORG, world.batch.id, "again.pdf", [b"scan 2"], "usr_1", again=True)
    world.run()
    assert [one.stage for one in world.fields() if one.name == "remark"] == [Stage.MERGED, Stage.KEY, Stage.MERGED]


def test_a_page_is_assigned_with_what_was_read_when_the_form_fits(world: SlipWorld) -> None:
    world.scan(page(1, slip("pce_00000000000000000000", {"reading": "12345"})))
    (waiting,) = world.pages()
    assert exceptions.exception(world.deps, ORG, waiting.id).page == waiting
    assert exceptions.count_exceptions(world.deps, ORG) == 1
    exceptions.assign(world.deps, ORG, waiting.id, piece_id(3), "usr_1")
    assert world.records()[piece_id(3), "reading"].value == "12345"
    assert exceptions.exceptions(world.deps, ORG, ALL).items == ()
    changed = world.pages()[0]
    assert (changed.kind, changed.way_out, changed.resolved_by) == (PageKind.SLIP, WayOut.ASSIGNED, "usr_1")
    assert world.balance().adds_up


def test_a_page_without_a_reading_is_keyed_from_its_picture(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345"}, OLD_FORM)))
    exceptions.assign(world.deps, ORG, world.pages()[0].id, piece_id(1), "usr_1")
    assert {(one.stage, one.machine, one.part) for one in world.fields()} == {(Stage.KEY, None, None)}
    assert world.records() == {}
    with pytest.raises(Refusal, match="scan-picture-missing"):
        looking.crop_png(world.deps, ORG, world.fields()[0].id)


def test_a_page_cannot_be_assigned_to_what_is_not_ours(world: SlipWorld) -> None:
    world.scan(page(1, slip(piece_id(1, OTHER))), page(2, slip("pce_00000000000000000000")))
    foreign, unknown = world.pages()
    for wanted in (piece_id(1, OTHER), "pce_00000000000000000000"):
        with pytest.raises(Refusal, match="piece-not-found"):
            exceptions.assign(world.deps, ORG, unknown.id, wanted, "usr_1")
    with pytest.raises(Refusal, match="slips-not-placed"):
        exceptions.take_all(world.deps, ORG, foreign.id, "usr_1")
    with pytest.raises(Refusal, match="scan-page-not-found"):
        exceptions.mark_blank(world.deps, OTHER, foreign.id, "usr_9")


def test_pieces_are_found_by_the_number_on_the_slip_and_by_the_record(world: SlipWorld) -> None:
    digits = number_line(SlipCode(piece_id(2), FORM))
    spaced = " ".join([digits[at : at + 5] for at in range(0, 30, 5)])
    assert [each.piece_id for each in exceptions.find_pieces(world.deps, ORG, spaced)] == [piece_id(2)]
    assert [each.piece_id for each in exceptions.find_pieces(world.deps, ORG, piece_id(2))] == [piece_id(2)]
    assert exceptions.find_pieces(world.deps, ORG, number_line(SlipCode(piece_id(2, OTHER), FORM))) == []


def test_other_mail_and_blanks_are_said_and_can_be_opened_again(world: SlipWorld) -> None:
    damaged = [Finding("scan-damaged", "It is damaged.", Place(page=number)) for number in (1, 2)]
    world.scan(*damaged, page(3))
    first, second, _ = world.pages()
    exceptions.mark_other_mail(world.deps, ORG, first.id, "usr_1", "A card")
    exceptions.mark_blank(world.deps, ORG, second.id, "usr_1")
    balance = world.balance()
    assert (balance.exceptions, balance.blanks, balance.open_exceptions, balance.adds_up) == (1, 2, 0, True)
    opened = exceptions.reopen(world.deps, ORG, second.id, "usr_2")
    assert opened.waits
    assert world.balance().open_exceptions == 1
    with pytest.raises(Refusal, match="page-not-resolved"):
        exceptions.reopen(world.deps, ORG, second.id, "usr_2")
    with pytest.raises(Refusal, match="note-too-long"):
        exceptions.mark_blank(world.deps, ORG, second.id, "usr_2", "x" * 501)


def test_an_assignment_taken_back_takes_its_records_along(world: SlipWorld) -> None:
    world.scan(page(1, slip("pce_00000000000000000000", {"reading": "12345"})))
    page_id = world.pages()[0].id
    exceptions.assign(world.deps, ORG, page_id, piece_id(3), "usr_1")
    exceptions.reopen(world.deps, ORG, page_id, "usr_1")
    assert world.records()[piece_id(3), "reading"].state is RecordState.WITHDRAWN
    exceptions.assign(world.deps, ORG, page_id, piece_id(4), "usr_1")
    assert world.records()[piece_id(4), "reading"].state is RecordState.SETTLED
    exceptions.reopen(world.deps, ORG, page_id, "usr_1")
    exceptions.assign(world.deps, ORG, page_id, piece_id(3), "usr_1")
    record = world.records()[piece_id(3), "reading"]
    assert (record.state, record.value, record.revision) == (RecordState.SETTLED, "12345", 3)


def test_a_page_read_again_keeps_its_id_and_is_settled(world: SlipWorld) -> None:
    world.scan(Finding("scan-damaged", "It is damaged.", Place(page=1)), page(2))
    waiting = world.pages()[0]
    world.reader.files[b"scan 1"] = [page(1, slip(1, {"reading": "12345"})), page(2)]
    assert not exceptions.read_again(world.deps, ORG, waiting.id, "usr_1").waits
    world.run()
    again = world.pages()[0]
    assert (again.id, again.kind, again.way_out) == (waiting.id, PageKind.SLIP, WayOut.NONE)
    assert world.records()[piece_id(1), "reading"].value == "12345"
    assert world.balance().adds_up
    world.reader.files[b"scan 1"] = []


def test_a_page_that_is_as_bad_as_before_waits_again(world: SlipWorld) -> None:
    world.scan(page(1, slip("pce_00000000000000000000")))
    page_id = world.pages()[0].id
    for _ in range(2):
        exceptions.read_again(world.deps, ORG, page_id, "usr_1")
        world.run()
        assert world.pages()[0].waits
    assert codes(world) == [("slip-piece-unknown",)]


def test_a_file_of_which_the_end_is_not_known_has_failed(world: SlipWorld) -> None:
    costly = Finding("scan-too-costly", "Too costly.", Place(page=2))
    file = world.scan(page(1, slip(1, {"reading": "11111"})), costly)
    assert (file.state, file.pages) == (ScanFileState.FAILED, 2)
    assert [finding.code for finding in file.findings] == ["scan-too-costly"]
    world.reader.files[b"scan 1"] = [page(1, slip(1, {"reading": "11111"})), page(2), page(3)]
    exceptions.retry_file(world.deps, ORG, file.id)
    world.run()
    again = looking.get_file(world.deps, ORG, file.id)
    assert (again.state, again.pages, again.total) == (ScanFileState.READ, 3, 3)
    assert [each.kind for each in world.pages()] == [PageKind.SLIP, PageKind.EXCEPTION, PageKind.BLANK]
    assert len(world.records()) == 1
    with pytest.raises(Refusal, match="scan-not-failed"):
        exceptions.retry_file(world.deps, ORG, file.id)


def test_what_is_no_scan_fails_with_a_finding(world: SlipWorld) -> None:
    warning = Finding("scan-wrong-extension", "It is no PDF.", severity=Severity.WARNING)
    file = world.scan(warning, Finding("scan-unknown-format", "No picture."))
    assert (file.state, file.pages) == (ScanFileState.FAILED, 0)
    assert [finding.code for finding in file.findings] == ["scan-wrong-extension", "scan-unknown-format"]
    noted = Finding("scan-guessed", "Guessed.", Place(page=1), Severity.WARNING)
    assert world.scan(warning, noted, page(1)).state is ScanFileState.READ
    assert codes(world) == [("scan-guessed",)]


def test_the_same_file_is_told_and_read_again_only_when_asked(world: SlipWorld) -> None:
    world.scan(page(1, slip(1, {"reading": "12345"}), looks="a"))
    with pytest.raises(Refusal, match="scan-file-seen"):
        intake.add_file(world.deps, ORG, world.batch.id, "b.pdf", [b"scan 1"], "usr_1")
    again = intake.add_file(world.deps, ORG, world.batch.id, "b.pdf", [b"scan 1"], "usr_1", again=True)
    world.run()
    assert (again.again, again.number) == (1, 2)
    seen, _ = looking.list_slips(world.deps, ORG, ALL)
    assert (seen[1].slip.same_file, seen[1].slip.first_id) == (True, seen[0].slip.id)
    intake.add_file(world.deps, OTHER, _batch_of_other(world), "b.pdf", [b"scan 1"], "usr_9")


def _batch_of_other(world: SlipWorld) -> str:
    return intake.open_batch(world.deps, OTHER, "Theirs", Mode.LIVE, "usr_9").id


def test_a_closed_batch_takes_no_files_and_names_are_checked(world: SlipWorld) -> None:
    intake.close_batch(world.deps, ORG, world.batch.id, "usr_1")
    with pytest.raises(Refusal, match="scan-batch-closed"):
        intake.add_file(world.deps, ORG, world.batch.id, "b.pdf", [b"x"], "usr_1")
    for wrong in ("", " ", "x" * 201, "a\nb"):
        with pytest.raises(Refusal, match="scan-name-invalid"):
            intake.open_batch(world.deps, ORG, wrong, Mode.LIVE, "usr_1")
    assert intake.plain_name("..\\a/../b\x00c.pdf") == "b_c.pdf"
    with pytest.raises(Refusal, match="scan-batch-not-found"):
        intake.add_file(world.deps, OTHER, world.batch.id, "b.pdf", [b"x"], "usr_9")


class Stumbling:
    """Reads on until the world is out of order for a moment."""

    def __init__(self, world: SlipWorld) -> None:
        self._inner, self.falls = world.reader, 3

    def read(self, path: object, forms: object) -> Iterator[PageReading | Finding]:
        for at, item in enumerate(self._inner.read(path, forms)):  # type: ignore[arg-type] # passed on
            if self.falls and at > 3 - self.falls:
                self.falls -= 1
                raise Retryable("blobs-unavailable", "Not now.")
            yield item


def test_reading_that_is_cut_off_goes_on_behind_what_is_there(world: SlipWorld) -> None:
    world.reader = Stumbling(world)  # type: ignore[assignment] # another reader
    pages = [page(number, slip(number, {"reading": f"1234{number}"})) for number in range(1, 6)]
    inner = world.reader._inner  # type: ignore[attr-defined]
    inner.files[b"scan"] = pages
    file = intake.add_file(world.deps, ORG, world.batch.id, "a.pdf", [b"scan"], "usr_1")
    world.run()
    assert looking.get_file(world.deps, ORG, file.id).pages == 5
    assert [each.number for each in world.pages()] == [1, 2, 3, 4, 5]
    assert len(world.records()) == 5
    assert world.balance().adds_up


def test_work_that_is_given_up_says_so_on_the_file(world: SlipWorld) -> None:
    world.reader.files[b"scan"] = []
    file = intake.add_file(world.deps, ORG, world.batch.id, "a.pdf", [b"scan"], "usr_1")
    del world.reader.files[b"scan"]
    with pytest.raises(KeyError):
        world.run()
    failed = looking.get_file(world.deps, ORG, file.id)
    assert (failed.state, [finding.code for finding in failed.findings]) == (ScanFileState.FAILED, ["internal-error"])
    with world.deps.database.read() as uow:
        found = uow.work.find(ORG, WorkKind.READ_SCAN, file.id)
    assert found is not None
    assert found.state is WorkState.FAILED


def test_the_reader_is_given_the_forms_of_its_organisation_only(world: SlipWorld) -> None:
    world.scan(page(1))
    assert world.reader.asked == [{FORM: "{}", OLD_FORM: "{}"}]


def test_policies_change_what_goes_straight_through(world: SlipWorld) -> None:
    made = policies.put_policy(world.deps, ORG, FORM, {"digits": 0.99999}, "usr_1")
    assert (made.version, made.thresholds["checked_share"]) == (2, 0.0)
    world.scan(page(1, slip(1, {"number": "1234"})))
    assert world.field_named("number").outcome is Outcome.REVIEW
    assert policies.policy_of(world.deps, ORG, FORM).digits == 0.99999
    assert [each.version for each in policies.policy_history(world.deps, ORG, FORM)] == [2, 1]
    for wrong in ({"digits": 0.5}, {"digits": 1.1}, {"nothing": 0.99}, {"digits": float("nan")}):
        with pytest.raises(Refusal, match="policy-invalid"):
            policies.put_policy(world.deps, ORG, FORM, wrong, "usr_1")
    with pytest.raises(Refusal, match="slip-form-not-found"):
        policies.put_policy(world.deps, ORG, "ZZZZZZ", {}, "usr_1")


def test_a_share_of_what_is_accepted_is_keyed_blind(world: SlipWorld) -> None:
    policies.put_policy(world.deps, ORG, FORM, {"checked_share": 1.0}, "usr_1")
    world.scan(page(1, slip(1, {"reading": "12345"})))
    field = world.field_named("reading")
    assert (field.is_check, field.stage, field.value) == (True, Stage.KEY, "12345")
    assert world.records()[piece_id(1), "reading"].state is RecordState.SETTLED
    assert replace(field, is_check=False).outcome is Outcome.ACCEPTED


def test_a_file_that_nobody_reads_rings(world: SlipWorld, clock: FakeClock) -> None:
    file = intake.add_file(world.deps, ORG, world.batch.id, "a.pdf", [b"scan"], "usr_1")

    def rings() -> bool:
        alarms.watch(world.deps)
        return file.id in {alarm.subject_id for alarm in alarms.open_alarms(world.deps, ORG)}

    assert not rings()
    clock.advance(3600)
    assert rings()
    world.reader.files[b"scan"] = [page(1)]
    world.run()
    assert not rings()
