"""Trouble around the database is a fault, trouble in a statement is a bug."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api.adapters import engine as engines
from api.adapters.database import SqlDatabase
from api.adapters.engine import faults_translated, make_engine
from api.adapters.fakes import FakeClock
from api.ports import Retryable
from tests.servers import free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


def test_sqlite_survives_a_power_cut(empty_sqlite: Engine) -> None:
    with empty_sqlite.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_busy_database_is_worth_another_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_S", 0.05)
    engine = make_engine(f"sqlite:///{tmp_path / 'busy.sqlite'}")
    database = SqlDatabase(engine, FakeClock())

    def second_writer() -> None:
        with database.write():
            pass

    with database.write(), pytest.raises(Retryable, match="database-unavailable"):
        second_writer()
    engine.dispose()


def test_a_wrong_statement_is_a_bug(empty_sqlite: Engine) -> None:
    with pytest.raises(OperationalError), faults_translated(), empty_sqlite.connect() as connection:
        connection.execute(text("SELECT * FROM nothing"))


def test_a_server_that_is_away_is_worth_another_try() -> None:
    database = SqlDatabase(make_engine(f"postgresql://app@127.0.0.1:{free_ports(1)[0]}/x"), FakeClock())

    def read() -> None:
        with database.read():
            pass

    with pytest.raises(Retryable, match="database-unavailable"):
        read()
    assert not database.ready()
    database.close()
