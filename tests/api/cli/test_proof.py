"""The command that fetches a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode
from tests.api.usecases.agreeing.agree_world import AgreeWorld

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    return AgreeWorld(sqlite_database, memory_blobs, clock, ids)


@pytest.mark.usefixtures("service")
def test_a_proof_is_fetched_and_says_what_became_of_its_seal(
    posthoorn: Command, world: AgreeWorld, service: Service, tmp_path: Path
) -> None:
    request, path = world.one(), tmp_path / "proof.pdf"
    assert service.world is world
    assert posthoorn("evidence", "proof", request.id, path, "--language", "en") == ExitCode.OK
    assert "proof.pdf is written, none; check it with" in posthoorn.err
    assert posthoorn("evidence", "verify", path) == ExitCode.OK
    assert posthoorn("evidence", "proof", request.id, path, "--sealed") == ExitCode.FINDINGS
    assert "not-sealed (seal-not-configured)" in posthoorn.err
    assert posthoorn("evidence", "proof", "agr_none", path) == ExitCode.NOT_FOUND
