"""Blobs that nobody needs any more: named in the transaction that lets go of them, removed by the sweeper later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.ports import Retryable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.ports import BlobRef, UnitOfWork
    from api.usecases.deps import Deps

# whoever has begun to read or to submit it has ended long before
KEPT: Final = timedelta(hours=1)


def let_go(
    deps: Deps, uow: UnitOfWork, organisation_id: str, blobs: Iterable[BlobRef], *, shared: bool = False
) -> None:
    """Have blobs removed in an hour; ``shared`` ones only when no job, package or batch has them by then."""
    uow.trash.add(organisation_id, blobs, deps.clock.now() + KEPT, shared=shared)


def take_back(deps: Deps, uow: UnitOfWork, organisation_id: str, blob: BlobRef) -> None:
    """Keep a blob that the same transaction refers to from now on.

    Raises `Retryable` when it was removed a moment ago: it must be stored again.
    """
    uow.trash.keep(organisation_id, blob)
    if not deps.blobs.exists(organisation_id, blob):
        raise Retryable("blobs-unavailable", f"Blob {blob} was removed while it was waited for; send it again.")


def empty_trash(deps: Deps) -> int:
    """Remove some of what is due; returns how many blobs went. A crash in between removes them again later."""
    with deps.database.write() as uow:
        useless = uow.trash.take(deps.clock.now())
        for organisation_id, blob in useless:
            deps.blobs.delete(organisation_id, blob)
    return len(useless)
