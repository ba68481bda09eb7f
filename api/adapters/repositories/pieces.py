"""Mail pieces by the ten thousand, and the deletable annex with what their records said."""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from isal import isal_zlib
from sqlalchemy import delete, func, or_, select, text, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, chunked, not_found
from api.ports import PIECE_STATES, Piece, PieceInRoom, PieceState, PieceToCompose, PieceToPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from api.ports import Page, PageRequest, Placement

# level 1: half as large at a tenth of the price of zlib's level 6, and a record is only about a kilobyte
_COMPRESSION = 1
_IDS_AT_ONCE = 500
_COLUMNS = tuple(field.name for field in fields(Piece))
_ANNEX = ("piece_id", "organisation_id", "job_id", "data")
_row = attrgetter(*_COLUMNS)
# columns in the order of the fields, so that a row is a piece
_PIECES = select(*(tables.pieces.c[name] for name in _COLUMNS))
_TO_PLAN = select(*(tables.pieces.c[name] for name in PieceToPlan._fields))
_TO_COMPOSE = select(*(tables.pieces.c[name] for name in PieceToCompose._fields))
_TO_ROOM = select(*(tables.pieces.c[name] for name in PieceInRoom._fields))
_PLACE_ONE = (
    "UPDATE pieces SET batch_id = ?, batch_position = ?, set_id = ?, envelope = ?, bundle = ?, tray = ? "
    "WHERE id = ? AND organisation_id = ?"
)
# a statement per row would be a round trip per row
_PLACE = text(
    "UPDATE pieces SET batch_id = v.batch_id, batch_position = v.position, set_id = v.set_id, envelope = v.envelope, "
    "bundle = v.bundle, tray = v.tray FROM unnest(CAST(:pieces AS text[]), CAST(:batches AS text[]), "
    "CAST(:positions AS int[]), CAST(:sets AS text[]), CAST(:envelopes AS int[]), CAST(:bundles AS int[]), "
    "CAST(:trays AS int[])) AS v(piece_id, batch_id, position, set_id, envelope, bundle, tray) "
    "WHERE pieces.organisation_id = :organisation_id AND pieces.id = v.piece_id"
)


