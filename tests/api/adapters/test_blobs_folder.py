"""What only a folder can do wrong."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from api.adapters.blobs_folder import FolderBlobs
from api.ports import BlobRef, Retryable

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_left_beside_the_blobs(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    ref = blobs.put("org_1", [b"hello"])
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [f"org_1/{ref.sha256[:2]}/{ref.sha256[2:]}"]
    assert (tmp_path / files[0]).stat().st_mode & 0o777 == 0o440


def test_a_half_written_blob_of_another_size_does_not_count_and_is_mended(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    ref = blobs.put("org_1", [b"hello"])
    path = tmp_path / "org_1" / ref.sha256[:2] / ref.sha256[2:]
    path.chmod(0o600)
    path.write_bytes(b"he")
    assert not blobs.exists("org_1", ref)
    blobs.put("org_1", [b"hello"])
    assert blobs.exists("org_1", ref)


def test_what_a_killed_writer_left_is_swept_after_a_day(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    blobs.sweep_parts()
    blobs.put("org_1", [b"hello"])
    for name, age_s in (("left", 90_000), ("being-written", 10)):
        part = tmp_path / ".parts" / name
        part.write_bytes(b"half")
        os.utime(part, (time.time() - age_s,) * 2)
    blobs.sweep_parts()
    assert [part.name for part in (tmp_path / ".parts").iterdir()] == ["being-written"]


def test_a_folder_that_cannot_be_used_is_worth_another_try(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blobs = FolderBlobs(tmp_path / "file")
    with pytest.raises(Retryable, match="blobs-unavailable"):
        blobs.put("org_1", [b"x"])
    assert not blobs.ready()
    with pytest.raises(Retryable, match="blobs-unavailable"):
        blobs.delete("org_1", BlobRef("0" * 64, 1))
