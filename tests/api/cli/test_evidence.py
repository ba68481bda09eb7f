"""Commands of evidence: handed over, checked here, checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cli.exits import ExitCode
from tests.api.usecases.evidence.archive import Archive

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.fakes import FakeClock
    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service


@pytest.fixture
def archive(service: Service, clock: FakeClock) -> Archive:
    made = Archive(service.world.deps, clock)
    made.freeze()
    made.ask("agr_1")
    made.answer("agr_1")
    return made


@pytest.mark.usefixtures("archive")
def test_a_chain_is_exported_and_verified(posthoorn: Command, tmp_path: Path) -> None:
    path = tmp_path / "chain.jsonl"
    assert posthoorn("evidence", "checkpoint") == ExitCode.OK
    assert posthoorn.out == "1: events 1 to 3, waiting\n"
    assert posthoorn("evidence", "export", "--out", str(path)) == ExitCode.OK
    assert "posthoorn evidence verify" in posthoorn.err
    assert posthoorn("evidence", "verify", str(path)) == ExitCode.OK
    assert "Under checkpoints: 3 of 3 events" in posthoorn.out
    assert posthoorn.json("evidence", "verify", str(path))["ok"] is True
    path.write_bytes(path.read_bytes().replace(b"agr_1", b"agr_2", 1))
    assert posthoorn("evidence", "verify", str(path)) == ExitCode.FINDINGS
    assert "DOES NOT HOLD" in posthoorn.out
    assert posthoorn("evidence", "checkpoints") == ExitCode.OK
    assert "waiting" in posthoorn.out


@pytest.mark.usefixtures("archive")
def test_the_proof_of_a_request_is_exported(posthoorn: Command, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    options = ("--annexes", "--links", "--out", str(path))
    assert posthoorn("evidence", "export", "agr_1", *options) == ExitCode.OK
    assert posthoorn("evidence", "verify", str(path)) == ExitCode.OK
    assert b"agr_1@huurder.example" in path.read_bytes()
    assert posthoorn("evidence", "export", "agr_1", "--kantara", "--out", str(path)) == ExitCode.OK
    assert b"KI-CR-v1.1.0" in path.read_bytes()
    assert posthoorn("evidence", "export", "agr_9") == ExitCode.NOT_FOUND


@pytest.mark.usefixtures("archive")
def test_forgetting_needs_a_request_that_is_there(posthoorn: Command) -> None:
    assert posthoorn("evidence", "forget", "agr_1", "--why", "asked") == ExitCode.NOT_FOUND
    assert posthoorn.err.startswith("agreement-not-found: ")
