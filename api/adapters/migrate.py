"""Bring a database to the version of this program, or say whether it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from api.adapters.engine import UNCHECKED_OPTION, WRITE_OPTION

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run what is missing; doing it again changes nothing. Two processes that start together wait for each other.

    Raises:
        RuntimeError: a row of SQLite would point at none that is there; nothing was changed.
    """
    options = {WRITE_OPTION: True, UNCHECKED_OPTION: True}
    with engine.execution_options(**options).connect() as connection:
        # rows are unchecked on this connection, so nobody may have it afterwards
        connection.detach()
        with connection.begin():
            _migrate(connection, revision)


def _migrate(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - most processes start on a database that is current

    if connection.dialect.name == "postgresql":
        # any number will do, as long as every process that migrates takes the same
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7063726)")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite" and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise RuntimeError(f"a row of {lost[0]} points at a row of {lost[2]} that is not there")


def is_current(connection: Connection) -> bool:
    """True when the database has exactly the tables of this program."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - only who starts asks
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - only who starts asks

    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    # % is interpolated by the config parser
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
