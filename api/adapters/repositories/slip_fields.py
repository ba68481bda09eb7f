"""Fields of slips, and what people did about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, insert, or_, select, update

from api.adapters import scan_tables as tables
from api.adapters.repositories.base import Repository, as_row
from api.ports import ANY_OPEN, OPEN_STAGES, FieldAct, Measured, SlipFieldRow, Stage
from docgen.findings import Refusal
from scanning.readings import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row

    from api.ports import OpenFilter, Page, PageRequest

_LISTS = ("reasons", "alternatives", "area_mm")
_CHANGES = (
    *("stage", "value", "decided_by", "decided_at", "unreadable", "is_check", "rival_id"),
    *("leased_to", "leased_until", "outcome", "reasons"),
)

_MOST_ACTS = 2_000


class SqlSlipFields(Repository):
    """`api.ports.SlipFields`."""

    def add_many(self, fields: Sequence[SlipFieldRow]) -> None:
        """All at once."""
        if fields:
            self._connection.execute(insert(tables.slip_fields), list(map(_row, fields)))

    def get(self, organisation_id: str, field_id: str) -> SlipFieldRow:
        """One field."""
        return _field(self._one(tables.slip_fields, organisation_id, field_id, "slip-field"))

    def held(self, organisation_id: str, field_id: str) -> SlipFieldRow:
        """A write that changes nothing."""
        c = tables.slip_fields.c
        hold = update(tables.slip_fields).where(c.organisation_id == organisation_id, c.id == field_id)
        self._connection.execute(hold.values(place=c.place))
        return self.get(organisation_id, field_id)

    def of_slips(self, organisation_id: str, slip_ids: Sequence[str]) -> Sequence[SlipFieldRow]:
        """By slip and place."""
        c = tables.slip_fields.c
        where = (c.organisation_id == organisation_id, c.slip_id.in_(slip_ids))
        rows = self._connection.execute(select(tables.slip_fields).where(*where).order_by(c.slip_id, c.place))
        return list(map(_field, rows))

    def change(self, field: SlipFieldRow) -> None:
        """What may change."""
        row, c = _row(field), tables.slip_fields.c
        where = (c.organisation_id == field.organisation_id, c.id == field.id)
        changes = {name: row[name] for name in _CHANGES}
        self._connection.execute(update(tables.slip_fields).where(*where).values(**changes))

    def next_open(
        self,
        organisation_id: str,
        person: str,
        now: datetime,
        leave_out: Collection[str] = (),
        wanted: OpenFilter = ANY_OPEN,
    ) -> SlipFieldRow | None:
        """Those at hand first: a person who looks away gets the same again."""
        c = tables.slip_fields.c
        which: list[ColumnElement[bool]] = [c.organisation_id == organisation_id, c.stage.in_(OPEN_STAGES)]
        which += [or_(c.leased_to == person, c.leased_until.is_(None), c.leased_until <= now)]
        which += [or_(~_acted(person), c.stage == Stage.JUDGE) if wanted.judges_own else ~_acted(person)]
        which += [c.id.not_in(leave_out)] if leave_out else []
        which += [c.form == wanted.form] if wanted.form is not None else []
        which += [] if wanted.differs is None else [_differs() if wanted.differs else ~_differs()]
        mine = case((and_(c.leased_to == person, c.leased_until > now), 0), else_=1)
        statement = select(tables.slip_fields).where(*which).order_by(mine, c.form, c.name, c.stage, c.id).limit(1)
        row = self._connection.execute(statement.with_for_update(skip_locked=True)).one_or_none()
        return None if row is None else _field(row)

    def count_differing(self, organisation_id: str) -> int:
        """Of those that are open."""
        c = tables.slip_fields.c
        where = (c.organisation_id == organisation_id, c.stage.in_(OPEN_STAGES), _differs())
        return self._connection.execute(select(func.count()).where(*where)).scalar_one()

    def count_checks(self, organisation_id: str) -> int:
        """Of those that are open."""
        c = tables.slip_fields.c
        where = (c.organisation_id == organisation_id, c.stage.in_(OPEN_STAGES), c.is_check)
        return self._connection.execute(select(func.count()).where(*where)).scalar_one()

    def count_acts(self, organisation_id: str, person: str, since: datetime) -> int:
        """Among the last ones only: a person's acts of years are not looked through."""
        c = tables.field_acts.c
        where = (c.organisation_id == organisation_id, c.person == person, c.undone_at.is_(None))
        last = select(c.at).where(*where).order_by(c.number.desc()).limit(_MOST_ACTS).subquery()
        return self._connection.execute(select(func.count()).where(last.c.at >= since)).scalar_one()

    def count_open(self, organisation_id: str) -> Mapping[tuple[str, str, Stage], int]:
        """By form, name and stage."""
        c = tables.slip_fields.c
        statement = select(c.form, c.name, c.stage, func.count()).group_by(c.form, c.name, c.stage)
        where = (c.organisation_id == organisation_id, c.stage.in_(OPEN_STAGES))
        ordered = statement.where(*where).order_by(c.form, c.name, c.stage)
        return {(form, name, stage): count for form, name, stage, count in self._connection.execute(ordered)}

    def acts(self, organisation_id: str, field_id: str) -> Sequence[FieldAct]:
        """Those that count."""
        return self._acts(organisation_id, field_id, tables.field_acts.c.undone_at.is_(None))

    def history(self, organisation_id: str, field_id: str) -> Sequence[FieldAct]:
        """All."""
        return self._acts(organisation_id, field_id)

    def _acts(self, organisation_id: str, field_id: str, *where: ColumnElement[bool]) -> list[FieldAct]:
        c = tables.field_acts.c
        statement = select(tables.field_acts).where(c.organisation_id == organisation_id, c.field_id == field_id)
        return [
            FieldAct(**row._asdict()) for row in self._connection.execute(statement.where(*where).order_by(c.number))
        ]

    def add_act(self, act: FieldAct) -> FieldAct:
        """The database counts."""
        row = as_row(act)
        del row["number"]
        statement = insert(tables.field_acts).values(**row).returning(tables.field_acts.c.number)
        return replace(act, number=self._connection.execute(statement).scalar_one())

    def last_act_of(self, organisation_id: str, person: str) -> FieldAct | None:
        """By number."""
        c = tables.field_acts.c
        where = (c.organisation_id == organisation_id, c.person == person, c.undone_at.is_(None))
        statement = select(tables.field_acts).where(*where).order_by(c.number.desc()).limit(1)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else FieldAct(**row._asdict())

    def undo(self, organisation_id: str, number: int, at: datetime) -> None:
        """Once."""
        c = tables.field_acts.c
        where = (c.organisation_id == organisation_id, c.number == number, c.undone_at.is_(None))
        if self._connection.execute(update(tables.field_acts).where(*where).values(undone_at=at)).rowcount == 0:
            raise Refusal("undo-nothing", "This was taken back already.")

    def gallery(self, organisation_id: str, form: str, name: str, page: PageRequest) -> Page[SlipFieldRow]:
        """By confidence; the cursor is the id of the last, whose place is looked up."""
        c = tables.slip_fields.c
        wanted: list[ColumnElement[bool]] = [c.organisation_id == organisation_id, c.form == form, c.name == name]
        wanted += [c.part.is_not(None), c.stage != Stage.WITHDRAWN]
        if page.after is not None:
            last = self.get(organisation_id, page.after)
            behind = and_(c.confidence == last.confidence, c.id > last.id)
            wanted.append(or_(c.confidence > last.confidence, behind))
        statement = select(tables.slip_fields).where(*wanted).order_by(c.confidence, c.id)
        return self._page(statement, page.limit, _field, lambda field: field.id)

    def measured(self, organisation_id: str) -> Sequence[Measured]:
        """A check that ended with another value than the machine's showed the machine wrong."""
        c = tables.slip_fields.c
        ended = and_(c.is_check, c.stage == Stage.SETTLED)
        wrong = and_(ended, or_(c.unreadable, c.value != c.machine))
        columns = [
            func.sum(case((condition, 1), else_=0))
            for condition in (c.outcome == Outcome.ACCEPTED, ended, wrong, and_(c.is_check, c.stage.in_(OPEN_STAGES)))
        ]
        counts = (c.organisation_id == organisation_id, c.stage.not_in((Stage.WITHDRAWN, Stage.MERGED)))
        statement = select(c.form, c.name, *columns).where(*counts).group_by(c.form, c.name).order_by(c.form, c.name)
        return [Measured(*row) for row in self._connection.execute(statement)]


def _differs() -> ColumnElement[bool]:
    c = tables.slip_fields.c
    return or_(c.stage == Stage.JUDGE, c.rival_id.is_not(None))


def _acted(person: str) -> ColumnElement[bool]:
    a = tables.field_acts.c
    return exists().where(a.field_id == tables.slip_fields.c.id, a.person == person, a.undone_at.is_(None))


def _row(field: SlipFieldRow) -> dict[str, Any]:
    row = as_row(field)
    return row | {name: list(row[name]) for name in _LISTS}


def _field(row: Row[Any]) -> SlipFieldRow:
    values: dict[str, Any] = row._asdict()
    return SlipFieldRow(**values | {name: tuple(values[name]) for name in _LISTS})
