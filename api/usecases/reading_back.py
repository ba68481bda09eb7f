"""Read back: the finished print files of a batch, in parts by all workers; a difference keeps it from release."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, Any

from api.ports import BatchState, Check, CheckState, FileRole, ReadBackPolicy, derived_id
from api.usecases.composers import ONE_AT_A_TIME, composer_of, with_entry
from api.usecases.composing import goes_on
from api.usecases.jobs import hold_job
from api.usecases.kinds import SOON, WorkKind
from api.usecases.leases import nothing_to_do
from api.usecases.places import as_row
from api.usecases.releasing import checked
from docgen.findings import Refusal
from docgen.postal.manifest import Checked
from docgen.readback import ExpectedLetter, expected_symbols, read_back
from docgen.records.letter_json import read_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import Batch, BatchFile, BlobRef, JobFinding, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps

    Row = Mapping[str, Any]


def ask_for_checks(deps: Deps, uow: UnitOfWork, batch: Batch, printed: Iterable[tuple[BatchFile, range]]) -> bool:
    """Have written files read back, as part of the transaction that keeps them; False when nothing is to be read.

    ``printed`` are the print files with the positions in the batch of the pieces in them.
    """
    checks = list(_checks(deps, batch, printed))
    if not checks:
        return False
    uow.checks.replace(batch.organisation_id, batch.id, checks)
    uow.batches.set_state(batch.organisation_id, batch.id, BatchState.CHECKING, deps.clock.now())
    for check in checks:
        if not uow.outbox.enqueue(batch.organisation_id, WorkKind.CHECK_PART, check.id, SOON):
            uow.outbox.again(batch.organisation_id, WorkKind.CHECK_PART, check.id)
    return True


def check_part(deps: Deps, context: WorkContext) -> None:
    """Handler of ``check_part``: rasterise the letters of a part and read every symbol; the last one ends the check."""
    organisation_id = context.item.organisation_id
    with deps.database.read() as uow:
        check = uow.checks.get(organisation_id, context.item.subject_id)
        batch = uow.batches.get(organisation_id, check.batch_id)
        job = uow.jobs.get(organisation_id, check.job_id)
        pieces = uow.pieces.of_batch(organisation_id, batch.id, check.first, check.count)
        values = uow.pieces.values(organisation_id, [piece.id for piece in pieces])
    if batch.state is not BatchState.CHECKING or check.state is CheckState.CHECKED or not goes_on(job, batch):
        nothing_to_do(deps, context)
        return
    rows = _manifest_rows(deps, batch, check)
    letters = list(_expected(deps, job, rows, values))
    context.check()
    symbols, found = _read(deps, check, letters)
    _finish(deps, context, check, symbols, found)


def _checks(deps: Deps, batch: Batch, printed: Iterable[tuple[BatchFile, range]]) -> Iterator[Check]:
    if deps.limits.read_back is ReadBackPolicy.OFF:
        return
    size = deps.limits.check_pieces
    parts = [(file, span[at : at + size]) for file, span in printed for at in range(0, len(span), size)]
    for number, (file, part) in enumerate(parts, 1):
        yield Check(
            id=derived_id("rbk", batch.id, number, file.blob),
            organisation_id=batch.organisation_id,
            job_id=batch.job_id,
            batch_id=batch.id,
            number=number,
            file=file.name,
            blob=file.blob,
            first=part.start,
            count=len(part),
        )


def _manifest_rows(deps: Deps, batch: Batch, check: Check) -> list[Row]:
    """What the manifest says of the printed letters of a part that are to be read."""
    manifest = next(file.blob for file in batch.files if file.role is FileRole.MANIFEST_JSON)
    with deps.blobs.open(batch.organisation_id, manifest) as stream:
        rows: list[Row] = json.load(stream)["rows"]
    part = rows[check.first : check.first + check.count]
    return [row for row in part if row["file"] == check.file and row["checked"] != Checked.NONE]


def _expected(deps: Deps, job: PrintJob, rows: Sequence[Row], values: Mapping[str, bytes]) -> Iterator[ExpectedLetter]:
    """What must be read, from the data and not from what was drawn."""
    composer = composer_of(deps, job)
    letters = [with_entry(read_letter(values[row["piece_id"]]), composer, deps.secret, row["piece_id"]) for row in rows]
    with ONE_AT_A_TIME:
        laid_out = list(composer.lay_out_all(letters))
    for row, laid in zip(rows, laid_out, strict=True):
        yield ExpectedLetter(row["piece_id"], row["first_page"], expected_symbols(laid))


def _read(deps: Deps, check: Check, letters: Sequence[ExpectedLetter]) -> tuple[int, list[JobFinding]]:
    with (
        deps.blobs.open(check.organisation_id, check.blob) as stream,
        tempfile.NamedTemporaryFile(suffix=".pdf") as local,
    ):
        copyfileobj(stream, local)
        local.flush()
        parts = list(read_back(Path(local.name), letters))
    found = [finding for part in parts for finding in part.findings]
    return sum(part.symbols for part in parts), [as_row(finding, number, None) for number, finding in enumerate(found)]


def _finish(
    deps: Deps,
    context: WorkContext,
    check: Check,
    symbols: int,
    found: Sequence[JobFinding],
    picture: BlobRef | None = None,
) -> None:
    organisation_id, batch_id = check.organisation_id, check.batch_id
    with deps.database.write() as uow:
        context.complete(uow)
        hold_job(uow, organisation_id, check.job_id)
        job, batch = uow.jobs.get(organisation_id, check.job_id), uow.batches.get(organisation_id, batch_id)
        if batch.state is not BatchState.CHECKING or not goes_on(job, batch):
            return
        uow.checks.finish(organisation_id, check.id, symbols, found, picture)
        checks = uow.checks.of_batch(organisation_id, batch_id)
        if any(each.state is CheckState.PLANNED for each in checks):
            return
        if any(each.findings for each in checks):
            uow.batches.set_state(organisation_id, batch_id, BatchState.BLOCKED, deps.clock.now())
        else:
            checked(deps, uow, job, batch_id)


def sample(piece_ids: Sequence[str], most: int) -> set[str]:
    """The first, the last, and others that nobody can choose; the same each time."""
    by_digest = sorted(piece_ids, key=lambda piece_id: hashlib.sha256(piece_id.encode()).digest())
    return {piece_ids[0], piece_ids[-1], *by_digest[: max(most - 2, 0)]} if piece_ids else set()


def write_again(deps: Deps, organisation_id: str, batch_id: str) -> Batch:
    """Make the files of a blocked batch anew and read them back again.

    Raises Refusal: ``batch-not-found``, ``batch-not-blocked``.
    """
    with deps.database.write() as uow:
        hold_job(uow, organisation_id, uow.batches.get(organisation_id, batch_id).job_id)
        batch = uow.batches.get(organisation_id, batch_id)
        if batch.state is not BatchState.BLOCKED:
            raise Refusal("batch-not-blocked", f"{batch_id} is {batch.state}; only a blocked batch is written again.")
        for check in uow.checks.of_batch(organisation_id, batch_id):
            uow.outbox.cancel(organisation_id, WorkKind.CHECK_PART, [check.id])
        uow.checks.replace(organisation_id, batch_id, ())
        uow.outbox.again(organisation_id, WorkKind.WRITE_BATCH, batch_id)
        return uow.batches.set_state(organisation_id, batch_id, BatchState.WRITING, deps.clock.now())
