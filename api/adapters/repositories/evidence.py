"""Chains of evidence, annexes and checkpoints."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, literal, or_, select, update

from agreements.evidence.canonical import canonical
from agreements.evidence.chain import ZERO, Draft, Event, Head, extend, moment
from agreements.evidence.checkpoint import Checkpoint
from api.adapters import evidence_tables as own
from api.adapters.columns import UtcTime
from api.adapters.repositories.base import Repository, chunked
from api.ports import Annex, ChainOf, KeptCheckpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Row, Table

    from api.ports import CheckpointState, EvidenceDraft

_COLUMNS = ("organisation_id", "mode", "seq", "at", "kind", "subject_id", "prev", "body", "body_digest", "digest")
_OF_CHECKPOINT = ("number", "first", "last", "head", "root", "prev", "at")
_PROGRESS = ("state", "state_at", "document", "stamp", "tries", "next_try_at", "code", "detail")


class SqlEvidenceChains(Repository):
    """`api.ports.EvidenceChains`."""

    def append(self, chain: ChainOf, drafts: Sequence[EvidenceDraft]) -> Sequence[Event]:
        """The row of the chain is held, so numbers have no gaps: who rolls back gives its numbers back."""
        if not drafts:
            return ()
        head, events = self.hold(chain), list[Event]()
        for draft in drafts:
            event = extend(chain.name, head, Draft(moment(draft.at), draft.kind, draft.subject_id, draft.body))
            head = event.head
            events.append(event)
        for block in chunked(events):
            self._insert_many(own.evidence_events, _COLUMNS, [_event_row(chain, event) for event in block])
        since = func.coalesce(own.evidence_chains.c.open_since, literal(drafts[0].at, UtcTime))
        values = {"seq": head.seq, "digest": head.digest, "open_since": since}
        self._connection.execute(update(own.evidence_chains).where(*_of(own.evidence_chains, chain)).values(**values))
        return events

    def head(self, chain: ChainOf) -> Head:
        """From the row of the chain."""
        return self._head(chain, held=False) or Head()

    def hold(self, chain: ChainOf) -> Head:
        """On PostgreSQL the row is locked; SQLite has one writer anyway."""
        found = self._head(chain, held=True)
        if found is None:
            row = {"organisation_id": chain.organisation_id, "mode": chain.mode, "seq": 0, "digest": ZERO, "covered": 0}
            self._insert_new(own.evidence_chains, row, own.evidence_chains.c.seq)
            found = self._head(chain, held=True)
        return found or Head()

    def _head(self, chain: ChainOf, *, held: bool) -> Head | None:
        table = own.evidence_chains
        statement = select(table.c.seq, table.c.digest).where(*_of(table, chain))
        row = self._connection.execute(statement.with_for_update() if held else statement).one_or_none()
        return None if row is None else Head(row.seq, row.digest)

    def page(self, chain: ChainOf, after: int, limit: int) -> Sequence[Event]:
        """By number."""
        return self._events(chain, own.evidence_events.c.seq > after, limit=limit)

    def of_subject(self, chain: ChainOf, subject_id: str) -> Sequence[Event]:
        """By number."""
        return self._events(chain, own.evidence_events.c.subject_id == subject_id)

    def some(self, chain: ChainOf, numbers: Collection[int]) -> Sequence[Event]:
        """By number."""
        return self._events(chain, own.evidence_events.c.seq.in_(sorted(numbers)))

    def _events(self, chain: ChainOf, wanted: ColumnElement[bool], limit: int | None = None) -> Sequence[Event]:
        table = own.evidence_events
        statement = select(table).where(*_of(table, chain), wanted).order_by(table.c.seq).limit(limit)
        return [_event(chain, row) for row in self._connection.execute(statement)]

    def digests(self, chain: ChainOf, first: int, last: int) -> Sequence[str]:
        """By number."""
        table = own.evidence_events
        within = table.c.seq.between(first, last)
        statement = select(table.c.digest).where(*_of(table, chain), within).order_by(table.c.seq)
        return self._connection.execute(statement).scalars().all()

    def add_annexes(self, annexes: Sequence[Annex]) -> None:
        """In blocks."""
        for block in chunked(annexes):
            self._connection.execute(insert(own.evidence_annexes), [_annex_row(annex) for annex in block])

    def annexes(self, chain: ChainOf, annex_ids: Collection[str]) -> Sequence[Annex]:
        """By id."""
        return self._annexes(chain, own.evidence_annexes.c.id.in_(sorted(annex_ids)))

    def annexes_of(self, chain: ChainOf, subject_id: str) -> Sequence[Annex]:
        """By id."""
        return self._annexes(chain, own.evidence_annexes.c.subject_id == subject_id)

    def _annexes(self, chain: ChainOf, wanted: ColumnElement[bool]) -> Sequence[Annex]:
        table = own.evidence_annexes
        statement = select(table).where(*_of(table, chain), wanted).order_by(table.c.id)
        return [_annex(chain, row) for row in self._connection.execute(statement)]

    def delete_annexes(self, chain: ChainOf, annex_ids: Collection[str]) -> Sequence[str]:
        """With their keys."""
        table = own.evidence_annexes
        wanted = (*_of(table, chain), table.c.id.in_(sorted(annex_ids)))
        return sorted(self._connection.execute(delete(table).where(*wanted).returning(table.c.id)).scalars())

    def uncovered(self, events: int, before: datetime, limit: int) -> Sequence[ChainOf]:
        """Told by the rows of the chains alone."""
        c = own.evidence_chains.c
        due = or_(c.seq - c.covered >= events, c.open_since <= before)
        statement = select(c.organisation_id, c.mode).where(c.seq > c.covered, due)
        rows = self._connection.execute(statement.order_by(c.open_since, c.organisation_id, c.mode).limit(limit))
        return [ChainOf(row.organisation_id, row.mode) for row in rows]

    def add_checkpoint(self, kept: KeptCheckpoint) -> None:
        """Then the chain is open from the first event behind it."""
        chain, last = kept.chain, kept.checkpoint.last
        point = {name: getattr(kept.checkpoint, name) for name in _OF_CHECKPOINT}
        row = {"id": kept.id, "organisation_id": chain.organisation_id, "mode": chain.mode} | point
        self._connection.execute(insert(own.evidence_checkpoints).values(**row | _progress(kept)))
        behind = self.page(chain, last, 1)
        since = datetime.fromisoformat(behind[0].at) if behind else None
        values = {"covered": last, "open_since": since}
        self._connection.execute(update(own.evidence_chains).where(*_of(own.evidence_chains, chain)).values(**values))

    def last_checkpoint(self, chain: ChainOf) -> KeptCheckpoint | None:
        """By number."""
        table = own.evidence_checkpoints
        statement = select(table).where(*_of(table, chain)).order_by(table.c.number.desc()).limit(1)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _kept(row)

    def checkpoints(self, chain: ChainOf, after: int, limit: int) -> Sequence[KeptCheckpoint]:
        """By number."""
        table = own.evidence_checkpoints
        return self._checkpoints(*_of(table, chain), table.c.number > after, limit=limit)

    def covering(self, chain: ChainOf, numbers: Collection[int]) -> Sequence[KeptCheckpoint]:
        """By number."""
        if not numbers:
            return ()
        c = own.evidence_checkpoints.c
        over = or_(*(and_(c.first <= number, c.last >= number) for number in sorted(numbers)))
        return self._checkpoints(*_of(own.evidence_checkpoints, chain), over)

    def _checkpoints(self, *wanted: ColumnElement[bool], limit: int | None = None) -> Sequence[KeptCheckpoint]:
        table = own.evidence_checkpoints
        statement = select(table).where(*wanted).order_by(table.c.number).limit(limit)
        return [_kept(row) for row in self._connection.execute(statement)]

    def checkpoint(self, organisation_id: str, checkpoint_id: str) -> KeptCheckpoint:
        """One."""
        return _kept(self._one(own.evidence_checkpoints, organisation_id, checkpoint_id, "checkpoint"))

    def settle(self, before: KeptCheckpoint, after: KeptCheckpoint) -> bool:
        """Compared by what a try changes."""
        c = own.evidence_checkpoints.c
        same = (c.id == before.id, c.state == before.state, c.tries == before.tries)
        statement = update(own.evidence_checkpoints).where(*same).values(**_progress(after))
        return self._connection.execute(statement).rowcount > 0

    def due(self, states: Collection[CheckpointState], now: datetime, limit: int) -> Sequence[KeptCheckpoint]:
        """Since when they are in their state."""
        c = own.evidence_checkpoints.c
        wanted = (c.state.in_(sorted(states)), or_(c.next_try_at.is_(None), c.next_try_at <= now))
        statement = select(own.evidence_checkpoints).where(*wanted).order_by(c.state_at, c.id).limit(limit)
        return [_kept(row) for row in self._connection.execute(statement)]


def _of(table: Table, chain: ChainOf) -> tuple[ColumnElement[bool], ...]:
    return (table.c.organisation_id == chain.organisation_id, table.c.mode == chain.mode)


def _event_row(chain: ChainOf, event: Event) -> tuple[Any, ...]:
    body = canonical(dict(event.body or {})).decode()
    told = (event.seq, event.at, str(event.kind), event.subject, event.prev, body, event.body_digest, event.digest)
    return (chain.organisation_id, str(chain.mode), *told)


def _event(chain: ChainOf, row: Row[Any]) -> Event:
    told = (chain.name, row.seq, row.at, row.kind, row.subject_id, row.prev)
    return Event(*told, json.loads(row.body), row.body_digest, row.digest)


def _annex_row(annex: Annex) -> dict[str, Any]:
    row: dict[str, Any] = {"id": annex.id, "organisation_id": annex.chain.organisation_id, "mode": annex.chain.mode}
    row |= {"subject_id": annex.subject_id, "key": annex.key, "value": canonical(annex.value).decode()}
    return row | {"hmac": annex.hmac, "created_at": annex.created_at}


def _annex(chain: ChainOf, row: Row[Any]) -> Annex:
    return Annex(row.id, chain, row.subject_id, bytes(row.key), json.loads(row.value), row.hmac, row.created_at)


def _progress(kept: KeptCheckpoint) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in _PROGRESS}


def _kept(row: Row[Any]) -> KeptCheckpoint:
    chain = ChainOf(row.organisation_id, row.mode)
    point = Checkpoint(chain=chain.name, **{name: getattr(row, name) for name in _OF_CHECKPOINT})
    return KeptCheckpoint(row.id, chain, point, **{name: getattr(row, name) for name in _PROGRESS})
