"""The wiring: settings choose adapters, and the worker of the product starts and ends."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api.adapters.blobs_folder import FolderBlobs
from api.adapters.blobs_s3 import S3Blobs
from api.bootstrap import configure_logging, make_runner, make_supervisor, migrate, open_service
from api.ports import Organisation
from api.settings import Settings, as_environment
from api.worker.broker import CeleryWaker, FileWaker

if TYPE_CHECKING:
    from pathlib import Path


def test_defaults_need_no_server(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "data")
    migrate(settings)
    service = open_service(settings)
    assert isinstance(service.blobs, FolderBlobs)
    assert isinstance(service.waker, FileWaker)
    assert service.database.ready()
    assert service.blobs.ready()
    assert service.waker.ready()
    assert len(service.secret) == 64
    service.close()
    assert sorted(path.name for path in settings.data_folder.iterdir()) == [
        "blobs",
        "posthoorn.sqlite",
        "queue",
        "secret-key",
    ]


def test_urls_choose_other_adapters(tmp_path: Path) -> None:
    settings = Settings(
        data_folder=tmp_path, blobs_url="s3+http://a:b@127.0.0.1:1/bucket", broker_url="redis://127.0.0.1:1/0"
    )
    service = open_service(settings)
    assert isinstance(service.blobs, S3Blobs)
    assert isinstance(service.waker, CeleryWaker)
    service.close()


def test_blobs_may_be_in_a_folder_elsewhere(tmp_path: Path) -> None:
    service = open_service(Settings(data_folder=tmp_path / "a", blobs_url=f"file://{tmp_path}/my%20blobs"))
    service.blobs.put("org_1", io.BytesIO(b"x"))
    service.close()
    assert (tmp_path / "my blobs" / "org_1").is_dir()


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.slow
def test_logs_go_to_standard_error(tmp_path: Path, style: str) -> None:
    script = "import structlog; from api.bootstrap import *; configure_logging(load_settings())\n"
    script += "structlog.get_logger().info('work-done', subject='job_1'); structlog.get_logger().debug('quiet')"
    environment = dict(os.environ) | as_environment(Settings(data_folder=tmp_path, log_format=style))
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)  # noqa: S603 - this program
    assert ended.stdout == b""
    assert b"work-done" in ended.stderr
    assert b"quiet" not in ended.stderr
    assert (b'"subject": "job_1"' in ended.stderr) is (style == "json")
    assert callable(configure_logging)


@pytest.mark.slow
def test_the_worker_ends_in_order_when_it_is_told(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, concurrency=1)
    migrate(settings)
    script = "from api.bootstrap import *; s = load_settings(); configure_logging(s); run_worker(s)"
    environment = dict(os.environ) | as_environment(settings)
    with subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.PIPE) as worker:  # noqa: S603 - this program
        assert worker.stderr is not None
        for line in worker.stderr:
            if b"worker-started" in line:
                break
        worker.send_signal(signal.SIGTERM)
        worker.stderr.read()
        assert worker.wait(60) == 0


def test_a_watched_folder_is_made_and_looked_into(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "var", scan_folder=tmp_path / "scans")
    migrate(settings)
    service = open_service(settings)
    try:
        with service.database.write() as uow:
            uow.organisations.add(Organisation("org_one", "Een", service.clock.now()))
        supervisor = make_supervisor(service, make_runner(service, {}))
        (tmp_path / "scans" / "org_one").mkdir()
        (tmp_path / "scans" / "org_one" / "a.pdf.part").write_bytes(b"x")
        supervisor._sweeper.sweep(1.0)
        assert [path.name for path in (tmp_path / "scans" / "org_one").iterdir()] == ["a.pdf.part"]
    finally:
        service.close()
