"""The mailroom today: drop files, see them read, and how the pages of each batch add up."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http.edge import DepsDep, get_edge
from api.http.staff.desk import Desk, Done, Mistake, notice_of
from api.http.staff.mailroom.common import IN_MAILROOM, LIVE_S, MAILROOM, CursorQuery, waiting
from api.http.staff.mailroom.words import WORDS
from api.http.staff.many_files import ManyFilesDesk
from api.http.staff.render import page
from api.http.staff.route import StaffRoute
from api.http.staff.today import zone_of
from api.http.staff.visitors import person
from api.ports import Mode, PageRequest, ScanFileState
from api.usecases.scanning import intake, looking, watching
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.http.staff.forms import Sent
    from api.ports import ScanFile
    from api.usecases.deps import Deps
    from api.usecases.scanning.looking import BatchSeen

router = APIRouter(prefix=MAILROOM, tags=["staff"], include_in_schema=False, route_class=StaffRoute)

_BATCHES: Final = 20
_FILES: Final = 12
_BLOCK: Final = 1 << 20
FIELDS: Final = {
    "": "files",
    "scan-name-invalid": "name",
    "scan-file-seen": "again",
}
READING: Final = frozenset({ScanFileState.WAITING, ScanFileState.READING})


@router.get("", dependencies=[IN_MAILROOM])
def start(request: Request, deps: DepsDep, cursor: CursorQuery = None, live: bool = False) -> Response:  # noqa: FBT001, FBT002 - a switch in the address
    """One look."""
    return start_page(request, deps, cursor, live=live)


@router.post("/files", dependencies=[IN_MAILROOM])
def take_in(desk: ManyFilesDesk) -> Response:
    """A new batch with these files."""

    def make(deps: Deps) -> Done:
        check_new(desk, deps)
        name = desk.form.text("name") or _usual_name(deps, desk.organisation_id)
        mode = Mode.TEST if desk.form.text("mode") == Mode.TEST else Mode.LIVE
        batch = intake.open_batch(deps, desk.organisation_id, name, mode, desk.by)
        return Done(f"{MAILROOM}/batch/{batch.id}", add_all(desk, deps, batch.id))

    return desk.change(make, lambda mistake: start_page(desk.request, desk.deps, mistake=mistake), FIELDS)


def check_new(desk: Desk, deps: Deps) -> None:
    """At least one file is new, or all are wanted again. Raises Refusal: ``scan-files-missing``, ``scan-file-seen``."""
    if not desk.form.files:
        raise Refusal("scan-files-missing", "Choose one file or more, or drop them on the page.")
    if desk.form.text("again"):
        return
    with deps.database.read() as uow:
        seen = [uow.scans.same_bytes(desk.organisation_id, _sha256(sent)) for sent in desk.form.files]
    if all(seen):
        before = seen[0][0]
        raise Refusal("scan-file-seen", f"These very bytes came before, as {before.name}. Tick to read them again.")


def add_all(desk: Desk, deps: Deps, batch_id: str) -> str:
    """Every file; what is said of them. One that cannot be taken in keeps no other out."""
    added, left_out = 0, list[str]()
    for sent in desk.form.files:
        again = bool(desk.form.text("again"))
        try:
            intake.add_file(deps, desk.organisation_id, batch_id, sent.name, sent.file, desk.by, again=again)
            added += 1
        except Refusal as refusal:
            if refusal.code == "scan-batch-closed":
                raise
            known = "was taken in before" if refusal.code == "scan-file-seen" else f"is refused ({refusal.code})"
            left_out.append(f"{sent.name} {known}")
    said = f"{added} file{'' if added == 1 else 's'} taken in." if added else "No file was taken in."
    return said + (f" Left out: {'; '.join(left_out)}." if left_out else "")


def start_page(
    request: Request, deps: Deps, cursor: str | None = None, mistake: Mistake | None = None, *, live: bool = False
) -> Response:
    """The page; with a ``mistake`` it says so at the top and keeps what was entered."""
    organisation_id = person(request).organisation_id
    seen, after = looking.list_batches(deps, organisation_id, PageRequest(_BATCHES, cursor))
    reading = [each for each in seen if each.balance.waiting]
    drops = get_edge(request).drops
    return page(
        request,
        "mailroom/start.html",
        **WORDS,
        batches=seen,
        files={each.batch.id: files_being_read(deps, each) for each in reading},
        reading=bool(reading),
        folders=watching.folders_seen(deps, organisation_id, drops) if drops else (),
        after=after,
        cursor=cursor,
        waits=waiting(deps, organisation_id),
        usual_name=_usual_name(deps, organisation_id),
        zone=zone_of(deps, organisation_id),
        live=live and bool(reading),
        live_s=LIVE_S,
        **of_mistake(request, deps, mistake),
    )


def of_mistake(request: Request, deps: Deps, mistake: Mistake | None) -> dict[str, Any]:
    """What every page with a form shows of what was sent to it."""
    return {
        "trouble": mistake.trouble if mistake else None,
        "entered": mistake.entered if mistake else {},
        "notice": "" if mistake else notice_of(request, deps),
    }


def files_being_read(deps: Deps, seen: BatchSeen) -> Sequence[ScanFile]:
    """The first files of a batch that are not at their end."""
    with deps.database.read() as uow:
        every = uow.scans.files(seen.batch.organisation_id, seen.batch.id, PageRequest(1000)).items
    return [file for file in every if file.state in READING][:_FILES]


def _usual_name(deps: Deps, organisation_id: str) -> str:
    return deps.clock.now().astimezone(ZoneInfo(zone_of(deps, organisation_id))).strftime("Scans of %-d %B, %H:%M")


def _sha256(sent: Sent) -> str:
    digest = hashlib.sha256()
    sent.file.seek(0)
    while block := sent.file.read(_BLOCK):
        digest.update(block)
    sent.file.seek(0)
    return digest.hexdigest()
