"""Take in what lies in watched folders: bytes and row first, then the file is moved; a crash takes nothing twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

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
TEST: Final = ".test"
"""How the names of folders for slips of test jobs end."""
_MOST_AT_ONCE: Final = 50
_OTHER: Final = re.compile(r"[^a-z0-9]+")


def take_in_drops(deps: Deps, drops: Drops) -> int:
    """Take in settled files; returns how many. What cannot be taken in now is left for the next time."""
    taken, owners = 0, dict[str, _Owner]()
    for claimed in drops.settled():
        with claimed as drop:
            if drop is None:
                continue
            owners = owners or _folders_of(deps)
            try:
                taken += _take(deps, owners, drop)
            except (Fault, OSError) as trouble:
                log.warning("drop-left", error=type(trouble).__name__, folder=drop.folder)
        if taken >= _MOST_AT_ONCE:
            break
    return taken


def folders_seen(deps: Deps, organisation_id: str, drops: Drops) -> Sequence[DropsSeen]:
    """The watched folders of an organisation, with what waits in them; nothing of any other's."""
    return drops.seen([name for name, owner in _folders_of(deps).items() if owner.organisation_id == organisation_id])


class _Owner(NamedTuple):
    """Whose a folder is, and whether the slips in it are those of test jobs."""

    organisation_id: str
    mode: Mode


def _take(deps: Deps, owners: Mapping[str, _Owner], drop: Drop) -> bool:
    owner = owners.get(drop.folder)
    if owner is None:
        drop.failed("organisation-not-found: no organisation has this id or short name. Name the folder after one.")
        return False
    try:
        if not _is_taken(deps, owner.organisation_id, drop):
            with drop.open() as stream:
                blob = store_body(deps, owner.organisation_id, stream)
            with deps.database.write() as uow:
                batch = _batch(deps, uow, owner, drop.folder)
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


def _batch(deps: Deps, uow: UnitOfWork, owner: _Owner, folder: str) -> ScanBatch:
    """The open batch of the folder and day."""
    now = deps.clock.now()
    name = f"{folder}/{now.date()}"
    found = uow.scans.batch_of_drop(owner.organisation_id, name)
    if found is None:
        found = ScanBatch(deps.ids.new("scb"), owner.organisation_id, owner.mode, name, now, BY, drop=name)
        if not uow.scans.add_batch(found):
            found = uow.scans.batch_of_drop(owner.organisation_id, name) or found
    return found


def _folders_of(deps: Deps) -> dict[str, _Owner]:
    """Owners by names that folders may have: the id, or the name in small letters and hyphens; each for tests too."""
    found: dict[str, str] = {}
    short: dict[str, list[str]] = {}
    for organisation in _organisations(deps):
        found[organisation.id] = organisation.id
        short.setdefault(_OTHER.sub("-", organisation.name.casefold()).strip("-"), []).append(organisation.id)
    # a short name that two have names neither
    known = {name: ids[0] for name, ids in short.items() if len(ids) == 1 and name} | found
    modes = (("", Mode.LIVE), (TEST, Mode.TEST))
    return {name + ending: _Owner(owner, mode) for name, owner in known.items() for ending, mode in modes}


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
