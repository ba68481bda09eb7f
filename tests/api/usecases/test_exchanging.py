"""The exchange with a carrier: a job waits for its file, is planned by it, and prints what it gives."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import zxingcpp

from api.ports import (
    CARRIER,
    BatchState,
    CheckState,
    JobState,
    Loop,
    Mode,
    PackageKind,
    ReadBackPolicy,
)
from api.usecases.alarms import open_alarms, watch
from api.usecases.exchanging import (
    export_addresses,
    find_exchange,
    go_on_without,
    import_enriched,
    waiting_jobs,
)
from api.usecases.jobs import cancel_job
from api.usecases.kinds import WorkKind
from api.usecases.stopping import stop_piece
from api.usecases.trash import empty_trash
from docgen.drawing.raster import open_pdf, page_gray
from docgen.findings import Refusal
from docgen.layouts.geometry import Rect
from docgen.postal.profiles import builtin
from docgen.postal.results import Outcome
from tests.api.usecases import fake_carrier
from tests.api.usecases.ready import many, submit_pdf
from tests.api.usecases.room import TOGETHER, again, by_rules, enter, in_order, manifest, reload, to_one_person
from tests.api.usecases.world import ALL, NOTE_TOML, ORG, OTHER, World, note_template, record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from api.adapters.fakes import FakeClock
    from api.ports import Batch, PrintJob
    from docgen.findings import Finding

BY = "usr_printer"
ROOM = builtin().envelopes["nl-dl-right"].carrier_room


def waiting(world: World, records: Sequence[object] | int = 4, **rules: Any) -> PrintJob:  # noqa: ANN401 - fields of the rules
    """A job that was accepted and waits for its carrier."""
    by_rules(world, **({"carrier": "postnl"} | rules))
    wanted = [record(number) for number in range(records)] if isinstance(records, int) else records
    job = world.submit(wanted)
    world.run()
    return world.job(job.id)


def exported(world: World, job: PrintJob) -> bytes:
    return b"".join(export_addresses(world.deps, ORG, job.id, BY).content)


def bring(world: World, job: PrintJob, data: bytes) -> None:
    import_enriched(world.deps, ORG, job.id, [data], BY, "back.csv")


def refused(world: World, job: PrintJob, data: bytes) -> list[Finding]:
    """What is wrong with a file; nothing of it is kept and the job waits as before."""
    with pytest.raises(Refusal, match="enrichment-invalid") as caught:
        bring(world, job, data)
    assert world.job(job.id).waiting_for == CARRIER
    assert find_exchange(world.deps, ORG, job.id) is None
    world.run()
    assert world.batches(job.id) == []
    return list(caught.value.findings)


def events(world: World, subject_id: str) -> list[tuple[str, dict[str, object]]]:
    with world.deps.database.read() as uow:
        return [(event.name, dict(event.data)) for event in uow.events.of_subject(ORG, subject_id, ALL).items]


def codes_in(world: World, batch: Batch, name: str = "") -> dict[str, bytes]:
    """The carrier's 2D codes that are read from the first page of each letter in the print files of a batch."""
    assert ROOM is not None
    files = world.files(batch)
    found = {}
    for row in manifest(world, batch):
        if row["file"] and (not name or row["file"] == name):
            with open_pdf(files[row["file"]]) as document:
                picture = page_gray(document, row["first_page"], 300, Rect(*ROOM.code).grown(2.0))
            kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix)
            if read := zxingcpp.read_barcodes(picture, formats=kinds):
                found[row["piece_id"]] = bytes(read[0].bytes)
    return found


def test_a_job_with_a_carrier_waits_and_one_without_does_not(world: World) -> None:
    job = waiting(world)
    assert (job.state, job.waiting_for, world.batches(job.id)) == (JobState.ACCEPTED, CARRIER, [])
    with world.deps.database.read() as uow:
        assert uow.work.find(ORG, WorkKind.PLAN, job.id) is None
    assert [each.id for each in waiting_jobs(world.deps, ORG)] == [job.id]
    assert waiting_jobs(world.deps, OTHER) == []
    assert ("job-waits", {"waiting_for": CARRIER}) in events(world, job.id)
    by_rules(world)
    free = world.released([record(9)])
    assert (free.waiting_for, free.rules["carrier"]) == ("", "none")


def test_what_is_only_checked_waits_for_nobody(world: World) -> None:
    by_rules(world, carrier="postnl")
    job = world.submit([record(1)], validate_only=True)
    world.run()
    assert (world.job(job.id).state, world.job(job.id).waiting_for) == (JobState.ACCEPTED, "")


