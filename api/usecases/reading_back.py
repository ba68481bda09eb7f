"""Read back: the finished print files of a batch, in parts by all workers; a difference keeps it from release."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby, islice, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from api.ports import BatchState, Check, CheckState, JobKind, Permanent, PieceState, ReadBackPolicy, derived_id
from api.usecases.carriers import prints_of_carrier
from api.usecases.composers import ONE_AT_A_TIME, as_piece, composer_of, mark_profile_of
from api.usecases.composing import goes_on
from api.usecases.jobs import hold_job
from api.usecases.kinds import SOON, WorkKind
from api.usecases.leases import nothing_to_do
from api.usecases.manifests import rows_of
from api.usecases.marking import Marking, given_to_print
from api.usecases.pieces import household_facts, household_rules
from api.usecases.places import as_row
from api.usecases.products import product_of
from api.usecases.ready_made.reading import expected_letters, read_ready_made
from api.usecases.releasing import checked
from docgen.findings import Finding, Place, Refusal
from docgen.postal.household import household_key
from docgen.postal.manifest import Checked
from docgen.readback import InFile, expected_letter, read_part, room_for
from docgen.records.letter_json import read_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from api.ports import Batch, BatchFile, BlobRef, Piece, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from docgen.postal.enrichment import Enriched
    from docgen.postal.marks.sheets import SheetMarks
    from docgen.readback import ExpectedLetter, ReadBack


def ask_for_checks(deps: Deps, uow: UnitOfWork, batch: Batch, printed: Iterable[tuple[BatchFile, range]]) -> bool:
    """Have written files read back, as part of the transaction that keeps them; False when nothing is to be read.

    ``printed`` are the print files with the positions in the batch of the pieces in them.
    """
    checks = list(_checks(deps, batch, printed))
    if not checks:
        return False
    uow.checks.replace(batch.organisation_id, batch.id, checks)
    if all(check.state is CheckState.CHECKED for check in uow.checks.of_batch(batch.organisation_id, batch.id)):
        # the very files of before: the last check to end tells what comes next, so there must be one
        uow.checks.replace(batch.organisation_id, batch.id, ())
        uow.checks.replace(batch.organisation_id, batch.id, checks)
    uow.batches.set_state(batch.organisation_id, batch.id, BatchState.CHECKING, deps.clock.now())
    for check in checks:
        if not uow.outbox.enqueue(batch.organisation_id, WorkKind.CHECK_PART, check.id, SOON):
            uow.outbox.again(batch.organisation_id, WorkKind.CHECK_PART, check.id)
    return True


def check_part(deps: Deps, context: WorkContext) -> None:
    """Handler of ``check_part``: read the letters of a part as finished; the last part ends the check."""
    organisation_id = context.item.organisation_id
    with deps.database.read() as uow:
        try:
            check = uow.checks.get(organisation_id, context.item.subject_id)
        except Refusal:
            check = None
    if check is None:
        # its file was written again, and has other checks
        nothing_to_do(deps, context)
        return
    with deps.database.read() as uow:
        batch = uow.batches.get(organisation_id, check.batch_id)
        job = uow.jobs.get(organisation_id, check.job_id)
        # marks count what is before them, and what a carrier gave is on the first letter of each envelope
        span = () if mark_profile_of(job).codes or prints_of_carrier(job) else (check.first, check.count)
        pieces = uow.pieces.of_batch(organisation_id, batch.id, *span)
    if batch.state is not BatchState.CHECKING or check.state is CheckState.CHECKED or not goes_on(job, batch):
        nothing_to_do(deps, context)
        return
    file = next(file for file in batch.files if file.name == check.file)
    read = read_file(deps, Reading(job, batch, file, pieces), _from_manifest(deps, batch, check))
    picture = deps.blobs.put(organisation_id, [read.picture]) if read.picture else None
    _finish(deps, context, check, read, picture)


class Reading(NamedTuple):
    """What is read: a print file of a batch.

    ``pieces`` are those of the batch, or without marks and carrier some of them; ``given`` is what a carrier gave to
    print on their envelopes.
    """

    job: PrintJob
    batch: Batch
    file: BatchFile
    pieces: Sequence[Piece]
    given: Mapping[str, Enriched] = MappingProxyType({})


class Printed(NamedTuple):
    """Where a letter is in a file, from its lowest page on, and the digests of its pages."""

    first_page: int
    digests: tuple[str, ...]


def read_file(deps: Deps, reading: Reading, letters: Mapping[str, Printed]) -> ReadBack:
    """Read letters, by piece id, in a finished file, and compare them with the data that they were made from."""
    organisation_id = reading.job.organisation_id
    with deps.database.read() as uow:
        values = uow.pieces.values(organisation_id, list(letters))
        reading = reading._replace(given=given_to_print(uow, reading.job, reading.pieces))
    if missing := set(letters) - set(values):
        raise Permanent("piece-values-deleted", f"What {min(missing)} says was deleted before it was read back.")
    if reading.job.kind is JobKind.READY_MADE:
        read = _read_ready_made(deps, reading, letters, values)
    else:
        read = _read_letters(deps, reading, letters, values)
    strangers = tuple(_strangers(deps, reading, letters, values))
    return replace(read, findings=(*strangers, *read.findings))


def _read_letters(
    deps: Deps, reading: Reading, letters: Mapping[str, Printed], values: Mapping[str, bytes]
) -> ReadBack:
    with ONE_AT_A_TIME:
        expected = _expected(deps, reading, letters, values)
    expected.sort(key=lambda letter: letter.first_page)
    with deps.blobs.open(reading.job.organisation_id, reading.file.blob) as stream:
        return read_part(stream, expected, total_pages=reading.file.pages, consecutive=_all_follow(expected))


def _read_ready_made(
    deps: Deps, reading: Reading, letters: Mapping[str, Printed], values: Mapping[str, bytes]
) -> ReadBack:
    marking = Marking(reading.job, reading.batch, product_of(deps, reading.job), (), reading.pieces)
    marks = _marks(marking, reading.pieces) if mark_profile_of(reading.job).codes else {}
    printed = {piece_id: (place, values[piece_id]) for piece_id, place in letters.items()}
    expected = expected_letters(deps, reading, printed, marks, marking.order)
    expected.sort(key=lambda letter: letter.first_page)
    return read_ready_made(deps, reading, expected, consecutive=_all_follow(expected))


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


def _strangers(
    deps: Deps, reading: Reading, letters: Mapping[str, Printed], values: Mapping[str, bytes]
) -> Iterator[Finding]:
    """Letters in a shared envelope whose name and address do not say that they belong there."""
    product, rules = product_of(deps, reading.job), household_rules(reading.job)
    sizes = Counter(piece.set_id for piece in reading.pieces)
    for piece in reading.pieces:
        if piece.id in letters and (sizes[piece.set_id] > 1 or piece.set_id != piece.id):
            address = read_letter(values[piece.id]).address
            rule = rules.rule_for(household_facts(product, piece.country, piece.language))
            if household_key(address, rule.together) != piece.household:
                message = f"{piece.id} is of somebody else than its envelope; do not print this file."
                yield Finding("readback-other-recipient", message, Place(record=piece.id))


def _from_manifest(deps: Deps, batch: Batch, check: Check) -> dict[str, Printed]:
    """What the manifest says of the printed letters of a part that are to be read."""
    part = rows_of(deps, batch)[check.first : check.first + check.count]
    return {
        row["piece_id"]: Printed(row["first_page"], tuple(row["page_digests"]))
        for row in part
        if row["file"] == check.file and row["checked"] != Checked.NONE
    }


def _expected(
    deps: Deps, reading: Reading, letters: Mapping[str, Printed], values: Mapping[str, bytes]
) -> list[ExpectedLetter]:
    """What must be read, from the data and not from what was drawn."""
    composer = composer_of(deps, reading.job)
    duplex = composer.template.duplex
    marking = Marking(reading.job, reading.batch, product_of(deps, reading.job), (), reading.pieces)
    room = room_for(mark_profile_of(reading.job), duplex=duplex) if mark_profile_of(reading.job).codes else None
    marks, given = _marks(marking, reading.pieces) if room else {}, _given(reading)
    made = [as_piece(read_letter(values[piece_id]), composer, deps.secret, piece_id) for piece_id in letters]
    expected = []
    for (piece_id, printed), letter, laid in zip(letters.items(), made, composer.lay_out_all(made), strict=True):
        placed = InFile(piece_id, printed.first_page, printed.digests, duplex, marking.order)
        plan, sheets = composer.plan(letter.language), marks.get(piece_id, ())
        expected.append(expected_letter(laid, plan, placed, room, sheets, given.get(piece_id)))
    return expected


def _marks(marking: Marking, pieces: Sequence[Piece]) -> dict[str, list[SheetMarks]]:
    """What is marked on the sheets of each letter, in its own order."""
    found: dict[str, list[SheetMarks]] = {}
    going = [piece for piece in pieces if piece.state is not PieceState.STOPPED]
    for set_id, inside in groupby(going, key=lambda piece: piece.set_id):
        sheets = iter(marking.sheets(set_id))
        found |= {piece.id: list(islice(sheets, piece.sheets)) for piece in inside}
    return found


def _given(reading: Reading) -> dict[str, Enriched]:
    """What a carrier gave, by the first letter that goes out in each envelope: that is the one it is printed on."""
    if not reading.given:
        return {}
    going = [piece for piece in reading.pieces if piece.state is not PieceState.STOPPED]
    found: dict[str, Enriched] = {}
    for set_id, inside in groupby(going, key=lambda piece: piece.set_id):
        if set_id in reading.given:
            found[next(inside).id] = reading.given[set_id]
    return found


def _all_follow(letters: Sequence[ExpectedLetter]) -> bool:
    """Whether each letter begins where the one before it ends: in a sample they do not."""
    return all(one.first_page + one.page_count == other.first_page for one, other in pairwise(letters))


def _finish(deps: Deps, context: WorkContext, check: Check, read: ReadBack, picture: BlobRef | None) -> None:
    found = [as_row(finding, number, None) for number, finding in enumerate(read.findings)]
    organisation_id, batch_id = check.organisation_id, check.batch_id
    with deps.database.write() as uow:
        context.complete(uow)
        hold_job(uow, organisation_id, check.job_id)
        job, batch = uow.jobs.get(organisation_id, check.job_id), uow.batches.get(organisation_id, batch_id)
        if batch.state is not BatchState.CHECKING or not goes_on(job, batch):
            return
        uow.checks.finish(organisation_id, check.id, read.symbols, found, picture)
        checks = uow.checks.of_batch(organisation_id, batch_id)
        if any(each.state is CheckState.PLANNED for each in checks):
            return
        if any(each.findings for each in checks):
            uow.batches.set_state(organisation_id, batch_id, BatchState.BLOCKED, deps.clock.now())
        else:
            checked(deps, uow, job, batch_id)


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
