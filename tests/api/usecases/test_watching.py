"""Watched folders are taken in by the sweeper: each file once, whatever breaks off in between."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from api.adapters.scan_folder import DONE, FAILED, TAKING, ScanFolder
from api.ports import Mode, Organisation, Retryable
from api.usecases.scanning import intake, looking, watching
from tests.api.builders import NOW, ORG
from tests.api.usecases.slips import ALL, SlipWorld, page, piece_id, slip

if TYPE_CHECKING:
    from pathlib import Path

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import ScanFile


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> SlipWorld:
    return SlipWorld(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    (folder / ORG).mkdir(parents=True)
    return folder


def put(root: Path, name: str, content: bytes = b"a scan", organisation: str = ORG) -> None:
    (root / organisation / name).write_bytes(content)


def look(world: SlipWorld, root: Path) -> int:
    return watching.take_in_drops(world.deps, ScanFolder(root, 0))


def files(world: SlipWorld) -> list[ScanFile]:
    """Those of all batches that fill by themselves."""
    seen, _ = looking.list_batches(world.deps, ORG, ALL)
    batches = [each.batch.id for each in seen if each.batch.drop]
    return [file for batch in batches for file in looking.list_files(world.deps, ORG, batch, ALL).items]


def left(root: Path, folder: str) -> list[str]:
    path = root / ORG / folder
    return sorted(each.name for each in path.iterdir()) if path.exists() else []


def test_what_is_dropped_is_read_in_a_batch_of_its_day(world: SlipWorld, root: Path, clock: FakeClock) -> None:
    world.reader.files[b"a scan"] = [page(1, slip(1, {"number": "1234"}))]
    world.reader.files[b"b scan"] = [page(1)]
    put(root, "a.pdf")
    put(root, "b.pdf", b"b scan")
    assert look(world, root) == 2
    world.run()
    assert world.records()[piece_id(1), "number"].value == "1234"
    assert [(file.name, file.number) for file in files(world)] == [("a.pdf", 1), ("b.pdf", 2)]
    assert (left(root, DONE), left(root, TAKING), look(world, root)) == (["a.pdf", "b.pdf"], [], 0)
    (batch,) = {file.batch_id for file in files(world)}
    intake.close_batch(world.deps, ORG, batch, "usr_1")
    put(root, "c.pdf", b"c scan")
    clock.advance(1)
    look(world, root)
    assert len({file.batch_id for file in files(world)}) == 2


def test_the_same_bytes_again_and_nothing_at_all_are_refused_with_a_text(world: SlipWorld, root: Path) -> None:
    put(root, "a.pdf")
    look(world, root)
    put(root, "a again.pdf")
    put(root, "empty.pdf", b"")
    assert look(world, root) == 0
    assert left(root, FAILED) == ["a again.pdf", "a again.pdf.txt", "empty.pdf", "empty.pdf.txt"]
    assert (root / ORG / FAILED / "a again.pdf.txt").read_text().startswith("scan-file-seen: ")
    assert len(files(world)) == 1


def test_a_folder_is_named_by_the_id_or_by_the_name_when_only_one_has_it(world: SlipWorld, root: Path) -> None:
    with world.deps.database.write() as uow:
        for number, name in enumerate(("Woonstichting Grachtstad", "Twee Keer", "twee keer")):
            uow.organisations.add(Organisation(f"org_new_{number}", name, NOW))
    for folder in ("woonstichting-grachtstad", "twee-keer", "nobody"):
        (root / folder).mkdir()
        put(root, "a.pdf", folder.encode(), folder)
    assert look(world, root) == 1
    with world.deps.database.read() as uow:
        assert len(uow.scans.batches("org_new_0", ALL).items) == 1
    for folder in ("twee-keer", "nobody"):
        assert (root / folder / FAILED / "a.pdf.txt").read_text().startswith("organisation-not-found: ")


def test_a_folder_for_tests_gives_batches_of_test_mode(world: SlipWorld, root: Path) -> None:
    tests = f"{ORG}{watching.TEST}"
    (root / tests).mkdir()
    put(root, "a.pdf")
    put(root, "b.pdf", b"b scan", tests)
    assert look(world, root) == 2
    seen, _ = looking.list_batches(world.deps, ORG, ALL)
    dropped = [each.batch for each in seen if each.batch.drop]
    assert {each.name.split("/")[0]: each.mode for each in dropped} == {ORG: Mode.LIVE, tests: Mode.TEST}
    assert len(watching.folders_seen(world.deps, ORG, ScanFolder(root, 0))) == 2


class PowerCutError(Exception):
    """The machine stops here."""


@pytest.mark.parametrize(
    "moment",
    [
        "api.usecases.scanning.watching.store_body",
        "api.usecases.scanning.watching.add_blob",
        "api.adapters.scan_folder._move",
    ],
)
def test_a_crash_at_any_moment_loses_nothing_and_takes_nothing_twice(
    world: SlipWorld, root: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a.pdf")

    def crash(*_: object, **__: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched, suppress(PowerCutError):
        patched.setattr(moment, crash)
        look(world, root)
    assert left(root, DONE) == []
    assert len(left(root, TAKING)) == 1
    assert look(world, root) == 1
    assert [file.name for file in files(world)] == ["a.pdf"]
    assert (left(root, DONE), left(root, TAKING)) == (["a.pdf"], [])


def test_when_the_world_is_out_of_order_the_file_waits(
    world: SlipWorld, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a.pdf")

    def busy(*_: object) -> None:
        raise Retryable("blobs-unavailable", "Not now.")

    with monkeypatch.context() as patched:
        patched.setattr(watching, "store_body", busy)
        assert look(world, root) == 0
    assert look(world, root) == 1
