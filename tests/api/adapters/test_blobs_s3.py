"""What only an S3 store can do wrong."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from api.adapters import blobs_s3
from api.adapters.blobs_s3 import S3Blobs
from api.ports import BlobRef, Permanent, Retryable
from tests.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Ceph

REF = BlobRef("0" * 64, 3)


class NotS3(BaseHTTPRequestHandler):
    """Answers everything with a web page."""

    def do_GET(self) -> None:
        body = b"<html>welcome</html>"
        self.send_response(404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Be quiet."""


@pytest.fixture
def web_server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), NotS3)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.servers
def test_a_wrong_secret_is_refused_for_good(ceph_server: Ceph) -> None:
    blobs = S3Blobs(f"s3+http://testkey:wrong@{ceph_server.endpoint}/bucket")
    with pytest.raises(Permanent, match="blobs-refused"):
        blobs.put("org_1", [b"x"])
    assert not blobs.ready()


@pytest.mark.servers
def test_two_processes_may_make_the_bucket(ceph_server: Ceph) -> None:
    url = ceph_server.new_bucket_url()
    first, second = S3Blobs(url), S3Blobs(url)
    ref = first.put("org_1", [b"x"])
    assert second.put("org_1", [b"x"]) == ref
    assert second.ready()


@pytest.mark.servers
def test_a_key_with_signs_in_it_is_unquoted(ceph_server: Ceph) -> None:
    blobs = S3Blobs(ceph_server.new_bucket_url().replace("testsecret", "testsecr%65t"))
    assert blobs.ready()


def test_a_store_that_is_away_is_worth_another_try() -> None:
    blobs = S3Blobs(f"s3+http://a:b@127.0.0.1:{free_ports(1)[0]}/bucket")
    with pytest.raises(Retryable, match="blobs-unavailable"):
        blobs.exists("org_1", REF)
    assert not blobs.ready()


def test_something_that_is_not_s3_is_worth_another_look(web_server: str) -> None:
    blobs = S3Blobs(f"s3+http://a:b@{web_server}/bucket?region=eu-west-1")
    with pytest.raises(Retryable, match="blobs-unavailable"):
        blobs.fetch("org_1", REF, 0)


def test_reading_stops_with_a_fault_when_the_store_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = S3Blobs("s3+http://a:b@127.0.0.1:1/bucket")

    class Empty:
        def read(self, _size: int) -> bytes:
            return b""

        def close(self) -> None:
            """Nothing is held."""

        release_conn = close

    monkeypatch.setattr(blobs, "exists", lambda *_: True)
    monkeypatch.setattr(blobs, "fetch", lambda *_: Empty())
    with blobs.open("org_1", REF) as file, pytest.raises(Retryable, match="half way"):
        file.read()


def test_positions_before_the_start_are_refused() -> None:
    remote = blobs_s3._Remote(S3Blobs("s3+http://a:b@127.0.0.1:1/bucket"), "org_1", REF)
    with pytest.raises(ValueError, match="before the start"):
        remote.seek(-1)
    remote.close()
