"""The migrations make exactly the tables that the program uses."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from api.adapters.database import SqlDatabase
from api.adapters.migrate import is_current, migrate
from api.adapters.tables import metadata
from api.ports import JobKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def test_jobs_of_before_there_were_ready_made_ones_keep_their_rows_keys_and_indexes(engine: Engine) -> None:
    migrate(engine, "0007")
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        for statement in _ROWS:
            connection.exec_driver_sql(statement)
    before = inspect(engine)
    indexes, keys = before.get_indexes("jobs"), before.get_foreign_keys("jobs")
    migrate(engine)
    after = inspect(engine)
    assert _by_name(after.get_indexes("jobs")) == _by_name(indexes)
    assert _by_name(after.get_foreign_keys("jobs")) == _by_name(keys)
    assert [key["referred_table"] for key in after.get_foreign_keys("findings")] == ["jobs"]
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, kind, title FROM jobs").all()
        assert rows == [("job_1", JobKind.LETTERS, "Januari")]
        assert connection.execute(select(func.count()).select_from(metadata.tables["findings"])).scalar_one() == 1
    with (
        pytest.raises(IntegrityError),
        engine.execution_options(posthoorn_write=True).begin() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM packages")


def test_a_row_that_points_nowhere_stops_a_migration_of_sqlite(empty_sqlite: Engine) -> None:
    migrate(empty_sqlite, "0007")
    with empty_sqlite.execution_options(posthoorn_write=True, posthoorn_unchecked=True).begin() as connection:
        connection.detach()
        connection.exec_driver_sql(_ROWS[-1])
    with pytest.raises(RuntimeError, match="a row of findings points at a row of jobs that is not there"):
        migrate(empty_sqlite)
    with empty_sqlite.connect() as connection:
        assert not is_current(connection)


_ROWS = (
    "INSERT INTO organisations (id, name, created_at) VALUES ('org_1', 'Een', '2026-11-22 10:00:00')",
    (
        "INSERT INTO packages (id, organisation_id, kind, key, version, package, digest, created_at, state)"
        " VALUES ('tpl_1', 'org_1', 'template', 'note', '1', '0:1', 'b', '2026-11-22 10:00:00', 'used')"
    ),
    (
        "INSERT INTO jobs (id, organisation_id, mode, policy, validate_only, template_id, brand_id, input, media_type,"
        " created_at, title, state, valid, invalid, composed, pages, sheets) VALUES ('job_1', 'org_1', 'live',"
        " 'valid_only', false, 'tpl_1', 'tpl_1', '0:1', 'text/csv', '2026-11-22 10:00:00', 'Januari', 'accepted',"
        " 1, 0, 0, 0, 0)"
    ),
    (
        "INSERT INTO findings (organisation_id, job_id, number, severity, code, message, place)"
        " VALUES ('org_1', 'job_1', 0, 'note', 'a-code', 'A message', '{}')"
    ),
)


def _by_name(reflected: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(reflected, key=lambda each: str(each["name"]))


def test_answers_of_slips_from_before_campaigns_keep_their_records_and_say_where_they_came_from(engine: Engine) -> None:
    migrate(engine, "0013")
    with engine.execution_options(posthoorn_write=True).begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO organisations (id, name, created_at) VALUES ('org', 'Org', '2026-01-01 00:00:00')"
        )
        for field, state in (("reading", "settled"), ("phone", "disputed"), ("email", "withdrawn")):
            connection.execute(text(_RECORD), {"id": f"rec_{field}", "field": field, "state": state})
    migrate(engine)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT campaign_id, submission_id FROM records").all()
        assert kept == [("cmp_1", "sub_1")] * 3
        assert connection.exec_driver_sql("SELECT id, road, recipient FROM submissions").all() == [
            ("sub_1", "slip", "R1")
        ]
        said = connection.exec_driver_sql("SELECT field, standing FROM given_answers ORDER BY field").all()
        assert said == [("phone", "contested"), ("reading", "ready")]


_RECORD = """
INSERT INTO records (id, organisation_id, mode, piece_id, job_id, record_id, form, field, kind, value, state, source,
                     slip_id, field_id, confidence, decided_by, person, decided_at, updated_at, revision)
VALUES (:id, 'org', 'live', 'pce_1', 'job_1', 'R1', 'ABC234', :field, 'text', 'a', :state, 'slip',
        'slp_1', 'fld_1', 0.5, 'machine', '', '2026-01-02 00:00:00', '2026-01-02 00:00:00', 1)
"""
