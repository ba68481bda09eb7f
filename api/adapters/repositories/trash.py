"""Blobs that nobody may need any more, and whether that is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from api.adapters import agreement_tables as agreements
from api.adapters import campaign_tables as campaigns
from api.adapters import carrier_tables as carrier
from api.adapters import evidence_tables as evidence
from api.adapters import message_tables as messages
from api.adapters import print_room_tables as room
from api.adapters import scan_tables as scans
from api.adapters import tables
from api.adapters.repositories.base import Repository
from api.ports import AskingState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from api.ports import BlobRef


class SqlTrash(Repository):
    """`api.ports.Trash`."""

    def add(
        self, organisation_id: str, blobs: Iterable[BlobRef], not_before: datetime, *, shared: bool = False
    ) -> None:
        """Insert, or move to the later time."""
        common = {"organisation_id": organisation_id, "not_before": not_before, "shared": shared}
        rows = [common | {"blob": blob} for blob in blobs]
        if not rows:
            return
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(tables.trash)
        later = statement.excluded.not_before > tables.trash.c.not_before
        changes = {"not_before": statement.excluded.not_before, "shared": statement.excluded.shared}
        statement = statement.on_conflict_do_update(
            index_elements=["organisation_id", "blob"], set_=changes, where=later
        )
        self._connection.execute(statement, rows)

    def keep(self, organisation_id: str, blob: BlobRef) -> None:
        """Remove the row, which nobody else can be removing at the same time."""
        c = tables.trash.c
        self._connection.execute(delete(tables.trash).where(c.organisation_id == organisation_id, c.blob == blob))

    def take(self, now: datetime, limit: int = 100) -> Sequence[tuple[str, BlobRef]]:
        """Oldest first."""
        c = tables.trash.c
        due = select(c.organisation_id, c.blob, c.shared).where(c.not_before <= now).order_by(c.not_before).limit(limit)
        rows = self._connection.execute(due.with_for_update(skip_locked=True)).all()
        for row in rows:
            self.keep(row.organisation_id, row.blob)
        useless = [row for row in rows if not (row.shared and self._is_needed(row.organisation_id, row.blob))]
        return [(row.organisation_id, row.blob) for row in useless]

    def _is_needed(self, organisation_id: str, blob: BlobRef) -> bool:
        """Whether any row says its name; lists of files are one column."""
        uses: list[ColumnElement[bool]] = [
            exists().where(table.c.organisation_id == organisation_id, column == blob)
            for table, column in (
                (tables.jobs, tables.jobs.c.input),
                (tables.jobs, tables.jobs.c.letters),
                (tables.packages, tables.packages.c.package),
                (tables.overlays, tables.overlays.c.blob),
                (room.mail_runs, room.mail_runs.c.proof),
                (room.checks, room.checks.c.picture),
                (carrier.exchanges, carrier.exchanges.c.file),
                (scans.scan_files, scans.scan_files.c.blob),
                (scans.scan_pages, scans.scan_pages.c.bundle),
                (campaigns.submissions, campaigns.submissions.c.photo),
                (evidence.evidence_checkpoints, evidence.evidence_checkpoints.c.document),
                (evidence.evidence_checkpoints, evidence.evidence_checkpoints.c.stamp),
                (campaigns.answer_imports, campaigns.answer_imports.c.blob),
                (messages.messages, messages.messages.c.logo),
                (messages.bounced_mails, messages.bounced_mails.c.raw),
            )
        ]
        # a file of people is needed until all were asked
        asking = agreements.askings.c
        asks = (asking.people == blob, asking.state == AskingState.ASKING)
        uses.append(exists().where(asking.organisation_id == organisation_id, *asks))
        lists = (tables.batches.c.files, room.reprints.c.files, room.mail_runs.c.files, tables.jobs.c.wishes)
        for column in lists:
            named = cast(column, Text).contains(str(blob), autoescape=True)
            uses.append(exists().where(column.table.c.organisation_id == organisation_id, named))
        return bool(self._connection.execute(select(or_(*uses))).scalar_one())
