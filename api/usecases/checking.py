"""Check records: each validated and laid out, because only then its length, glyphs and codes are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from api.ports import Policy
from api.usecases.answering.inviting import Inviter
from api.usecases.composers import ONE_AT_A_TIME, as_piece
from api.usecases.pieces import PieceMaker
from api.usecases.places import as_row, in_record
from api.usecases.products import composed_product
from api.usecases.scanning.forms import FormKeeper
from docgen.drawing.chunks import pack_letter
from docgen.findings import Finding, Severity, has_errors
from docgen.letters import Letter
from docgen.qr.token import derive_piece_id
from docgen.records.letter_json import write_letter
from docgen.records.validate import RecordValidator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.ports import Entry, JobFinding, Piece, PieceSlip, PrintJob, UnitOfWork, WorkContext
    from api.usecases.deps import Deps
    from docgen.compose import Composer
    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.records.raw import RawRecord

    _Valid: TypeAlias = tuple[str, int, RawRecord, Letter]
    _LaidOut: TypeAlias = tuple[str, int, Letter, LaidOutLetter]

# a hostile record could have thousands; the first hundred say enough
_MOST_FINDINGS: Final = 100
_NUMBERS_A_RECORD: Final = _MOST_FINDINGS + 2
# above any count of findings, so that counting them afterwards meets no number that is taken
_FIRST_NUMBER: Final = 1_000_000_000
# one step for some letters, then the next, because changing the task all the time is a tenth slower; full groups for
# the composer, which lays out and draws 64 at a time
_TOGETHER: Final = 64
# drawn letters of one part are in memory until it ends
MOST_DRAWN_BYTES: Final = 32_000_000


@dataclass(slots=True)
class Checked:
    """What came of records that follow each other: the rows to write, their sums, and packed letters by record."""

    pieces: list[tuple[Piece, bytes]] = field(default_factory=list)
    findings: list[JobFinding] = field(default_factory=list)
    valid: int = 0
    invalid: int = 0
    pages: int = 0
    sheets: int = 0
    drawn: dict[int, bytes] = field(default_factory=dict)
    drawn_bytes: int = 0
    slips: list[PieceSlip] = field(default_factory=list)
    forms: FormKeeper | None = None
    entries: list[Entry] = field(default_factory=list)
    inviter: Inviter | None = None

    def is_hopeless(self, job: PrintJob) -> bool:
        """True when the job will be rejected because of a record of these."""
        return self.invalid > 0 and job.policy is Policy.ALL_OR_NOTHING

    def write(self, uow: UnitOfWork, job: PrintJob) -> None:
        """Everything, and at the end the sums: from then on the job's row is held until the commit."""
        if not self.is_hopeless(job):
            uow.pieces.add_many(job.organisation_id, self.pieces)
            if self.forms is not None and self.slips:
                self.forms.write(uow, job.created_at)
                uow.piece_slips.add_many(job.organisation_id, self.slips)
            if self.inviter is not None and self.entries:
                self.inviter.write(uow, job.created_at)
                uow.entries.add_many(job.organisation_id, self.entries)
        uow.findings.add_many(job.organisation_id, job.id, self.findings)
        sums = {"valid": self.valid, "invalid": self.invalid, "pages": self.pages, "sheets": self.sheets}
        uow.jobs.add_counts(job.organisation_id, job.id, **sums)


def findings_at(index: int, found: Sequence[Finding], *, whole_input: bool = False) -> list[JobFinding]:
    """Rows for the findings of the record at ``index``; or of the whole input, of which that many records were read.

    Their numbers depend on nothing but the place, so that parts of an input can be checked side by side.
    """
    shown = list(found[:_MOST_FINDINGS])
    if len(found) > _MOST_FINDINGS:
        message = f"{len(found) - _MOST_FINDINGS} more findings of this record are left out."
        shown.append(Finding("findings-left-out", message, found[0].place, Severity.NOTE))
    first = _FIRST_NUMBER + index * _NUMBERS_A_RECORD
    record_index = None if whole_input else index
    return [as_row(finding, number, record_index) for number, finding in enumerate(shown, first)]


