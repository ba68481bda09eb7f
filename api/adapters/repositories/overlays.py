"""Pictures of pages of ready-made PDFs with ink where it may not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from api.adapters import tables
from api.adapters.repositories.base import Repository
from api.ports import Overlay

if TYPE_CHECKING:
    from collections.abc import Sequence


class SqlOverlays(Repository):
    """`api.ports.Overlays`."""

    def replace(self, organisation_id: str, job_id: str, overlays: Sequence[Overlay]) -> None:
        """Delete and insert."""
        c = tables.overlays.c
        where = (c.organisation_id == organisation_id, c.job_id == job_id)
        self._connection.execute(delete(tables.overlays).where(*where))
        scope = {"organisation_id": organisation_id, "job_id": job_id}
        rows = [overlay._asdict() | scope for overlay in overlays]
        if rows:
            self._connection.execute(insert(tables.overlays), rows)

    def of_job(self, organisation_id: str, job_id: str) -> Sequence[Overlay]:
        """By file and page."""
        c = tables.overlays.c
        where = (c.organisation_id == organisation_id, c.job_id == job_id)
        rows = self._connection.execute(select(c.file, c.page, c.blob).where(*where).order_by(c.file, c.page))
        return [Overlay(*row) for row in rows]
