"""The queue as the rest of the service sees it: rows that say what is to be done, and what a handler is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from api.ports.states import WorkState

if TYPE_CHECKING:
    from datetime import datetime

    from api.ports.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to do: ``kind`` names the handler, ``subject_id`` what it is about. The pair is unique.

    ``owner`` and ``attempts`` together are the fencing token: both change with every claim.
    Lower ``priority`` goes first.
    """

    id: int
    organisation_id: str
    kind: str
    subject_id: str
    created_at: datetime
    not_before: datetime
    state: WorkState = WorkState.QUEUED
    priority: int = 5
    attempts: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    error_code: str | None = None


class WorkContext(Protocol):
    """What a handler gets. It may run twice for the same item, so its effects must be idempotent.

    To make the effect happen exactly once, call `complete` inside the transaction that writes it: when another
    worker took the item over, `complete` raises `LeaseLost` and the transaction is rolled back.
    A handler that returns without having called it is completed afterwards in a transaction of its own.
    """

    @property
    def item(self) -> WorkItem:
        """The item as claimed."""

    def check(self) -> None:
        """Raise `LeaseLost` when the lease has gone; call it between long steps."""

    def complete(self, uow: UnitOfWork) -> None:
        """Mark the item done as part of ``uow``; raises `LeaseLost` when it is no longer ours."""


Handler = Callable[[WorkContext], None]
OnFailed = Callable[["UnitOfWork", WorkItem], None]


class Waker(Protocol):
    """Wakes workers up. A lost or doubled call is harmless: the rows are the truth and a sweeper repeats it."""

    def wake(self, count: int = 1) -> None:
        """Send ``count`` wake-ups; raises `Retryable` when the broker does not answer."""

    def ready(self) -> bool:
        """True when the broker answers."""
