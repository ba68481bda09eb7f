from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.files import Span, read_range
from docgen.findings import Refusal

if TYPE_CHECKING:
    import httpx

    from tests.api.http.service import Service


@pytest.fixture
def file(service: Service, admin: httpx.Client) -> dict[str, str]:
    job = service.submit()
    (batch,) = admin.get("/v1/batches", params={"job": job}).json()["items"]
    return next(file for file in batch["files"] if file["role"] == "print")


def test_a_file_comes_whole_with_its_digest(admin: httpx.Client, file: dict[str, str]) -> None:
    answer = admin.get(file["url"])
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    assert answer.headers["ETag"] == f'"{file["sha256"]}"'
    assert answer.headers["Content-Length"] == str(file["size"]) == str(len(answer.content))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{file["name"]}"'
    assert answer.headers["Content-Type"] == "application/pdf"


def test_head_says_the_same_without_content(admin: httpx.Client, file: dict[str, str]) -> None:
    full, head = admin.get(file["url"]), admin.head(file["url"])
    assert (head.status_code, head.content) == (200, b"")
    same = ("etag", "content-length", "content-type", "content-disposition", "accept-ranges")
    assert {name: head.headers[name] for name in same} == {name: full.headers[name] for name in same}


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=0-9", slice(0, 10)), ("bytes=100-", slice(100, None)), ("bytes=-7", slice(-7, None))]
)
def test_a_range_is_that_part(admin: httpx.Client, file: dict[str, str], asked: str, part: slice) -> None:
    whole = admin.get(file["url"]).content
    answer = admin.get(file["url"], headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == whole[part]
    first = whole.index(answer.content) if part.start != 0 else 0
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"


def test_a_range_of_another_version_is_left_aside(admin: httpx.Client, file: dict[str, str]) -> None:
    answer = admin.get(file["url"], headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (answer.status_code, len(answer.content)) == (200, file["size"])


def test_who_has_the_file_gets_nothing(admin: httpx.Client, file: dict[str, str]) -> None:
    answer = admin.get(file["url"], headers={"If-None-Match": f'W/"x", "{file["sha256"]}"'})
    assert (answer.status_code, answer.content) == (304, b"")


def test_bytes_that_are_not_there_are_refused(admin: httpx.Client, file: dict[str, str]) -> None:
    answer = admin.get(file["url"], headers={"Range": f"bytes={file['size']}-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "range-not-satisfiable")


def test_a_file_that_is_not_there_is_said(admin: httpx.Client, file: dict[str, str]) -> None:
    answer = admin.get(f"{file['url']}x")
    assert (answer.status_code, answer.json()["code"]) == (404, "batch-file-not-found")
    assert admin.get(file["url"].rpartition("/")[0] + "/..%2f..%2fetc").status_code == 404


def test_the_manifest_has_a_name_of_its_own(service: Service, admin: httpx.Client) -> None:
    job = service.submit()
    batch = admin.get("/v1/batches", params={"job": job}).json()["items"][0]["id"]
    rows = admin.get(f"/v1/batches/{batch}/manifest.csv").text.splitlines()
    assert len(rows) == 3
    assert admin.get(f"/v1/batches/{batch}/manifest.json").headers["Content-Type"] == "application/json"
    assert admin.get(f"/v1/batches/{batch}/manifest.xml").json()["code"] == "batch-file-not-found"


@given(header=st.text("bytes=-0123456789, ", max_size=20) | st.none(), size=st.integers(0, 50))
def test_whatever_is_asked_a_span_is_inside_the_file(header: str | None, size: int) -> None:
    try:
        span = read_range(header, size)
    except Refusal:
        span = None
    assert span is None or 0 <= span.first < span.end <= size


@given(first=st.integers(0, 40), length=st.integers(1, 40))
def test_a_range_means_what_it_says(first: int, length: int) -> None:
    assert read_range(f"bytes={first}-{first + length - 1}", 100) == Span(first, first + length)
