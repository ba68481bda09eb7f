"""The triggers that migrations make are those that the tables make, and none is lost on the way to today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from api.adapters.database import SqlDatabase
from api.adapters.migrate import migrate
from api.ports import ChainOf, EvidenceDraft, EvidenceKind, Mode
from tests.api.builders import NOW, ORG, two_organisations

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.adapters.fakes import FakeClock


@pytest.mark.parametrize("statement", ["UPDATE evidence_events SET seq = 2", "DELETE FROM evidence_events"])
def test_a_migrated_database_refuses_to_change_or_remove_events(
    engine: Engine, clock: FakeClock, statement: str
) -> None:
    migrate(engine)
    database = SqlDatabase(engine, clock)
    two_organisations(database)
    with database.write() as uow:
        uow.evidence.append(ChainOf(ORG, Mode.LIVE), [EvidenceDraft(NOW, EvidenceKind.UNCLEAR, "agr_1", {})])
    with (
        pytest.raises(IntegrityError, match="evidence is only ever added"),
        engine.execution_options(posthoorn_write=True).begin() as connection,
    ):
        connection.exec_driver_sql(statement)
