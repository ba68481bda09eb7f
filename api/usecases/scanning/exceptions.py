"""Pages that a machine can do nothing with: each waits until a person says what it is, and can be opened again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from api.ports import BatchState, ScanFileState, Stage, WayOut
from api.usecases.kinds import SOON, WorkKind
from api.usecases.scanning.kept import slips_of
from api.usecases.scanning.recording import take_out
from api.usecases.scanning.settling import Placed, place_slips, settle
from api.usecases.searching import search
from docgen.findings import Refusal
from docgen.qr.slip_code import DIGITS, read_number_line
from scanning.readings import PageKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.ports import Page, PageRequest, PieceSlip, ScanFile, ScanPage, UnitOfWork
    from api.usecases.deps import Deps
    from scanning.readings import SlipReading

MOST_NOTE: Final = 500
# slips come back when their letters are long gone
_SENT: Final = frozenset(BatchState) - {BatchState.CANCELLED}


class ExceptionItem(NamedTuple):
    """A page that waits, and the file that it came in."""

    page: ScanPage
    file: ScanFile


class Candidate(NamedTuple):
    """A piece with a slip that a page may be of; ``name`` when it is known."""

    piece_id: str
    record_id: str
    name: str
    form: str


def exceptions(deps: Deps, organisation_id: str, page: PageRequest, batch_id: str | None = None) -> Page[ScanPage]:
    """Those that wait, in the order in which they were read."""
    with deps.database.read() as uow:
        return uow.scan_pages.list(organisation_id, page, batch_id, kind=PageKind.EXCEPTION, waits=True)


def count_exceptions(deps: Deps, organisation_id: str) -> int:
    """How many wait."""
    with deps.database.read() as uow:
        return uow.scan_pages.count_waiting(organisation_id)


def exception(deps: Deps, organisation_id: str, page_id: str) -> ExceptionItem:
    """One of them. Raises Refusal: ``scan-page-not-found``."""
    with deps.database.read() as uow:
        page = uow.scan_pages.get(organisation_id, page_id)
        return ExceptionItem(page, uow.scans.file(organisation_id, page.file_id))


def find_pieces(deps: Deps, organisation_id: str, text: str) -> Sequence[Candidate]:
    """Pieces with a slip: by the number on the slip, a piece id or control code, the record id, or part of a name."""
    digits = "".join(text.split())
    number = read_number_line(digits) if len(digits) == DIGITS else None
    if number is not None:
        with deps.database.read() as uow:
            found = uow.piece_slips.starting(organisation_id, number.piece_start)
            return [_candidate(uow, slip) for slip in found]
    pieces = search(deps, organisation_id, text, _SENT)
    with deps.database.read() as uow:
        slips = {each.piece.id: uow.piece_slips.find(organisation_id, each.piece.id) for each in pieces}
    return [
        Candidate(each.piece.id, each.piece.record_id, each.name, slip.form)
        for each in pieces
        if (slip := slips[each.piece.id]) is not None
    ]


def assign(deps: Deps, organisation_id: str, page_id: str, piece_id: str, by: str) -> ScanPage:
    """The page is the slip of this piece. What the machine read counts when it read this very form; else people key it.

    Raises Refusal: ``scan-page-not-found``, ``page-not-open``, ``piece-not-found``, ``piece-without-slip``,
    ``mode-differs``.
    """
    with deps.database.write() as uow:
        page = _open(uow, organisation_id, page_id)
        printed = uow.piece_slips.find(organisation_id, piece_id)
        if printed is None:
            uow.pieces.get(organisation_id, piece_id)
            raise Refusal("piece-without-slip", "No slip was printed with this letter. Choose another.")
        mode = uow.scans.batch(organisation_id, page.batch_id).mode
        if printed.mode != mode:
            raise Refusal("mode-differs", f"This is a {mode} batch and the letter is {printed.mode}; use such a batch.")
        return _as_slip(deps, uow, page, [_read_as(deps, page, printed)], by)


def take_all(deps: Deps, organisation_id: str, page_id: str, by: str) -> ScanPage:
    """The slips on a page are each of the letter whose code they have.

    Raises Refusal: ``scan-page-not-found``, ``page-not-open``, ``slips-not-placed``.
    """
    with deps.database.write() as uow:
        page = _open(uow, organisation_id, page_id)
        mode = uow.scans.batch(organisation_id, page.batch_id).mode
        placing = place_slips(uow, page, mode, slips_of(deps, page))
        if not placing.placed:
            raise Refusal("slips-not-placed", "Not every slip on this page is of a letter of yours. Say whose it is.")
        return _as_slip(deps, uow, page, placing.placed, by)


def mark_other_mail(deps: Deps, organisation_id: str, page_id: str, by: str, note: str = "") -> ScanPage:
    """It is no slip. It stays counted as an exception. Raises Refusal: as `assign`, and ``note-too-long``."""
    return _resolve(deps, organisation_id, page_id, WayOut.OTHER_MAIL, by, note)


def mark_blank(deps: Deps, organisation_id: str, page_id: str, by: str, note: str = "") -> ScanPage:
    """There is nothing on it. It is counted as blank. Raises Refusal: as `mark_other_mail`."""
    return _resolve(deps, organisation_id, page_id, WayOut.BLANK, by, note)


def read_again(deps: Deps, organisation_id: str, page_id: str, by: str) -> ScanPage:
    """Have the machine look once more, such as after a form became known.

    Raises Refusal: ``scan-page-not-found``, ``page-not-open``.
    """
    with deps.database.write() as uow:
        page = _open(uow, organisation_id, page_id)
        now = deps.clock.now()
        changed = replace(page, way_out=WayOut.READ_AGAIN, resolved_by=by, resolved_at=now)
        uow.scan_pages.change(changed)
        if not uow.outbox.enqueue(organisation_id, WorkKind.READ_PAGE, page_id, SOON):
            uow.outbox.again(organisation_id, WorkKind.READ_PAGE, page_id)
        return changed


def reopen(deps: Deps, organisation_id: str, page_id: str, by: str) -> ScanPage:
    """Take back what was said of a page, while nobody has keyed anything of it: it waits again.

    Raises Refusal: ``scan-page-not-found``, ``page-not-resolved``, ``page-in-use``.
    """
    with deps.database.write() as uow:
        page = uow.scan_pages.held(organisation_id, page_id)
        if page.way_out in {WayOut.NONE, WayOut.READ_AGAIN}:
            raise Refusal("page-not-resolved", "Nobody has said anything of this page that could be taken back.")
        _withdraw(deps, uow, page)
        now = deps.clock.now()
        kind = PageKind.EXCEPTION
        opened = replace(page, kind=kind, way_out=WayOut.NONE, resolved_by=by, resolved_at=now, note="")
        uow.scan_pages.change(opened)
        return opened


def retry_file(deps: Deps, organisation_id: str, file_id: str) -> ScanFile:
    """Read a failed file again; pages that are there stay.

    Raises Refusal: ``scan-file-not-found``, ``scan-not-failed``.
    """
    with deps.database.write() as uow:
        file = uow.scans.file(organisation_id, file_id)
        if file.state is not ScanFileState.FAILED:
            raise Refusal("scan-not-failed", f"{file_id} is {file.state}; only a failed file can be read again.")
        uow.scans.set_file(organisation_id, file_id, ScanFileState.WAITING, deps.clock.now(), [])
        uow.outbox.again(organisation_id, WorkKind.READ_SCAN, file_id)
        return uow.scans.file(organisation_id, file_id)


def _open(uow: UnitOfWork, organisation_id: str, page_id: str) -> ScanPage:
    page = uow.scan_pages.held(organisation_id, page_id)
    if not page.waits:
        raise Refusal("page-not-open", "Somebody has said what this page is. Go on with the next.")
    return page


def _read_as(deps: Deps, page: ScanPage, printed: PieceSlip) -> Placed:
    """With the machine's reading when there is one slip, of this very form."""
    read: Sequence[SlipReading] = slips_of(deps, page)
    if len(read) == 1 and read[0].code.form == printed.form and read[0].fields:
        return Placed(printed, read[0], 1)
    return Placed(printed, None, None)


