"""The service as a person starts it: one command, then another that talks to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from api.cli.exits import ExitCode
from tests.api.usecases.world import SAMPLES, as_json, note_template, record

if TYPE_CHECKING:
    from pathlib import Path

_RUN = (sys.executable, "-c", "from api.cli import main; main()")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A data folder, its settings, and the commands that work on it."""

    def __init__(self, folder: Path) -> None:
        port = _free_port()
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self.env = os.environ | {
            "POSTHOORN_DATA_FOLDER": str(folder / "var"),
            "POSTHOORN_PORT": str(port),
            "POSTHOORN_URL": self.url,
            "POSTHOORN_CONCURRENCY": "1",
            "POSTHOORN_LOG_FORMAT": "json",
        }

    def posthoorn(self, *words: object) -> str:
        command = [*_RUN, *map(str, words)]
        done = subprocess.run(  # noqa: S603 - this very program
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen([*_RUN, "serve"], cwd=self.folder, env=self.env, stderr=log)  # noqa: S603 - the same
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=10).status_code == 200:
                    return process
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text(encoding="utf-8"))

    def page_of(self, host: str) -> httpx.Response:
        """The first page on the host of a brand; processes notice a new host within seconds."""
        deadline = time.monotonic() + 20
        while True:
            answer = httpx.get(self.url, headers={"Host": host}, timeout=10)
            if answer.status_code == 200 or time.monotonic() > deadline:
                return answer
            time.sleep(0.2)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


@pytest.mark.slow
def test_a_fresh_folder_becomes_a_service_that_prints_and_ends_in_order(installation: Installation) -> None:
    organisation = installation.posthoorn("organisation", "add", "Stichting Een")
    key = installation.posthoorn("key", "add", organisation, "--role", "admin")
    installation.env["POSTHOORN_API_KEY"] = key
    process = installation.start()
    (installation.folder / "note.zip").write_bytes(note_template())
    (installation.folder / "records.json").write_bytes(as_json([record(1), record(2)]))
    installation.posthoorn("brand", "upload", SAMPLES / "brands" / "grachtstad")
    installation.posthoorn("template", "upload", "note.zip")
    wish = ("--template", "note", "--brand", "grachtstad", "--wait", "--json")
    job = json.loads(installation.posthoorn("job", "submit", "records.json", *wish))
    assert job["state"] == "released"
    assert installation.posthoorn("batch", "fetch", "--job", job["id"], "--out", "out")
    page = installation.page_of("mijn.grachtstad.example.nl")
    assert "Woonstichting Grachtstad" in page.text
    assert "server" not in page.headers
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == ExitCode.OK
    lines = (installation.folder / "log").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert {"worker-started", "request", "work-done"} <= set(events)


@pytest.mark.slow
def test_a_port_that_is_taken_is_said(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [*_RUN, "serve", "--no-workers", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(  # noqa: S603 - this very program
            command, cwd=installation.folder, env=installation.env, capture_output=True, text=True, check=False
        )
    assert done.returncode == ExitCode.REFUSED
    assert "cannot-listen: " in done.stderr
