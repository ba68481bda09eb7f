"""Engines: SQLite so that it survives a power cut and never blocks readers, PostgreSQL through psycopg 3."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from api.ports import Retryable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_S = 30.0
# the web threads of one process, forty by default, must never wait for a connection while the database has time
_POOL: Final = {"pool_size": 10, "max_overflow": 40}
WRITE_OPTION = "posthoorn_write"
UNCHECKED_OPTION = "posthoorn_unchecked"
# BUSY, LOCKED, IOERR, FULL, CANTOPEN: trouble around the file, https://sqlite.org/rescode.html
_SQLITE_TROUBLE = frozenset({5, 6, 10, 13, 14})


def make_engine(url: str) -> Engine:
    """An engine for ``sqlite:///file`` or ``postgresql://…``; connects on first use."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **_POOL)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S}, **_POOL)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    del entry
    # the driver would begin transactions by itself, deferred and too late; _on_begin does it instead
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # an accepted job must survive a power cut: docs/adr/0010
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-32000")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # a deferred transaction that turns into a writer cannot wait for its turn, so writers say so at once
    options = connection.get_execution_options()
    if options.get(UNCHECKED_OPTION):
        # SQLite changes a column by copying its table; that must not look as if the rows were gone
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    if options.get(WRITE_OPTION):
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")


@contextmanager
def faults_translated() -> Iterator[None]:
    """Turn trouble around the database into `Retryable`; errors in statements stay what they are: bugs."""
    try:
        yield
    except OperationalError as error:
        cause = error.orig
        if isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode & 0xFF not in _SQLITE_TROUBLE:
            raise
        reason = str(cause).strip().splitlines()[0]
        raise Retryable("database-unavailable", f"The database does not answer: {reason}") from error
    except PoolTimeoutError as error:
        raise Retryable("database-unavailable", "Every connection to the database is in use.") from error