class SqlPieces(Repository):
    """`api.ports.Pieces`."""

    def add_many(self, organisation_id: str, pieces: Iterable[tuple[Piece, bytes]]) -> int:
        """Insert in blocks."""
        added = 0
        for block in chunked(pieces):
            if any(piece.organisation_id != organisation_id for piece, _ in block):
                raise ValueError("a piece of another organisation")
            self._insert_many(tables.pieces, _COLUMNS, [_row(piece) for piece, _ in block])
            annex = [
                (piece.id, organisation_id, piece.job_id, isal_zlib.compress(values, _COMPRESSION))
                for piece, values in block
            ]
            self._insert_many(tables.piece_values, _ANNEX, annex)
            added += len(block)
        return added

    def clear(self, organisation_id: str, job_id: str) -> None:
        """Remove all of a job."""
        self.delete_values(organisation_id, job_id)
        self._connection.execute(delete(tables.pieces).where(*_of_job(organisation_id, job_id)))

    def get(self, organisation_id: str, piece_id: str) -> Piece:
        """One piece."""
        statement = _PIECES.where(tables.pieces.c.organisation_id == organisation_id, tables.pieces.c.id == piece_id)
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise not_found("piece", piece_id)
        return _piece(row)

    def by_record(self, organisation_id: str, job_id: str, record_id: str) -> Piece:
        """The first piece of the submitter's record."""
        c = tables.pieces.c
        statement = _PIECES.where(*_of_job(organisation_id, job_id), c.record_id == record_id)
        row = self._connection.execute(statement.order_by(c.sequence).limit(1)).one_or_none()
        if row is None:
            raise not_found("piece", record_id)
        return _piece(row)

    def list(
        self, organisation_id: str, job_id: str, page: PageRequest, state: PieceState | None = None
    ) -> Page[Piece]:
        """By sequence."""
        c = tables.pieces.c
        statement = _PIECES.where(*_of_job(organisation_id, job_id), c.sequence > page.after_number())
        if state is not None:
            statement = statement.where(c.state == state)
        return self._page(statement.order_by(c.sequence), page.limit, _piece, lambda piece: piece.sequence)

    def of_job(self, organisation_id: str, job_id: str) -> Iterator[Piece]:
        """Streamed by sequence."""
        statement = (
            _PIECES.where(*_of_job(organisation_id, job_id)).order_by(tables.pieces.c.sequence)
        ).execution_options(yield_per=2000)
        return map(_piece, self._connection.execute(statement))

    def to_plan(self, organisation_id: str, job_id: str) -> Iterator[PieceToPlan]:
        """Streamed."""
        statement = _TO_PLAN.where(*_of_job(organisation_id, job_id)).execution_options(yield_per=2000)
        return map(PieceToPlan._make, self._connection.execute(statement))

    def of_batch(
        self, organisation_id: str, batch_id: str, first: int = 0, count: int | None = None
    ) -> Sequence[Piece]:
        """By position."""
        where = _of_batch(organisation_id, batch_id, first, count)
        statement = _PIECES.where(*where).order_by(tables.pieces.c.batch_position)
        return [_piece(row) for row in self._connection.execute(statement)]

    def to_compose(self, organisation_id: str, batch_id: str, first: int, count: int) -> Sequence[PieceToCompose]:
        """By position."""
        where = _of_batch(organisation_id, batch_id, first, count)
        statement = _TO_COMPOSE.where(*where).order_by(tables.pieces.c.batch_position)
        return [PieceToCompose._make(row) for row in self._connection.execute(statement)]

    def values(self, organisation_id: str, piece_ids: Sequence[str]) -> Mapping[str, bytes]:
        """From the annex."""
        c = tables.piece_values.c
        found: dict[str, bytes] = {}
        for start in range(0, len(piece_ids), _IDS_AT_ONCE):
            ids = piece_ids[start : start + _IDS_AT_ONCE]
            statement = select(c.piece_id, c.data).where(c.organisation_id == organisation_id, c.piece_id.in_(ids))
            found.update((row.piece_id, isal_zlib.decompress(row.data)) for row in self._connection.execute(statement))
        return found

    def place_many(self, organisation_id: str, placements: Iterable[Placement]) -> None:
        """In blocks."""
        for block in chunked(placements):
            if self._connection.dialect.name == "postgresql":
                columns = {
                    "pieces": [p.piece_id for p in block],
                    "batches": [p.batch_id for p in block],
                    "positions": [p.position for p in block],
                    "sets": [p.set_id for p in block],
                    "envelopes": [p.envelope for p in block],
                    "bundles": [p.bundle for p in block],
                    "trays": [p.tray for p in block],
                }
                self._connection.execute(_PLACE, columns | {"organisation_id": organisation_id})
            else:
                rows = [
                    (p.batch_id, p.position, p.set_id, p.envelope, p.bundle, p.tray, p.piece_id, organisation_id)
                    for p in block
                ]
                self._connection.exec_driver_sql(_PLACE_ONE, rows)

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
        # what was stopped goes on by `resume` only
        before = [state for state, nexts in PIECE_STATES.items() if to in nexts and state is not PieceState.STOPPED]
        where = _of_batch(organisation_id, batch_id, first, count)
        statement = update(tables.pieces).where(*where, tables.pieces.c.state.in_(before)).values(**_moved(to))
        moved = self._connection.execute(statement).rowcount
        if moved:
            self._event(organisation_id, batch_id, f"pieces-{to}", at, first=first, count=moved)
        return moved

    def stop(self, organisation_id: str, piece_id: str, reason: str, at: datetime, by: str = "") -> Piece:
        """Guarded."""
        piece = self.get(organisation_id, piece_id)
        row = self._one(tables.pieces, organisation_id, piece_id, "piece")
        if not self._move(tables.pieces, PIECE_STATES, row, PieceState.STOPPED, stop_reason=reason):
            return piece
        self._event(organisation_id, piece_id, "piece-stopped", at, reason=reason, by=by)
        return replace(piece, state=PieceState.STOPPED, stop_reason=reason)

    def resume(self, organisation_id: str, piece_id: str, to: PieceState, why: tuple[str, str], at: datetime) -> Piece:
        """Guarded."""
        piece = self.get(organisation_id, piece_id)
        row = self._one(tables.pieces, organisation_id, piece_id, "piece")
        if not self._move(tables.pieces, PIECE_STATES, row, to, stop_reason=None):
            return piece
        self._event(organisation_id, piece_id, "piece-resumed", at, reason=why[0], by=why[1])
        return replace(piece, state=to, stop_reason=None)

    def in_room(self, organisation_id: str, batch_id: str) -> Sequence[PieceInRoom]:
        """By position."""
        where = _of_batch(organisation_id, batch_id, 0, None)
        statement = _TO_ROOM.where(*where).order_by(tables.pieces.c.batch_position)
        return [PieceInRoom._make(row) for row in self._connection.execute(statement)]

    def move_many(self, organisation_id: str, piece_ids: Sequence[str], to: PieceState) -> int:
        """In blocks; those that may not go there stay."""
        before = [state for state, nexts in PIECE_STATES.items() if to in nexts]
        c = tables.pieces.c
        moved = 0
        for start in range(0, len(piece_ids), _IDS_AT_ONCE):
            ids = piece_ids[start : start + _IDS_AT_ONCE]
            where = (c.organisation_id == organisation_id, c.id.in_(ids), c.state.in_(before))
            moved += self._connection.execute(update(tables.pieces).where(*where).values(**_moved(to))).rowcount
        return moved

    def find(self, organisation_id: str, text: str, limit: int) -> Sequence[Piece]:
        """Newest first."""
        c = tables.pieces.c
        statement = _PIECES.where(c.organisation_id == organisation_id, or_(c.id == text, c.record_id == text))
        return [_piece(row) for row in self._connection.execute(statement.order_by(c.id.desc()).limit(limit))]

    def at_envelope(self, organisation_id: str, batch_id: str, envelope: int) -> Sequence[Piece]:
        """By position."""
        c = tables.pieces.c
        statement = _PIECES.where(*_of_batch(organisation_id, batch_id, 0, None), c.envelope == envelope)
        return [_piece(row) for row in self._connection.execute(statement.order_by(c.batch_position))]

    def states(self, organisation_id: str, batch_id: str) -> Mapping[PieceState, tuple[int, int]]:
        """Counted by the database."""
        c = tables.pieces.c
        statement = select(c.state, func.count(), func.sum(c.sheets)).where(
            *_of_batch(organisation_id, batch_id, 0, None)
        )
        return {row[0]: (row[1], int(row[2])) for row in self._connection.execute(statement.group_by(c.state))}

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


def _moved(to: PieceState) -> dict[str, object]:
    """What changes with the state: in a released file it is printed once more."""
    printed: dict[str, object] = {"prints": tables.pieces.c.prints + 1} if to is PieceState.PRINTED_READY else {}
    return {"state": to} | printed


def _piece(row: Sequence[Any]) -> Piece:
    return Piece(*row)
