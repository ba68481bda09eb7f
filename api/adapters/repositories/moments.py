"""Contact moments: append only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, func, insert, literal, select
from sqlalchemy import cast as sql_cast

from api.adapters import campaign_tables as tables
from api.adapters import tables as common
from api.adapters.columns import Choice, UtcTime
from api.adapters.repositories.base import Repository, as_row
from api.ports import ContactMoment, MomentKind, PieceState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row, Select

    from api.ports import Page, PageRequest


class SqlContactMoments(Repository):
    """`api.ports.ContactMoments`."""

    def add(self, moment: ContactMoment) -> None:
        """One row."""
        row = {name: value for name, value in as_row(moment).items() if name != "number"}
        self._connection.execute(insert(tables.contact_moments).values(**row))

    def add_sent(self, organisation_id: str, batch_id: str, at: datetime) -> None:
        """In the database, since there may be tens of thousands."""
        pieces, jobs = common.pieces.c, common.jobs.c
        found = (
            select(
                pieces.organisation_id,
                jobs.mode,
                func.coalesce(jobs.campaign_id, tables.entries.c.campaign_id, ""),
                pieces.record_id,
                literal(MomentKind.LETTER_SENT, Choice(MomentKind)),
                literal(at, UtcTime),
                pieces.id,
                literal(""),
                sql_cast(literal("{}"), JSON) if self._connection.dialect.name == "postgresql" else literal("{}"),
            )
            .select_from(common.pieces)
            .join(common.jobs, jobs.id == pieces.job_id)
            .outerjoin(tables.entries, tables.entries.c.piece_id == pieces.id)
            .where(pieces.organisation_id == organisation_id, pieces.batch_id == batch_id)
            .where(pieces.state == PieceState.HANDED_OVER)
            .order_by(pieces.batch_position)
        )
        columns = [column.name for column in tables.contact_moments.c if column.name != "number"]
        self._connection.execute(insert(tables.contact_moments).from_select(columns, found))

    def latest(self, organisation_id: str, subject_id: str, kind: str) -> datetime | None:
        """By time."""
        c = tables.contact_moments.c
        where = (c.organisation_id == organisation_id, c.subject_id == subject_id, c.kind == kind)
        row = self._connection.execute(select(c.at).where(*where).order_by(c.number.desc()).limit(1)).one_or_none()
        return None if row is None else row.at

    def of_recipient(self, organisation_id: str, recipient: str, page: PageRequest) -> Page[ContactMoment]:
        """By number."""
        statement = _moments(organisation_id, page).where(tables.contact_moments.c.recipient == recipient)
        return self._page(statement, page.limit, _moment, lambda moment: moment.number)

    def list(self, organisation_id: str, page: PageRequest) -> Page[ContactMoment]:
        """By number."""
        return self._page(_moments(organisation_id, page), page.limit, _moment, lambda moment: moment.number)


def _moments(organisation_id: str, page: PageRequest) -> Select[Any]:
    c = tables.contact_moments.c
    where = (c.organisation_id == organisation_id, c.number > page.after_number())
    return select(tables.contact_moments).where(*where).order_by(c.number)


def _moment(row: Row[Any]) -> ContactMoment:
    return ContactMoment(**row._asdict())