def test_who_waits_too_long_is_told(world: World, clock: FakeClock) -> None:
    job = waiting(world)
    clock.advance(timedelta(hours=3).total_seconds())
    watch(world.deps)
    assert [(alarm.subject_id, alarm.state) for alarm in open_alarms(world.deps, ORG)] == [(job.id, "accepted")]
    go_on_without(world.deps, ORG, job.id, "no answer", BY)
    world.run()
    watch(world.deps)
    assert job.id not in {alarm.subject_id for alarm in open_alarms(world.deps, ORG)}


def test_addresses_go_out_by_envelope_without_names_and_it_is_known_who_took_them(world: World) -> None:
    job = waiting(world, [*to_one_person(1, 2), record(2), record(3)], household=TOGETHER)
    asked = export_addresses(world.deps, ORG, job.id, BY)
    data = b"".join(asked.content)
    rows = fake_carrier.addresses(data)
    assert (asked.envelopes, len(rows), asked.name) == (3, 3, f"{job.id}-addresses.csv")
    ids = {piece.id for piece in world.pieces(job.id)}
    assert {row["KlantID"] for row in rows} < ids
    assert {row["Straatnaam"] for row in rows} == {"Dorpsstraat"}
    assert b"Mevrouw" not in data
    assert events(world, job.id)[-1] == ("carrier-exported", {"by": BY, "profile": "postnl", "envelopes": 3})
    assert exported(world, job) == data


def test_letters_are_planned_and_printed_as_the_carrier_says(world: World) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    job = waiting(world, 7, sort_plan="nl-4")
    ours = [row["KlantID"] for row in fake_carrier.addresses(exported(world, job))]
    bring(world, job, fake_carrier.answer(exported(world, job)))
    assert world.job(job.id).waiting_for == ""
    world.run()
    ended = world.job(job.id)
    assert (ended.state, ended.waiting_for) == (JobState.RELEASED, "")
    (batch,) = world.batches(job.id)
    pieces = in_order(world, batch)
    assert [piece.id for piece in pieces] == ours[::-1]
    # the carrier's bundles: B0 with the first, then two by two
    assert [piece.bundle for piece in pieces] == [1, 2, 2, 3, 3, 4, 4]
    rows = manifest(world, batch)
    assert [row["postal_line"] for row in rows] == [fake_carrier.line_of(order) for order in range(1, 8)]
    # each code stands on the letter of its own recipient
    assert codes_in(world, batch) == {piece.id: fake_carrier.code_of(piece.id) for piece in pieces}
    with world.deps.database.read() as uow:
        checks = uow.checks.of_batch(ORG, batch.id)
    assert all(check.state is CheckState.CHECKED and not check.findings for check in checks)
    # KIX, the carrier's line and its code of each letter
    assert sum(check.symbols for check in checks) == 3 * 7


@pytest.mark.parametrize("marks", ["none", "datamatrix"])
def test_the_code_of_somebody_else_keeps_the_batch_from_release(world: World, marks: str) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    job = waiting(world, 2, mark_profile=marks)
    bring(world, job, fake_carrier.answer(exported(world, job)))
    written: list[bool] = []

    def is_written() -> bool:
        batches = world.batches(job.id)
        written.append(bool(batches) and batches[0].state is BatchState.CHECKING)
        return written[-1]

    world.run(is_written)
    first, second = world.pieces(job.id)
    with world.deps.database.write() as uow:
        given = uow.exchanges.of_job(ORG, job.id)
        _swap(uow, given[first.id].postal_2d, given[second.id].postal_2d, (first.id, second.id))
    world.run()
    (batch,) = world.batches(job.id)
    assert batch.state is BatchState.BLOCKED
    with world.deps.database.read() as uow:
        found = [finding for check in uow.checks.of_batch(ORG, batch.id) for finding in check.findings]
    assert {(finding.code, finding.place["frame"]) for finding in found} == {("readback-differs", "carrier-code")}


def _swap(uow: Any, one: bytes, other: bytes, own_ids: tuple[str, str]) -> None:  # noqa: ANN401 - its connection
    from sqlalchemy import update  # noqa: PLC0415 - only here rows are changed that never change

    from api.adapters.carrier_tables import enriched  # noqa: PLC0415 - as above

    for own_id, code in zip(own_ids, (other, one), strict=True):
        uow._connection.execute(update(enriched).where(enriched.c.own_id == own_id).values(postal_2d=code))