def _as_slip(deps: Deps, uow: UnitOfWork, page: ScanPage, placed: Sequence[Placed], by: str) -> ScanPage:
    now = deps.clock.now()
    kind = PageKind.SLIP
    changed = replace(page, kind=kind, way_out=WayOut.ASSIGNED, resolved_by=by, resolved_at=now)
    uow.scan_pages.change(changed)
    settle(deps, uow, changed, placed)
    return changed


def _resolve(deps: Deps, organisation_id: str, page_id: str, way_out: WayOut, by: str, note: str) -> ScanPage:
    if len(note) > MOST_NOTE:
        raise Refusal("note-too-long", f"A note has at most {MOST_NOTE} characters.")
    with deps.database.write() as uow:
        page = _open(uow, organisation_id, page_id)
        kind = PageKind.BLANK if way_out is WayOut.BLANK else page.kind
        now = deps.clock.now()
        changed = replace(page, kind=kind, way_out=way_out, resolved_by=by, resolved_at=now, note=note)
        uow.scan_pages.change(changed)
        return changed


def _withdraw(deps: Deps, uow: UnitOfWork, page: ScanPage) -> None:
    """The slips of a page count no more, nor do their records."""
    organisation_id = page.organisation_id
    slips = uow.scan_pages.slips_on(organisation_id, page.id)
    fields = uow.slip_fields.of_slips(organisation_id, [slip.id for slip in slips])
    every = [other for slip in slips for other in uow.scan_pages.slips_of(organisation_id, slip.piece_id, slip.form)]
    others = {other.id for other in every if other.withdrawn_at is None} - {slip.id for slip in slips}
    if others or any(uow.slip_fields.history(organisation_id, field.id) for field in fields):
        raise Refusal("page-in-use", "Somebody has keyed from this page, or it was compared with another slip.")
    for field in fields:
        take_out(deps, uow, field)
        uow.slip_fields.change(replace(field, stage=Stage.WITHDRAWN, value=None, leased_to="", leased_until=None))
    uow.scan_pages.withdraw(organisation_id, [slip.id for slip in slips], deps.clock.now())


def _candidate(uow: UnitOfWork, slip: PieceSlip) -> Candidate:
    piece = uow.pieces.get(slip.organisation_id, slip.piece_id)
    return Candidate(piece.id, piece.record_id, "", slip.form)
