"""Take in what lies in watched folders: bytes and row first, then the file is moved; a crash takes nothing twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import structlog

from api.ports import MAX_PAGE_ITEMS, Fault, Mode, PageRequest, ScanBatch
from api.usecases.intake import store_body
from api.usecases.scanning.intake import add_blob, plain_name
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.ports import Drop, Drops, DropsSeen, Organisation, UnitOfWork
    from api.usecases.deps import Deps

log = structlog.get_logger(__name__)

BY: Final = "folder"
_MOST_AT_ONCE: Final = 50
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def take_in_drops(deps: Deps, drops: Drops) -> int:
    """Take in settled files; returns how many. What cannot be taken in now is left for the next time."""
    taken, organisations = 0, dict[str, str]()
    for claimed in drops.settled():
        with claimed as drop:
            if drop is None:
                continue
            organisations = organisations or _folders_of(deps)
            try:
                taken += _take(deps, organisations, drop)
            except (Fault, OSError) as trouble:
                log.warning("drop-left", error=type(trouble).__name__, folder=drop.folder)
        if taken >= _MOST_AT_ONCE:
            break
    return taken


def folders_seen(deps: Deps, organisation_id: str, drops: Drops) -> Sequence[DropsSeen]:
    """The watched folders of an organisation, with what waits in them; nothing of any other's."""
    return drops.seen([name for name, owner in _folders_of(deps).items() if owner == organisation_id])


def _take(deps: Deps, organisations: Mapping[str, str], drop: Drop) -> bool:
    organisation_id = organisations.get(drop.folder)
    if organisation_id is None:
        drop.failed("organisation-not-found: no organisation has this id or short name. Name the folder after one.")
        return False
    try:
        if not _is_taken(deps, organisation_id, drop):
            with drop.open() as stream:
                blob = store_body(deps, organisation_id, stream)
            with deps.database.write() as uow:
                batch = _batch(deps, uow, organisation_id, drop.folder)
                add_blob(deps, uow, batch, (plain_name(drop.name), blob), BY, claim=drop.claim)
    except Refusal as refusal:
        log.warning("drop-refused", code=refusal.code, folder=drop.folder)
        drop.failed(f"{refusal.code}: {refusal.detail}")
        return False
    drop.done()
    return True


def _is_taken(deps: Deps, organisation_id: str, drop: Drop) -> bool:
    """A crash came between the row and the move."""
    with deps.database.read() as uow:
        return uow.scans.of_claim(organisation_id, drop.claim) is not None


def _batch(deps: Deps, uow: UnitOfWork, organisation_id: str, folder: str) -> ScanBatch:
    """The open batch of the folder and day."""
    now = deps.clock.now()
    name = f"{folder}/{now.date()}"
    found = uow.scans.batch_of_drop(organisation_id, name)
    if found is None:
        found = ScanBatch(deps.ids.new("scb"), organisation_id, Mode.LIVE, name, now, BY, drop=name)
        if not uow.scans.add_batch(found):
            found = uow.scans.batch_of_drop(organisation_id, name) or found
    return found


def _folders_of(deps: Deps) -> dict[str, str]:
    """Organisations by the names that their folders may have: the id, or the name in small letters and hyphens."""
    found: dict[str, str] = {}
    short: dict[str, list[str]] = {}
    for organisation in _organisations(deps):
        found[organisation.id] = organisation.id
        short.setdefault(_OTHER.sub("-", organisation.name.casefold()).strip("-"), []).append(organisation.id)
    # a short name that two have names neither
    return {name: ids[0] for name, ids in short.items() if len(ids) == 1 and name} | found


def _organisations(deps: Deps) -> list[Organisation]:
    every: list[Organisation] = []
    after: str | None = None
    with deps.database.read() as uow:
        while True:
            page = uow.organisations.list(PageRequest(MAX_PAGE_ITEMS, after))
            every += page.items
            after = page.next_after
            if after is None:
                return every
