"""Fencing: a worker that lost its work item must not write any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from api.ports import LeaseLost

if TYPE_CHECKING:
    from api.ports import UnitOfWork, WorkContext, WorkItem
    from api.usecases.deps import Deps


def keep_lease(deps: Deps, uow: UnitOfWork, context: WorkContext) -> None:
    """Extend the lease as part of ``uow``; raises `LeaseLost`, and so rolls back, when the item is no longer ours."""
    context.check()
    lease_until = deps.clock.now() + timedelta(seconds=deps.limits.lease_s)
    if not uow.work.extend(context.item, lease_until):
        item = context.item
        raise LeaseLost("lease-lost", f"Another worker has taken over {item.kind} {item.subject_id}.")


def given_up_for(uow: UnitOfWork, item: WorkItem) -> str:
    """Why work was given up, as the transaction that does so has noted it."""
    given_up = uow.work.find(item.organisation_id, item.kind, item.subject_id)
    return (given_up.error_code if given_up else None) or item.error_code or "internal-error"


def nothing_to_do(deps: Deps, context: WorkContext) -> None:
    """Mark the item done without any effect: its job was cancelled, has failed, or has come further already."""
    with deps.database.write() as uow:
        context.complete(uow)
