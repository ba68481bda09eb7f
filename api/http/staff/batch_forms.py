"""The steps of a batch: each form does one thing once, and then the page of the batch says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Response

from api.http.staff.batch import batch_page
from api.http.staff.desk import Desk, DeskDep, Done
from api.http.staff.route import StaffRoute
from api.http.staff.visitors import APPROVERS, IN_PRINT_ROOM
from api.http.words import some
from api.ports import Loop
from api.usecases import print_room, reading_back, releasing, reprinting, results
from docgen.findings import Refusal
from docgen.postal.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from api.usecases.deps import Deps
    from api.usecases.results import Applied

router = APIRouter(prefix="/staff/batches", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_MOST_DIGITS: Final = 9
_RANGES: Final = {"": "ranges", "reason-invalid": "reason", "outcome-missing": "outcome-reprint"}
_COMPLETE: Final = {
    "": "complete",
    "sheets-differ": "note",
    "note-invalid": "note",
    "sheets-invalid": "sheets",
    "confirmation-missing": "sure-complete",
    "pieces-not-set": "ranges",
    "pieces-to-reprint": "ranges",
}
_SAID: Final = {Outcome.OK: "OK", Outcome.REPRINT: "damaged", Outcome.PULL: "pulled"}


@router.post("/{batch_id:id}/release", dependencies=[APPROVERS])
def release(desk: DeskDep, batch_id: str) -> Response:
    """To the print room: from then on nothing in it can be stopped."""

    def make(deps: Deps) -> Done:
        check_sure(desk)
        releasing.approve_batch(deps, desk.organisation_id, batch_id, desk.by)
        return _done(batch_id, "The batch is released to the print room.")

    return _change(desk, batch_id, make, {"": "sure-release"})


@router.post("/{batch_id:id}/write-again", dependencies=[IN_PRINT_ROOM])
def write_again(desk: DeskDep, batch_id: str) -> Response:
    """Files of a blocked batch, anew."""

    def make(deps: Deps) -> Done:
        reading_back.write_again(deps, desk.organisation_id, batch_id)
        return _done(batch_id, "The files are being written again. They are read back before anybody gets them.")

    return _change(desk, batch_id, make, {"": "differs"})


@router.post("/{batch_id:id}/printed", dependencies=[IN_PRINT_ROOM])
def printed(desk: DeskDep, batch_id: str) -> Response:
    """All files are on paper."""

    def make(deps: Deps) -> Done:
        print_room.mark_printed(deps, desk.organisation_id, batch_id, desk.by)
        return _done(batch_id, "The batch is marked printed. Now say what became of its pieces.", "results")

    return _change(desk, batch_id, make, {"": "printed"})


@router.post("/{batch_id:id}/results", dependencies=[IN_PRINT_ROOM])
def enter(desk: DeskDep, batch_id: str) -> Response:
    """What an operator says of envelopes."""

    def make(deps: Deps) -> Done:
        said = (desk.by, desk.form.text("reason"))
        ranges = " ".join(desk.form.text("ranges").split())
        outcome = _outcome(desk.form.text("outcome"))
        applied = results.enter_results(deps, desk.organisation_id, batch_id, ranges, outcome, said)
        return _done(batch_id, _came_of(applied), "reprint" if outcome is Outcome.REPRINT else "results")

    return _change(desk, batch_id, make, _RANGES)


@router.post("/{batch_id:id}/results-file", dependencies=[IN_PRINT_ROOM])
def upload(desk: DeskDep, batch_id: str) -> Response:
    """What the inserter wrote."""
    data = desk.form.file.read() if desk.form.file else b""
    if desk.form.file:
        desk.form.file.seek(0)

    def make(deps: Deps) -> Done:
        if not data:
            raise Refusal("file-missing", "Choose the file that the inserter wrote.")
        applied = results.apply_results_file(deps, desk.organisation_id, batch_id, data, desk.by)
        return _done(batch_id, _came_of(applied), "results")

    return _change(desk, batch_id, make, {"": "file"})


@router.post("/{batch_id:id}/rest", dependencies=[IN_PRINT_ROOM])
def accept_the_rest(desk: DeskDep, batch_id: str) -> Response:
    """OK of all that nothing was said of."""

    def make(deps: Deps) -> Done:
        applied = results.accept_the_rest(deps, desk.organisation_id, batch_id, desk.by)
        return _done(batch_id, _came_of(applied), "complete")

    return _change(desk, batch_id, make, {"": "rest"})


@router.post("/{batch_id:id}/reprint", dependencies=[IN_PRINT_ROOM])
def reprint(desk: DeskDep, batch_id: str) -> Response:
    """Damaged pieces, within the batch or in one of their own."""

    def make(deps: Deps) -> Done:
        loop = Loop.OPEN if desk.form.text("loop") == Loop.OPEN else Loop.CLOSED
        asked = reprinting.ask_reprint(deps, desk.organisation_id, batch_id, loop, desk.by)
        what = some(len(asked.piece_ids), "piece")
        if asked.child_id is None:
            return _done(batch_id, f"A print file of {what} is being made; it appears among the files.", "files")
        return Done(f"/staff/batches/{asked.child_id}", f"This new batch has the {what} that are printed again.")

    return _change(desk, batch_id, make, {"": "loop-closed"})


@router.post("/{batch_id:id}/retry-reprint", dependencies=[IN_PRINT_ROOM])
def retry_reprint(desk: DeskDep, batch_id: str) -> Response:
    """One that could not be made."""

    def make(deps: Deps) -> Done:
        reprinting.retry_reprint(deps, desk.organisation_id, desk.form.text("reprint"))
        return _done(batch_id, "The reprint is started again.", "reprints")

    return _change(desk, batch_id, make, {"": "reprints"})


@router.post("/{batch_id:id}/complete", dependencies=[IN_PRINT_ROOM])
def complete(desk: DeskDep, batch_id: str) -> Response:
    """Every envelope is accounted for."""

    def make(deps: Deps) -> Done:
        check_sure(desk)
        counted = (_sheets(desk.form.text("sheets")), " ".join(desk.form.text("note").split()))
        print_room.complete_batch(deps, desk.organisation_id, batch_id, desk.by, counted)
        return _done(batch_id, "The batch is complete. Put it in a mail run next.", "next")

    return _change(desk, batch_id, make, _COMPLETE)


@router.post("/{batch_id:id}/reopen", dependencies=[IN_PRINT_ROOM])
def reopen(desk: DeskDep, batch_id: str) -> Response:
    """To correct what was said."""

    def make(deps: Deps) -> Done:
        note = " ".join(desk.form.text("why").split())
        if not note:
            raise Refusal("note-missing", "Write why the batch is opened again.")
        print_room.reopen_batch(deps, desk.organisation_id, batch_id, desk.by, note)
        return _done(batch_id, "The batch is open again. It has left its mail run, if it was in one.", "results")

    return _change(desk, batch_id, make, {"": "why"})


def check_sure(desk: Desk) -> None:
    """Raises Refusal (``confirmation-missing``): what cannot be undone has a box to tick."""
    if desk.form.text("sure") != "yes":
        raise Refusal("confirmation-missing", "This cannot be undone. Tick the box to confirm it.")


def _change(desk: Desk, batch_id: str, make: Callable[[Deps], Done], fields: Mapping[str, str]) -> Response:
    return desk.change(make, lambda mistake: batch_page(desk.request, desk.deps, batch_id, mistake), fields)


def _done(batch_id: str, notice: str, part: str = "") -> Done:
    return Done(f"/staff/batches/{batch_id}" + (f"#{part}" if part else ""), notice)


def _outcome(text: str) -> Outcome:
    if text not in list(Outcome):
        raise Refusal("outcome-missing", "Choose what became of these envelopes.")
    return Outcome(text)


def _sheets(text: str) -> int | None:
    digits = text.replace(",", "").replace(".", "").replace(" ", "")
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise Refusal("sheets-invalid", "The inserter's count is a number; leave it empty if there is none.")
    return int(digits)


def _came_of(applied: Applied) -> str:
    said = [f"{some(count, 'piece')} now {_SAID[outcome]}" for outcome, count in applied.changed.items() if count]
    if applied.unchanged:
        said.append(f"{applied.unchanged:,} so already")
    left = f"{applied.not_set:,} still not set." if applied.not_set else "Nothing is left to say."
    aside = (
        f" {some(len(applied.left_aside), 'row')} left aside: {applied.left_aside[0].message}"
        if applied.left_aside
        else ""
    )
    return f"{', '.join(said) or 'Nothing changed'}. {left}{aside}"
