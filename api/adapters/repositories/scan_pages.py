"""Scanned pages, each counted once, and the slips on them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, not_, select, update

from api.adapters import scan_tables as tables
from api.adapters.repositories.base import Repository, as_row, not_found
from api.ports import PageLook, ScanFinding, ScanPage, Slip, WayOut
from scanning.readings import PageKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from api.ports import Page, PageRequest

_FIXED = ("id", "organisation_id", "batch_id", "file_id", "number", "created_at")


class SqlScanPages(Repository):
    """`api.ports.ScanPages`."""

    def add(self, page: ScanPage) -> bool:
        """Once for a file and number."""
        return self._insert_new(tables.scan_pages, _page_row(page), tables.scan_pages.c.id) is not None

    def numbers(self, organisation_id: str, file_id: str) -> frozenset[int]:
        """Which are there."""
        c = tables.scan_pages.c
        statement = select(c.number).where(c.organisation_id == organisation_id, c.file_id == file_id)
        return frozenset(self._connection.execute(statement).scalars())

    def get(self, organisation_id: str, page_id: str) -> ScanPage:
        """One page."""
        return _page(self._one(tables.scan_pages, organisation_id, page_id, "scan-page"))

    def held(self, organisation_id: str, page_id: str) -> ScanPage:
        """A write that changes nothing."""
        c = tables.scan_pages.c
        hold = update(tables.scan_pages).where(c.organisation_id == organisation_id, c.id == page_id)
        self._connection.execute(hold.values(note=c.note))
        return self.get(organisation_id, page_id)

    def at(self, organisation_id: str, file_id: str, number: int) -> ScanPage | None:
        """At most one."""
        c = tables.scan_pages.c
        where = (c.organisation_id == organisation_id, c.file_id == file_id, c.number == number)
        row = self._connection.execute(select(tables.scan_pages).where(*where)).one_or_none()
        return None if row is None else _page(row)

    def list(
        self,
        organisation_id: str,
        page: PageRequest,
        batch_id: str | None = None,
        file_id: str | None = None,
        kind: PageKind | None = None,
        *,
        waits: bool | None = None,
    ) -> Page[ScanPage]:
        """By id."""
        c = tables.scan_pages.c
        wanted: list[ColumnElement[bool]] = [c.organisation_id == organisation_id]
        wanted += [] if page.after is None else [c.id > page.after]
        wanted += [] if batch_id is None else [c.batch_id == batch_id]
        wanted += [] if file_id is None else [c.file_id == file_id]
        wanted += [] if kind is None else [c.kind == kind]
        wanted += [] if waits is None else [_waits() if waits else not_(_waits())]
        statement = select(tables.scan_pages).where(*wanted).order_by(c.id)
        return self._page(statement, page.limit, _page, lambda found: found.id)

    def change(self, page: ScanPage) -> None:
        """What may change."""
        row = {name: value for name, value in _page_row(page).items() if name not in _FIXED}
        c = tables.scan_pages.c
        where = (c.organisation_id == page.organisation_id, c.id == page.id)
        if self._connection.execute(update(tables.scan_pages).where(*where).values(**row)).rowcount == 0:
            raise not_found("scan-page", page.id)
        at = page.resolved_at or page.created_at
        data = {"kind": page.kind, "way_out": page.way_out, "by": page.resolved_by}
        self._event(page.organisation_id, page.id, "scan-page-changed", at, **data)

    def count_waiting(self, organisation_id: str) -> int:
        """All batches."""
        c = tables.scan_pages.c
        statement = select(func.count()).select_from(tables.scan_pages)
        return self._connection.execute(statement.where(c.organisation_id == organisation_id, _waits())).scalar_one()

    def add_slip(self, slip: Slip) -> None:
        """Insert."""
        row = as_row(slip) | {"corners_px": list(map(list, slip.corners_px))}
        self._connection.execute(insert(tables.slips).values(**row))
        data = {"piece": slip.piece_id, "page": slip.page_id, "form": slip.form, "first": slip.first_id}
        self._event(slip.organisation_id, slip.id, "slip-came-back", slip.created_at, **data)
        self._event(slip.organisation_id, slip.piece_id, "slip-came-back", slip.created_at, slip=slip.id)

    def slip(self, organisation_id: str, slip_id: str) -> Slip:
        """One slip."""
        return _slip(self._one(tables.slips, organisation_id, slip_id, "slip"))

    def slips(
        self, organisation_id: str, page: PageRequest, batch_id: str | None = None, piece_id: str | None = None
    ) -> Page[Slip]:
        """By id."""
        c = tables.slips.c
        statement = select(tables.slips).where(c.organisation_id == organisation_id)
        if page.after is not None:
            statement = statement.where(c.id > page.after)
        if batch_id is not None:
            statement = statement.where(c.batch_id == batch_id)
        if piece_id is not None:
            statement = statement.where(c.piece_id == piece_id)
        return self._page(statement.order_by(c.id), page.limit, _slip, lambda slip: slip.id)

    def slips_on(self, organisation_id: str, page_id: str) -> Sequence[Slip]:
        """By place."""
        c = tables.slips.c
        where = (c.organisation_id == organisation_id, c.page_id == page_id, c.withdrawn_at.is_(None))
        return list(map(_slip, self._connection.execute(select(tables.slips).where(*where).order_by(c.place))))

    def slips_of(self, organisation_id: str, piece_id: str, form: str) -> Sequence[Slip]:
        """By ordinal."""
        c = tables.slips.c
        where = (c.organisation_id == organisation_id, c.piece_id == piece_id, c.form == form)
        return list(map(_slip, self._connection.execute(select(tables.slips).where(*where).order_by(c.ordinal))))

    def withdraw(self, organisation_id: str, slip_ids: Collection[str], at: datetime) -> None:
        """Once each."""
        c = tables.slips.c
        where = (c.organisation_id == organisation_id, c.id.in_(slip_ids), c.withdrawn_at.is_(None))
        self._connection.execute(update(tables.slips).where(*where).values(withdrawn_at=at))
        for slip_id in sorted(slip_ids):
            self._event(organisation_id, slip_id, "slip-withdrawn", at)

    def looks(self, organisation_id: str, page_ids: Sequence[str]) -> Mapping[str, PageLook]:
        """By page."""
        c, f = tables.scan_pages.c, tables.scan_files.c
        columns = select(c.id, c.page_hash, f.sha256, c.file_id, c.number)
        statement = columns.join(tables.scan_files, f.id == c.file_id)
        rows = self._connection.execute(statement.where(c.organisation_id == organisation_id, c.id.in_(page_ids)))
        return {row[0]: PageLook(*row[1:]) for row in rows}


def _waits() -> ColumnElement[bool]:
    c = tables.scan_pages.c
    return (c.kind == PageKind.EXCEPTION) & (c.way_out == WayOut.NONE)


def _page_row(page: ScanPage) -> dict[str, Any]:
    return as_row(page) | {"findings": list(map(asdict, page.findings)), "parts": list(page.parts)}


def _page(row: Row[Any]) -> ScanPage:
    values: dict[str, Any] = row._asdict()
    findings = tuple([ScanFinding(**one) for one in values["findings"]])
    return ScanPage(**values | {"findings": findings, "parts": tuple(values["parts"])})


def _slip(row: Row[Any]) -> Slip:
    values: dict[str, Any] = row._asdict()
    return Slip(**values | {"corners_px": tuple([(x, y) for x, y in values["corners_px"]])})
