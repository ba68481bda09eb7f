"""Contact moments: append only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, exists, func, insert, literal, select, update
from sqlalchemy import cast as sql_cast

from api.adapters import campaign_tables as tables
from api.adapters import tables as common
from api.adapters.columns import Choice, UtcTime
from api.adapters.repositories.base import Repository, as_row
from api.ports import ContactMoment, MomentKind, PieceState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from api.ports import Page, PageRequest


_GIVEN: Final = frozenset({"number", "position"})
_COLUMNS: Final = tuple([column for column in tables.contact_moments.c if column.name not in _GIVEN])
_UNPLACED: Final = tables.contact_moments.c.position.is_(None)


class SqlContactMoments(Repository):
    """`api.ports.ContactMoments`."""

    def add(self, moment: ContactMoment) -> None:
        """One row."""
        row = {name: value for name, value in as_row(moment).items() if name != "number"}
        if self._has_one_writer:
            c = tables.contact_moments.c
            last = select(func.max(c.position)).where(c.organisation_id == moment.organisation_id).scalar_subquery()
            row["position"] = func.coalesce(last, 0) + 1
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
        columns = [column.name for column in tables.contact_moments.c if column.name not in _GIVEN]
        self._connection.execute(insert(tables.contact_moments).from_select(columns, found))
        if self._has_one_writer:
            self.place(organisation_id)

    def latest(self, organisation_id: str, subject_id: str, kind: str) -> datetime | None:
        """By time."""
        c = tables.contact_moments.c
        where = (c.organisation_id == organisation_id, c.subject_id == subject_id, c.kind == kind)
        row = self._connection.execute(select(c.at).where(*where).order_by(c.number.desc()).limit(1)).one_or_none()
        return None if row is None else row.at

    def of_recipient(self, organisation_id: str, recipient: str, page: PageRequest) -> Page[ContactMoment]:
        """By number."""
        c = tables.contact_moments.c
        where = (c.organisation_id == organisation_id, c.recipient == recipient, c.number > page.after_number())
        statement = select(*_COLUMNS, c.number).where(*where).order_by(c.number)
        return self._page(statement, page.limit, _moment, lambda moment: moment.number)

    def list(self, organisation_id: str, page: PageRequest, recipient: str | None = None) -> Page[ContactMoment]:
        """By place."""
        c = tables.contact_moments.c
        where = [c.organisation_id == organisation_id, c.position > page.after_number()]
        where += [] if recipient is None else [c.recipient == recipient]
        statement = select(*_COLUMNS, c.position.label("number")).where(*where).order_by(c.position)
        return self._page(statement, page.limit, _moment, lambda moment: moment.number)

    def unplaced(self) -> Sequence[str]:
        """By an index of them alone."""
        c = tables.contact_moments.c
        return list(self._connection.execute(select(c.organisation_id).where(_UNPLACED).distinct()).scalars())

    def has_unplaced(self, organisation_id: str) -> bool:
        """By an index of them alone."""
        c = tables.contact_moments.c
        any_of = exists(select(c.number).where(c.organisation_id == organisation_id, _UNPLACED))
        return self._connection.execute(select(any_of)).scalar_one()

    def place(self, organisation_id: str, limit: int | None = None) -> int:
        """By number, from the last that was given on."""
        self._hold_places(organisation_id)
        c = tables.contact_moments.c
        mine = (c.organisation_id == organisation_id, _UNPLACED)
        nth = func.row_number().over(order_by=c.number).label("nth")
        some = select(c.number, nth).where(*mine).order_by(c.number).limit(limit).subquery()
        last = self._connection.execute(select(func.max(c.position)).where(c.organisation_id == organisation_id))
        given = update(tables.contact_moments).where(c.number == some.c.number)
        return self._connection.execute(given.values(position=(last.scalar_one() or 0) + some.c.nth)).rowcount


def _moment(row: Row[Any]) -> ContactMoment:
    return ContactMoment(**row._asdict())