def test_the_same_file_again_changes_nothing_and_another_is_refused(world: World) -> None:
    job = waiting(world)
    data = fake_carrier.answer(exported(world, job))
    bring(world, job, data)
    first = find_exchange(world.deps, ORG, job.id)
    count = len(events(world, job.id))
    bring(world, job, data)
    world.run()
    bring(world, job, data)
    assert find_exchange(world.deps, ORG, job.id) == first
    assert [name for name, _ in events(world, job.id)].count("carrier-imported") == 1
    assert count <= len(events(world, job.id))
    for act in (
        lambda: bring(world, job, data.replace(b"elders", b"hier")),
        lambda: go_on_without(world.deps, ORG, job.id, "in a hurry", BY),
        lambda: exported(world, job),
    ):
        with pytest.raises(Refusal) as caught:
            act()
        assert caught.value.code in {"carrier-file-differs", "job-not-waiting"}


def test_the_file_is_kept(world: World, clock: FakeClock) -> None:
    job = waiting(world)
    data = fake_carrier.answer(exported(world, job))
    refused(world, job, data[:-40])
    bring(world, job, data)
    clock.advance(timedelta(hours=2).total_seconds())
    while empty_trash(world.deps):
        pass
    exchange = find_exchange(world.deps, ORG, job.id)
    assert exchange is not None
    assert exchange.file is not None
    with world.deps.blobs.open(ORG, exchange.file) as stream:
        assert stream.read() == data
    assert (exchange.by, exchange.envelopes, exchange.profile) == (BY, 4, "postnl")


def test_a_carrier_that_does_not_answer_is_left_out_for_a_reason(world: World) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    job = waiting(world)
    ours = [row["KlantID"] for row in fake_carrier.addresses(exported(world, job))]
    with pytest.raises(Refusal, match="reason-invalid"):
        go_on_without(world.deps, ORG, job.id, " ", BY)
    first = go_on_without(world.deps, ORG, job.id, "their site is down", BY)
    assert go_on_without(world.deps, ORG, job.id, "once more", BY) == first
    world.run()
    assert world.job(job.id).state is JobState.RELEASED
    (batch,) = world.batches(job.id)
    assert [piece.id for piece in in_order(world, batch)] == ours
    assert codes_in(world, batch) == {}
    left_out = [data for name, data in events(world, job.id) if name == "carrier-left-out"]
    assert left_out == [{"reason": "their site is down", "profile": "postnl", "by": BY}]
    with pytest.raises(Refusal, match="job-not-waiting"):
        bring(world, job, fake_carrier.answer(b"KlantID\r\n"))


def test_a_household_has_one_line_and_code_also_when_its_first_letter_is_stopped(world: World) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    job = waiting(world, [*to_one_person(1, 3), record(2)], household=TOGETHER, mark_profile="datamatrix")
    (leader,) = {piece.id for piece in world.pieces(job.id) if piece.record_id == "R1-0"}
    bring(world, job, fake_carrier.answer(exported(world, job)))
    stop_piece(world.deps, ORG, leader, "moved", BY)
    world.run()
    assert world.job(job.id).state is JobState.RELEASED
    by_record = {piece.record_id: piece for piece in world.pieces(job.id)}
    assert {piece.set_id for name, piece in by_record.items() if name.startswith("R1")} == {leader}
    found = [codes_in(world, batch) for batch in world.batches(job.id)]
    assert {piece_id: code for each in found for piece_id, code in each.items()} == {
        by_record["R1-1"].id: fake_carrier.code_of(leader),
        by_record["R2"].id: fake_carrier.code_of(by_record["R2"].id),
    }


@pytest.mark.parametrize("loop", list(Loop))
def test_a_reprint_has_the_line_and_code_of_the_first_print(world: World, loop: Loop) -> None:
    world.limit(read_back=ReadBackPolicy.FULL)
    job = waiting(world, 4, mark_profile="datamatrix")
    bring(world, job, fake_carrier.answer(exported(world, job)))
    world.run()
    (batch,) = world.batches(job.id)
    second, third = in_order(world, batch)[1:3]
    enter(world, batch, "2-3", Outcome.REPRINT, "torn")
    made = again(world, batch, loop)
    assert ROOM is not None
    if loop is Loop.OPEN:
        assert made.child_id is not None
        with world.deps.database.read() as uow:
            child = uow.batches.get(ORG, made.child_id)
        assert child.state is BatchState.RELEASED
        wanted = {piece.id: fake_carrier.code_of(piece.id) for piece in (second, third)}
        assert codes_in(world, child) == wanted
        return
    # a file that was not read back without a difference is not released
    (file,) = made.files
    assert reload(world, batch).state is not BatchState.BLOCKED
    with world.deps.blobs.open(ORG, file.blob) as stream:
        pdf = stream.read()
    with open_pdf(pdf) as document:
        read = [
            bytes(found.bytes)
            for page in range(1, len(document) + 1)
            for found in zxingcpp.read_barcodes(
                page_gray(document, page, 300, Rect(*ROOM.code).grown(2.0)),
                formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.DataMatrix),
            )
        ]
    assert read == [fake_carrier.code_of(piece.id) for piece in (second, third)]


