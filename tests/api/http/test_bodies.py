"""What only a connection can show: bodies without a length, callers who leave, more than is allowed."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from api.http.middleware import JSON_LIMIT_BYTES, ROWS_LIMIT_BYTES, ZIP_LIMIT_BYTES, limits
from tests.api.http.service import JSON, NOTE, make_service
from tests.api.http.serving import serving
from tests.api.usecases.world import as_json, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.api.http.service import Service

LIMIT = 3_000_000


@pytest.fixture
def small(service: Service, tmp_path: Path) -> Service:
    service.world.limit(max_body_bytes=LIMIT)
    return make_service(service.world, tmp_path / "spool")


def _blocks(size: int) -> Iterator[bytes]:
    yield b"["
    for _ in range(size // 1000):
        yield b" " * 1000


def _nothing_is_left(service: Service, tmp_path: Path) -> bool:
    with service.client() as admin:
        jobs = admin.get("/v1/print-jobs").json()["items"]
    return not jobs and not list((tmp_path / "spool").iterdir())


def test_a_body_that_says_it_is_too_large_is_refused_unread(small: Service, tmp_path: Path) -> None:
    with serving(small.app) as (host, port), socket.create_connection((host, port)) as connection:
        connection.sendall(
            f"POST /v1/print-jobs?template=note&brand=grachtstad HTTP/1.1\r\nHost: x\r\nContent-Length: {LIMIT + 1}\r\n"
            f"Content-Type: application/json\r\nAuthorization: Bearer {small.keys['admin']}\r\n\r\n[".encode()
        )
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer
    assert _nothing_is_left(small, tmp_path)


def test_a_body_without_a_length_is_refused_where_it_becomes_too_large(small: Service, tmp_path: Path) -> None:
    blobs = small.world.deps.blobs
    before = len(blobs._blobs)  # type: ignore[attr-defined] # blobs in memory
    headers = {**JSON, "Authorization": f"Bearer {small.keys['admin']}"}
    with serving(small.app) as (host, port):
        url = f"http://{host}:{port}/v1/print-jobs"
        answer = httpx.post(url, params=NOTE, content=_blocks(LIMIT + 2000), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert len(blobs._blobs) == before  # type: ignore[attr-defined] # blobs in memory
    assert _nothing_is_left(small, tmp_path)


def test_a_body_without_a_length_is_taken_whole(service: Service) -> None:
    body = as_json([record(number) for number in range(3)])
    headers = {**JSON, "Authorization": f"Bearer {service.keys['admin']}"}
    with serving(service.app) as (host, port):
        url = f"http://{host}:{port}/v1/print-jobs"
        answer = httpx.post(url, params=NOTE, content=iter([body[:50], body[50:]]), headers=headers)
    assert answer.status_code == 202
    service.world.run()
    assert service.world.job(answer.json()["id"]).counts.valid == 3


@pytest.mark.parametrize("key", [None, "a-key"])
def test_a_caller_who_leaves_half_way_leaves_nothing(service: Service, tmp_path: Path, key: str | None) -> None:
    blobs = service.world.deps.blobs
    before = len(blobs._blobs)  # type: ignore[attr-defined] # blobs in memory
    keyed = f"Idempotency-Key: {key}\r\n" if key else ""
    headers = {**JSON, "Authorization": f"Bearer {service.keys['admin']}", **({"Idempotency-Key": key} if key else {})}
    head = (
        "POST /v1/print-jobs?template=note&brand=grachtstad HTTP/1.1\r\nHost: x\r\nContent-Length: 2500000\r\n"
        f"Content-Type: application/json\r\n{keyed}Authorization: Bearer {service.keys['admin']}\r\n\r\n"
    )
    with serving(service.app) as (host, port):
        with socket.create_connection((host, port)) as connection:
            connection.sendall(head.encode() + b"[" + b" " * 1_500_000)
        deadline = time.monotonic() + 20
        while 'status="400"' not in httpx.get(f"http://{host}:{port}/metrics").text and time.monotonic() < deadline:
            time.sleep(0.02)
        whole = httpx.post(
            f"http://{host}:{port}/v1/print-jobs", params=NOTE, content=as_json([record(1)]), headers=headers
        )
    assert whole.status_code == 202
    with service.client() as admin:
        assert len(admin.get("/v1/print-jobs").json()["items"]) == 1
    assert len(blobs._blobs) == before + 1  # type: ignore[attr-defined] # blobs in memory
    assert not list((tmp_path / "spool").iterdir())


def test_without_a_key_the_body_is_not_read(service: Service) -> None:
    with serving(service.app) as (host, port), socket.create_connection((host, port)) as connection:
        connection.sendall(
            b"POST /v1/print-jobs HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n"
        )
        assert connection.recv(65536).startswith(b"HTTP/1.1 401")


def test_only_records_may_be_large() -> None:
    limit = limits(1 << 30)
    assert limit("/v1/print-jobs") == limit("/v1/print-jobs/") == 1 << 30
    assert limit("/v1/templates") == limit("/v1/brands/check") == ZIP_LIMIT_BYTES
    assert limit("/v1/print-jobs/job_1/cancel") == limit("/v1/keys") == limit("/") == JSON_LIMIT_BYTES


def test_json_that_is_too_large_is_refused(service: Service) -> None:
    with service.client() as admin:
        answer = admin.post("/v1/keys", json={"label": "x" * JSON_LIMIT_BYTES, "roles": ["admin"]})
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "multipart/form-data; boundary=x"])
def test_records_of_another_kind_are_refused(service: Service, kind: str) -> None:
    with service.client() as admin:
        answer = admin.post("/v1/print-jobs", params=NOTE, content=b"x", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type-unsupported")


def test_a_key_of_test_mode_makes_test_jobs(service: Service) -> None:
    with service.client("test") as client:
        answer = client.post("/v1/print-jobs", params=NOTE, content=as_json([record(1)]), headers=JSON)
    assert answer.json()["mode"] == "test"


@pytest.mark.parametrize(
    "path",
    [
        *(f"/v1/campaigns/meters/{what}" for what in ("recipients", "answers", "answer-imports")),
        *("/v1/questions/qst_1/requests", "/v1/meters/import"),
    ],
)
def test_files_of_rows_may_be_larger_than_other_bodies(path: str) -> None:
    limit_of = limits(1 << 30)
    assert limit_of(path) == ROWS_LIMIT_BYTES > limit_of(f"{path}/stop") == JSON_LIMIT_BYTES
    assert limits(1 << 20)(path) == 1 << 20
