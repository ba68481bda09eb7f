"""One contract for every database: parties, jobs, pieces, batches, answers and events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from api.ports import (
    BatchFile,
    BatchState,
    ChunkState,
    Event,
    FileRole,
    JobCounts,
    JobFinding,
    JobState,
    JobTotals,
    Organisation,
    PackageKind,
    PackageState,
    PageRequest,
    PieceState,
    PieceToCompose,
    PieceToPlan,
    Placement,
    StoredAnswer,
)
from docgen.findings import Refusal
from tests.api.builders import NOW, ORG, OTHER, REF, api_key, batch, chunk, job, package, piece, two_organisations

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock
    from api.ports import Page, UnitOfWork


@pytest.fixture
def db(database: SqlDatabase) -> SqlDatabase:
    two_organisations(database)
    return database


def all_pages(read: Callable[[PageRequest], Page[object]], limit: int) -> list[object]:
    found: list[object] = []
    after = None
    while True:
        page = read(PageRequest(limit, after))
        found += page.items
        assert len(page.items) <= limit
        if page.next_after is None:
            return found
        after = page.next_after


def event_names(uow: UnitOfWork, subject: str) -> list[str]:
    return [event.name for event in uow.events.of_subject(ORG, subject, PageRequest()).items]


def test_organisations_are_unique_and_listed(db: SqlDatabase) -> None:
    with db.read() as uow:
        assert uow.organisations.get(ORG) == Organisation(ORG, "Org_One", NOW)
        assert [o.id for o in all_pages(uow.organisations.list, 1)] == [ORG, OTHER]
        with pytest.raises(Refusal, match="organisation-not-found"):
            uow.organisations.get("org_none")
    with pytest.raises(Refusal, match="organisation-exists"), db.write() as uow:
        uow.organisations.add(Organisation(ORG, "again", NOW))


def test_an_exception_rolls_everything_back(db: SqlDatabase) -> None:
    def break_off() -> None:
        with db.write() as uow:
            uow.jobs.add(job("job_2"))
            uow.outbox.enqueue(ORG, "validate_job", "job_2")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    with db.read() as uow:
        assert [j.id for j in uow.jobs.list(ORG, PageRequest()).items] == ["job_1"]
        assert uow.work.find(ORG, "validate_job", "job_2") is None
        assert event_names(uow, "job_2") == []


def test_keys_are_found_by_digest_and_revoked_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.keys.add(api_key())
        uow.keys.add(api_key("key_2"))
        first = uow.keys.revoke(ORG, "key_1", NOW)
    with db.write() as uow:
        assert uow.keys.revoke(ORG, "key_1", NOW.replace(year=2027)) == first
        assert uow.keys.by_digest("digest-key_1") == replace(api_key(), revoked_at=NOW)
        assert uow.keys.by_digest("digest-none") is None
        assert [key.id for key in all_pages(lambda page: uow.keys.list(ORG, page), 1)] == ["key_1", "key_2"]
        assert uow.keys.list(OTHER, PageRequest()).items == ()
        assert event_names(uow, "key_1") == ["key-added", "key-revoked"]
        with pytest.raises(Refusal, match="key-not-found"):
            uow.keys.revoke(OTHER, "key_1", NOW)


def test_a_version_of_a_package_keeps_its_content(db: SqlDatabase) -> None:
    again = replace(package(PackageKind.BRAND), id="brand_again")
    with db.write() as uow:
        uow.brands.add(again)
        assert uow.brands.find(ORG, "house", "1").id == f"brand_{ORG}_house_1"
        with pytest.raises(Refusal, match="package-version-exists"):
            uow.brands.add(replace(again, digest="other"))
        with pytest.raises(Refusal, match="template-not-found"):
            uow.templates.get(ORG, f"brand_{ORG}_house_1")
        with pytest.raises(ValueError, match="brand packages"):
            uow.brands.add(package(PackageKind.TEMPLATE))


def test_the_newest_version_that_is_not_retired_is_found(db: SqlDatabase) -> None:
    newer = replace(package(PackageKind.TEMPLATE, version="2"), created_at=NOW.replace(month=2), id="template_z")
    with db.write() as uow:
        uow.templates.add(newer)
        assert uow.templates.find(ORG, "house") == newer
        assert [p.version for p in all_pages(lambda page: uow.templates.list(ORG, page), 1)] == ["2", "1"]
        uow.templates.set_state(ORG, "template_z", PackageState.USED, NOW)
        assert uow.templates.set_state(ORG, "template_z", PackageState.RETIRED, NOW).state is PackageState.RETIRED
        assert uow.templates.find(ORG, "house").version == "1"
        assert uow.templates.find(ORG, "house", "2").version == "2"
        with pytest.raises(Refusal, match="state-conflict"):
            uow.templates.set_state(ORG, "template_z", PackageState.USED, NOW)
        with pytest.raises(Refusal, match="template-not-found"):
            uow.templates.find(ORG, "house", "3")
        assert event_names(uow, "template_z") == ["template-added", "template-used", "template-retired"]


def test_a_job_comes_back_as_it_went_in(db: SqlDatabase) -> None:
    full = replace(
        job("job_2"), counts=JobCounts(5, 4, 1, 3, 8, 4), cut_off_at=None, error_code="x", validate_only=True
    )
    with db.write() as uow:
        uow.jobs.add(full)
    with db.read() as uow:
        assert uow.jobs.get(ORG, "job_2") == full
        assert uow.jobs.get(ORG, "job_1") == job()
        with pytest.raises(Refusal, match="job-not-found"):
            uow.jobs.get(OTHER, "job_2")


def test_jobs_are_listed_newest_first_and_by_state(db: SqlDatabase) -> None:
    with db.write() as uow:
        for number in range(2, 8):
            uow.jobs.add(job(f"job_{number}"))
        uow.jobs.set_state(ORG, "job_3", JobState.CANCELLED, NOW)
        listed = all_pages(lambda page: uow.jobs.list(ORG, page), 2)
        assert [j.id for j in listed] == [f"job_{number}" for number in range(7, 0, -1)]
        cancelled = uow.jobs.list(ORG, PageRequest(), JobState.CANCELLED)
        assert [j.id for j in cancelled.items] == ["job_3"]
        assert uow.jobs.list(OTHER, PageRequest()).items == ()


def test_a_job_moves_only_as_its_machine_allows(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.jobs.set_state(ORG, "job_1", JobState.VALIDATING, NOW)
        assert uow.jobs.set_state(ORG, "job_1", JobState.VALIDATING, NOW).state is JobState.VALIDATING
        failed = uow.jobs.set_state(ORG, "job_1", JobState.FAILED, NOW, "internal-error")
        assert failed == uow.jobs.get(ORG, "job_1")
        assert failed.error_code == "internal-error"
        with pytest.raises(Refusal, match="state-conflict"):
            uow.jobs.set_state(ORG, "job_1", JobState.RELEASED, NOW)
        assert uow.jobs.set_state(ORG, "job_1", JobState.VALIDATING, NOW).error_code is None
        assert event_names(uow, "job_1") == ["job-received", "job-validating", "job-failed", "job-validating"]


def test_counts_are_set_and_added(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.jobs.set_counts(ORG, "job_1", total=10, valid=2)
        uow.jobs.add_counts(ORG, "job_1", valid=3, pages=7)
        uow.jobs.add_counts(OTHER, "job_1", valid=100)
        assert uow.jobs.get(ORG, "job_1").counts == JobCounts(total=10, valid=5, pages=7)
        with pytest.raises(ValueError, match="not counts"):
            uow.jobs.set_counts(ORG, "job_1", state=1)


def test_totals_are_over_all_organisations_and_per_state(db: SqlDatabase) -> None:
    with db.read() as uow:
        before = uow.jobs.totals()[JobState.RECEIVED]
    with db.write() as uow:
        for number, organisation in enumerate((ORG, ORG, OTHER)):
            uow.jobs.add(job(f"job_new_{number}", organisation))
            uow.jobs.set_counts(organisation, f"job_new_{number}", total=9, composed=number + 1)
        uow.jobs.set_state(OTHER, "job_new_2", JobState.CANCELLED, NOW)
    with db.read() as uow:
        totals = uow.jobs.totals()
    assert totals[JobState.RECEIVED] == JobTotals(before.jobs + 2, before.composed + 3)
    assert totals[JobState.CANCELLED] == JobTotals(1, 3)


def test_findings_are_paged_and_counted(db: SqlDatabase) -> None:
    findings = [
        JobFinding(n, n // 2, "error", "iban-invalid" if n % 3 else "text-too-long", f"message {n}", {"row": n})
        for n in range(7)
    ]
    with db.write() as uow:
        uow.findings.add_many(ORG, "job_1", findings)
    with db.write() as uow:
        assert all_pages(lambda page: uow.findings.list(ORG, "job_1", page), 3) == findings
        assert list(uow.findings.list(ORG, "job_1", PageRequest(), record_index=2).items) == findings[4:6]
        assert uow.findings.counts(ORG, "job_1") == {"iban-invalid": 4, "text-too-long": 3}
        assert uow.findings.list(OTHER, "job_1", PageRequest()).items == ()


def test_findings_are_counted_from_nought_when_the_last_is_known(db: SqlDatabase) -> None:
    places = [(900, 8), (700, 3), (1000, None), (701, 3)]
    findings = [JobFinding(number, index, "error", f"code-{number}", "x", {}) for number, index in places]
    with db.write() as uow:
        uow.findings.add_many(ORG, "job_1", findings)
    with db.write() as uow:
        uow.findings.renumber(OTHER, "job_1")
        assert uow.findings.list(ORG, "job_1", PageRequest()).items[0].number == 700
        uow.findings.renumber(ORG, "job_1")
    with db.read() as uow:
        items = uow.findings.list(ORG, "job_1", PageRequest()).items
    assert [(f.number, f.code) for f in items] == [(0, "code-700"), (1, "code-701"), (2, "code-900"), (3, "code-1000")]


def test_findings_about_the_input_go_alone(db: SqlDatabase) -> None:
    findings = [JobFinding(number, number or None, "error", "x", "x", {}) for number in range(3)]
    with db.write() as uow:
        uow.findings.add_many(ORG, "job_1", findings)
        uow.findings.clear_input(OTHER, "job_1")
        assert len(uow.findings.list(ORG, "job_1", PageRequest()).items) == 3
        uow.findings.clear_input(ORG, "job_1")
        assert list(uow.findings.list(ORG, "job_1", PageRequest()).items) == findings[1:]


@pytest.mark.parametrize("after", ["x", "-1", "1e3", "9" * 30, "", "\u0661"])
def test_a_made_up_cursor_is_refused(db: SqlDatabase, after: str) -> None:
    with db.read() as uow, pytest.raises(Refusal, match="bad-cursor"):
        uow.pieces.list(ORG, "job_1", PageRequest(10, after))


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_a_size(limit: int) -> None:
    with pytest.raises(Refusal, match="bad-page-limit"):
        PageRequest(limit)


def test_pieces_come_back_with_their_values(db: SqlDatabase) -> None:
    pieces = [(piece(n), b'{"n": %d}' % n) for n in range(20)]
    with db.write() as uow:
        assert uow.pieces.add_many(ORG, iter(pieces)) == 20
    with db.read() as uow:
        assert list(uow.pieces.of_job(ORG, "job_1")) == [p for p, _ in pieces]
        assert all_pages(lambda page: uow.pieces.list(ORG, "job_1", page), 7) == [p for p, _ in pieces]
        assert uow.pieces.by_record(ORG, "job_1", "record-3") == piece(3)
        assert uow.pieces.values(ORG, [piece(3).id, piece(19).id]) == {
            piece(3).id: b'{"n": 3}',
            piece(19).id: b'{"n": 19}',
        }
        assert uow.pieces.values(OTHER, [piece(3).id]) == {}
        assert list(uow.pieces.of_job(OTHER, "job_1")) == []
        assert list(uow.pieces.to_plan(OTHER, "job_1")) == []
        planned = {made.sequence: made for made in uow.pieces.to_plan(ORG, "job_1")}
        assert planned[3] == PieceToPlan("NL000003", 3, piece(3).id, "", 2, 1, 9_990, "NL", "", "")
        assert len(planned) == 20
        for read in (lambda: uow.pieces.get(OTHER, piece(3).id), lambda: uow.pieces.by_record(ORG, "job_1", "none")):
            with pytest.raises(Refusal, match="piece-not-found"):
                read()


def test_the_annex_goes_and_the_history_stays(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.pieces.add_many(ORG, [(piece(n), b"{}") for n in range(3)])
        assert uow.pieces.delete_values(OTHER, "job_1") == 0
        assert uow.pieces.delete_values(ORG, "job_1") == 3
        assert uow.pieces.values(ORG, [piece(0).id]) == {}
        uow.pieces.place_many(ORG, [Placement(piece(0).id, "bat_1", 0)])
        assert uow.pieces.to_compose(ORG, "bat_1", 0, 1) == [PieceToCompose(piece(0).id, 0, 2, PieceState.ACCEPTED)]
        assert uow.pieces.get(ORG, piece(1).id) == piece(1)


def test_clearing_makes_room_for_a_second_validation(db: SqlDatabase) -> None:
    for _ in range(2):
        with db.write() as uow:
            uow.pieces.clear(ORG, "job_1")
            uow.pieces.add_many(ORG, [(piece(n), b"{}") for n in range(3)])
    with pytest.raises(ValueError, match="another organisation"), db.write() as uow:
        uow.pieces.add_many(OTHER, [(piece(9), b"{}")])


def placed(db: SqlDatabase, count: int = 6) -> str:
    batch_id = batch().id
    with db.write() as uow:
        uow.pieces.add_many(ORG, [(piece(n), b"{}") for n in range(count)])
        uow.batches.add_many(ORG, [batch()])
        uow.pieces.place_many(ORG, [Placement(piece(n).id, batch_id, count - 1 - n) for n in range(count)])
    return batch_id


def test_pieces_are_read_by_their_place_in_the_batch(db: SqlDatabase) -> None:
    batch_id = placed(db)
    with db.read() as uow:
        assert [p.sequence for p in uow.pieces.of_batch(ORG, batch_id)] == [5, 4, 3, 2, 1, 0]
        assert [p.batch_position for p in uow.pieces.of_batch(ORG, batch_id, 2, 2)] == [2, 3]
        to_compose = uow.pieces.to_compose(ORG, batch_id, 2, 2)
        assert to_compose == [PieceToCompose(piece(n).id, n, 2, PieceState.ACCEPTED) for n in (3, 2)]
        assert uow.pieces.to_compose(OTHER, batch_id, 0, 9) == []
        assert uow.pieces.of_batch(OTHER, batch_id) == []


def test_pieces_advance_together_but_stopped_ones_stay(db: SqlDatabase) -> None:
    batch_id = placed(db)
    with db.write() as uow:
        stopped = uow.pieces.stop(ORG, piece(0).id, "paid", NOW)
        assert stopped == uow.pieces.get(ORG, piece(0).id)
        assert uow.pieces.stop(ORG, piece(0).id, "again", NOW).stop_reason == "paid"
        assert uow.pieces.advance_batch(ORG, batch_id, PieceState.COMPOSED, NOW, 3, 3) == 2
        assert uow.pieces.advance_batch(ORG, batch_id, PieceState.COMPOSED, NOW, 3, 3) == 0
        assert uow.pieces.advance_batch(ORG, batch_id, PieceState.COMPOSED, NOW) == 3
        assert uow.pieces.advance_batch(ORG, batch_id, PieceState.PRINTED_READY, NOW) == 5
        with pytest.raises(Refusal, match="state-conflict"):
            uow.pieces.stop(ORG, piece(1).id, "too late", NOW)
        assert event_names(uow, piece(0).id) == ["piece-stopped"]
        names = ["batch-planned", "pieces-composed", "pieces-composed", "pieces-printed_ready"]
        assert event_names(uow, batch_id) == names
        ready = uow.pieces.list(ORG, "job_1", PageRequest(), PieceState.PRINTED_READY)
        assert len(ready.items) == 5


def test_batches_are_planned_once_and_released_with_their_files(db: SqlDatabase) -> None:
    file = BatchFile(FileRole.PRINT, 1, "print-1.pdf", "application/pdf", REF, 6)
    with db.write() as uow:
        uow.batches.add_many(ORG, [batch(1), batch(2)])
        uow.batches.add_many(ORG, [replace(batch(1), pieces=99), batch(3)])
        for state in (BatchState.COMPOSING, BatchState.WRITING, BatchState.READY):
            uow.batches.set_state(ORG, batch().id, state, NOW)
        uow.batches.set_files(ORG, batch().id, [file])
        released = uow.batches.set_state(ORG, batch().id, BatchState.RELEASED, NOW)
        assert released == replace(batch(), state=BatchState.RELEASED, files=(file,), released_at=NOW, state_at=NOW)
        assert uow.batches.get(ORG, batch().id) == released
        assert uow.batches.set_state(ORG, batch().id, BatchState.RELEASED, NOW) == released
        with pytest.raises(Refusal, match="state-conflict"):
            uow.batches.set_files(ORG, batch().id, [])
        assert [b.number for b in all_pages(lambda page: uow.batches.list(ORG, page, "job_1"), 2)] == [1, 2, 3]
        assert [b.number for b in all_pages(lambda page: uow.batches.list(ORG, page), 2)] == [3, 2, 1]
        assert uow.batches.list(OTHER, PageRequest()).items == ()
        names = ["batch-planned", "batch-composing", "batch-writing", "batch-ready", "batch-released"]
        assert event_names(uow, batch().id) == names


def test_a_chunk_is_finished_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        uow.batches.add_many(ORG, [batch()])
        uow.chunks.add_many(ORG, [chunk(0), chunk(1)])
        uow.chunks.add_many(ORG, [chunk(1)])
        assert uow.chunks.unfinished(ORG, batch().id) == 2
        assert uow.chunks.finish(ORG, chunk(0).id, REF)
        assert not uow.chunks.finish(ORG, chunk(0).id, replace(REF, size=1))
        assert uow.chunks.unfinished(ORG, batch().id) == 1
        done = replace(chunk(0), state=ChunkState.COMPOSED, result=REF)
        assert uow.chunks.of_batch(ORG, batch().id) == [done, chunk(1)]
        with pytest.raises(Refusal, match="chunk-not-found"):
            uow.chunks.finish(OTHER, chunk(0).id, REF)
        with pytest.raises(ValueError, match="another organisation"):
            uow.chunks.add_many(OTHER, [chunk(0)])


def test_an_idempotency_key_belongs_to_one_request(db: SqlDatabase) -> None:
    begun = StoredAnswer(ORG, "key", "POST /jobs", "digest", NOW)
    ended = replace(begun, status=201, body=b'{"id": 1}')
    with db.write() as uow:
        assert uow.answers.begin(begun) is None
        assert uow.answers.begin(replace(begun, body_sha256="other")) == begun
        uow.answers.finish(ended)
        assert uow.answers.begin(begun) == ended
        uow.answers.abandon(ORG, "key", "POST /jobs")
        assert uow.answers.begin(begun) == ended
        assert uow.answers.begin(replace(begun, organisation_id=OTHER)) is None
        uow.answers.abandon(OTHER, "key", "POST /jobs")
        assert uow.answers.begin(replace(begun, organisation_id=OTHER)) is None
        assert uow.answers.expire(NOW) == 0
        assert uow.answers.expire(NOW.replace(day=2)) == 2


def test_events_are_read_in_order_by_organisation(db: SqlDatabase, clock: FakeClock) -> None:
    with db.write() as uow:
        for number in range(4):
            uow.events.append(Event(ORG, f"thing_{number % 2}", "seen", clock.now(), {"number": number}))
        uow.events.append(Event(OTHER, "thing_0", "seen", clock.now()))
    with db.read() as uow:
        seen = [e for e in all_pages(lambda page: uow.events.list(ORG, page), 2) if e.name == "seen"]
        assert [e.data["number"] for e in seen] == [0, 1, 2, 3]
        assert [e.data for e in uow.events.of_subject(ORG, "thing_1", PageRequest()).items] == [
            {"number": 1},
            {"number": 3},
        ]
        assert len({e.number for e in seen}) == 4


def test_a_reader_sees_one_moment(db: SqlDatabase) -> None:
    with db.read() as reader:
        assert len(reader.jobs.list(ORG, PageRequest()).items) == 1
        with db.write() as writer:
            writer.jobs.add(job("job_2"))
        assert len(reader.jobs.list(ORG, PageRequest()).items) == 1


def test_a_reader_cannot_write(db: SqlDatabase) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"), db.read() as uow:
        uow.jobs.add(job("job_2"))


def test_naive_times_are_refused(db: SqlDatabase) -> None:
    with pytest.raises(Exception, match="aware"), db.write() as uow:
        uow.jobs.add(replace(job("job_2"), created_at=NOW.replace(tzinfo=None)))


@pytest.mark.slow
@pytest.mark.long
def test_eighty_thousand_pieces_take_seconds(db: SqlDatabase) -> None:
    values = b'{"name": "Jan de Vries", "amount": 12345}' * 20
    with db.write() as uow:
        assert uow.pieces.add_many(ORG, ((piece(n), values) for n in range(80_000))) == 80_000
        uow.batches.add_many(ORG, [batch()])
    with db.write() as uow:
        uow.pieces.place_many(ORG, (Placement(p.id, batch().id, p.sequence) for p in uow.pieces.of_job(ORG, "job_1")))
        assert uow.pieces.advance_batch(ORG, batch().id, PieceState.COMPOSED, NOW) == 80_000
        assert [p.sequence for p in uow.pieces.of_batch(ORG, batch().id, 79_750, 250)] == list(range(79_750, 80_000))


def test_records_with_findings_are_found_in_their_order(db: SqlDatabase) -> None:
    places = ((0, None, "a"), (1, 2, "a"), (2, 2, "b"), (3, 5, "b"), (4, 7, "a"))
    findings = [JobFinding(number, index, "error", code, "x", {}) for number, index, code in places]
    with db.write() as uow:
        uow.findings.add_many(ORG, "job_1", findings)
    with db.read() as uow:
        assert uow.findings.records(ORG, "job_1", -1, 10) == [2, 5, 7]
        assert uow.findings.records(ORG, "job_1", 2, 1) == [5]
        assert uow.findings.records(ORG, "job_1", -1, 10, "a") == [2, 7]
        assert uow.findings.records(OTHER, "job_1", -1, 10) == []
        assert uow.findings.last_record_before(ORG, "job_1", 7) == 5
        assert uow.findings.last_record_before(ORG, "job_1", 2) is None
        assert list(uow.findings.list(ORG, "job_1", PageRequest(), code="b").items) == findings[2:4]


def test_a_job_keeps_its_columns_and_the_last_ones_are_found(db: SqlDatabase) -> None:
    chosen = {"record_id": "Nummer", "recipient.name": "Naam"}
    with db.write() as uow:
        uow.jobs.add(replace(job("job_2"), columns=chosen))
        uow.jobs.add(job("job_3"))
    with db.read() as uow:
        assert uow.jobs.get(ORG, "job_2").columns == chosen
        assert uow.jobs.last_columns(ORG, "house") == chosen
        assert uow.jobs.last_columns(ORG, "other") == {}
        assert uow.jobs.last_columns(OTHER, "house") == {}
        assert [each.id for each in uow.jobs.with_input(ORG, REF, 2)] == ["job_3", "job_2"]
        assert uow.jobs.with_input(OTHER, REF, 2) == []


def test_a_job_is_approved_ahead_once(db: SqlDatabase) -> None:
    with db.write() as uow:
        assert uow.jobs.approve(ORG, "job_1", "usr_one", NOW).approved_by == "usr_one"
        assert uow.jobs.approve(ORG, "job_1", "usr_two", NOW).approved_by == "usr_one"
    with db.read() as uow:
        assert uow.jobs.get(ORG, "job_1").approved_by == "usr_one"
        events = uow.events.of_subject(ORG, "job_1", PageRequest()).items
    assert [event.name for event in events].count("job-approved") == 1
