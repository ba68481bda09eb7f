"""Batches and the chunks they are composed in."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, as_row
from api.ports import BATCH_STATES, Batch, BatchFile, BatchState, BlobRef, Chunk, ChunkState, FileRole
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from api.ports import Page, PageRequest


class SqlBatches(Repository):
    """`api.ports.Batches`."""

    def add_many(self, organisation_id: str, batches: Iterable[Batch]) -> None:
        """Insert what is new."""
        for batch in batches:
            row = as_row(batch) | {"group": dict(batch.group), "files": list(map(_file_row, batch.files))}
            if self._insert_new(tables.batches, row, tables.batches.c.id) is not None:
                name = f"batch-{batch.state}"
                self._event(organisation_id, batch.id, name, batch.created_at, job=batch.job_id, pieces=batch.pieces)

    def get(self, organisation_id: str, batch_id: str) -> Batch:
        """One batch."""
        return _batch(self._one(tables.batches, organisation_id, batch_id, "batch"))

    def list(self, organisation_id: str, page: PageRequest, job_id: str | None = None) -> Page[Batch]:
        """Of one job by number, of all newest first."""
        c = tables.batches.c
        statement = select(tables.batches).where(c.organisation_id == organisation_id)
        if job_id is not None:
            statement = statement.where(c.job_id == job_id, c.number > page.after_number()).order_by(c.number)
            return self._page(statement, page.limit, _batch, lambda batch: batch.number)
        if page.after is not None:
            last = self._one(tables.batches, organisation_id, page.after, "batch")
            older = or_(c.created_at < last.created_at, and_(c.created_at == last.created_at, c.id < last.id))
            statement = statement.where(older)
        statement = statement.order_by(c.created_at.desc(), c.id.desc())
        return self._page(statement, page.limit, _batch, lambda batch: batch.id)

    def set_state(self, organisation_id: str, batch_id: str, to: BatchState, at: datetime) -> Batch:
        """Guarded."""
        row = self._one(tables.batches, organisation_id, batch_id, "batch")
        released: dict[str, object] = {"released_at": at} if to is BatchState.RELEASED else {}
        if not self._move(tables.batches, BATCH_STATES, row, to, **released):
            return _batch(row)
        self._event(organisation_id, batch_id, f"batch-{to}", at, job=row.job_id)
        return replace(_batch(row), state=to, released_at=at if released else None)

    def set_files(self, organisation_id: str, batch_id: str, files: Sequence[BatchFile]) -> None:
        """Until release."""
        batch = self.get(organisation_id, batch_id)
        if batch.state is BatchState.RELEASED:
            raise Refusal("state-conflict", f"{batch_id} is released; its files can no longer change.")
        c = tables.batches.c
        self._connection.execute(
            update(tables.batches)
            .where(c.organisation_id == organisation_id, c.id == batch_id)
            .values(files=list(map(_file_row, files)))
        )


class SqlChunks(Repository):
    """`api.ports.Chunks`."""

    def add_many(self, organisation_id: str, chunks: Iterable[Chunk]) -> None:
        """Insert what is new."""
        for chunk in chunks:
            if chunk.organisation_id != organisation_id:
                raise ValueError("a chunk of another organisation")
            self._insert_new(tables.chunks, as_row(chunk), tables.chunks.c.id)

    def get(self, organisation_id: str, chunk_id: str) -> Chunk:
        """One chunk."""
        return Chunk(**self._one(tables.chunks, organisation_id, chunk_id, "chunk")._asdict())

    def of_batch(self, organisation_id: str, batch_id: str) -> Sequence[Chunk]:
        """By number."""
        c = tables.chunks.c
        statement = select(tables.chunks).where(c.organisation_id == organisation_id, c.batch_id == batch_id)
        return [Chunk(**row._asdict()) for row in self._connection.execute(statement.order_by(c.number))]

    def finish(self, organisation_id: str, chunk_id: str, result: BlobRef) -> bool:
        """Once."""
        self.get(organisation_id, chunk_id)
        c = tables.chunks.c
        statement = (
            update(tables.chunks)
            .where(c.organisation_id == organisation_id, c.id == chunk_id, c.state == ChunkState.PLANNED)
            .values(state=ChunkState.COMPOSED, result=result)
        )
        return self._connection.execute(statement).rowcount == 1

    def unfinished(self, organisation_id: str, batch_id: str) -> int:
        """Count."""
        c = tables.chunks.c
        where = (c.organisation_id == organisation_id, c.batch_id == batch_id, c.state == ChunkState.PLANNED)
        return self._connection.execute(select(func.count()).select_from(tables.chunks).where(*where)).scalar_one()


def _file_row(file: BatchFile) -> dict[str, object]:
    return asdict(file) | {"blob": str(file.blob)}


def _file(row: dict[str, Any]) -> BatchFile:
    return BatchFile(**row | {"blob": BlobRef.parse(row["blob"]), "role": FileRole(row["role"])})


def _batch(row: Row[Any]) -> Batch:
    values: dict[str, Any] = row._asdict()
    return Batch(**values | {"files": tuple(map(_file, values["files"]))})
