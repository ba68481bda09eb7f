"""Fixtures for tests of the service: fakes that need no server, and real servers started on first use."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from api.adapters import tables
from api.adapters.database import SqlDatabase
from api.adapters.engine import make_engine
from api.adapters.fakes import CountingWaker, FakeClock, MemoryBlobs, SeededIds
from tests.servers import Ceph, Postgres, RabbitMQ, Redis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

_BROKERS = {"redis": "redis_server", "rabbitmq": "rabbitmq_server"}

# triggers that refuse to remove rows are off, and what has no rows is left alone: removing costs more than looking
_WITHOUT_ROWS = """
    DO $$ DECLARE one regclass; filled boolean; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %%s)', one) INTO filled;
            IF filled THEN EXECUTE format('DELETE FROM %%s', one); END IF;
        END LOOP;
        PERFORM setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace;
    END $$
"""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids() -> SeededIds:
    return SeededIds()


@pytest.fixture
def memory_blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def waker() -> CountingWaker:
    return CountingWaker()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[RabbitMQ]:
    with RabbitMQ() as server:
        yield server


@pytest.fixture(scope="session")
def ceph_server() -> Iterator[Ceph]:
    with Ceph() as server:
        yield server


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> Iterator[Engine]:
    """A database of SQLite without tables."""
    yield from _engine_of(f"sqlite:///{tmp_path / 'empty.sqlite'}")


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables, to copy: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("tables") / "empty.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    _make_tables(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def engine(request: pytest.FixtureRequest, empty_sqlite: Engine) -> Iterator[Engine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield empty_sqlite
        return
    yield from _engine_of(request.getfixturevalue("postgres_server").new_database())


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: Postgres) -> str:
    """The URL of a database of PostgreSQL with all tables: making or copying them takes longer than most tests."""
    url = postgres_server.new_database()
    for engine in _engine_of(url):
        _make_tables(engine)
    return url


@pytest.fixture
def sqlite_engine(sqlite_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database of SQLite with all tables."""
    path = tmp_path / "test.sqlite"
    shutil.copy(sqlite_file, path)
    yield from _engine_of(f"sqlite:///{path}")


@pytest.fixture
def sqlite_database(sqlite_engine: Engine, clock: FakeClock) -> SqlDatabase:
    """A database of SQLite with all tables, on the clock of the test."""
    return SqlDatabase(sqlite_engine, clock)


@pytest.fixture
def postgresql_engine(postgres_tables: str) -> Iterator[Engine]:
    """The database of PostgreSQL with all tables, and nothing in them."""
    for engine in _engine_of(postgres_tables):
        yield engine
        with engine.begin() as connection:
            connection.exec_driver_sql(_WITHOUT_ROWS)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def tables_engine(request: pytest.FixtureRequest) -> Engine:
    """A database of each kind with all tables."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.fixture
def database(tables_engine: Engine, clock: FakeClock) -> SqlDatabase:
    """A database of each kind with all tables, on the clock of the test."""
    return SqlDatabase(tables_engine, clock)


@pytest.fixture(params=["filesystem", *(pytest.param(name, marks=pytest.mark.servers) for name in _BROKERS)])
def broker_url(request: pytest.FixtureRequest) -> str | None:
    """Each broker."""
    if request.param == "filesystem":
        return None
    return str(request.getfixturevalue(_BROKERS[request.param]).url)


def _make_tables(engine: Engine) -> None:
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        tables.metadata.create_all(connection)


def _engine_of(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()
