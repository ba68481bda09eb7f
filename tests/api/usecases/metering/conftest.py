"""A register of meters on SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.usecases.metering.bench import Bench

if TYPE_CHECKING:
    from api.adapters.database import SqlDatabase


@pytest.fixture
def bench(sqlite_database: SqlDatabase) -> Bench:
    return Bench(sqlite_database)
