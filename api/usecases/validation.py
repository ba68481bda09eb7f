"""Validate: every record of a job read, checked and laid out before the job is accepted.

Whoever runs it again starts afresh: rows of an earlier run are cleared first, ids come from the job and the place of
the record, and each block of rows is written only while the work item is still ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from api.ports import JobState, PackageState, Policy
from api.usecases.composers import composer_of, with_entry
from api.usecases.formats import RecordsType, read_format
from api.usecases.kinds import FIRST, WorkKind
from api.usecases.leases import keep_lease, nothing_to_do
from api.usecases.pieces import PieceMaker
from api.usecases.places import as_row, in_record
from docgen.findings import Finding, Refusal, Severity, has_errors
from docgen.letters import Letter
from docgen.qr.token import derive_piece_id
from docgen.records.letter_json import write_letter
from docgen.records.read_csv import TableOptions, read_csv
from docgen.records.read_json import read_json
from docgen.records.read_xlsx import read_xlsx
from docgen.records.validate import RecordValidator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from api.ports import JobFinding, Packages, Piece, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from docgen.compose import Composer
    from docgen.records.raw import RawRecord
    from docgen.templates.model import Template

RECORDS_INVALID: Final = "records-invalid"
_MAY_BE_VALIDATED: Final = frozenset({JobState.RECEIVED, JobState.VALIDATING})
_BLOCK_RECORDS: Final = 500
# a hostile record could have thousands; the first hundred say enough
_MOST_FINDINGS: Final = 100


def validate_job(deps: Deps, context: WorkContext) -> None:
    """Handler of ``validate``: the job ends accepted, with planning asked for, or rejected with findings.

    A job that was to be validated only ends accepted too, with its counts and findings and without any piece.
    """
    job = _begin(deps, context)
    if job is None:
        nothing_to_do(deps, context)
        return
    run = _Run(deps, context, job)
    try:
        _read_all(run)
    except _CancelledError:
        run.forget()
    except Refusal as refusal:
        run.refuse(refusal)
    else:
        run.decide()


class _CancelledError(Exception):
    """The job was cancelled while its records were read."""


def _begin(deps: Deps, context: WorkContext) -> PrintJob | None:
    """The job in state validating and without rows of an earlier run; None when there is nothing to validate."""
    organisation_id, job_id = context.item.organisation_id, context.item.subject_id
    with deps.database.write() as uow:
        keep_lease(deps, uow, context)
        if uow.jobs.get(organisation_id, job_id).state not in _MAY_BE_VALIDATED:
            return None
        uow.findings.clear(organisation_id, job_id)
        uow.pieces.clear(organisation_id, job_id)
        uow.jobs.set_counts(organisation_id, job_id, total=None, valid=0, invalid=0, composed=0, pages=0, sheets=0)
        return uow.jobs.set_state(organisation_id, job_id, JobState.VALIDATING, deps.clock.now())


def _read_all(run: _Run) -> None:
    run.composer = composer_of(run.deps, run.job)
    run.maker = PieceMaker(run.job, run.composer)
    with run.deps.blobs.open(run.job.organisation_id, run.job.input) as stream:
        validator = RecordValidator(run.composer.template)
        for index, raw in enumerate(_records(run, stream, run.composer.template)):
            checked = validator.validate(raw)
            if isinstance(checked, Letter):
                run.lay_out(index, raw, checked)
            else:
                run.note_invalid(index, checked)
            if (index + 1) % _BLOCK_RECORDS == 0:
                run.flush()


def _records(run: _Run, stream: BinaryIO, template: Template) -> Iterator[RawRecord]:
    wanted = read_format(run.job.media_type)
    limit = run.deps.limits.max_records
    if wanted.type is RecordsType.JSON:
        return read_json(stream, limit)
    options = TableOptions(wanted.encoding, wanted.delimiter, wanted.decimal_comma, limit)
    return (read_csv if wanted.type is RecordsType.CSV else read_xlsx)(stream, template, options)


@dataclass(slots=True)
class _Run:
    """One reading of a job's records: rows gathered for the next block, and sums so far."""

    deps: Deps
    context: WorkContext
    job: PrintJob
    pieces: list[tuple[Piece, bytes]] = field(default_factory=list)
    findings: list[JobFinding] = field(default_factory=list)
    numbered: int = 0
    total: int | None = None
    valid: int = 0
    invalid: int = 0
    pages: int = 0
    sheets: int = 0
    composer: Composer = field(init=False)
    maker: PieceMaker = field(init=False)

    @property
    def keeps_pieces(self) -> bool:
        """False when no piece of this run can ever be printed: then none is kept."""
        hopeless = self.invalid > 0 and self.job.policy is Policy.ALL_OR_NOTHING
        return not (self.job.validate_only or hopeless)

    def lay_out(self, index: int, raw: RawRecord, letter: Letter) -> None:
        """Lay the letter out, because only then its length, glyphs and codes are known, and keep its piece."""
        piece_id = derive_piece_id(self.job.id, index)
        laid = self.composer.lay_out(with_entry(letter, self.composer, self.deps.secret, piece_id))
        if laid.findings:
            found = [in_record(finding, raw) for finding in laid.findings]
            if has_errors(found):
                self.note_invalid(index, found)
                return
            self.note(index, found)
        self._add(self.maker.piece(piece_id, index, letter, laid), letter)

    def note_invalid(self, index: int, found: Sequence[Finding]) -> None:
        """Count a record that cannot be printed."""
        self.invalid += 1
        self.note(index, found)

    def note(self, index: int | None, found: Sequence[Finding]) -> None:
        """Keep findings of a record, or of the whole input."""
        shown = list(found[:_MOST_FINDINGS])
        if len(found) > _MOST_FINDINGS:
            message = f"{len(found) - _MOST_FINDINGS} more findings of this record are left out."
            shown.append(Finding("findings-left-out", message, found[0].place, Severity.NOTE))
        for finding in shown:
            self.findings.append(as_row(finding, self.numbered, index))
            self.numbered += 1

    def flush(self) -> None:
        """Write the gathered rows and show the progress."""
        with self.deps.database.write() as uow:
            keep_lease(self.deps, uow, self.context)
            if uow.jobs.get(self.job.organisation_id, self.job.id).state is JobState.CANCELLED:
                raise _CancelledError
            self._write(uow)

    def forget(self) -> None:
        """Leave nothing of a cancelled job's records behind."""
        with self.deps.database.write() as uow:
            self.context.complete(uow)
            uow.pieces.clear(self.job.organisation_id, self.job.id)

    def refuse(self, refusal: Refusal) -> None:
        """Reject the job: its input, template or brand cannot be used at all."""
        self.note(None, refusal.findings or [Finding(refusal.code, refusal.detail)])
        self._end(refusal.code)

    def decide(self) -> None:
        """Accept or reject, now that every record is known."""
        none_left = self.valid == 0
        self.total = self.valid + self.invalid
        refused = none_left or (self.invalid > 0 and self.job.policy is Policy.ALL_OR_NOTHING)
        self._end(RECORDS_INVALID if refused else None)

    def _add(self, piece: Piece, letter: Letter) -> None:
        self.valid += 1
        self.pages += piece.pages
        self.sheets += piece.sheets
        if self.keeps_pieces:
            self.pieces.append((piece, write_letter(letter)))

    def _write(self, uow: UnitOfWork) -> None:
        organisation_id, job_id = self.job.organisation_id, self.job.id
        uow.pieces.add_many(organisation_id, self.pieces)
        uow.findings.add_many(organisation_id, job_id, self.findings)
        sums = {"valid": self.valid, "invalid": self.invalid, "pages": self.pages, "sheets": self.sheets}
        uow.jobs.set_counts(organisation_id, job_id, **sums)
        self.pieces.clear()
        self.findings.clear()

    def _end(self, error_code: str | None) -> None:
        """The last rows and the outcome, in one transaction with the end of the work item."""
        organisation_id, job_id, now = self.job.organisation_id, self.job.id, self.deps.clock.now()
        with self.deps.database.write() as uow:
            self.context.complete(uow)
            cancelled = uow.jobs.get(organisation_id, job_id).state is JobState.CANCELLED
            if cancelled or error_code is not None:
                self.pieces.clear()
                uow.pieces.clear(organisation_id, job_id)
            if cancelled:
                return
            self._write(uow)
            uow.jobs.set_counts(organisation_id, job_id, total=self.total)
            if error_code is not None:
                uow.jobs.set_state(organisation_id, job_id, JobState.REJECTED, now, error_code)
                return
            uow.jobs.set_state(organisation_id, job_id, JobState.ACCEPTED, now)
            if not self.job.validate_only:
                self._freeze(uow.templates, self.job.template_id)
                self._freeze(uow.brands, self.job.brand_id)
                uow.outbox.enqueue(organisation_id, WorkKind.PLAN, job_id, FIRST)

    def _freeze(self, packages: Packages, package_id: str) -> None:
        organisation_id = self.job.organisation_id
        if packages.get(organisation_id, package_id).state is PackageState.DRAFT:
            packages.set_state(organisation_id, package_id, PackageState.USED, self.deps.clock.now())
