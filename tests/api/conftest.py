"""Fixtures for tests of the service that need no server: a database file, blobs in memory, a clock that stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.adapters import tables
from api.adapters.database import SqlDatabase
from api.adapters.engine import make_engine
from api.adapters.fakes import CountingWaker, FakeClock, MemoryBlobs, SeededIds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


@pytest.fixture
def sqlite_database(tmp_path: Path, clock: FakeClock) -> Iterator[SqlDatabase]:
    """A SQLite database with all tables, on the clock of the test."""
    engine = make_engine(f"sqlite:///{tmp_path / 'test.sqlite'}")
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        tables.metadata.create_all(connection)
    database = SqlDatabase(engine, clock)
    yield database
    database.close()