def test_a_stopped_letter_keeps_its_place_and_may_go_on(world: World) -> None:
    job = waiting(world)
    stopped = world.pieces(job.id)[1].id
    stop_piece(world.deps, ORG, stopped, "moved", BY)
    assert stopped in {row["KlantID"] for row in fake_carrier.addresses(exported(world, job))}
    bring(world, job, fake_carrier.answer(exported(world, job)))
    world.run()
    (batch,) = world.batches(job.id)
    (row,) = [row for row in manifest(world, batch) if row["piece_id"] == stopped]
    assert (row["file"], row["stop_reason"]) == ("", "moved")
    assert len(codes_in(world, batch)) == 3


def test_mail_abroad_stays_at_home(world: World) -> None:
    abroad = {
        "recipient": {"name": "Jan", "street": "Rue Haute 1", "postcode": "1000", "town": "Bruxelles", "country": "BE"}
    }
    job = waiting(world, [record(1), record(2), record(3, **abroad)])
    rows = fake_carrier.addresses(exported(world, job))
    assert len(rows) == 2
    bring(world, job, fake_carrier.answer(exported(world, job)))
    world.run()
    assert world.job(job.id).state is JobState.RELEASED
    by_destination = {batch.group["destination"]: batch for batch in world.batches(job.id)}
    assert [len(codes_in(world, by_destination[where])) for where in ("nl", "abroad")] == [2, 0]


def test_a_cancelled_job_waits_no_more(world: World) -> None:
    job = waiting(world)
    data = fake_carrier.answer(exported(world, job))
    cancel_job(world.deps, ORG, job.id)
    assert world.job(job.id).waiting_for == ""
    assert waiting_jobs(world.deps, ORG) == []
    with pytest.raises(Refusal, match="job-not-waiting"):
        bring(world, job, data)


def test_an_envelope_without_room_is_refused_at_submission(world: World) -> None:
    by_rules(world, carrier="postnl")
    small = note_template(template_toml=NOTE_TOML.replace("nl-dl-right", "nl-c5-left").replace('"note"', '"small"'))
    template = world.upload(PackageKind.TEMPLATE, small)
    with pytest.raises(Refusal, match="envelope-without-carrier-room"):
        world.submit([record(1)], template=template)
    by_rules(world)
    assert world.released([record(1)], template=template).state is JobState.RELEASED


def test_nobody_else_sees_a_job(world: World) -> None:
    job = waiting(world)
    data = fake_carrier.answer(exported(world, job))
    for act in (
        lambda: export_addresses(world.deps, OTHER, job.id, BY),
        lambda: import_enriched(world.deps, OTHER, job.id, [data], BY),
        lambda: go_on_without(world.deps, OTHER, job.id, "x", BY),
    ):
        with pytest.raises(Refusal, match="job-not-found"):
            act()


HEAD = fake_carrier.HEAD.encode()


SPOILT: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda data: data.replace(b";", b","), "enrichment-delimiter"),
    (lambda data: b"\xff\xfe" + data.decode().encode("utf-16-le"), "enrichment-encoding"),
    (lambda data: data.replace(b"Volgnummer", b"Order"), "enrichment-column-missing"),
    (lambda data: b"\r\n".join(data.split(b"\r\n")[:-2]), "enrichment-id-missing"),
    (lambda data: data + data.split(b"\r\n")[1] + b"\r\n", "enrichment-id-double"),
    (lambda data: data.replace(b";1;", b";2;"), "enrichment-order-double"),
    (lambda data: data.replace(b";1;", b";=1+1;"), "enrichment-order-invalid"),
    (lambda data: data.replace(b"\npce_", b"\n=pce_"), "enrichment-id-unknown"),
    (lambda data: data.replace(b"* 000001 B0", b"W" * 45), "enrichment-line-too-wide"),
    (lambda data: data.replace(b"* 000001 B0", b"\xe6\xbc\xa2"), "enrichment-line-lacks-glyph"),
    (lambda data: data.replace(b"* 000001 B0", b"x" * 5000), "enrichment-line-invalid"),
    (lambda data: data.replace(b"* 000001 B0", b"x" * 200_000), "enrichment-malformed"),
    (lambda data: data.replace(b"* 000001 B0", b'"* 1'), "enrichment-malformed"),
    (lambda data: data.replace(b"elders", b"elders;more", 1), "enrichment-row-ragged"),
    (lambda data: data.replace(b";AERF", b";A" + b"ERFx" * 100, 1), "enrichment-code-too-large"),
    (lambda data: data.replace(b";AERF", b";!", 1), "enrichment-code-invalid"),
    (lambda _: HEAD + b"\r\n", "enrichment-id-missing"),
    (lambda _: b"\x00" * 100, "enrichment-column-missing"),
    (lambda _: b" \n \n", "enrichment-empty"),
]


