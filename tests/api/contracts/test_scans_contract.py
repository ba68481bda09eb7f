"""One contract for every database: forms, files, pages, slips, fields and records of scans."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    ActKind,
    Balance,
    BlobRef,
    DecidedBy,
    FieldAct,
    FormPolicy,
    Measured,
    Mode,
    OpenFilter,
    PackageKind,
    PageLook,
    PageRequest,
    PieceSlip,
    Record,
    RecordFilter,
    RecordState,
    Retryable,
    ScanBatch,
    ScanBatchState,
    ScanFile,
    ScanFileState,
    ScanFinding,
    ScanPage,
    Slip,
    SlipFieldRow,
    SlipForm,
    Stage,
    WayOut,
)
from docgen.findings import Refusal
from docgen.reply_form import ReplyKind
from scanning.readings import Outcome, PageKind
from tests.api.builders import NOW, ORG, OTHER, REF, package, two_organisations

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase

LATER = NOW + timedelta(hours=1)
FORM = "ABC234"
TEMPLATE = f"template_{ORG}_house_1"
PIECE = "pce_0000000000000000000a"
ALL = PageRequest(1000)


def batch(row_id: str = "scb_1", **changes: object) -> ScanBatch:
    made = ScanBatch(row_id, ORG, Mode.LIVE, "Monday", NOW, "usr_1")
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a batch


def file(number: int = 1, **changes: object) -> ScanFile:
    blob = BlobRef(f"{number:064x}", 10)
    made = ScanFile(f"scf_{number}", ORG, "scb_1", number, f"scan-{number}.pdf", blob, NOW, "usr_1")
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a file


def page(number: int, kind: PageKind = PageKind.SLIP, **changes: object) -> ScanPage:
    made = ScanPage(f"pag_{number}", ORG, "scb_1", "scf_1", number, kind, kind, NOW, bundle=REF, parts=(1, 2))
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a page


def slip(number: int = 1, **changes: object) -> Slip:
    row = (
        f"slp_{number}",
        ORG,
        Mode.LIVE,
        "scb_1",
        f"pag_{number}",
        0,
        PIECE,
        "job_1",
        FORM,
        TEMPLATE,
        number - 1,
        NOW,
    )
    return replace(Slip(*row), **changes)  # type: ignore[arg-type] # fields of a slip


def field(number: int = 1, **changes: object) -> SlipFieldRow:
    made = SlipFieldRow(
        id=f"fld_{number}",
        organisation_id=ORG,
        mode=Mode.LIVE,
        slip_id="slp_1",
        page_id="pag_1",
        piece_id=PIECE,
        form=FORM,
        name=f"reading_{number}",
        kind=ReplyKind.METER_READING,
        place=number,
        outcome=Outcome.REVIEW,
        reasons=("low-confidence",),
        read="123",
        machine="123",
        confidence=0.5,
        posterior=None,
        alternatives=("124",),
        keying="blind",
        area_mm=(1.0, 2.0, 3.0, 4.0),
        part=1,
        stage=Stage.KEY,
        value=None,
        decided_by=DecidedBy.NOBODY,
        decided_at=None,
        created_at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a field


def record(**changes: object) -> Record:
    made = Record(
        id="rec_1",
        organisation_id=ORG,
        mode=Mode.LIVE,
        piece_id=PIECE,
        job_id="job_1",
        record_id="R1",
        form=FORM,
        field="reading",
        kind=ReplyKind.METER_READING,
        value="123",
        state=RecordState.SETTLED,
        source="slip",
        slip_id="slp_1",
        field_id="fld_1",
        confidence=0.99,
        decided_by=DecidedBy.MACHINE,
        person="",
        decided_at=NOW,
        updated_at=NOW,
        campaign_id="cmp_1",
    )
    return replace(made, **changes)  # type: ignore[arg-type] # fields of a record


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    with database.write() as uow:
        uow.scans.add_batch(batch())
        uow.scans.add_file(file())
    return database


def with_slip(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.scan_pages.add(page(1))
        uow.scan_pages.add_slip(slip())


def test_a_form_is_kept_once_for_each_template(db: SqlDatabase) -> None:
    first = SlipForm(ORG, FORM, TEMPLATE, "house@1", "nl", "{}", '{"a":1}', NOW)
    newer = replace(first, template_id=f"template_{ORG}_house_2", template="house@2", created_at=LATER)
    with db.write() as uow:
        uow.templates.add(package(PackageKind.TEMPLATE, version="2"))
        uow.slip_forms.put(first)
        uow.slip_forms.put(replace(first, language="en"))
        uow.slip_forms.put(newer)
    with db.read() as uow:
        assert uow.slip_forms.get(ORG, FORM) == newer
        assert uow.slip_forms.get(ORG, FORM, TEMPLATE) == first
        assert uow.slip_forms.list(ORG) == [newer, first]
        assert uow.slip_forms.geometries(ORG) == {FORM: "{}"}
        assert (uow.slip_forms.list(OTHER), uow.slip_forms.geometries(OTHER)) == ([], {})
        with pytest.raises(Refusal, match="slip-form-not-found"):
            uow.slip_forms.get(OTHER, FORM)


def test_policies_have_a_history_and_nobody_overwrites_anothers(db: SqlDatabase) -> None:
    first = FormPolicy(ORG, FORM, 1, {"digits": 0.9}, NOW, "usr_1")
    with db.write() as uow:
        assert uow.slip_forms.policy(ORG, FORM) is None
        uow.slip_forms.put_policy(first)
        uow.slip_forms.put_policy(replace(first, version=2, at=LATER))
        with pytest.raises(Refusal, match="policy-changed"):
            uow.slip_forms.put_policy(replace(first, version=2))
    with db.read() as uow:
        assert uow.slip_forms.policy(ORG, FORM) == replace(first, version=2, at=LATER)
        assert [each.version for each in uow.slip_forms.policies(ORG, FORM)] == [2, 1]
        assert uow.slip_forms.policies(OTHER, FORM) == []


def test_a_slip_is_found_by_its_piece_and_never_by_another_organisation(db: SqlDatabase) -> None:
    made = PieceSlip(PIECE, ORG, "job_1", Mode.LIVE, FORM, TEMPLATE, 1, "{}")
    other = made._replace(piece_id=PIECE[:-1] + "b")
    with db.write() as uow:
        uow.piece_slips.add_many(ORG, [made, other])
        with pytest.raises(ValueError, match="another organisation"):
            uow.piece_slips.add_many(OTHER, [made])
    with db.write() as uow:
        assert uow.piece_slips.find(ORG, PIECE) == uow.piece_slips.held(ORG, PIECE) == made
        assert uow.piece_slips.find(OTHER, PIECE) is None
        assert uow.piece_slips.held(OTHER, PIECE) is None
        assert uow.piece_slips.starting(ORG, PIECE[:10]) == [made, other]
        assert uow.piece_slips.starting(OTHER, PIECE[:10]) == []
        assert uow.piece_slips.is_elsewhere(OTHER, PIECE)
        assert not uow.piece_slips.is_elsewhere(ORG, PIECE)
        uow.piece_slips.clear(OTHER, "job_1")
        uow.piece_slips.clear(ORG, "job_1")
        assert uow.piece_slips.find(ORG, PIECE) is None


def test_a_drop_has_one_open_batch(db: SqlDatabase) -> None:
    drop = batch("scb_2", drop="folder/2026-01-01", name="Folder")
    with db.write() as uow:
        assert uow.scans.add_batch(drop)
        assert not uow.scans.add_batch(replace(drop, id="scb_3"))
        assert uow.scans.batch_of_drop(ORG, "folder/2026-01-01") == drop
        assert uow.scans.batch_of_drop(OTHER, "folder/2026-01-01") is None
        closed = uow.scans.close(ORG, "scb_2", "usr_2", LATER)
        assert uow.scans.close(ORG, "scb_2", "usr_3", LATER) == closed
        assert (closed.state, closed.closed_by) == (ScanBatchState.CLOSED, "usr_2")
        assert uow.scans.batch_of_drop(ORG, "folder/2026-01-01") is None
        assert uow.scans.add_batch(replace(drop, id="scb_3"))
        first = uow.scans.batches(ORG, PageRequest(2))
        assert [each.id for each in first.items] == ["scb_3", "scb_2"]
        assert [each.id for each in uow.scans.batches(ORG, PageRequest(2, first.next_after)).items] == ["scb_1"]
        assert uow.scans.batches(OTHER, ALL).items == ()


def test_the_same_bytes_are_taken_in_once_unless_they_are_asked_for(db: SqlDatabase) -> None:
    same = file(2, blob=file().blob, claim="a")
    with db.write() as uow:
        assert not uow.scans.add_file(same)
        assert uow.scans.add_file(replace(same, again=1))
        assert not uow.scans.add_file(file(3, claim="a"))
        assert uow.scans.next_number(ORG, "scb_1") == 3
        assert [each.again for each in uow.scans.same_bytes(ORG, file().blob.sha256)] == [1, 0]
        assert uow.scans.same_bytes(OTHER, file().blob.sha256) == []
        found = uow.scans.of_claim(ORG, "a")
        assert found is not None
        assert found.id == "scf_2"
        assert [each.number for each in uow.scans.files(ORG, "scb_1", ALL).items] == [1, 2]
        with pytest.raises(Refusal, match="scan-file-not-found"):
            uow.scans.file(OTHER, "scf_1")


def test_a_file_goes_through_its_states(db: SqlDatabase) -> None:
    finding = ScanFinding("scan-damaged", "The page is damaged.")
    with db.write() as uow:
        uow.scans.set_file(ORG, "scf_1", ScanFileState.READING, NOW)
        uow.scans.count_page(ORG, "scf_1", 3)
        uow.scans.count_page(ORG, "scf_1")
        uow.scans.set_file(ORG, "scf_1", ScanFileState.FAILED, LATER, [finding])
        with pytest.raises(Refusal, match="scan-file-not-found"):
            uow.scans.count_page(OTHER, "scf_1")
    with db.read() as uow:
        found = uow.scans.file(ORG, "scf_1")
        names = [event.name for event in uow.events.of_subject(ORG, "scf_1", ALL).items]
    assert (found.state, found.pages, found.total, found.ended_at) == (ScanFileState.FAILED, 2, 3, LATER)
    assert found.findings == (finding,)
    assert names == ["scan-file-reading", "scan-file-failed"]


def test_pages_are_counted_once_and_add_up(db: SqlDatabase) -> None:
    with_slip(db)
    with db.write() as uow:
        assert not uow.scan_pages.add(page(1, id="pag_9"))
        uow.scan_pages.add(page(2, PageKind.BLANK))
        uow.scan_pages.add(page(3, PageKind.EXCEPTION, findings=(ScanFinding("slip-not-found", "None."),)))
        for _ in range(3):
            uow.scans.count_page(ORG, "scf_1", 3)
        uow.scans.set_file(ORG, "scf_1", ScanFileState.READ, LATER)
        uow.slip_fields.add_many([field(), field(2, stage=Stage.SETTLED)])
        expected = Balance(1, 0, 0, 3, 0, 1, 1, 1, 1, 1, 1)
        assert uow.scans.balances(ORG, ["scb_1", "scb_2"]) == {"scb_1": expected, "scb_2": Balance()}
        assert expected.adds_up
        assert uow.scans.balances(OTHER, ["scb_1"]) == {"scb_1": Balance()}
        assert uow.scan_pages.numbers(ORG, "scf_1") == {1, 2, 3}
        assert uow.scan_pages.numbers(OTHER, "scf_1") == frozenset()
        uow.scans.count_page(ORG, "scf_1")
        assert not uow.scans.balances(ORG, ["scb_1"])["scb_1"].adds_up


def test_pages_are_listed_and_changed(db: SqlDatabase) -> None:
    with db.write() as uow:
        for number, kind in enumerate((PageKind.SLIP, PageKind.EXCEPTION, PageKind.EXCEPTION), 1):
            uow.scan_pages.add(page(number, kind))
        uow.scan_pages.change(page(3, PageKind.EXCEPTION, way_out=WayOut.OTHER_MAIL, resolved_by="usr_1", note="x"))
        assert uow.scan_pages.count_waiting(ORG) == 1
        assert uow.scan_pages.count_waiting(OTHER) == 0
        assert [each.number for each in uow.scan_pages.list(ORG, ALL, waits=True).items] == [2]
        assert [each.number for each in uow.scan_pages.list(ORG, ALL, kind=PageKind.EXCEPTION).items] == [2, 3]
        assert [each.number for each in uow.scan_pages.list(ORG, PageRequest(1, "pag_1"), "scb_1", "scf_1").items] == [
            2
        ]
        assert uow.scan_pages.list(OTHER, ALL).items == ()
        assert uow.scan_pages.held(ORG, "pag_3").note == "x"
        assert uow.scan_pages.at(ORG, "scf_1", 2) == page(2, PageKind.EXCEPTION)
        assert uow.scan_pages.at(OTHER, "scf_1", 2) is None
        for wrong in (page(9), replace(page(1), organisation_id=OTHER)):
            with pytest.raises(Refusal, match="scan-page-not-found"):
                uow.scan_pages.change(wrong)


def test_slips_of_a_piece_are_kept_by_ordinal(db: SqlDatabase) -> None:
    with_slip(db)
    second = slip(2, page_id="pag_2", corners_px=((1.0, 2.0), (3.0, 4.0)), first_id="slp_1")
    with db.write() as uow:
        uow.scan_pages.add(page(2))
        uow.scan_pages.add_slip(second)
        assert uow.scan_pages.slip(ORG, "slp_2") == second
        assert uow.scan_pages.slips(ORG, ALL, "scb_1").items == (slip(), second)
        assert uow.scan_pages.slips(ORG, PageRequest(1, "slp_1"), piece_id=PIECE).items == (second,)
        assert uow.scan_pages.slips(OTHER, ALL).items == ()
        assert uow.scan_pages.slips_on(ORG, "pag_2") == [second]
        assert uow.scan_pages.looks(ORG, ["pag_1"]) == {"pag_1": PageLook("", file().blob.sha256, "scf_1", 1)}
        assert uow.scan_pages.looks(OTHER, ["pag_1"]) == {}
        uow.scan_pages.withdraw(ORG, ["slp_2"], LATER)
        assert uow.scan_pages.slips_on(ORG, "pag_2") == []
        assert uow.scan_pages.slips_of(ORG, PIECE, FORM) == [slip(), replace(second, withdrawn_at=LATER)]
        assert uow.scan_pages.slips_of(OTHER, PIECE, FORM) == []


def test_the_next_field_is_one_that_the_person_has_not_seen_and_nobody_holds(db: SqlDatabase) -> None:
    with_slip(db)
    rows = [field(1), field(2, leased_to="usr_2", leased_until=LATER), field(3, stage=Stage.SETTLED), field(4)]
    with db.write() as uow:
        uow.slip_fields.add_many(rows)
        assert uow.slip_fields.count_open(ORG)[FORM, "reading_1", Stage.KEY] == 1
        assert uow.slip_fields.count_open(OTHER) == {}
        uow.slip_fields.add_act(FieldAct(ORG, "fld_1", "usr_1", ActKind.KEYED, "12", NOW))

        def following(person: str, leave_out: tuple[str, ...] = (), at: int = 0) -> str | None:
            found = uow.slip_fields.next_open(ORG, person, NOW + timedelta(hours=at), leave_out)
            return found.id if found else None

        assert following("usr_1") == "fld_4"
        assert following("usr_2") == "fld_2"
        assert following("usr_3") == "fld_1"
        assert following("usr_3", ("fld_1", "fld_4")) is None
        assert following("usr_3", ("fld_1", "fld_4"), at=2) == "fld_2"
        assert uow.slip_fields.next_open(OTHER, "usr_3", NOW) is None
        assert uow.slip_fields.next_open(ORG, "usr_3", NOW, wanted=OpenFilter("ZZZZZZ")) is None


def test_fields_of_which_people_or_slips_differ_can_be_taken_apart(db: SqlDatabase) -> None:
    with_slip(db)
    with db.write() as uow:
        uow.slip_fields.add_many([field(1), field(2), field(3, stage=Stage.JUDGE), field(4, rival_id="fld_1")])

        def all_of(*, differs: bool | None) -> list[str]:
            found: list[str] = []
            while (one := uow.slip_fields.next_open(ORG, "usr_1", NOW, found, OpenFilter(differs=differs))) is not None:
                found.append(one.id)
            return sorted(found)

        assert all_of(differs=True) == ["fld_3", "fld_4"]
        assert all_of(differs=False) == ["fld_1", "fld_2"]
        assert all_of(differs=None) == ["fld_1", "fld_2", "fld_3", "fld_4"]
        assert (uow.slip_fields.count_differing(ORG), uow.slip_fields.count_differing(OTHER)) == (2, 0)
        uow.slip_fields.add_many([field(5, is_check=True), field(6, is_check=True, stage=Stage.SETTLED)])
        assert (uow.slip_fields.count_checks(ORG), uow.slip_fields.count_checks(OTHER)) == (1, 0)


def test_acts_since_a_moment_are_counted_while_they_are_not_taken_back(db: SqlDatabase) -> None:
    with_slip(db)
    with db.write() as uow:
        uow.slip_fields.add_many([field(1), field(2)])
        uow.slip_fields.add_act(FieldAct(ORG, "fld_1", "usr_1", ActKind.KEYED, "12", NOW))
        later = uow.slip_fields.add_act(FieldAct(ORG, "fld_2", "usr_1", ActKind.KEYED, "12", LATER))
        counts = [uow.slip_fields.count_acts(ORG, "usr_1", at) for at in (NOW, LATER, LATER + timedelta(seconds=1))]
        assert counts == [2, 1, 0]
        assert uow.slip_fields.count_acts(ORG, "usr_2", NOW) == 0
        uow.slip_fields.undo(ORG, later.number, LATER)
        assert uow.slip_fields.count_acts(ORG, "usr_1", NOW) == 1


def test_acts_are_taken_back_and_stay_in_the_history(db: SqlDatabase) -> None:
    with_slip(db)
    with db.write() as uow:
        uow.slip_fields.add_many([field()])
        done = uow.slip_fields.add_act(FieldAct(ORG, "fld_1", "usr_1", ActKind.KEYED, "12", NOW, doubtful=True))
        assert uow.slip_fields.acts(ORG, "fld_1") == [done]
        assert uow.slip_fields.last_act_of(ORG, "usr_1") == done
        assert uow.slip_fields.last_act_of(OTHER, "usr_1") is None
        uow.slip_fields.undo(ORG, done.number, LATER)
        with pytest.raises(Refusal, match="undo-nothing"):
            uow.slip_fields.undo(ORG, done.number, LATER)
        assert uow.slip_fields.acts(ORG, "fld_1") == []
        assert uow.slip_fields.history(ORG, "fld_1") == [replace(done, undone_at=LATER)]
        assert uow.slip_fields.history(OTHER, "fld_1") == []


def test_fields_are_changed_measured_and_shown_by_confidence(db: SqlDatabase) -> None:
    with_slip(db)
    accepted = {"outcome": Outcome.ACCEPTED, "name": "reading", "value": "123", "is_check": True}
    rows = [
        field(1, **accepted, stage=Stage.SETTLED),
        field(2, **{**accepted, "value": "124"}, slip_id="slp_2", stage=Stage.SETTLED),
        field(3, **accepted, slip_id="slp_3", confidence=0.1),
        field(4, name="reading", slip_id="slp_4", part=None),
    ]
    with db.write() as uow:
        for number in (2, 3, 4):
            uow.scan_pages.add(page(number))
            uow.scan_pages.add_slip(slip(number, page_id=f"pag_{number}"))
        uow.slip_fields.add_many(rows)
        uow.slip_fields.change(replace(rows[3], stage=Stage.SECOND, leased_to="usr_1", leased_until=LATER))
        assert uow.slip_fields.held(ORG, "fld_4").stage is Stage.SECOND
        assert uow.slip_fields.get(ORG, "fld_1") == rows[0]
        assert uow.slip_fields.of_slips(ORG, ["slp_1"]) == [rows[0]]
        assert uow.slip_fields.measured(ORG) == [Measured(FORM, "reading", 3, 2, 1, 1)]
        assert uow.slip_fields.measured(OTHER) == []
        first = uow.slip_fields.gallery(ORG, FORM, "reading", PageRequest(2))
        rest = uow.slip_fields.gallery(ORG, FORM, "reading", PageRequest(2, first.next_after))
        assert [each.id for each in (*first.items, *rest.items)] == ["fld_3", "fld_1", "fld_2"]
        assert uow.slip_fields.gallery(OTHER, FORM, "reading", ALL).items == ()


def test_records_are_one_for_a_recipient_and_field_and_listed_as_they_change(db: SqlDatabase) -> None:
    second = record(id="rec_2", field="phone", updated_at=NOW + timedelta(microseconds=1))
    with db.write() as uow:
        uow.records.put(record())
        uow.records.put(second)
        with pytest.raises(Retryable):
            uow.records.put(record(id="rec_3"))
        first = uow.records.list(ORG, PageRequest(1))
        assert first.items == (record(),)
        assert uow.records.list(ORG, PageRequest(1, first.next_after)).items == (second,)
        uow.records.place(ORG, NOW, 10)
        changed = record(value="124", revision=2, updated_at=LATER)
        uow.records.put(changed)
        with pytest.raises(Retryable):
            uow.records.put(changed)
        uow.records.place(ORG, LATER, 10)
        assert [one.id for one in uow.records.list(ORG, ALL).items] == ["rec_2", "rec_1"]
        assert uow.records.list(ORG, ALL, RecordFilter(LATER - timedelta(seconds=1))).items == (changed,)
        assert uow.records.list(ORG, ALL, RecordFilter(form="ZZZZZZ")).items == ()
        assert uow.records.list(OTHER, ALL).items == ()
        found = uow.records.find(ORG, "cmp_1", second.record_id, "phone")
        assert found is not None
        assert replace(found, updated_at=second.updated_at) == second
        assert uow.records.find(OTHER, "cmp_1", second.record_id, "phone") is None
        with pytest.raises(Refusal, match="bad-cursor"):
            uow.records.list(ORG, PageRequest(1, "rec_1"))
        events = [each for each in uow.events.of_subject(ORG, PIECE, ALL).items if each.name.startswith("record")]
    assert [each.name for each in events] == ["record-new", "record-new", "record-changed"]
    assert all("value" not in each.data for each in events)


def test_scans_and_pictures_are_no_trash(db: SqlDatabase) -> None:
    with_slip(db)
    free = BlobRef("ef" * 32, 5)
    with db.write() as uow:
        uow.trash.add(ORG, [file().blob, REF, free], NOW, shared=True)
    with db.write() as uow:
        assert uow.trash.take(NOW) == [(ORG, free)]
