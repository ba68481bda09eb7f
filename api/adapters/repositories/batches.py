"""Batches and the chunks they are composed in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, not_, or_, select, update

from api.adapters import tables
from api.adapters.repositories.base import Repository, as_row
from api.adapters.repositories.files import file_of, file_row
from api.ports import BATCH_STATES, IN_PRINT_ROOM, Batch, BatchState, Chunk, ChunkState, Lingering, Mode
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from api.ports import BatchFile, BlobRef, Page, PageRequest

_ENDS = frozenset({BatchState.HANDED_OVER, BatchState.CANCELLED})


class SqlBatches(Repository):
    """`api.ports.Batches`."""

    def add_many(self, organisation_id: str, batches: Iterable[Batch]) -> None:
        """Insert what is new."""
        for batch in batches:
            row = as_row(batch) | {
                "group": dict(batch.group),
                "files": list(map(file_row, batch.files)),
                "state_at": batch.state_at or batch.created_at,
            }
            if self._insert_new(tables.batches, row, tables.batches.c.id) is not None:
                name = f"batch-{batch.state}"
                self._event(organisation_id, batch.id, name, batch.created_at, job=batch.job_id, pieces=batch.pieces)

    def get(self, organisation_id: str, batch_id: str) -> Batch:
        """One batch."""
        return _batch(self._one(tables.batches, organisation_id, batch_id, "batch"))

    def list(
        self, organisation_id: str, page: PageRequest, job_id: str | None = None, state: BatchState | None = None
    ) -> Page[Batch]:
        """Of one job by number, of all newest first."""
        c = tables.batches.c
        statement = select(tables.batches).where(c.organisation_id == organisation_id)
        if state is not None:
            statement = statement.where(c.state == state)
        if job_id is not None:
            statement = statement.where(c.job_id == job_id, c.number > page.after_number()).order_by(c.number)
            return self._page(statement, page.limit, _batch, lambda batch: batch.number)
        if page.after is not None:
            last = self._one(tables.batches, organisation_id, page.after, "batch")
            older = or_(c.created_at < last.created_at, and_(c.created_at == last.created_at, c.id < last.id))
            statement = statement.where(older)
        statement = statement.order_by(c.created_at.desc(), c.id.desc())
        return self._page(statement, page.limit, _batch, lambda batch: batch.id)

    def counts(self) -> Mapping[BatchState, int]:
        """All organisations."""
        c = tables.batches.c
        rows = self._connection.execute(select(c.state, func.count()).group_by(c.state)).all()
        return {state: int(count) for state, count in rows}

    def set_state(self, organisation_id: str, batch_id: str, to: BatchState, at: datetime) -> Batch:
        """Guarded."""
        row = self._one(tables.batches, organisation_id, batch_id, "batch")
        changes: dict[str, Any] = {"state_at": at} | ({"released_at": at} if to is BatchState.RELEASED else {})
        if not self._move(tables.batches, BATCH_STATES, row, to, **changes):
            return _batch(row)
        self._event(organisation_id, batch_id, f"batch-{to}", at, job=row.job_id)
        return replace(_batch(row), state=to, **changes)

    def set_files(self, organisation_id: str, batch_id: str, files: Sequence[BatchFile]) -> None:
        """Until release."""
        if self.get(organisation_id, batch_id).state in IN_PRINT_ROOM:
            raise Refusal("state-conflict", f"{batch_id} is released; its files can no longer change.")
        self._set(organisation_id, batch_id, files=list(map(file_row, files)))

    def by_code(self, organisation_id: str, code: str) -> Batch | None:
        """Codes are unique in an organisation."""
        c = tables.batches.c
        statement = select(tables.batches).where(c.organisation_id == organisation_id, c.code == code)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _batch(row)

    def in_states(self, organisation_id: str, states: Collection[BatchState], limit: int) -> Sequence[Batch]:
        """Newest first."""
        c = tables.batches.c
        statement = select(tables.batches).where(c.organisation_id == organisation_id, c.state.in_(states))
        ordered = statement.order_by(c.created_at.desc(), c.id.desc()).limit(limit)
        return list(map(_batch, self._connection.execute(ordered)))

    def count(self, organisation_id: str, batch_id: str, sheets_counted: int | None, note: str) -> None:
        """Both at once."""
        self._set(organisation_id, batch_id, sheets_counted=sheets_counted, note=note)

    def set_mail_run(self, organisation_id: str, batch_id: str, run_id: str | None) -> None:
        """In or out."""
        self._set(organisation_id, batch_id, mail_run_id=run_id)

    def of_mail_run(self, organisation_id: str, run_id: str) -> Sequence[Batch]:
        """Oldest first."""
        c = tables.batches.c
        statement = select(tables.batches).where(c.organisation_id == organisation_id, c.mail_run_id == run_id)
        return list(map(_batch, self._connection.execute(statement.order_by(c.created_at, c.id))))

    def next_number(self, organisation_id: str, job_id: str) -> int:
        """One more than the highest."""
        c = tables.batches.c
        where = (c.organisation_id == organisation_id, c.job_id == job_id)
        highest = self._connection.execute(select(func.max(c.number)).where(*where)).scalar_one()
        return int(highest or 0) + 1

    def lingering(self) -> Iterator[Lingering]:
        """Of all organisations."""
        c, jobs = tables.batches.c, tables.jobs
        since = func.coalesce(c.state_at, c.created_at, type_=c.state_at.type)
        statement = select(c.organisation_id, c.id, c.state, since, jobs.c.cut_off_at).join(jobs, jobs.c.id == c.job_id)
        # a test is over once its files are there
        over = or_(c.state.in_(_ENDS), and_(c.mode == Mode.TEST, c.state.in_(IN_PRINT_ROOM)))
        for row in self._connection.execute(statement.where(not_(over)).order_by(c.id)):
            yield Lingering(*row)

    def _set(self, organisation_id: str, batch_id: str, **values: object) -> None:
        c = tables.batches.c
        where = (c.organisation_id == organisation_id, c.id == batch_id)
        self._connection.execute(update(tables.batches).where(*where).values(**values))


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


def _batch(row: Row[Any]) -> Batch:
    values: dict[str, Any] = row._asdict()
    return Batch(**values | {"files": tuple(map(file_of, values["files"]))})
