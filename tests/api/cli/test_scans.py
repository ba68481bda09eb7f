"""Commands of scans: send, wait, look at batches, fetch answers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
import structlog

from api.cli.exits import ExitCode
from api.http.app import create_app
from api.http.edge import Edge
from api.ports import Mode, Role
from api.usecases import parties
from api.usecases.scanning import policies
from docgen.findings import Finding
from tests.api.builders import ORG
from tests.api.http.serving import serving
from tests.api.usecases.slips import FORM, SlipWorld, page, slip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from tests.api.cli.conftest import Command


@pytest.fixture
def mailroom(
    sqlite_database: SqlDatabase,
    memory_blobs: MemoryBlobs,
    clock: FakeClock,
    ids: SeededIds,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[SlipWorld]:
    """A service whose worker runs while the command waits."""
    world = SlipWorld(sqlite_database, memory_blobs, clock, ids)
    policies.put_policy(world.deps, ORG, FORM, {"checked_share": 0.0}, "usr_1")
    key = parties.add_key(world.deps, ORG, "scanner", [Role.MAILROOM], Mode.LIVE).secret
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with serving(create_app(world.deps, Edge(spool_folder=tmp_path))) as (host, port):
        monkeypatch.setenv("POSTHOORN_URL", f"http://{host}:{port}")
        monkeypatch.setenv("POSTHOORN_API_KEY", key)
        monkeypatch.setattr("api.cli.scans.time.sleep", lambda _: world.run())
        yield world
    structlog.configure(**before)


def test_scans_are_sent_waited_for_and_their_answers_fetched(
    posthoorn: Command, mailroom: SlipWorld, tmp_path: Path
) -> None:
    mailroom.reader.files[b"a"] = [page(1, slip(1, {"reading": "12345"})), page(2)]
    mailroom.reader.files[b"b"] = [Finding("scan-encrypted", "It has a password.")]
    for name in ("a", "b"):
        (tmp_path / f"{name}.pdf").write_bytes(name.encode())
    good, bad = tmp_path / "a.pdf", tmp_path / "b.pdf"
    assert posthoorn("scan", good, bad, "--batch", "Tuesday", "--wait", "--close") == ExitCode.FINDINGS
    assert "error: scan-encrypted: It has a password." in posthoorn.err
    assert "Tuesday" in posthoorn.out
    assert posthoorn("scan", good, "--batch", mailroom.batch.id) == ExitCode.FINDINGS
    assert posthoorn.err.startswith("a.pdf: scan-file-seen: ")
    assert posthoorn("scan", good, "--batch", mailroom.batch.id, "--again", "--wait") == ExitCode.OK
    found = posthoorn.json("scans")
    assert [(each["name"], each["state"], each["balance"]["pages"]) for each in found] == [
        ("Tuesday", "closed", 2),
        ("Monday", "open", 2),
    ]
    shown = posthoorn.json("scans", found[0]["id"])
    assert [file["state"] for file in shown["files"]] == ["read", "failed"]
    assert posthoorn("scans") == ExitCode.OK
    assert "adds up" in posthoorn.out


def test_answers_are_shown_and_written_as_csv(posthoorn: Command, mailroom: SlipWorld, tmp_path: Path) -> None:
    mailroom.scan(page(1, slip(1, {"reading": "12345", "number": "0042"})))
    assert posthoorn("records") == ExitCode.OK
    assert "12345" in posthoorn.out
    assert len(posthoorn.json("records")) == 2
    assert posthoorn("records", "--csv", "--form", FORM) == ExitCode.OK
    assert [row["value"] for row in csv.DictReader(io.StringIO(posthoorn.out))] == ["12345", "0042"]
    out = tmp_path / "records.csv"
    assert posthoorn("records", "--out", out, "--updated-after", "2001-01-01") == ExitCode.OK
    assert out.read_text(encoding="utf-8").count("\n") == 3


def test_a_batch_that_is_not_there_is_told(posthoorn: Command, mailroom: SlipWorld, tmp_path: Path) -> None:
    del mailroom
    (tmp_path / "a.pdf").write_bytes(b"a")
    assert posthoorn("scan", tmp_path / "a.pdf", "--batch", "scb_nothing") == ExitCode.NOT_FOUND
    assert posthoorn("scans", "scb_nothing") == ExitCode.NOT_FOUND
