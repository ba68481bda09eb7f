"""Repositories of what happened and what is to be done: events, answers to requests, blobs to remove, and the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from api.ports.entities import Event, StoredAnswer
    from api.ports.states import WorkState
    from api.ports.values import BlobRef, Page, PageRequest
    from api.ports.work import WorkItem


class Trash(Protocol):
    """Blobs that may be removed once nothing refers to them: named in the transaction that lets go of them."""

    def add(
        self, organisation_id: str, blobs: Iterable[BlobRef], not_before: datetime, *, shared: bool = False
    ) -> None:
        """Name blobs; one that is named again keeps the later time.

        ``shared`` blobs may be the same bytes as something else has and are looked for before they go.
        """

    def keep(self, organisation_id: str, blob: BlobRef) -> None:
        """Take a blob's name back. Waits for whoever is removing it; look afterwards whether it is still there."""

    def take(self, now: datetime, limit: int = 100) -> Sequence[tuple[str, BlobRef]]:
        """Forget names that are due, in all organisations; those to which nothing refers are to be removed now.

        Remove them before the transaction ends: whoever wants one of them waits until then.
        """


class Answers(Protocol):
    """Answers to requests with an idempotency key."""

    def begin(self, answer: StoredAnswer) -> StoredAnswer | None:
        """Insert the in-progress marker; returns the row that was there when the key was used before."""

    def finish(self, answer: StoredAnswer) -> None:
        """Store the response."""

    def abandon(self, organisation_id: str, key: str, route: str) -> None:
        """Remove an in-progress marker, so that the caller may try again."""

    def expire(self, before: datetime) -> int:
        """Remove what is older, in all organisations; returns how many rows went."""


class Events(Protocol):
    """What happened: append only."""

    def append(self, event: Event) -> Event:
        """Write one event; returns it with its number."""

    def of_subject(self, organisation_id: str, subject_id: str, page: PageRequest) -> Page[Event]:
        """Events of one thing, oldest first."""

    def list(self, organisation_id: str, page: PageRequest) -> Page[Event]:
        """Events of an organisation, oldest first."""


class Outbox(Protocol):
    """Asks for work in the same transaction as the state that needs it."""

    def enqueue(
        self, organisation_id: str, kind: str, subject_id: str, priority: int = 5, not_before: datetime | None = None
    ) -> bool:
        """Ask once: False, and no change, when this kind and subject was asked before (done and failed too)."""

    def again(self, organisation_id: str, kind: str, subject_id: str) -> bool:
        """Queue a failed or done item afresh; False when there is none."""

    def cancel(self, organisation_id: str, kind: str, subject_ids: Sequence[str]) -> int:
        """Remove items that nobody has claimed; returns how many went."""


class Work(Protocol):
    """The queue itself; only the worker and the sweeper use it, so it spans organisations."""

    def claim(
        self, owner: str, now: datetime, lease_until: datetime, kinds: Sequence[str], max_attempts: int
    ) -> WorkItem | None:
        """Take the first item that is due, free and has attempts left, or None."""

    def extend(self, item: WorkItem, lease_until: datetime) -> bool:
        """Extend the lease; False when the item is no longer ours."""

    def complete(self, item: WorkItem) -> None:
        """Mark done; raises `LeaseLost` when the item is no longer ours."""

    def retry(self, item: WorkItem, code: str, not_before: datetime) -> bool:
        """Give the item back for later; False when it is no longer ours."""

    def fail(self, item: WorkItem, code: str, at: datetime) -> bool:
        """Give up for good, with an event on the subject; False when it is no longer ours."""

    def release(self, owner: str) -> int:
        """Queue again what a worker that has died was doing; returns how many."""

    def expire_leases(self, now: datetime) -> int:
        """Queue again what has a lease that ran out; returns how many."""

    def exhausted(self, max_attempts: int, limit: int = 100) -> Sequence[WorkItem]:
        """Queued items that have used up their attempts."""

    def unsent(self, limit: int = 1000) -> Sequence[int]:
        """Numbers of outbox notes, oldest first: one wake-up is to be sent for each."""

    def sent(self, notes: Sequence[int], next_send_at: datetime) -> None:
        """Remove notes whose wake-ups have been sent; an item still queued at ``next_send_at`` counts as starved."""

    def starved(self, now: datetime, resend_after_s: float, limit: int = 100) -> int:
        """Mark queued items whose wake-up seems lost as sent again; returns how many wake-ups to send."""

    def find(self, organisation_id: str, kind: str, subject_id: str) -> WorkItem | None:
        """One item."""

    def counts(self) -> Mapping[WorkState, int]:
        """How many items are in each state."""
