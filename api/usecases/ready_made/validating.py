"""Validate a ready-made job: its PDFs inspected, divided, looked at page by page, and each letter understood.

Nothing here raises for a bad file, and no look into one is in this process. What comes out depends on the job alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import JobState, Overlay
from api.usecases.checking import Checked, findings_at
from api.usecases.deciding import decide_when_known
from api.usecases.jobs import hold_job
from api.usecases.pieces import PieceMaker
from api.usecases.products import product_of
from api.usecases.ready_made.dividing import by_name, divide, reference_of, rows_of
from api.usecases.ready_made.found import FoundLetter, lines_of
from api.usecases.ready_made.uploads import Upload, opened
from api.usecases.ready_made.values import values_of
from api.usecases.ready_made.wishes import LANGUAGE, ZIP, policy_of, wishes_of
from api.usecases.trash import let_go, take_back
from docgen.findings import Finding, Place, Refusal, has_errors
from docgen.letters import Letter
from docgen.qr.token import derive_piece_id
from docgen.readymade import safely
from docgen.readymade.house_ink import HouseInk
from docgen.readymade.letters import LetterPages, own_pages
from docgen.readymade.pieces import plan_letter
from docgen.records.letter_json import write_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.ports import PrintJob, WorkContext
    from api.usecases.deps import Deps
    from docgen.readymade.answers import LetterLook
    from docgen.readymade.data_file import DataRow

# letters are looked at so many pages at a time: a worker that lost its item stops before the next
_PAGES_AT_ONCE: Final = 400
# who looks at the job sees how many letters were looked at; telling it after each would be slow
_LETTERS_BETWEEN_TELLING: Final = 20


class _Found(NamedTuple):
    """A letter of an upload: its number in the job, the number of its PDF, and its pages there."""

    number: int
    source: int
    pages: LetterPages


@dataclass(slots=True)
class _Verdict:
    """What is to be written. ``total`` is None, and ``error_code`` set, when the input cannot be used."""

    checked: Checked = field(default_factory=Checked)
    findings: list[Finding] = field(default_factory=list)
    total: int | None = None
    error_code: str | None = None
    overlays: list[Overlay] = field(default_factory=list)
    letters: dict[int, FoundLetter] = field(default_factory=dict)

    def refuse(self, findings: Sequence[Finding]) -> None:
        """The whole input, when any of these is an error."""
        self.findings += findings
        if self.error_code is None and has_errors(findings):
            self.error_code = next(finding.code for finding in findings if has_errors([finding]))


def validate_ready_made(deps: Deps, context: WorkContext, job: PrintJob) -> None:
    """Carry a job that is in state validating to accepted or rejected."""
    verdict = _Verdict()
    try:
        with opened(deps, job) as upload:
            _Inspector(deps, context, job, upload, verdict).inspect()
    except Refusal as refusal:
        verdict.refuse(refusal.findings or (Finding(refusal.code, refusal.detail),))
    _end(deps, context, job, verdict)


class _Inspector:
    """Looks at one upload."""

    def __init__(self, deps: Deps, context: WorkContext, job: PrintJob, upload: Upload, verdict: _Verdict) -> None:
        self._deps, self._context, self._job = deps, context, job
        self._upload, self._verdict = upload, verdict
        self._wishes = wishes_of(job)
        self._policy = policy_of(job, job.media_type)
        self._product = product_of(deps, job)
        self._maker = PieceMaker(job, self._product)
        self._ink = HouseInk(self._policy.envelope)
        self._of_files: dict[int, list[Finding]] = {}
        self._told = 0

    def inspect(self) -> None:
        """Everything, unless the input as a whole is of no use."""
        rows, findings = rows_of(self._deps, self._job.organisation_id, self._wishes.data)
        self._verdict.refuse(findings)
        if self._verdict.error_code is not None:
            return
        letters = self._of_zip(rows) if self._job.media_type == ZIP else self._of_pdf(rows)
        if self._verdict.error_code is None:
            for part in _parts(letters):
                self._look(part)
                self._tell()

    def _of_pdf(self, rows: Sequence[DataRow] | None) -> list[_Found]:
        (pdf,) = self._upload.files
        inspection = safely.inspect(pdf, self._policy)
        self._verdict.refuse(inspection.findings)
        self._context.check()
        if self._verdict.error_code is not None:
            return []
        split = divide(pdf, inspection, self._wishes, rows)
        self._verdict.refuse(split.findings)
        self._verdict.total = len(split.letters)
        return [_Found(index, 0, letter) for index, letter in enumerate(split.letters)]

    def _of_zip(self, rows: Sequence[DataRow] | None) -> Iterable[_Found]:
        """Each PDF is a letter, inspected when it is asked for; one that is of no use is a faulty one among others."""
        names = self._upload.names
        addresses, lost = by_name(names, rows or ())
        self._verdict.refuse(lost)
        self._verdict.total = len(names)
        if self._verdict.error_code is not None:
            return []
        found = (self._file(number, addresses, with_data=rows is not None) for number in range(len(names)))
        return (letter for letter in found if letter is not None)

    def _file(self, number: int, addresses: dict[str, DataRow], *, with_data: bool) -> _Found | None:
        name = self._upload.names[number]
        reference, row = reference_of(name, str(number + 1)), addresses.get(name)
        inspection = safely.inspect(self._upload.files[number], self._policy)
        self._context.check()
        findings = list(inspection.findings)
        if with_data and row is None:
            message = "The data file has no row for this PDF. Its reference must be the file's name without '.pdf'."
            findings.append(Finding("readymade-data-no-row", message, Place(record=reference)))
        if has_errors(findings):
            self._note(number, findings, reference)
            self._fault(number, FoundLetter(reference, "", number, min(inspection.pages, 1), inspection.pages))
            self._tell()
            return None
        self._of_files[number] = findings
        return _Found(number, number, LetterPages(reference, 1, inspection.pages, row.address if row else None))

    def _look(self, part: Sequence[_Found]) -> None:
        """Letters of one PDF."""
        source = part[0].source
        folder = self._upload.folder / f"look-{part[0].number}"
        folder.mkdir()
        left = self._policy.ink.max_overlays - len(self._verdict.overlays)
        policy = replace(self._policy, ink=replace(self._policy.ink, max_overlays=left))
        seen = safely.look(self._upload.files[source], [letter.pages for letter in part], policy, folder)
        self._context.check()
        if len(seen.letters) != len(part):
            self._no_look(part, seen.findings)
            return
        self._verdict.findings += [finding for finding in seen.findings if finding not in self._verdict.findings]
        for letter, look in zip(part, seen.letters, strict=True):
            self._letter(letter, look)
        for page, name in seen.overlays:
            blob = self._deps.blobs.put(self._job.organisation_id, [(folder / name).read_bytes()])
            self._verdict.overlays.append(Overlay(source, page, blob))

    def _no_look(self, part: Sequence[_Found], findings: Sequence[Finding]) -> None:
        """A PDF that cannot be drawn is of no use; in a zip it is one letter among others."""
        if self._job.media_type != ZIP:
            self._verdict.refuse(findings)
            return
        for letter in part:
            self._note(letter.number, findings, letter.pages.reference)
            self._fault(letter.number, FoundLetter(letter.pages.reference, "", letter.source, 0, 0))

    def _letter(self, found: _Found, look: LetterLook) -> None:
        piece_id = derive_piece_id(self._job.id, found.number)
        planned = plan_letter(piece_id, found.source, found.pages, look, self._policy, self._ink)
        self._note(found.number, planned.findings, found.pages.reference)
        checked = self._verdict.checked
        name = " ".join(planned.address.name_lines) if planned.address else ""
        seen = FoundLetter(found.pages.reference, name, found.source, found.pages.first, found.pages.last)
        if planned.letter is None or planned.address is None:
            self._fault(found.number, seen)
            return
        letter = Letter(found.pages.reference, LANGUAGE, planned.address, values_of(planned.letter))
        pages = own_pages(planned.letter, duplex=self._policy.duplex)
        piece = self._maker.piece(piece_id, found.number, letter, pages)
        checked.valid += 1
        checked.pages += piece.pages
        checked.sheets += piece.sheets
        values = write_letter(letter)
        self._verdict.letters[found.number] = seen._replace(pages=piece.pages, values=values.decode())
        if not self._job.validate_only:
            checked.pieces.append((piece, values))

    def _fault(self, number: int, letter: FoundLetter) -> None:
        self._verdict.checked.invalid += 1
        self._verdict.letters[number] = letter

    def _tell(self) -> None:
        """How far it is, for who looks at the job; what counts is written at the end."""
        checked, job = self._verdict.checked, self._job
        if checked.valid + checked.invalid < self._told + _LETTERS_BETWEEN_TELLING:
            return
        self._told = checked.valid + checked.invalid
        with self._deps.database.write() as uow:
            if uow.jobs.get(job.organisation_id, job.id).state is JobState.VALIDATING:
                total = self._verdict.total
                uow.jobs.set_counts(
                    job.organisation_id, job.id, total=total, valid=checked.valid, invalid=checked.invalid
                )

    def _note(self, index: int, findings: Sequence[Finding], reference: str) -> None:
        """The findings of a letter, those of its file first."""
        every = (*self._of_files.pop(index, ()), *findings)
        placed = [replace(finding, place=replace(finding.place, record=reference)) for finding in every]
        self._verdict.checked.findings += findings_at(index, placed)


def _parts(letters: Iterable[_Found]) -> Iterator[list[_Found]]:
    """Letters of one PDF that follow each other, some hundred pages at a time."""
    part: list[_Found] = []
    for letter in letters:
        pages = sum(each.pages.pages for each in part)
        if part and (letter.source != part[0].source or pages >= _PAGES_AT_ONCE):
            yield part
            part = []
        part.append(letter)
    if part:
        yield part


def _end(deps: Deps, context: WorkContext, job: PrintJob, verdict: _Verdict) -> None:
    """The rows and the decision, in one transaction with the end of the work item."""
    organisation_id, job_id = job.organisation_id, job.id
    letters = deps.blobs.put(organisation_id, [lines_of([verdict.letters[at] for at in sorted(verdict.letters)])])
    with deps.database.write() as uow:
        # what a run made that is cut off before its end
        let_go(deps, uow, organisation_id, [letters, *[overlay.blob for overlay in verdict.overlays]], shared=True)
    with deps.database.write() as uow:
        context.complete(uow)
        hold_job(uow, organisation_id, job_id)
        if uow.jobs.get(organisation_id, job_id).state is not JobState.VALIDATING:
            return
        uow.jobs.set_counts(organisation_id, job_id, total=None, valid=0, invalid=0, pages=0, sheets=0)
        if verdict.error_code is None:
            verdict.checked.write(uow, job)
            uow.jobs.set_counts(organisation_id, job_id, total=verdict.total)
        else:
            uow.jobs.set_error(organisation_id, job_id, verdict.error_code)
        take_back(deps, uow, organisation_id, letters)
        uow.jobs.set_letters(organisation_id, job_id, letters)
        uow.findings.clear_input(organisation_id, job_id)
        rows = findings_at(verdict.total or 0, verdict.findings, whole_input=True)
        uow.findings.add_many(organisation_id, job_id, rows)
        for overlay in verdict.overlays:
            take_back(deps, uow, organisation_id, overlay.blob)
        uow.overlays.replace(organisation_id, job_id, verdict.overlays)
        decide_when_known(deps, uow, uow.jobs.get(organisation_id, job_id))
