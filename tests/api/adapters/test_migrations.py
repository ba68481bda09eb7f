"""The migrations make exactly the tables that the program uses."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from api.adapters.database import SqlDatabase
from api.adapters.migrate import is_current, migrate
from api.adapters.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.adapters.fakes import FakeClock


def test_migrations_and_models_are_the_same(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing_and_makes_the_database_ready(engine: Engine, clock: FakeClock) -> None:
    database = SqlDatabase(engine, clock)
    assert not database.ready()
    migrate(engine)
    migrate(engine)
    assert database.ready()
    with engine.connect() as connection:
        assert is_current(connection)


def test_two_processes_may_migrate_at_the_same_time(engine: Engine) -> None:
    threads = [threading.Thread(target=migrate, args=(engine,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        assert is_current(connection)
