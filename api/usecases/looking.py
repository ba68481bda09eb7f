"""Look at the records of a job one by one, as letters when they make one: also of jobs that print nothing."""

from __future__ import annotations

import tempfile
import threading
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, cast

from api.ports import MAX_PAGE_ITEMS, JobKind, JobState, PageRequest
from api.usecases import letters
from api.usecases.composers import ONE_AT_A_TIME, as_piece, composer_of
from api.usecases.packages import ONE_PICTURE_AT_A_TIME
from api.usecases.places import in_record
from api.usecases.reading import records_of
from api.usecases.ready_made.found import letter_at, letters_of
from api.usecases.ready_made.leafing import found_pdf, found_png
from api.usecases.searching import plain
from docgen.drawing import single
from docgen.drawing.pages import draw_letter
from docgen.drawing.raster import page_png
from docgen.findings import Finding, Place, Refusal, Severity
from docgen.letters import Letter
from docgen.qr.token import derive_piece_id
from docgen.records.letter_json import read_letter
from docgen.records.raw import RawRecord
from docgen.records.raw_lines import read_lines, write_line
from docgen.records.record_ids import RecordIds
from docgen.records.validate import RecordValidator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.ports import JobFinding, Piece, PrintJob
    from api.usecases.deps import Deps
    from api.usecases.ready_made.found import FoundLetter
    from docgen.compose import Composer
    from docgen.layouts.laid_out import LaidOutLetter

MOST_FOUND: Final = 50
_KEPT_JOBS: Final = 4
_lock: Final = threading.Lock()
_kept: dict[tuple[str, str, str], _Spooled] = {}


class FoundRecord(NamedTuple):
    """A record by its place (from 0) in the input, its key and the name it is for."""

    place: int
    record_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A record with the pages of its letter, 0 when it makes none; of a ready-made one ``raw`` is what is known."""

    raw: RawRecord
    pages: int
    findings: tuple[Finding, ...]
    may_be_printed: bool


@dataclass(slots=True, weakref_slot=True)
class _Spooled:
    """The records of an input as lines of a file that only this process sees."""

    file: BinaryIO
    starts: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Have the file closed when nobody reads from it any more."""
        weakref.finalize(self, self.file.close)

    def line(self, index: int) -> bytes | None:
        """The record at a place."""
        with self.lock:
            if not 0 <= index < len(self.starts):
                return None
            self.file.seek(self.starts[index])
            return self.file.readline()


def count_records(deps: Deps, job: PrintJob) -> int:
    """How many records the input has, as far as it can be read."""
    if job.kind is JobKind.READY_MADE:
        return len(letters_of(deps, job))
    return len(_spooled(deps, job).starts)


def record_at(deps: Deps, job: PrintJob, index: int) -> RawRecord:
    """The record at a place (from 0) in the input. Raises Refusal: ``record-not-found``."""
    if job.kind is JobKind.READY_MADE:
        return _of_letter(letter_at(deps, job, index))
    line = _spooled(deps, job).line(index)
    if line is None:
        raise Refusal("record-not-found", f"There is no record {index + 1} in this file.")
    (raw,) = read_lines([line])
    return raw


def find_records(deps: Deps, job: PrintJob, text: str) -> Sequence[FoundRecord]:
    """Records by number, by their key or their piece, else by part of the name; the first 50."""
    text = text.strip()
    if not text:
        return ()
    wanted, found = plain(text), []
    named: list[FoundRecord] = []
    for index, raw in enumerate(_all(deps, job)):
        each = FoundRecord(index, str(raw.values.get("record_id") or ""), name_of(raw))
        if text in {each.record_id, str(index + 1)} or derive_piece_id(job.id, index) == text:
            found.append(each)
        elif len(named) < MOST_FOUND and wanted in plain(each.name):
            named.append(each)
    return (found or named)[:MOST_FOUND]


def name_of(raw: RawRecord) -> str:
    """The name that a record is for, whatever is wrong with the rest of it."""
    recipient = raw.values.get("recipient")
    name = recipient.get("name") if isinstance(recipient, dict) else None
    return name.strip() if isinstance(name, str) else ""


def look_at_record(deps: Deps, job: PrintJob, index: int) -> Looked:
    """A record with its letter and everything that is found in it. Raises Refusal: ``record-not-found``."""
    raw = record_at(deps, job, index)
    if job.kind is JobKind.READY_MADE:
        return _look_at_ready(deps, job, index, raw)
    composer = composer_of(deps, job)
    letter = RecordValidator(composer.template).validate(raw)
    if not isinstance(letter, Letter):
        return Looked(raw, 0, letter, may_be_printed=False)
    laid = _lay_out(deps, job, composer, letter, index)
    found = tuple(in_record(finding, raw) for finding in laid.findings)
    return Looked(raw, laid.page_count, found, laid.may_be_printed)


def first_to_show(deps: Deps, job: PrintJob) -> int:
    """The place of the first letter of PDFs that is printed, or has a picture; of others the first of all."""
    ready = letters_of(deps, job) if job.kind is JobKind.READY_MADE else ()
    shown = [place for place, letter in enumerate(ready) if letter.values or letter.own_pages]
    return next((place for place in shown if ready[place].values), shown[0] if shown else 0)


