"""Bring a database to the version of this program, or say whether it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Run what is missing; doing it again changes nothing. Two processes that start together wait for each other."""
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            # any number will do, as long as every process that migrates takes the same
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7063726)")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """True when the database has exactly the tables of this program."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config() -> Config:
    config = Config()
    # % is interpolated by the config parser
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
