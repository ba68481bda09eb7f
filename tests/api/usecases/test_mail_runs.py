"""Mail runs: only what is complete goes, once, with papers that say what is in the envelopes."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from api.ports import BatchState, BlobRef, FileRole, Loop, MailRunState, Mode, PageRequest, PieceState
from api.usecases.mail_runs import (
    MAX_REFERENCE_CHARACTERS,
    add_proof,
    get_mail_run,
    hand_over,
    list_mail_runs,
    open_mail_run,
    read_proof,
    store_proof,
)
from api.usecases.print_room import mark_printed, reopen_batch
from api.usecases.trash import KEPT, empty_trash
from docgen.findings import Refusal
from docgen.postal.results import Outcome
from tests.api.usecases.room import (
    OPERATOR,
    TOGETHER,
    again,
    by_rules,
    complete,
    completed,
    enter,
    in_order,
    manifest,
    one_batch,
    piece_states,
    reload,
    rest,
    to_one_person,
)
from tests.api.usecases.world import ALL, ORG, OTHER, record

if TYPE_CHECKING:
    from api.adapters.fakes import FakeClock
    from api.ports import Batch, MailRun
    from tests.api.usecases.world import World

LONG = "woord " * 1500
PROOF = b"%PDF-1.7 a receipt of the post"


def opened(world: World, *batches: Batch, title: str = "Tonight") -> MailRun:
    return open_mail_run(world.deps, ORG, title, [batch.id for batch in batches], OPERATOR)


def listed(world: World, run: MailRun) -> list[dict[str, Any]]:
    (file,) = [file for file in run.files if file.role is FileRole.RUN_LIST]
    with world.deps.blobs.open(ORG, file.blob) as stream:
        return list(csv.DictReader(io.StringIO(stream.read().decode())))


def event_names(world: World, subject_id: str) -> list[str]:
    with world.deps.database.read() as uow:
        return [event.name for event in uow.events.of_subject(ORG, subject_id, ALL).items]


def test_completed_batches_go_together_and_are_handed_over_once(world: World, clock: FakeClock) -> None:
    (_, one), (_, other) = completed(world, 2), completed(world, [record(8)])
    run = opened(world, one, other, one)
    assert (run.state, run.title, run.created_by) == (MailRunState.OPEN, "Tonight", OPERATOR)
    assert {batch.id for batch in get_mail_run(world.deps, ORG, run.id)[1]} == {one.id, other.id}
    proof = store_proof(world.deps, ORG, [PROOF])
    gone = hand_over(world.deps, ORG, run.id, "usr_driver", (" 3S123 ", proof))
    assert (gone.state, gone.handed_over_at, gone.handed_over_by, gone.reference, gone.proof) == (
        MailRunState.HANDED_OVER,
        clock.now(),
        "usr_driver",
        "3S123",
        proof,
    )
    clock.advance(60)
    assert hand_over(world.deps, ORG, run.id, "usr_other", ("again", None)) == gone
    for batch in (one, other):
        assert reload(world, batch).state is BatchState.HANDED_OVER
        assert set(piece_states(world, batch)) == {PieceState.HANDED_OVER}
        assert event_names(world, batch.id).count("pieces-handed_over") == 1
    assert event_names(world, run.id) == ["mail-run-open", "mail-run-handed_over"]


def test_only_live_batches_that_are_complete_and_in_no_other_run_can_go(world: World) -> None:
    _, tested = completed(world, 1, mode=Mode.TEST)
    _, unready = one_batch(world, [record(3)])
    _, taken = completed(world, [record(4)])
    _, good = completed(world, [record(5)])
    run = opened(world, taken)
    with pytest.raises(Refusal, match="mail-run-batches-refused") as caught:
        opened(world, tested, unready, taken, good)
    assert {finding.place.record: finding.code for finding in caught.value.findings} == {
        tested.id: "mail-run-batch-of-test",
        unready.id: "mail-run-batch-not-completed",
        taken.id: "mail-run-batch-elsewhere",
    }
    assert [each.id for each in list_mail_runs(world.deps, ORG, PageRequest()).items] == [run.id]
    assert (reload(world, good).mail_run_id, reload(world, taken).mail_run_id) == (None, run.id)


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "a\x07"])
def test_a_run_has_a_title_and_batches(world: World, title: str) -> None:
    with pytest.raises(Refusal, match="title-invalid"):
        open_mail_run(world.deps, ORG, title, ["bat_1"], OPERATOR)
    with pytest.raises(Refusal, match="mail-run-empty"):
        open_mail_run(world.deps, ORG, "Tonight", [], OPERATOR)
    with pytest.raises(Refusal, match="batch-not-found"):
        open_mail_run(world.deps, ORG, "Tonight", ["bat_none"], OPERATOR)


def test_the_list_counts_the_envelopes_that_go_by_weight(world: World) -> None:
    by_rules(world, household=TOGETHER)
    lengths = [1, 1, 1, 4, 4]
    records = [record(number, words="woord " * 250 * length) for number, length in enumerate(lengths)]
    job = world.released([*records, *to_one_person(50, 5)])
    batches = []
    for number, batch in enumerate(world.batches(job.id)):
        if number == 0:
            enter(world, batch, "1", Outcome.PULL)
        rest(world, batch)
        batches.append(complete(world, batch))
    rows = listed(world, opened(world, *batches))
    going = [piece for batch in batches for piece in in_order(world, batch) if piece.state is PieceState.INSERTED]
    assert len(going) == len(lengths) + 5 - 1
    assert sum(int(row["envelopes"]) for row in rows) == len({piece.set_id for piece in going})
    pulled = next(p.id for batch in batches for p in in_order(world, batch) if p.state is PieceState.PULLED)
    weights = {r["piece_id"]: r["weight_mg"] for batch in batches for r in manifest(world, batch)}
    total_g = sum(float(row["weight_g"]) for row in rows)
    assert total_g == pytest.approx(sum(mg for piece_id, mg in weights.items() if piece_id != pulled) / 1000, abs=0.3)
    assert {row["batch_id"] for row in rows} == {batch.id for batch in batches}
    assert len({row["weight_class"] for row in rows}) > 1


def test_a_sorted_batch_brings_labels_for_its_bundles_and_trays(world: World) -> None:
    by_rules(world, sort_plan="nl-2")
    _, batch = completed(world, 4)
    run = opened(world, batch)
    labels = [file for file in run.files if file.role is FileRole.LABELS]
    assert [file.name for file in labels] == [f"{batch.id}-bundle-labels.pdf", f"{batch.id}-tray-labels.pdf"]
    for file in labels:
        with world.deps.blobs.open(ORG, file.blob) as stream:
            text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(stream.read())).pages)
        assert "Stichting Een" in text
    bundles = {piece.bundle for piece in in_order(world, batch)}
    assert None not in bundles


def test_an_unsorted_batch_has_no_labels(world: World) -> None:
    _, batch = completed(world, 2)
    assert [file.role for file in opened(world, batch).files] == [FileRole.RUN_LIST]


def test_a_batch_that_is_opened_again_leaves_its_run_and_its_papers(world: World) -> None:
    by_rules(world, sort_plan="nl-2")
    (_, one), (_, other) = completed(world, 2), completed(world, [record(8)])
    run = opened(world, one, other)
    reopen_batch(world.deps, ORG, one.id, OPERATOR, "one is in the tray yet")
    left, batches = get_mail_run(world.deps, ORG, run.id)
    assert [batch.id for batch in batches] == [other.id]
    assert {row["batch_id"] for row in listed(world, left)} == {other.id}
    assert not any(file.name.startswith(one.id) for file in left.files)
    hand_over(world.deps, ORG, run.id, OPERATOR)
    assert reload(world, one).state is BatchState.PRINTED
    later = opened(world, complete(world, one))
    assert reload(world, one).mail_run_id == later.id


def test_a_run_whose_batches_all_left_is_not_handed_over(world: World) -> None:
    _, batch = completed(world, 1)
    run = opened(world, batch)
    reopen_batch(world.deps, ORG, batch.id, OPERATOR, "")
    assert listed(world, get_mail_run(world.deps, ORG, run.id)[0]) == []
    with pytest.raises(Refusal, match="mail-run-empty"):
        hand_over(world.deps, ORG, run.id, OPERATOR)


def test_what_is_handed_over_stays_as_it_is(world: World) -> None:
    _, batch = completed(world, 2)
    hand_over(world.deps, ORG, opened(world, batch).id, OPERATOR)
    with pytest.raises(Refusal, match="batch-not-completed"):
        reopen_batch(world.deps, ORG, batch.id, OPERATOR, "")
    with pytest.raises(Refusal, match="batch-completed"):
        enter(world, batch, "1", Outcome.PULL)
    with pytest.raises(Refusal, match="mail-run-batches-refused"):
        opened(world, batch)
    mark_printed(world.deps, ORG, batch.id, OPERATOR)
    assert reload(world, batch).state is BatchState.HANDED_OVER


def test_pulled_pieces_and_the_sheets_of_moved_ones_are_not_handed_over(world: World) -> None:
    _, batch = one_batch(world, 4)
    enter(world, batch, "1", Outcome.PULL)
    enter(world, batch, "2", Outcome.REPRINT)
    child_id = again(world, batch, Loop.OPEN).child_id
    assert child_id is not None
    rest(world, batch)
    run = opened(world, complete(world, batch))
    hand_over(world.deps, ORG, run.id, OPERATOR)
    assert piece_states(world, batch) == [PieceState.PULLED, PieceState.HANDED_OVER, PieceState.HANDED_OVER]
    assert [row["envelopes"] for row in listed(world, run)] == ["2"]
    with world.deps.database.read() as uow:
        child = uow.batches.get(ORG, child_id)
    assert child.state is BatchState.RELEASED


@pytest.mark.parametrize("reference", ["x" * (MAX_REFERENCE_CHARACTERS + 1), "3S\x001"])
def test_a_reference_is_short_and_printable(world: World, reference: str) -> None:
    with pytest.raises(Refusal, match="reference-invalid"):
        hand_over(world.deps, ORG, "run_1", OPERATOR, (reference, None))


def test_a_proof_is_kept_however_it_came(world: World, clock: FakeClock) -> None:
    _, batch = completed(world, 1)
    run = opened(world, batch)
    # sent as records by mistake before: what nobody uses is removed, what is a proof is not
    from api.usecases.intake import store_body  # noqa: PLC0415 - only here

    store_body(world.deps, ORG, [PROOF])
    add_proof(world.deps, ORG, run.id, OPERATOR, PROOF)
    hand_over(world.deps, ORG, run.id, OPERATOR)
    clock.advance(KEPT.total_seconds())
    empty_trash(world.deps)
    assert read_proof(world.deps, ORG, run.id) == (PROOF, "application/pdf")
    with pytest.raises(Refusal, match="body-empty"):
        store_proof(world.deps, ORG, [])


def test_another_organisation_has_no_such_run(world: World) -> None:
    _, batch = completed(world, 1)
    run = opened(world, batch)
    for act in (
        lambda: get_mail_run(world.deps, OTHER, run.id),
        lambda: hand_over(world.deps, OTHER, run.id, OPERATOR, ("", BlobRef("ab" * 32, 1))),
    ):
        with pytest.raises(Refusal, match="mail-run-not-found"):
            act()
    with pytest.raises(Refusal, match="batch-not-found"):
        open_mail_run(world.deps, OTHER, "Tonight", [batch.id], OPERATOR)
