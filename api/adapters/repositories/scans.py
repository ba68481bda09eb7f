"""Batches of scanned files, and how their pages add up."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select, update

from api.adapters import scan_tables as tables
from api.adapters.repositories.base import Repository, as_row, not_found
from api.ports import (
    OPEN_STAGES,
    Balance,
    Lingering,
    ScanBatch,
    ScanBatchState,
    ScanFile,
    ScanFileState,
    ScanFinding,
    WayOut,
)
from scanning.readings import PageKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from api.ports import Page, PageRequest

_ENDED = (ScanFileState.READ, ScanFileState.FAILED)


class SqlScans(Repository):
    """`api.ports.Scans`."""

    def add_batch(self, batch: ScanBatch) -> bool:
        """Once for a drop."""
        if self._insert_new(tables.scan_batches, as_row(batch), tables.scan_batches.c.id) is None:
            return False
        data = {"title": batch.name, "mode": batch.mode, "by": batch.created_by}
        self._event(batch.organisation_id, batch.id, "scan-batch-open", batch.created_at, **data)
        return True

    def batch(self, organisation_id: str, batch_id: str) -> ScanBatch:
        """One batch."""
        return _batch(self._one(tables.scan_batches, organisation_id, batch_id, "scan-batch"))

    def batch_of_drop(self, organisation_id: str, drop: str) -> ScanBatch | None:
        """At most one."""
        c = tables.scan_batches.c
        statement = select(tables.scan_batches).where(c.organisation_id == organisation_id, c.drop == drop)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _batch(row)

    def batches(self, organisation_id: str, page: PageRequest) -> Page[ScanBatch]:
        """Ids grow with time."""
        c = tables.scan_batches.c
        statement = select(tables.scan_batches).where(c.organisation_id == organisation_id)
        if page.after is not None:
            statement = statement.where(c.id < page.after)
        return self._page(statement.order_by(c.id.desc()), page.limit, _batch, lambda batch: batch.id)

    def close(self, organisation_id: str, batch_id: str, by: str, at: datetime) -> ScanBatch:
        """A closed drop makes room for another of the same folder and day."""
        batch = self.batch(organisation_id, batch_id)
        if batch.state is ScanBatchState.CLOSED:
            return batch
        c = tables.scan_batches.c
        changes: dict[str, Any] = {
            "state": ScanBatchState.CLOSED,
            "closed_at": at,
            "closed_by": by,
            "drop": f"{batch.drop}/{batch.id}" if batch.drop else None,
        }
        where = (c.id == batch_id, c.state == ScanBatchState.OPEN)
        if self._connection.execute(update(tables.scan_batches).where(*where).values(**changes)).rowcount:
            self._event(organisation_id, batch_id, "scan-batch-closed", at, by=by)
        return self.batch(organisation_id, batch_id)

    def add_file(self, file: ScanFile) -> bool:
        """Three keys may be taken."""
        row = _file_row(file)
        if self._insert_new(tables.scan_files, row, tables.scan_files.c.id) is None:
            return False
        data = {"file": file.id, "sha256": file.blob.sha256, "again": file.again, "by": file.created_by}
        self._event(file.organisation_id, file.batch_id, "scan-file-taken-in", file.created_at, **data)
        return True

    def next_number(self, organisation_id: str, batch_id: str) -> int:
        """One more than the last."""
        b, c = tables.scan_batches.c, tables.scan_files.c
        hold = update(tables.scan_batches).where(b.organisation_id == organisation_id, b.id == batch_id)
        self._connection.execute(hold.values(name=b.name))
        last = select(func.max(c.number)).where(c.organisation_id == organisation_id, c.batch_id == batch_id)
        return (self._connection.execute(last).scalar_one() or 0) + 1

    def file(self, organisation_id: str, file_id: str) -> ScanFile:
        """One file."""
        return _file(self._one(tables.scan_files, organisation_id, file_id, "scan-file"))

    def files(self, organisation_id: str, batch_id: str, page: PageRequest) -> Page[ScanFile]:
        """By number."""
        c = tables.scan_files.c
        where = (c.organisation_id == organisation_id, c.batch_id == batch_id, c.number > page.after_number())
        statement = select(tables.scan_files).where(*where).order_by(c.number)
        return self._page(statement, page.limit, _file, lambda file: file.number)

    def same_bytes(self, organisation_id: str, sha256: str) -> Sequence[ScanFile]:
        """Newest first."""
        c = tables.scan_files.c
        statement = select(tables.scan_files).where(c.organisation_id == organisation_id, c.sha256 == sha256)
        return list(map(_file, self._connection.execute(statement.order_by(c.again.desc()))))

    def of_claim(self, organisation_id: str, claim: str) -> ScanFile | None:
        """At most one."""
        c = tables.scan_files.c
        statement = select(tables.scan_files).where(c.organisation_id == organisation_id, c.claim == claim)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _file(row)

    def set_file(
        self,
        organisation_id: str,
        file_id: str,
        state: ScanFileState,
        at: datetime,
        findings: Sequence[ScanFinding] | None = None,
        total: int | None = None,
    ) -> None:
        """An event when the state changes."""
        before = self.file(organisation_id, file_id)
        changes: dict[str, Any] = {"state": state, "ended_at": at if state in _ENDED else None}
        changes |= {} if findings is None else {"findings": list(map(asdict, findings))}
        changes |= {} if total is None else {"total": total}
        self._change_file(organisation_id, file_id, **changes)
        if before.state is not state:
            self._event(organisation_id, file_id, f"scan-file-{state}", at, pages=before.pages)

    def count_page(self, organisation_id: str, file_id: str, total: int | None = None) -> None:
        """Counted in the transaction that stores the page."""
        changes: dict[str, Any] = {"pages": tables.scan_files.c.pages + 1}
        changes |= {} if total is None else {"total": total}
        self._change_file(organisation_id, file_id, **changes)

    def lingering(self) -> Iterator[Lingering]:
        """By id."""
        c = tables.scan_files.c
        statement = select(c.organisation_id, c.id, c.state, c.created_at).where(c.state.not_in(_ENDED))
        for row in self._connection.execute(statement.order_by(c.id)):
            yield Lingering(*row, None)

    def balances(self, organisation_id: str, batch_ids: Sequence[str]) -> Mapping[str, Balance]:
        """Four sums, each over its own rows: what is counted twice or not at all shows."""
        found = dict.fromkeys(batch_ids, Balance())
        for statement in (_of_files(), _of_pages(), _of_slips(), _of_fields()):
            batch_id = statement.selected_columns[0]
            organisation = statement.selected_columns[1]
            narrowed = statement.where(organisation == organisation_id, batch_id.in_(batch_ids))
            for row in self._connection.execute(narrowed.group_by(batch_id, organisation)):
                values = row._asdict()
                del values["organisation_id"]
                found[row.batch_id] = found[values.pop("batch_id")]._replace(**values)
        return found

    def _change_file(self, organisation_id: str, file_id: str, **changes: object) -> None:
        c = tables.scan_files.c
        where = (c.organisation_id == organisation_id, c.id == file_id)
        if self._connection.execute(update(tables.scan_files).where(*where).values(**changes)).rowcount == 0:
            raise not_found("scan-file", file_id)


def _sum(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0)).label(name)


def _of_files() -> Any:  # noqa: ANN401 - the type of a statement lists its columns
    c = tables.scan_files.c
    unread = func.sum(case((and_(c.state == ScanFileState.READ, c.total > c.pages), c.total - c.pages), else_=0))
    return select(
        c.batch_id,
        c.organisation_id,
        func.count().label("files"),
        _sum(c.state.not_in(_ENDED), "waiting"),
        _sum(c.state == ScanFileState.FAILED, "failed"),
        func.sum(c.pages).label("pages"),
        unread.label("unread"),
    )


def _of_pages() -> Any:  # noqa: ANN401 - the type of a statement lists its columns
    c = tables.scan_pages.c
    return select(
        c.batch_id,
        c.organisation_id,
        _sum(c.kind == PageKind.SLIP, "slips"),
        _sum(c.kind == PageKind.BLANK, "blanks"),
        _sum(c.kind == PageKind.EXCEPTION, "exceptions"),
        _sum(and_(c.kind == PageKind.EXCEPTION, c.way_out == WayOut.NONE), "open_exceptions"),
    )


def _of_slips() -> Any:  # noqa: ANN401 - the type of a statement lists its columns
    c = tables.slips.c
    return select(c.batch_id, c.organisation_id, func.count().label("slip_rows")).where(c.withdrawn_at.is_(None))


def _of_fields() -> Any:  # noqa: ANN401 - the type of a statement lists its columns
    c, p = tables.slip_fields.c, tables.scan_pages.c
    counted = select(p.batch_id, c.organisation_id, func.count().label("open_fields"))
    return counted.join(tables.scan_pages, p.id == c.page_id).where(c.stage.in_(OPEN_STAGES))


def _batch(row: Row[Any]) -> ScanBatch:
    return ScanBatch(**row._asdict())


def _file_row(file: ScanFile) -> dict[str, Any]:
    return as_row(file) | {"findings": list(map(asdict, file.findings)), "sha256": file.blob.sha256}


def _file(row: Row[Any]) -> ScanFile:
    values: dict[str, Any] = row._asdict()
    del values["sha256"]
    return replace(ScanFile(**values), findings=tuple([ScanFinding(**one) for one in values["findings"]]))
