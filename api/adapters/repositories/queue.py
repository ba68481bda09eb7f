"""The queue: rows are the truth, messages only wake workers up, and a claim is one conditional statement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, insert, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository
from api.ports import LeaseLost, WorkItem, WorkState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from api.ports import Clock

_AT_ONCE = datetime.min.replace(tzinfo=UTC)
_SLOWEST_DOUBLING = 6


class SqlOutbox(Repository):
    """`api.ports.Outbox`; ``notes`` counts what was asked, so that workers are woken after the commit."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """The clock dates the requests."""
        super().__init__(connection)
        self._clock = clock
        self.notes = 0

    def enqueue(
        self, organisation_id: str, kind: str, subject_id: str, priority: int = 5, not_before: datetime | None = None
    ) -> bool:
        """Insert once."""
        now = self._clock.now()
        later = not_before is not None and not_before > now
        row = {
            "organisation_id": organisation_id,
            "kind": kind,
            "subject_id": subject_id,
            "created_at": now,
            "not_before": not_before or now,
            "state": WorkState.QUEUED,
            "priority": priority,
            "attempts": 0,
            # work for later gets no note: the sweeper wakes somebody when it is due
            "next_send_at": not_before if later else None,
            "sends": 0,
        }
        work_id = self._insert_new(tables.work, row, tables.work.c.id)
        if work_id is not None and not later:
            self._note(work_id)
        return work_id is not None

    def again(self, organisation_id: str, kind: str, subject_id: str) -> bool:
        """Queue afresh what has ended."""
        c = tables.work.c
        ended = c.state.in_([WorkState.DONE, WorkState.FAILED])
        where = (c.organisation_id == organisation_id, c.kind == kind, c.subject_id == subject_id, ended)
        fresh = {"state": WorkState.QUEUED, "attempts": 0, "error_code": None, "not_before": self._clock.now()}
        statement = update(tables.work).where(*where).values(**fresh, sends=0, next_send_at=None).returning(c.id)
        work_id = self._connection.execute(statement).scalar_one_or_none()
        if work_id is not None:
            self._note(work_id)
        return work_id is not None

    def cancel(self, organisation_id: str, kind: str, subject_ids: Sequence[str]) -> int:
        """Remove what nobody has claimed."""
        c = tables.work.c
        gone = 0
        for start in range(0, len(subject_ids), 500):
            some = c.subject_id.in_(subject_ids[start : start + 500])
            where = (c.organisation_id == organisation_id, c.kind == kind, some, c.state == WorkState.QUEUED)
            gone += self._connection.execute(delete(tables.work).where(*where)).rowcount
        return gone

    def _note(self, work_id: object) -> None:
        self._connection.execute(insert(tables.outbox).values(work_id=work_id))
        self.notes += 1


class SqlWork(Repository):
    """`api.ports.Work`."""

    def claim(
        self, owner: str, now: datetime, lease_until: datetime, kinds: Sequence[str], max_attempts: int
    ) -> WorkItem | None:
        """One statement; on PostgreSQL two workers never wait for the same row."""
        c = tables.work.c
        free = (c.state == WorkState.QUEUED, c.not_before <= now, c.kind.in_(kinds), c.attempts < max_attempts)
        first = select(c.id).where(*free).order_by(c.priority, c.id).limit(1).with_for_update(skip_locked=True)
        claimed = {"state": WorkState.RUNNING, "owner": owner, "lease_until": lease_until, "attempts": c.attempts + 1}
        statement = update(tables.work).where(c.id == first.scalar_subquery()).values(**claimed).returning(tables.work)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _item(row)

    def extend(self, item: WorkItem, lease_until: datetime) -> bool:
        """While ours."""
        return self._change(item, lease_until=lease_until)

    def complete(self, item: WorkItem) -> None:
        """Only while ours."""
        if not self._change(item, state=WorkState.DONE, lease_until=None):
            raise LeaseLost("lease-lost", f"Another worker has taken over {item.kind} {item.subject_id}.")

    def retry(self, item: WorkItem, code: str, not_before: datetime) -> bool:
        """Later; the sweeper wakes somebody."""
        again = {"not_before": not_before, "next_send_at": not_before, "error_code": code}
        return self._change(item, state=WorkState.QUEUED, owner=None, lease_until=None, **again)

    def fail(self, item: WorkItem, code: str, at: datetime) -> bool:
        """For good."""
        c = tables.work.c
        ours = _ours(item) if item.owner else (c.id == item.id, c.state == WorkState.QUEUED)
        changes = {"state": WorkState.FAILED, "error_code": code, "lease_until": None}
        if self._connection.execute(update(tables.work).where(*ours).values(**changes)).rowcount == 0:
            return False
        what = {"kind": item.kind, "code": code, "attempts": item.attempts}
        self._event(item.organisation_id, item.subject_id, "work-failed", at, **what)
        return True

    def release(self, owner: str) -> int:
        """At once: the supervisor saw the worker die."""
        return self._requeue(tables.work.c.owner == owner)

    def expire_leases(self, now: datetime) -> int:
        """After the lease."""
        return self._requeue(tables.work.c.lease_until < now)

    def exhausted(self, max_attempts: int, limit: int = 100) -> Sequence[WorkItem]:
        """No attempts left."""
        c = tables.work.c
        where = (c.state == WorkState.QUEUED, c.attempts >= max_attempts)
        return [_item(row) for row in self._connection.execute(select(tables.work).where(*where).limit(limit))]

    def unsent(self, limit: int = 1000) -> Sequence[int]:
        """Oldest first."""
        number = tables.outbox.c.number
        return list(self._connection.execute(select(number).order_by(number).limit(limit)).scalars())

    def sent(self, notes: Sequence[int], next_send_at: datetime) -> None:
        """Forget the notes."""
        for start in range(0, len(notes), 500):
            some = tables.outbox.c.number.in_(notes[start : start + 500])
            items = select(tables.outbox.c.work_id).where(some)
            self._connection.execute(
                update(tables.work).where(tables.work.c.id.in_(items)).values(next_send_at=next_send_at)
            )
            self._connection.execute(delete(tables.outbox).where(some))

    def starved(self, now: datetime, resend_after_s: float, limit: int = 100) -> int:
        """Each time twice as patient, so that a long queue does not fill the broker with wake-ups."""
        c = tables.work.c
        noted = exists().where(tables.outbox.c.work_id == c.id)
        where = (c.state == WorkState.QUEUED, c.not_before <= now, c.next_send_at <= now, ~noted)
        statement = select(c.id, c.sends).where(*where).order_by(c.priority, c.id).limit(limit)
        rows = self._connection.execute(statement).all()
        for row in rows:
            patience = timedelta(seconds=resend_after_s * 2 ** min(row.sends, _SLOWEST_DOUBLING))
            changes = {"next_send_at": now + patience, "sends": row.sends + 1}
            self._connection.execute(update(tables.work).where(c.id == row.id).values(**changes))
        return len(rows)

    def find(self, organisation_id: str, kind: str, subject_id: str) -> WorkItem | None:
        """One item."""
        c = tables.work.c
        where = (c.organisation_id == organisation_id, c.kind == kind, c.subject_id == subject_id)
        row = self._connection.execute(select(tables.work).where(*where)).one_or_none()
        return None if row is None else _item(row)

    def counts(self) -> Mapping[WorkState, int]:
        """Every state, zero too."""
        state = tables.work.c.state
        found = {
            row.state: row.number
            for row in self._connection.execute(select(state, func.count().label("number")).group_by(state))
        }
        return {each: found.get(each, 0) for each in WorkState}

    def _change(self, item: WorkItem, **changes: object) -> bool:
        return self._connection.execute(update(tables.work).where(*_ours(item)).values(**changes)).rowcount == 1

    def _requeue(self, whose: ColumnElement[bool]) -> int:
        queued = {"state": WorkState.QUEUED, "owner": None, "lease_until": None, "next_send_at": _AT_ONCE}
        statement = update(tables.work).where(tables.work.c.state == WorkState.RUNNING, whose).values(**queued)
        return self._connection.execute(statement).rowcount


def _ours(item: WorkItem) -> tuple[ColumnElement[bool], ...]:
    c = tables.work.c
    return (c.id == item.id, c.state == WorkState.RUNNING, c.owner == item.owner, c.attempts == item.attempts)


def _item(row: Row[Any]) -> WorkItem:
    values = row._asdict()
    del values["next_send_at"], values["sends"]
    return WorkItem(**values)
