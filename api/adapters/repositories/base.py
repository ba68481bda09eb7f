"""What the repositories share: inserting once, moving between states, reading part of a list."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import exists, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.adapters import tables
from api.adapters.webhook_tables import fresh_events, webhooks
from api.ports import Page, WebhookState
from docgen.findings import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from enum import StrEnum

    from sqlalchemy import Column, ColumnElement, Connection, Row, Select, Table

T = TypeVar("T")
S = TypeVar("S", bound="StrEnum")

_ROWS_AT_ONCE = 2000


def as_row(value: object) -> dict[str, Any]:
    """The fields of a dataclass by name, one level deep."""
    return {f.name: getattr(value, f.name) for f in fields(value)}  # type: ignore[arg-type] # every caller gives one


def chunked(rows: Iterable[T]) -> Iterator[list[T]]:
    """Rows in lists that are small enough to hold and large enough to be fast."""
    block: list[T] = []
    for row in rows:
        block.append(row)
        if len(block) == _ROWS_AT_ONCE:
            yield block
            block = []
    if block:
        yield block


def day_of(dialect: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    """The day of a moment (UTC) as ``2026-12-31``."""
    if dialect == "postgresql":
        return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD")
    return func.strftime("%Y-%m-%d", column)


class Repository:
    """A connection inside a transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside this connection's transaction."""
        self._connection = connection

    def _insert_new(self, table: Table, row: Mapping[str, object], returning: Column[Any]) -> object | None:
        """Insert unless a unique key is taken; the value of ``returning``, or None when nothing was inserted."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values(**row).on_conflict_do_nothing().returning(returning)
        return self._connection.execute(statement).scalar_one_or_none()

    def _insert_many(self, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows past SQLAlchemy's compiler, which costs three times what the database does.

        Values go to the driver as they are: only text, numbers and bytes. No rows are no trouble.
        """
        if not rows:
            return
        names = ", ".join(columns)
        if self._connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names of our tables
            self._connection.exec_driver_sql(statement, list(rows))
            return
        cursor = self._connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.close()

    def _one(self, table: Table, organisation_id: str, row_id: str, thing: str) -> Row[Any]:
        statement = select(table).where(table.c.organisation_id == organisation_id, table.c.id == row_id)
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise not_found(thing, row_id)
        return row

    def _page(
        self, statement: Select[Any], limit: int, make: Callable[[Row[Any]], T], cursor: Callable[[T], object]
    ) -> Page[T]:
        """Run an ordered statement and say where the next part begins."""
        rows = self._connection.execute(statement.limit(limit + 1)).all()
        items = tuple(make(row) for row in rows[:limit])
        return Page(items, str(cursor(items[-1])) if len(rows) > limit else None)

    def _event(self, organisation_id: str, subject_id: str, name: str, at: datetime, **data: object) -> int:
        """Write an event, and a note to tell endpoints of it when there are any; returns its number."""
        row = {"organisation_id": organisation_id, "subject_id": subject_id, "name": name, "at": at, "data": data}
        number = tables.events.c.number
        written: int = self._connection.execute(insert(tables.events).values(**row).returning(number)).scalar_one()
        mine = (webhooks.c.organisation_id == organisation_id, webhooks.c.state == WebhookState.ENABLED)
        wanted = select(literal(written, number.type)).where(exists(select(webhooks.c.id).where(*mine)))
        self._connection.execute(insert(fresh_events).from_select(["number"], wanted))
        return written

    @property
    def _has_one_writer(self) -> bool:
        """SQLite commits in the order in which transactions begin to write, so places are given at once."""
        return self._connection.dialect.name == "sqlite"

    def _hold_places(self, organisation_id: str) -> None:
        """Give places in lists of an organisation one transaction after another, from here to the commit."""
        c = tables.organisations.c
        self._connection.execute(select(c.id).where(c.id == organisation_id).with_for_update(key_share=True))

    def _move(self, table: Table, machine: Mapping[S, frozenset[S]], row: Row[Any], to: S, **changes: object) -> bool:
        """Guarded change of state; False when the row is there already, `Refusal` when the machine forbids it."""
        if row.state == to:
            return False
        before: Sequence[S] = [state for state, nexts in machine.items() if to in nexts]
        statement = update(table).where(table.c.id == row.id, table.c.state.in_(before)).values(state=to, **changes)
        if self._connection.execute(statement).rowcount == 0:
            raise Refusal("state-conflict", f"{row.id} is {row.state} and cannot become {to}.")
        return True


def not_found(thing: str, row_id: str) -> Refusal:
    """The answer for a row that is not there and for one of another organisation alike."""
    return Refusal(f"{thing}-not-found", f"There is no {thing} {row_id}; check the id and the key's organisation.")