def test_a_hostile_file_counts_whole_for_nothing(world: World) -> None:
    job = waiting(world, 2)
    data = fake_carrier.answer(exported(world, job))
    for spoil, code in SPOILT:
        assert code in {finding.code for finding in refused(world, job, spoil(data))}, code
    bring(world, job, b"\xef\xbb\xbf" + data)
    world.run()
    assert world.job(job.id).state is JobState.RELEASED


def test_the_file_of_another_job_is_refused(world: World) -> None:
    one, other = waiting(world, 2), waiting(world, 2)
    found = refused(world, one, fake_carrier.answer(exported(world, other)))
    assert {finding.code for finding in found} == {"enrichment-id-unknown", "enrichment-id-missing"}
    assert all(finding.place.file == "back.csv" for finding in found)


def test_a_file_that_is_too_large_is_not_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = waiting(world, 1)
    monkeypatch.setattr("api.usecases.exchanging.MAX_FILE_BYTES", 10)
    with pytest.raises(Refusal, match="carrier-file-too-large"):
        bring(world, job, fake_carrier.answer(exported(world, job)))
    with pytest.raises(Refusal, match="body-empty"):
        bring(world, job, b"")


def test_a_test_waits_as_a_live_job_does(world: World) -> None:
    by_rules(world, carrier="postnl")
    job = world.submit([record(1)], mode=Mode.TEST)
    world.run()
    assert world.job(job.id).waiting_for == CARRIER


def test_what_died_before_its_commit_is_not_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = waiting(world)
    data = fake_carrier.answer(exported(world, job))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("api.adapters.repositories.queue.SqlOutbox.enqueue", dies)
        with pytest.raises(KeyboardInterrupt):
            bring(world, job, data)
    assert world.job(job.id).waiting_for == CARRIER
    assert find_exchange(world.deps, ORG, job.id) is None
    bring(world, job, data)
    world.run()
    assert world.job(job.id).state is JobState.RELEASED


def test_what_waits_past_its_cut_off_can_still_be_stopped_and_cancelled(world: World, clock: FakeClock) -> None:
    by_rules(world, carrier="postnl")
    cut_off = clock.now() + timedelta(hours=1)
    late, other = (world.submit([record(1), record(2)], cut_off_at=cut_off) for _ in range(2))
    world.run()
    clock.advance(timedelta(hours=2).total_seconds())
    data = fake_carrier.answer(exported(world, late))
    stopped, gone = world.pieces(late.id)
    stop_piece(world.deps, ORG, stopped.id, "moved", BY)
    bring(world, late, data)
    with pytest.raises(Refusal, match="cut-off-passed"):
        stop_piece(world.deps, ORG, gone.id, "moved", BY)
    world.run()
    (batch,) = world.batches(late.id)
    assert (batch.state, codes_in(world, batch).keys()) == (BatchState.RELEASED, {gone.id})
    assert cancel_job(world.deps, ORG, other.id).state is JobState.CANCELLED


def test_letters_that_others_made_take_the_order_and_the_bundles(world: World) -> None:
    by_rules(world, carrier="postnl", sort_plan="nl-4")
    job = submit_pdf(world, many(3))
    world.run()
    assert world.job(job.id).waiting_for == CARRIER
    ours = [row["KlantID"] for row in fake_carrier.addresses(exported(world, job))]
    # a line that no window has room for is not printed on them
    bring(world, job, fake_carrier.answer(exported(world, job)).replace(b"* 000001 B0", b"W" * 45))
    world.run()
    assert world.job(job.id).state is JobState.RELEASED
    (batch,) = world.batches(job.id)
    assert [piece.id for piece in in_order(world, batch)] == ours[::-1]
    assert {row["postal_line"] for row in manifest(world, batch)} == {""}
    assert codes_in(world, batch) == {}
