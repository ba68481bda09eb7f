"""Commands that talk to a service: upload, submit, follow, fetch."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from api.cli import jobs
from api.cli.exits import ExitCode
from tests.api.usecases.world import NOTE_TOML, SAMPLES, as_json, note_template, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.api.cli.conftest import Command
    from tests.api.http.service import Service

WISH = ("--template", "note", "--brand", "grachtstad")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.json"
    path.write_bytes(as_json([record(1), record(2)]))
    return path


@pytest.fixture(autouse=True)
def _work_while_waiting(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for a worker is the worker."""
    monkeypatch.setattr(jobs.time, "sleep", lambda _: service.world.run())


@pytest.mark.slow
def test_templates_and_brands_are_uploaded_as_folder_or_zip(posthoorn: Command, tmp_path: Path) -> None:
    path = tmp_path / "note.zip"
    path.write_bytes(note_template(template_toml=NOTE_TOML.replace('"1.0"', '"3.0"')))
    assert posthoorn("template", "upload", path) == ExitCode.OK
    assert posthoorn.out.endswith("note@3.0\n")
    first, second = (posthoorn.json("brand", "upload", SAMPLES / "brands" / "zandeland")["id"] for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_a_job_is_sent_and_waited_for(posthoorn: Command, records: Path) -> None:
    assert (
        posthoorn("job", "submit", records, *WISH, "--title", "November", "--insert", "flyer-a5", "--wait")
        == ExitCode.OK
    )
    assert "released" in posthoorn.out
    assert "records 2, valid 2, faulty 0, composed 2" in posthoorn.out
    job = posthoorn.out.split()[0]
    assert posthoorn.json("job", "status", job)["title"] == "November"
    assert posthoorn.json("job", "status", job)["rules"]["inserts"] == "flyer-a5"
    assert posthoorn("job", "findings", job) == ExitCode.OK
    assert posthoorn.out == "No findings.\n"
    assert posthoorn("job", "link", job) == ExitCode.OK
    assert f"/jobs/{job}?view=" in posthoorn.out
    assert posthoorn("job", "cancel", job) == ExitCode.REFUSED
    assert posthoorn.err.startswith("job-released: ")


def test_a_rejected_job_says_what_to_do_and_fails(posthoorn: Command, tmp_path: Path) -> None:
    path = tmp_path / "records.json"
    path.write_bytes(as_json([{**record(1), "amount": "veel"}]))
    assert posthoorn("job", "submit", path, *WISH, "--wait") == ExitCode.FINDINGS
    assert "1 times amount-invalid" in posthoorn.err
    assert "pointer /records/0/amount" in posthoorn.err
    assert posthoorn("job", "submit", path, *WISH, "--valid-only", "--wait", "--json") == ExitCode.FINDINGS
    assert json.loads(posthoorn.out)["state"] == "rejected"


def test_only_validating_ends_accepted(posthoorn: Command, records: Path) -> None:
    assert posthoorn("job", "submit", records, *WISH, "--validate-only", "--wait") == ExitCode.OK
    assert "accepted" in posthoorn.out


def test_batches_are_listed_fetched_whole_and_gone_on_with(
    posthoorn: Command, service: Service, tmp_path: Path
) -> None:
    job = service.submit()
    assert posthoorn("batch", "list", "--job", job) == ExitCode.OK
    (listed,) = posthoorn.json("batch", "list", "--job", job)
    out = tmp_path / "out"
    files = posthoorn.json("batch", "fetch", listed["id"], "--out", out)["files"]
    assert len(files) == len(listed["files"])
    pdf = next(out.rglob("*.pdf"))
    whole = pdf.read_bytes()
    pdf.with_name(f"{pdf.name}.part").write_bytes(whole[:1000])
    pdf.unlink()
    before = service.app.state.metrics.text()
    assert posthoorn("batch", "fetch", "--job", job, "--out", out) == ExitCode.OK
    assert pdf.read_bytes() == whole
    assert not list(out.rglob("*.part"))
    assert b'status="206"' not in before
    _wait_for(lambda: b'files/{name}",status="206"} 1.0' in service.app.state.metrics.text())


def test_a_part_that_is_not_the_beginning_is_thrown_away(posthoorn: Command, service: Service, tmp_path: Path) -> None:
    batch = service.world.batches(service.submit())[0]
    folder = tmp_path / "out" / batch.id
    folder.mkdir(parents=True)
    part = folder / f"{batch.files[0].name}.part"
    part.write_bytes(b"something else")
    assert posthoorn("batch", "fetch", batch.id, "--out", tmp_path / "out") == ExitCode.BROKEN
    assert posthoorn.err.startswith("download-damaged: ")
    assert posthoorn("batch", "fetch", batch.id, "--out", tmp_path / "out") == ExitCode.OK


def test_a_batch_that_is_not_released_is_not_fetched(posthoorn: Command, service: Service) -> None:
    assert posthoorn("batch", "fetch") == ExitCode.USAGE
    job = service.submit()
    with service.world.deps.database.write() as uow:
        batch = service.world.batches(job)[0].id
        uow._connection.exec_driver_sql("UPDATE batches SET state = 'writing'")  # type: ignore[attr-defined] # SQL
    assert posthoorn("batch", "fetch", batch) == ExitCode.CONFLICT
    assert posthoorn.err.startswith("batch-not-released: ")


@pytest.mark.parametrize(
    ("variable", "value", "code", "said"),
    [
        ("POSTHOORN_API_KEY", "", ExitCode.NOT_ALLOWED, "key-missing: "),
        ("POSTHOORN_API_KEY", "ph_live_nobody", ExitCode.NOT_ALLOWED, "key-unknown: "),
        ("POSTHOORN_URL", "http://127.0.0.1:9", ExitCode.UNREACHABLE, "service-unreachable: "),
    ],
)
def test_trouble_has_a_code_and_an_exit_code(
    posthoorn: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, code: int, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert posthoorn("job", "status", "job_1") == code
    assert posthoorn.err.startswith(said)
    assert posthoorn.out == ""


def test_what_is_not_there_or_of_no_kind_is_said(posthoorn: Command, tmp_path: Path) -> None:
    assert posthoorn("job", "status", "job_1") == ExitCode.NOT_FOUND
    path = tmp_path / "records.txt"
    path.write_text("x", encoding="utf-8")
    assert posthoorn("job", "submit", path, *WISH) == ExitCode.USAGE
    assert posthoorn.err.startswith("media-type-unsupported: ")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"x")
    assert posthoorn("template", "upload", broken) == ExitCode.REFUSED
    assert posthoorn.err.startswith("template-zip-malformed: ")


def _wait_for(holds: Callable[[], bool]) -> None:
    """A request is counted when its answer has gone, which may be just after the caller has it."""
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never came to hold")
