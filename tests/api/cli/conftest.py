"""The command in this process, a service on loopback, and a data folder of its own."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from api.cli.app import run
from tests.api.http.service import Service, make_service
from tests.api.http.serving import serving
from tests.api.usecases.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds


class Command:
    """Runs ``posthoorn`` and keeps what it said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys
        self.out = self.err = ""

    def __call__(self, *words: object) -> int:
        """The exit code."""
        self._monkeypatch.setattr(sys, "argv", ["posthoorn", *map(str, words)])
        code = run()
        self.out, self.err = self._capsys.readouterr()
        return int(code)

    def json(self, *words: object) -> Any:  # noqa: ANN401 - any JSON
        """What it says with --json."""
        assert self(*words, "--json") == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def posthoorn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """The command, in a folder where nothing is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTHOORN_DATA_FOLDER", str(tmp_path / "var"))
    return Command(monkeypatch, capsys)


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> World:
    return World(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A running service that the command knows, with an admin's key."""
    spool = tmp_path / "spool"
    spool.mkdir()
    made = make_service(world, spool)
    before = structlog.get_config()
    # the log of the service is not what the command says
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with serving(made.app) as (host, port):
        monkeypatch.setenv("POSTHOORN_URL", f"http://{host}:{port}")
        monkeypatch.setenv("POSTHOORN_API_KEY", made.keys["admin"])
        yield made
    structlog.configure(**before)