class Checker:
    """Checks records of one job, in one process."""

    def __init__(self, deps: Deps, job: PrintJob, composer: Composer, *, draws: bool = False) -> None:
        """Nothing checked yet; with ``draws`` letters that will be printed are drawn too."""
        self._deps = deps
        self._job = job
        self._composer = composer
        self._validator = RecordValidator(composer.template)
        self._maker = PieceMaker(job, composed_product(composer, job))
        hopeless = job.counts.invalid > 0 and job.policy is Policy.ALL_OR_NOTHING
        self._keeps_pieces = not (job.validate_only or hopeless)
        self._draws = draws and self._keeps_pieces
        self._forms = FormKeeper(job, composer)
        self._inviter = Inviter(job, composer, deps.secret)

    def check(self, context: WorkContext, records: Iterable[RawRecord], first: int) -> Checked:
        """Check all; ``first`` is the place of the first of them in the input."""
        checked = Checked(forms=self._forms, inviter=self._inviter)
        numbered = enumerate(records, first)
        while group := list(islice(numbered, _TOGETHER)):
            context.check()
            letters = list(self._laid_out(checked, self._validated(checked, group)))
            self._keep(checked, letters)
            if self._draws:
                self._draw(checked, letters)
        return checked

    def _validated(self, checked: Checked, group: list[tuple[int, RawRecord]]) -> list[_Valid]:
        valid: list[_Valid] = []
        for index, raw in group:
            letter = self._validator.validate(raw)
            if isinstance(letter, Letter):
                valid.append((derive_piece_id(self._job.id, index), index, raw, letter))
            else:
                _note_invalid(checked, index, letter)
        return valid

    def _laid_out(self, checked: Checked, valid: list[_Valid]) -> Iterator[_LaidOut]:
        """Those that can be printed."""
        composer, secret = self._composer, self._deps.secret
        letters = [as_piece(letter, composer, secret, piece_id) for piece_id, _, _, letter in valid]
        with ONE_AT_A_TIME:
            laid_out = list(composer.lay_out_all(letters))
        for (piece_id, index, raw, letter), laid in zip(valid, laid_out, strict=True):
            found = [in_record(finding, raw) for finding in laid.findings]
            if has_errors(found):
                _note_invalid(checked, index, found)
                continue
            checked.findings += findings_at(index, found)
            yield piece_id, index, letter, laid

    def _keep(self, checked: Checked, letters: Iterable[_LaidOut]) -> None:
        for piece_id, index, letter, laid in letters:
            piece = self._maker.piece(piece_id, index, letter, laid.page_count)
            checked.valid += 1
            checked.pages += piece.pages
            checked.sheets += piece.sheets
            if self._keeps_pieces:
                checked.pieces.append((piece, write_letter(letter)))
                slip = self._forms.slip(piece_id, letter, laid.slip_page)
                checked.slips += [slip] if slip else []
                entry = self._inviter.entry(piece, letter)
                checked.entries += [entry] if entry else []

    def _draw(self, checked: Checked, letters: Iterable[_LaidOut]) -> None:
        """Keep them as they will be printed; those above the most bytes are drawn when they are composed."""
        if checked.drawn_bytes >= MOST_DRAWN_BYTES or checked.is_hopeless(self._job):
            return
        with ONE_AT_A_TIME:
            drawn = list(self._composer.draw_all([laid for _, _, _, laid in letters]))
        for (piece_id, index, _, _), made in zip(letters, drawn, strict=True):
            packed = pack_letter(piece_id, made.drawn)
            checked.drawn[index] = packed
            checked.drawn_bytes += len(packed)


def _note_invalid(checked: Checked, index: int, found: Sequence[Finding]) -> None:
    checked.invalid += 1
    checked.findings += findings_at(index, found)
