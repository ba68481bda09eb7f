"""One contract for every blob store."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from api.adapters.blobs_folder import FolderBlobs
from api.adapters.blobs_s3 import S3Blobs
from api.adapters.fakes import MemoryBlobs
from api.ports import BlobRef, Permanent, Retryable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.ports import Blobs

ORG = "org_1"
MISSING = BlobRef("0" * 64, 3)


@pytest.fixture(params=["memory", "folder", pytest.param("s3", marks=pytest.mark.servers)])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "memory":
        return MemoryBlobs()
    if request.param == "folder":
        return FolderBlobs(tmp_path / "blobs")
    return S3Blobs(request.getfixturevalue("ceph_server").new_bucket_url())


def big_blocks() -> Iterator[bytes]:
    for number in range(40):
        yield bytes([number]) * (1 << 20)


def test_what_is_put_is_named_by_its_content_and_read_back(blobs: Blobs) -> None:
    ref = blobs.put(ORG, io.BytesIO(b"hello"))
    assert ref == BlobRef(hashlib.sha256(b"hello").hexdigest(), 5)
    with blobs.open(ORG, ref) as file:
        assert file.read() == b"hello"
    assert blobs.exists(ORG, ref)


def test_empty_blob(blobs: Blobs) -> None:
    ref = blobs.put(ORG, [])
    with blobs.open(ORG, ref) as file:
        assert file.read() == b""


def test_putting_the_same_twice_changes_nothing(blobs: Blobs) -> None:
    first = blobs.put(ORG, [b"a", b"b"])
    assert blobs.put(ORG, io.BytesIO(b"ab")) == first
    with blobs.open(ORG, first) as file:
        assert file.read() == b"ab"


def test_a_stream_larger_than_a_part_of_an_upload(blobs: Blobs) -> None:
    ref = blobs.put(ORG, big_blocks())
    assert ref.size == 40 << 20
    with blobs.open(ORG, ref) as file:
        digest = hashlib.sha256()
        while block := file.read(3_000_000):
            digest.update(block)
    assert digest.hexdigest() == ref.sha256


def test_only_a_range_is_read(blobs: Blobs) -> None:
    ref = blobs.put(ORG, big_blocks())
    with blobs.open(ORG, ref) as file:
        assert file.seek((7 << 20) - 2) == (7 << 20) - 2
        assert file.read(4) == b"\x06\x06\x07\x07"
        file.seek(-1, io.SEEK_END)
        assert file.read() == b"\x27"
        file.seek(0)
        assert file.read(1) == b"\x00"
        assert file.tell() == 1


def test_a_zip_can_be_read_where_it_lies(blobs: Blobs) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("template.toml", "id = 'x'")
    ref = blobs.put(ORG, [packed.getvalue()])
    with blobs.open(ORG, ref) as file, zipfile.ZipFile(file) as archive:
        assert archive.read("template.toml") == b"id = 'x'"


def test_each_organisation_has_its_own(blobs: Blobs) -> None:
    ref = blobs.put(ORG, [b"secret"])
    assert not blobs.exists("org_2", ref)
    with pytest.raises(Permanent, match="blob-missing"), blobs.open("org_2", ref):
        pass


def test_a_missing_blob_is_a_permanent_fault(blobs: Blobs) -> None:
    assert not blobs.exists(ORG, MISSING)
    with pytest.raises(Permanent, match="blob-missing"), blobs.open(ORG, MISSING):
        pass


def test_deleting_twice_is_deleting(blobs: Blobs) -> None:
    ref = blobs.put(ORG, [b"old"])
    blobs.delete(ORG, ref)
    blobs.delete(ORG, ref)
    assert not blobs.exists(ORG, ref)


def test_a_writer_that_breaks_off_leaves_nothing(blobs: Blobs) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises((ConnectionError, Retryable)):
        blobs.put(ORG, broken())
    assert not blobs.exists(ORG, BlobRef(hashlib.sha256(b"half").hexdigest(), 4))


@pytest.mark.parametrize("organisation", ["../other", "a/b", "", ".", ".parts", "a\x00b", "x" * 65])
def test_an_organisation_cannot_lead_elsewhere(blobs: Blobs, organisation: str) -> None:
    with pytest.raises(ValueError, match="not an organisation id"):
        blobs.put(organisation, [b"x"])
    with pytest.raises(ValueError, match="not an organisation id"):
        blobs.exists(organisation, MISSING)


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_reference_is_a_digest(sha256: str) -> None:
    with pytest.raises(ValueError, match="not a blob reference"):
        BlobRef(sha256, 1)


def test_ready(blobs: Blobs) -> None:
    assert blobs.ready()
