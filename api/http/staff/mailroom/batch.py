"""A batch of scans: its files and pages, what was found, whether its pages add up; add files to it, close it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep
from api.http.staff.desk import DeskDep, Done
from api.http.staff.mailroom.common import IN_MAILROOM, LIVE_S, MAILROOM, CursorQuery
from api.http.staff.mailroom.start import FIELDS, READING, add_all, check_new, of_mistake
from api.http.staff.mailroom.words import WORDS
from api.http.staff.many_files import ManyFilesDesk
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import person
from api.ports import PageRequest, ScanBatchState
from api.usecases import people
from api.usecases.scanning import exceptions, intake, looking
from docgen.findings import Refusal
from scanning.readings import PageKind

if TYPE_CHECKING:
    from api.http.staff.desk import Mistake
    from api.ports import Balance
    from api.usecases.deps import Deps

router = APIRouter(prefix=f"{MAILROOM}/batch", tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_PAGES: Final = 60
_FILES: Final = 200


@router.get("/{batch_id:id}", dependencies=[IN_MAILROOM])
def show(
    request: Request,
    deps: DepsDep,
    batch_id: str,
    kind: PageKind | None = None,
    cursor: CursorQuery = None,
    live: bool = False,  # noqa: FBT001, FBT002 - a switch in the address
) -> Response:
    """All of it."""
    return batch_page(request, deps, batch_id, (kind, cursor), live=live)


@router.post("/{batch_id:id}/files", dependencies=[IN_MAILROOM])
def add_files(desk: ManyFilesDesk, batch_id: str) -> Response:
    """More files."""

    def make(deps: Deps) -> Done:
        check_new(desk, deps)
        return Done(f"{MAILROOM}/batch/{batch_id}", add_all(desk, deps, batch_id))

    return desk.change(make, lambda mistake: batch_page(desk.request, desk.deps, batch_id, mistake=mistake), FIELDS)


@router.post("/{batch_id:id}/close", dependencies=[IN_MAILROOM])
def close(desk: DeskDep, batch_id: str) -> Response:
    """No more files; refused while one is being read or a page is not accounted for."""

    def make(deps: Deps) -> Done:
        balance = looking.get_batch(deps, desk.organisation_id, batch_id).balance
        _check_closes(balance)
        intake.close_batch(deps, desk.organisation_id, batch_id, desk.by)
        return Done(f"{MAILROOM}/batch/{batch_id}", f"The batch is closed. {still_open(balance)}")

    return desk.change(make, lambda mistake: batch_page(desk.request, desk.deps, batch_id, mistake=mistake), {})


@router.post("/{batch_id:id}/again/{file_id:id}", dependencies=[IN_MAILROOM])
def read_file_again(desk: DeskDep, batch_id: str, file_id: str) -> Response:
    """A failed file once more; its pages so far stay."""

    def make(deps: Deps) -> Done:
        file = exceptions.retry_file(deps, desk.organisation_id, file_id)
        return Done(f"{MAILROOM}/batch/{file.batch_id}", f"{file.name} is being read again.")

    return desk.change(make, lambda mistake: batch_page(desk.request, desk.deps, batch_id, mistake=mistake), {})


def still_open(balance: Balance) -> str:
    """What a closed batch still waits for."""
    waits = [
        f"{count} {one if count == 1 else more}"
        for count, one, more in (
            (balance.open_fields, "field", "fields"),
            (balance.open_exceptions, "exception", "exceptions"),
        )
        if count
    ]
    return f"Still open: {' and '.join(waits)}." if waits else "Nothing of it is open any more."


def _check_closes(balance: Balance) -> None:
    """Raises Refusal: ``scan-batch-not-done``."""
    if balance.waiting:
        raise Refusal("scan-batch-not-done", f"{balance.waiting} of its files are still being read. Wait for them.")
    if not balance.adds_up:
        missing = balance.pages + balance.unread - balance.slips - balance.blanks - balance.exceptions
        raise Refusal(
            "scan-batch-not-done",
            f"{missing} pages are not accounted for. Read the failed files again, or scan those sheets once more.",
        )


def batch_page(
    request: Request,
    deps: Deps,
    batch_id: str,
    part: tuple[PageKind | None, str | None] = (None, None),
    mistake: Mistake | None = None,
    *,
    live: bool = False,
) -> Response:
    """The page; with a ``mistake`` it says so at the top."""
    organisation_id = person(request).organisation_id
    seen = looking.get_batch(deps, organisation_id, batch_id)
    files = looking.list_files(deps, organisation_id, batch_id, PageRequest(_FILES))
    kind, cursor = part
    pages = looking.list_pages(deps, organisation_id, PageRequest(_PAGES, cursor), batch_id, kind=kind)
    with deps.database.read() as uow:
        slips = {each.id: uow.scan_pages.slips_on(organisation_id, each.id) for each in pages.items}
        named = {
            file_id: uow.scans.file(organisation_id, file_id) for file_id in {each.file_id for each in pages.items}
        }
    reading = any(file.state in READING for file in files.items) or bool(seen.balance.waiting)
    return page(
        request,
        "mailroom/batch.html",
        **WORDS,
        batch=seen.batch,
        sums=seen.balance,
        files=files.items,
        more_files=files.next_after,
        pages=pages.items,
        next_pages=pages.next_after,
        slips=slips,
        named=named,
        kind=kind,
        kinds=list(PageKind),
        open=seen.batch.state is ScanBatchState.OPEN,
        reading=reading,
        left=still_open(seen.balance),
        names=people.names_of(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        live=live and reading,
        live_s=LIVE_S,
        **of_mistake(request, deps, mistake),
    )
