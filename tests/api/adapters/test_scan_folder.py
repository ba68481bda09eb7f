"""A watched folder: only settled files, one taker each, nothing overwritten, nothing lost between two steps."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from api.adapters.scan_folder import DONE, FAILED, TAKING, ScanFolder

if TYPE_CHECKING:
    from pathlib import Path

    from api.ports import Drop


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "org_one").mkdir()
    return tmp_path


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("api.adapters.scan_folder.time.monotonic", lambda: now[0])
    return now


def put(root: Path, name: str, content: bytes = b"x") -> Path:
    path = root / "org_one" / name
    path.write_bytes(content)
    return path


def names(folder: ScanFolder) -> list[str]:
    """What can be taken now; it is put nowhere."""
    found = []
    for claimed in folder.settled():
        with claimed as drop:
            found.append(drop.name if drop else "")
    return found


def finish(folder: ScanFolder, why: str = "") -> list[str]:
    found: list[str] = []
    for claimed in folder.settled():
        with claimed as drop:
            if drop is not None:
                found.append(drop.name)
                drop.failed(why) if why else drop.done()
    return found


def test_a_file_is_taken_once_it_has_been_quiet(root: Path, time: list[float]) -> None:
    folder, path = ScanFolder(root, 3), put(root, "a.pdf")
    assert names(folder) == []
    time[0] += 2
    path.write_bytes(b"xy")
    assert names(folder) == []
    time[0] += 2
    assert names(folder) == []
    time[0] += 2
    assert finish(folder) == ["a.pdf"]
    assert (root / "org_one" / DONE / "a.pdf").read_bytes() == b"xy"
    assert finish(folder) == []


def test_a_file_that_is_open_for_writing_is_left_alone(root: Path, time: list[float]) -> None:
    folder, path = ScanFolder(root, 1), put(root, "a.pdf")
    with path.open("ab"):
        assert names(folder) == []
        time[0] += 5
        assert names(folder) == []
    assert names(folder) == ["a.pdf"]


def test_what_is_hidden_unfinished_or_no_file_is_left_alone(root: Path) -> None:
    for name in (".a.pdf", "a.pdf.part", "a.TMP", "a.crdownload"):
        put(root, name)
    (root / "org_one" / "folder.pdf").mkdir()
    (root / "org_one" / "link.pdf").symlink_to(root / "org_one" / ".a.pdf")
    (root / ".hidden").mkdir()
    assert names(ScanFolder(root, 0)) == []
    assert names(ScanFolder(root / "nowhere", 0)) == []


def test_two_takers_never_have_the_same_file(root: Path) -> None:
    put(root, "a.pdf")
    first, second = ScanFolder(root, 0), ScanFolder(root, 0)
    with ExitStack() as stack:
        (held,) = [stack.enter_context(each) for each in first.settled()]
        assert held is not None
        assert names(second) == [""]
    assert names(second) == ["a.pdf"]


def test_what_a_crash_left_half_taken_is_taken_under_the_same_claim(root: Path) -> None:
    put(root, "a.pdf")
    folder = ScanFolder(root, 0)
    claims: list[str] = []
    for _ in range(2):
        for claimed in folder.settled():
            with claimed as drop:
                assert drop is not None
                claims.append(drop.claim)
                with drop.open() as stream:
                    assert stream.read() == b"x"
    assert len(claims) == 2
    assert len(set(claims)) == 1
    assert finish(folder) == ["a.pdf"]
    assert list((root / "org_one" / TAKING).iterdir()) == []


def test_nothing_is_overwritten_and_refusals_say_why(root: Path) -> None:
    folder = ScanFolder(root, 0)
    for content in (b"1", b"2"):
        put(root, "a.pdf", content)
        finish(folder)
    assert sorted(path.name for path in (root / "org_one" / DONE).iterdir()) == ["a-2.pdf", "a.pdf"]
    for content in (b"3", b"4"):
        put(root, "a.pdf", content)
        finish(folder, "body-empty: nothing in it")
    failed = root / "org_one" / FAILED
    assert sorted(path.name for path in failed.iterdir()) == ["a-2.pdf", "a-2.pdf.txt", "a.pdf", "a.pdf.txt"]
    assert (failed / "a-2.pdf.txt").read_text() == "body-empty: nothing in it\n"


def test_a_crash_between_link_and_unlink_leaves_one_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "a.pdf")
    folder = ScanFolder(root, 0)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(root), "unlink", crash)
        with pytest.raises(KeyboardInterrupt):
            finish(folder)
    assert finish(folder) == ["a.pdf"]
    assert [path.name for path in (root / "org_one" / DONE).iterdir()] == ["a.pdf"]


def test_a_file_system_without_links_will_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    put(root, "a.pdf")
    assert finish(ScanFolder(root, 0)) == ["a.pdf"]
    assert (root / "org_one" / DONE / "a.pdf").exists()


def test_a_long_name_is_cut_and_its_ending_kept(root: Path) -> None:
    put(root, "ü" * 120 + ".pdf")
    (name,) = finish(ScanFolder(root, 0))
    assert name.endswith("ü.pdf")


def drop_of(folder: ScanFolder) -> Drop | None:
    for claimed in folder.settled():
        with claimed as drop:
            return drop
    return None


def test_a_drop_says_its_folder(root: Path) -> None:
    put(root, "a.pdf")
    drop = drop_of(ScanFolder(root, 0))
    assert drop is not None
    assert drop.folder == "org_one"