def record_pdf(deps: Deps, job: PrintJob, index: int) -> bytes:
    """The letter of a record: of a piece that is printed its very pages, else how it would be, with its faults.

    Raises Refusal: ``record-not-found``, ``record-without-letter``, ``letter-deleted``, ``page-not-drawn``.
    """
    if job.kind is JobKind.READY_MADE:
        return found_pdf(deps, job, index)
    piece = piece_of(deps, job, index)
    if piece is not None:
        return letters.letter_pdf(deps, job.organisation_id, piece.id)
    raw = record_at(deps, job, index)
    composer = composer_of(deps, job)
    letter = RecordValidator(composer.template).validate(raw)
    if not isinstance(letter, Letter):
        message = "This record makes no letter. Look at what is wrong with it."
        raise Refusal("record-without-letter", message, letter)
    laid = _lay_out(deps, job, composer, letter, index)
    with ONE_AT_A_TIME:
        forms = frozenset(name.encode("ascii") for name in composer.plan(letter.language).forms())
        drawn = draw_letter(laid, forms)
        return single.letter_pdf(drawn, composer.resources, derive_piece_id(job.id, index), job.created_at)


def record_png(deps: Deps, job: PrintJob, index: int, page: int, dpi: int) -> bytes:
    """A page (from 1) of the letter of a record.

    Raises Refusal: as `record_pdf`, ``page-not-found``.
    """
    if job.kind is JobKind.READY_MADE:
        return found_png(deps, job, index, page, dpi)
    pdf = record_pdf(deps, job, index)
    with ONE_PICTURE_AT_A_TIME, ONE_AT_A_TIME:
        return page_png(pdf, page, dpi)


def piece_of(deps: Deps, job: PrintJob, index: int) -> Piece | None:
    """The piece of a record, once the job has pieces."""
    if job.validate_only or job.state in {JobState.RECEIVED, JobState.VALIDATING, JobState.REJECTED}:
        return None
    try:
        with deps.database.read() as uow:
            return uow.pieces.get(job.organisation_id, derive_piece_id(job.id, index))
    except Refusal:
        return None


def _look_at_ready(deps: Deps, job: PrintJob, index: int, raw: RawRecord) -> Looked:
    """What was found is kept with the job: no PDF is looked at again."""
    letter = letter_at(deps, job, index)
    with deps.database.read() as uow:
        rows = uow.findings.list(job.organisation_id, job.id, PageRequest(MAX_PAGE_ITEMS), index).items
    findings = tuple([Finding(row.code, row.message, _place(row), Severity(row.severity)) for row in rows])
    return Looked(raw, letter.pages or letter.own_pages, findings, may_be_printed=bool(letter.values))


def _place(row: JobFinding) -> Place:
    parts: dict[str, Any] = dict(row.place)
    return Place(**parts)


def _of_letter(letter: FoundLetter) -> RawRecord:
    """What is known of a ready-made letter, as if it had been a record."""
    values: dict[str, object] = {"record_id": letter.reference}
    if letter.name:
        values["recipient"] = {"name": letter.name}
    if letter.values:
        values["address"] = ", ".join(read_letter(letter.values.encode()).address.lines)
    if letter.own_pages:
        values["pages of the PDF"] = f"{letter.first} to {letter.last}"
    return RawRecord(Place(record=letter.reference), values)


def _lay_out(deps: Deps, job: PrintJob, composer: Composer, letter: Letter, index: int) -> LaidOutLetter:
    with ONE_AT_A_TIME:
        return composer.lay_out(as_piece(letter, composer, deps.secret, derive_piece_id(job.id, index)))


def _all(deps: Deps, job: PrintJob) -> Iterator[RawRecord]:
    if job.kind is JobKind.READY_MADE:
        yield from map(_of_letter, letters_of(deps, job))
        return
    spooled = _spooled(deps, job)
    for index in range(len(spooled.starts)):
        line = spooled.line(index)
        if line is not None:
            yield from read_lines([line])


def _spooled(deps: Deps, job: PrintJob) -> _Spooled:
    """The records of a job, read the first time somebody looks; the jobs looked at last are kept."""
    key = (job.organisation_id, job.id, str(job.input))
    with _lock:
        found = _kept.get(key)
    # nobody waits for a large file that somebody else looks at
    found = found or _spool(deps, job)
    with _lock:
        _kept.pop(key, None)
        _kept[key] = found
        while len(_kept) > _KEPT_JOBS:
            # whoever reads from it now still can: it is closed when the last has let go
            del _kept[next(iter(_kept))]
    return found


def _spool(deps: Deps, job: PrintJob) -> _Spooled:
    spooled = _Spooled(cast("BinaryIO", tempfile.TemporaryFile()))  # noqa: SIM115 - open as long as it is kept
    ids, at = RecordIds(), 0
    template = composer_of(deps, job).template
    with deps.blobs.open(job.organisation_id, job.input) as stream:
        try:
            for raw in records_of(deps, job, stream, template):
                line = write_line(ids.marked(raw))
                spooled.starts.append(at)
                at += spooled.file.write(line)
        except Refusal:
            # the job has it as a finding of the whole input; what comes before can be looked at
            pass
    return spooled
