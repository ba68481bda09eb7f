"""The print room handles ready-made letters as all others: stopped, reprinted, looked at, found, handed over."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pypdf
import pytest

from api.ports import BatchState, FileRole, JobState, Loop, PieceState, Policy, ReadBackPolicy, Retryable
from api.usecases.letters import letter_pdf, letter_png
from api.usecases.mail_runs import hand_over, open_mail_run
from api.usecases.ready_made import validating
from api.usecases.ready_made.wishes import SplitBy, Wishes
from api.usecases.searching import search
from api.usecases.stopping import resume_piece, stop_piece
from docgen.findings import Refusal
from docgen.postal.marks.profiles import builtin as mark_profiles
from docgen.postal.results import Outcome
from docgen.readymade.policy import CoverSheets
from tests.api.usecases.ready import BY_TWO, in_the_margin, letter, many, pdf_of, submit_pdf
from tests.api.usecases.room import OPERATOR, TOGETHER, again, by_rules, complete, enter, manifest, reload, rest
from tests.api.usecases.world import ORG, OTHER

if TYPE_CHECKING:
    from api.adapters.fakes import FakeClock
    from api.ports import Batch, PrintJob, WorkContext
    from api.usecases.deps import Deps
    from tests.api.usecases.world import World

# sheets fed first to last and last to first; the other profiles are for the long run
PROFILES: Final = {"datamatrix", "omr-di425"}


@pytest.fixture
def marked(world: World) -> World:
    """With marks, and everything read back."""
    by_rules(world, mark_profile="datamatrix", household=TOGETHER)
    world.limit(read_back=ReadBackPolicy.FULL)
    return world


def released(world: World, body: bytes, wishes: Wishes = BY_TWO) -> tuple[PrintJob, Batch]:
    job = submit_pdf(world, body, wishes)
    world.run()
    batches = world.batches(job.id)
    with world.deps.database.read() as uow:
        checks = [check.findings for batch in batches for check in uow.checks.of_batch(ORG, batch.id)]
    assert world.job(job.id).state is JobState.RELEASED, (world.job(job.id), world.findings(job.id), checks)
    return job, batches[0]


def pages(world: World, batch: Batch, role: FileRole = FileRole.PRINT) -> list[str]:
    files = world.files(batch)
    pdfs = [pypdf.PdfReader(BytesIO(files[file.name])) for file in batch.files if file.role is role]
    return [page.extract_text() for pdf in pdfs for page in pdf.pages]


def test_letters_to_one_person_share_an_envelope(marked: World) -> None:
    body = pdf_of(letter(1), letter(2), letter(1), letter(2))
    _, batch = released(marked, body)
    assert (batch.pieces, batch.envelopes, batch.sheets) == (4, 2, 4)
    texts = pages(marked, batch)
    assert len(texts) == 8
    assert [sum(mark in text for text in texts) for mark in ("1 / 2", "2 / 2")] == [2, 2]


@pytest.mark.slow
@pytest.mark.parametrize(
    "profile",
    [pytest.param(each, marks=[] if each in PROFILES else pytest.mark.long) for each in sorted(mark_profiles())],
)
def test_letters_of_several_sheets_are_read_back_in_whatever_order_their_sheets_are_fed(
    marked: World, profile: str
) -> None:
    by_rules(marked, mark_profile=profile, household=TOGETHER)
    body = pdf_of(letter(1, 3), letter(2, 3), letter(1, 3))
    job, _ = released(marked, body, Wishes(split=SplitBy.PAGES, pages=3))
    assert sum(len(pages(marked, batch)) for batch in marked.batches(job.id)) == 4 * 3


def test_a_sample_is_read_back_where_that_is_the_policy(marked: World) -> None:
    marked.limit(read_back=ReadBackPolicy.SAMPLE, read_back_sample=3)
    _, batch = released(marked, many(6))
    assert sum(row["checked"] == "sample" for row in manifest(marked, batch)) == 3


def test_a_stopped_letter_is_left_out_and_a_resumed_one_printed_as_before(marked: World) -> None:
    by_rules(marked, mark_profile="datamatrix", four_eyes=True)
    job = submit_pdf(marked, many(3))
    marked.run()
    (before,) = marked.batches(job.id)
    assert before.state is BatchState.READY
    piece = marked.pieces(job.id)[1]
    stop_piece(marked.deps, ORG, piece.id, "betaald")
    marked.run()
    (batch,) = marked.batches(job.id)
    assert (batch.state, batch.files[0].pages) == (BatchState.READY, 4)
    assert {row["piece_id"]: row["stop_reason"] for row in manifest(marked, batch)}[piece.id] == "betaald"
    assert resume_piece(marked.deps, ORG, piece.id, "storno").state is PieceState.COMPOSED
    marked.run()
    (batch,) = marked.batches(job.id)
    assert (batch.state, batch.files) == (BatchState.READY, before.files)


@pytest.mark.long
def test_files_end_at_their_limits_and_every_letter_is_in_one(marked: World) -> None:
    marked.limit(file_letters=2)
    _, by_letters = released(marked, many(5))
    assert [file.pages for file in by_letters.files if file.role is FileRole.PRINT] == [4, 4, 2]
    marked.limit(file_letters=1_000, file_bytes=1)
    _, by_bytes = released(marked, many(3))
    assert [file.pages for file in by_bytes.files if file.role is FileRole.PRINT] == [2, 2, 2]
    assert {row["file"] for row in manifest(marked, by_bytes)} == {
        file.name for file in by_bytes.files if file.role is FileRole.PRINT
    }


def test_a_closed_reprint_is_the_same_sheet_and_an_open_one_has_marks_of_its_own(marked: World) -> None:
    _, batch = released(marked, many(3))
    first = pages(marked, batch)
    enter(marked, batch, "2", Outcome.REPRINT)
    made = again(marked, batch)
    (file,) = made.files
    with marked.deps.blobs.open(ORG, file.blob) as stream:
        reader = pypdf.PdfReader(BytesIO(stream.read()))
        assert [page.extract_text() for page in reader.pages] == first[2:4]
    enter(marked, batch, "3", Outcome.REPRINT)
    made = again(marked, batch, Loop.OPEN)
    with marked.deps.database.read() as uow:
        child = uow.batches.get(ORG, made.child_id or "")
    assert (child.state, child.pieces, child.parent_id) == (BatchState.RELEASED, 1, batch.id)
    assert child.code != batch.code
    assert [text.splitlines()[0] for text in pages(marked, child)] == [text.splitlines()[0] for text in first[4:6]]


def test_a_run_is_completed_and_handed_over(marked: World) -> None:
    _, batch = released(marked, many(3))
    rest(marked, batch)
    complete(marked, batch)
    run = open_mail_run(marked.deps, ORG, "Vanavond", [batch.id], OPERATOR)
    hand_over(marked.deps, ORG, run.id, OPERATOR, ("ref", None))
    assert reload(marked, batch).state is BatchState.HANDED_OVER


def test_a_letter_can_be_looked_at_and_found_by_name(world: World) -> None:
    job = submit_pdf(world, many(3))
    world.run()
    piece = world.pieces(job.id)[1]
    reader = pypdf.PdfReader(BytesIO(letter_pdf(world.deps, ORG, piece.id)))
    assert ["Brief 2" in page.extract_text() for page in reader.pages] == [True, False]
    assert letter_pdf(world.deps, ORG, piece.id) == letter_pdf(world.deps, ORG, piece.id)
    assert letter_png(world.deps, ORG, piece.id, 2, 40).startswith(b"\x89PNG")
    with pytest.raises(Refusal, match="page-not-found"):
        letter_png(world.deps, ORG, piece.id, 3, 40)
    with pytest.raises(Refusal, match="piece-not-found"):
        letter_pdf(world.deps, OTHER, piece.id)
    assert [found.piece.id for found in search(world.deps, ORG, "mevrouw 2")] == [piece.id]


def test_a_cover_sheet_and_a_redrawn_address_are_read_back(marked: World) -> None:
    for wishes in (
        replace(BY_TWO, redraw_address=True),
        replace(BY_TWO, cover_sheets=CoverSheets.ALWAYS, duplex=False),
    ):
        job = submit_pdf(marked, many(2), wishes)
        marked.run()
        assert marked.job(job.id).state is JobState.RELEASED, (marked.batches(job.id), marked.findings(job.id))
        (batch,) = marked.batches(job.id)
        assert batch.pages == sum(piece.pages for piece in marked.pieces(job.id))


def test_a_worker_that_ends_before_its_last_transaction_leaves_nothing_twice(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, calls = validating._end, list[object]()

    def cut_off(deps: Deps, context: WorkContext, job: PrintJob, verdict: Any) -> None:  # noqa: ANN401 - a private value
        calls.append(verdict)
        if len(calls) == 1:
            raise Retryable("blobs-unavailable", "away")
        end(deps, context, job, verdict)

    monkeypatch.setattr(validating, "_end", cut_off)
    job = submit_pdf(world, pdf_of(letter(1), letter(2, also=in_the_margin)), policy=Policy.VALID_ONLY)
    world.run()
    assert world.pieces(job.id) == ()
    clock.advance(10)
    world.run()
    ended = world.job(job.id)
    assert (ended.state, ended.counts.valid, ended.counts.invalid) == (JobState.RELEASED, 1, 1)
    assert len(world.findings(job.id)) == 1
    assert len(calls) == 2
