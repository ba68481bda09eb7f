"""Gives what was committed its place in lists that others follow, so that nothing appears behind a reader.

With several writers at once, what is written first may be committed last: docs/adr/0030. SQLite has one writer at a
time, and nothing is ever left for this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.ports import UnitOfWork
    from api.usecases.deps import Deps

AT_ONCE: Final = 1000
"""Rows in one transaction; who writes one of them again waits for it."""


def place_all(deps: Deps) -> None:
    """In all organisations; a sweeper does it every few seconds."""
    with deps.database.read() as uow:
        records, moments = uow.records.unplaced(), uow.contact_moments.unplaced()
        agreements = uow.agreements.unplaced()
    for organisation_id in records:
        place_records(deps, organisation_id)
    for organisation_id in moments:
        place_moments(deps, organisation_id)
    for organisation_id in agreements:
        place_agreements(deps, organisation_id)


def place_records(deps: Deps, organisation_id: str) -> None:
    """Of one organisation; a reader does it first, so that what it was told of is there."""
    with deps.database.read() as uow:
        if not uow.records.has_unplaced(organisation_id):
            return
    _all_of(deps, lambda uow: uow.records.place(organisation_id, deps.clock.now(), AT_ONCE))


def place_moments(deps: Deps, organisation_id: str) -> None:
    """As `place_records`."""
    with deps.database.read() as uow:
        if not uow.contact_moments.has_unplaced(organisation_id):
            return
    _all_of(deps, lambda uow: uow.contact_moments.place(organisation_id, AT_ONCE))


def place_agreements(deps: Deps, organisation_id: str) -> None:
    """As `place_records`."""
    with deps.database.read() as uow:
        if not uow.agreements.has_unplaced(organisation_id):
            return
    _all_of(deps, lambda uow: uow.agreements.place(organisation_id, deps.clock.now(), AT_ONCE))


def _all_of(deps: Deps, place: Callable[[UnitOfWork], int]) -> None:
    placed = AT_ONCE
    while placed == AT_ONCE:
        with deps.database.write() as uow:
            placed = place(uow)
