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
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A SQLite database without tables."""
    engine = make_engine(f"sqlite:///{tmp_path / 'test.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables, to copy: making the tables takes longer than most tests."""
    path = tmp_path_factory.mktemp("tables") / "empty.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    _make_tables(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_database(sqlite_file: Path, tmp_path: Path, clock: FakeClock) -> Iterator[SqlDatabase]:
    """A SQLite database with all tables, on the clock of the test."""
    path = tmp_path / "test.sqlite"
    shutil.copy(sqlite_file, path)
    engine = make_engine(f"sqlite:///{path}")
    yield SqlDatabase(engine, clock)
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def engine(request: pytest.FixtureRequest, sqlite_engine: Engine) -> Iterator[Engine]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield sqlite_engine
        return
    engine = make_engine(request.getfixturevalue("postgres_server").new_database())
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine: Engine, clock: FakeClock) -> SqlDatabase:
    """A database of each kind with all tables, on the clock of the test."""
    _make_tables(engine)
    return SqlDatabase(engine, clock)


@pytest.fixture(params=["filesystem", *(pytest.param(name, marks=pytest.mark.servers) for name in _BROKERS)])
def broker_url(request: pytest.FixtureRequest) -> str | None:
    """Each broker."""
    if request.param == "filesystem":
        return None
    return str(request.getfixturevalue(_BROKERS[request.param]).url)


def _make_tables(engine: Engine) -> None:
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        tables.metadata.create_all(connection)
