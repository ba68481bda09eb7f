"""Mail pieces by the ten thousand, and the deletable annex with what their records said."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, as_row, chunked, not_found
from api.ports import PIECE_STATES, Piece, PieceState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from api.ports import Page, PageRequest, Placement

# level 1: three times smaller at a tenth of the price of level 6, and a record is only about a kilobyte
_COMPRESSION = 1
_IDS_AT_ONCE = 500


class SqlPieces(Repository):
    """`api.ports.Pieces`."""

    def add_many(self, organisation_id: str, pieces: Iterable[tuple[Piece, bytes]]) -> int:
        """Insert in blocks."""
        added = 0
        for block in chunked(pieces):
            if any(piece.organisation_id != organisation_id for piece, _ in block):
                raise ValueError("a piece of another organisation")
            self._connection.execute(insert(tables.pieces), [as_row(piece) for piece, _ in block])
            annex = [
                {
                    "piece_id": piece.id,
                    "organisation_id": organisation_id,
                    "job_id": piece.job_id,
                    "data": zlib.compress(values, _COMPRESSION),
                }
                for piece, values in block
            ]
            self._connection.execute(insert(tables.piece_values), annex)
            added += len(block)
        return added

    def clear(self, organisation_id: str, job_id: str) -> None:
        """Remove all of a job."""
        self.delete_values(organisation_id, job_id)
        self._connection.execute(delete(tables.pieces).where(*_of_job(organisation_id, job_id)))

    def get(self, organisation_id: str, piece_id: str) -> Piece:
        """One piece."""
        return _piece(self._one(tables.pieces, organisation_id, piece_id, "piece"))

    def by_record(self, organisation_id: str, job_id: str, record_id: str) -> Piece:
        """The first piece of the submitter's record."""
        c = tables.pieces.c
        statement = select(tables.pieces).where(*_of_job(organisation_id, job_id), c.record_id == record_id)
        row = self._connection.execute(statement.order_by(c.sequence).limit(1)).one_or_none()
        if row is None:
            raise not_found("piece", record_id)
        return _piece(row)

    def list(
        self, organisation_id: str, job_id: str, page: PageRequest, state: PieceState | None = None
    ) -> Page[Piece]:
        """By sequence."""
        c = tables.pieces.c
        statement = select(tables.pieces).where(*_of_job(organisation_id, job_id), c.sequence > page.after_number())
        if state is not None:
            statement = statement.where(c.state == state)
        return self._page(statement.order_by(c.sequence), page.limit, _piece, lambda piece: piece.sequence)

    def of_job(self, organisation_id: str, job_id: str) -> Iterator[Piece]:
        """Streamed by sequence."""
        statement = (
            select(tables.pieces).where(*_of_job(organisation_id, job_id)).order_by(tables.pieces.c.sequence)
        ).execution_options(yield_per=2000)
        return map(_piece, self._connection.execute(statement))

    def of_batch(
        self, organisation_id: str, batch_id: str, first: int = 0, count: int | None = None
    ) -> Sequence[Piece]:
        """By position."""
        where = _of_batch(organisation_id, batch_id, first, count)
        statement = select(tables.pieces).where(*where).order_by(tables.pieces.c.batch_position)
        return [_piece(row) for row in self._connection.execute(statement)]

    def values(self, organisation_id: str, piece_ids: Sequence[str]) -> Mapping[str, bytes]:
        """From the annex."""
        c = tables.piece_values.c
        found: dict[str, bytes] = {}
        for start in range(0, len(piece_ids), _IDS_AT_ONCE):
            ids = piece_ids[start : start + _IDS_AT_ONCE]
            statement = select(c.piece_id, c.data).where(c.organisation_id == organisation_id, c.piece_id.in_(ids))
            found.update((row.piece_id, zlib.decompress(row.data)) for row in self._connection.execute(statement))
        return found

    def place_many(self, organisation_id: str, placements: Iterable[Placement]) -> None:
        """In blocks."""
        c = tables.pieces.c
        statement = (
            update(tables.pieces)
            .where(c.organisation_id == organisation_id, c.id == bindparam("piece"))
            .values(batch_id=bindparam("batch"), batch_position=bindparam("position"))
        )
        for block in chunked(placements):
            rows = [{"piece": p.piece_id, "batch": p.batch_id, "position": p.position} for p in block]
            self._connection.execute(statement, rows)

    def advance_batch(
        self,
        organisation_id: str,
        batch_id: str,
        to: PieceState,
        at: datetime,
        first: int = 0,
        count: int | None = None,
    ) -> int:
        """One statement for the range."""
        before = [state for state, nexts in PIECE_STATES.items() if to in nexts]
        where = _of_batch(organisation_id, batch_id, first, count)
        statement = update(tables.pieces).where(*where, tables.pieces.c.state.in_(before)).values(state=to)
        moved = self._connection.execute(statement).rowcount
        if moved:
            self._event(organisation_id, batch_id, f"pieces-{to}", at, first=first, count=moved)
        return moved

    def stop(self, organisation_id: str, piece_id: str, reason: str, at: datetime) -> Piece:
        """Guarded."""
        row = self._one(tables.pieces, organisation_id, piece_id, "piece")
        if self._move(tables.pieces, PIECE_STATES, row, PieceState.STOPPED, stop_reason=reason):
            self._event(organisation_id, piece_id, "piece-stopped", at, reason=reason)
            return replace(_piece(row), state=PieceState.STOPPED, stop_reason=reason)
        return _piece(row)

    def delete_values(self, organisation_id: str, job_id: str) -> int:
        """Empty the annex of a job."""
        c = tables.piece_values.c
        statement = delete(tables.piece_values).where(c.organisation_id == organisation_id, c.job_id == job_id)
        return self._connection.execute(statement).rowcount


def _of_job(organisation_id: str, job_id: str) -> tuple[ColumnElement[bool], ...]:
    c = tables.pieces.c
    return (c.organisation_id == organisation_id, c.job_id == job_id)


def _of_batch(organisation_id: str, batch_id: str, first: int, count: int | None) -> tuple[ColumnElement[bool], ...]:
    c = tables.pieces.c
    where = (c.organisation_id == organisation_id, c.batch_id == batch_id, c.batch_position >= first)
    return where if count is None else (*where, c.batch_position < first + count)


def _piece(row: Row[Any]) -> Piece:
    return Piece(**row._asdict())
