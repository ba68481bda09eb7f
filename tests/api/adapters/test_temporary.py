"""Temporary files: in a folder of the process, gone when it ends, and swept when it was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.adapters.temporary import SAFE_AGE_S, remove_left

_MAKE = """
import pathlib, sys, tempfile
from api.adapters.temporary import begin_temporary
begin_temporary(pathlib.Path(sys.argv[1]))
folder = tempfile.mkdtemp(prefix="posthoorn-")
pathlib.Path(folder, "sent").write_bytes(b"a letter")
print(folder, flush=True)
sys.stdin.read()
"""


def age(root: Path, seconds: float) -> None:
    """Have all that is there written so long ago."""
    at = time.time() - seconds
    for path in (*root.rglob("*"), root):
        os.utime(path, (at, at), follow_symlinks=False)


def started(root: Path) -> tuple[subprocess.Popen[str], Path]:
    command = [sys.executable, "-c", _MAKE, str(root)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.slow
def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(tmp_path: Path) -> None:
    root = tmp_path / "temporary"
    (dead, left), (living, used), (orderly, own) = (started(root) for _ in range(3))
    assert {path.parent.parent for path in (left, used, own)} == {root}
    orderly.communicate("")
    assert not own.parent.exists()
    dead.kill()
    dead.communicate()
    assert remove_left(root) == 0
    age(root, SAFE_AGE_S + 1)
    assert remove_left(root) == 1
    assert (left.parent.exists(), (used / "sent").read_bytes()) == (False, b"a letter")
    living.communicate("")
    assert list(root.iterdir()) == []


def test_only_folders_of_processes_are_touched(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "temporary", tmp_path / "elsewhere"
    for folder in (root / "process-1", root / "process-without-lock", root / "other", elsewhere):
        folder.mkdir(parents=True)
        if "without" not in folder.name:
            (folder / "lock").touch()
    (root / "process-link").symlink_to(elsewhere)
    (root / "process-file").touch()
    (root / "process-1" / "link").symlink_to(elsewhere)
    age(root, SAFE_AGE_S + 1)
    assert remove_left(root) == 1
    kept = {"process-without-lock", "other", "process-link", "process-file"}
    assert {path.name for path in root.iterdir()} == kept
    assert (elsewhere / "lock").exists()


def test_what_was_written_a_moment_ago_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "process-1"
    (folder / "posthoorn-1").mkdir(parents=True)
    (folder / "lock").touch()
    age(tmp_path, SAFE_AGE_S + 1)
    (folder / "posthoorn-1" / "sent").write_bytes(b"just now")
    assert remove_left(tmp_path) == 0
    assert remove_left(tmp_path / "nowhere") == 0
