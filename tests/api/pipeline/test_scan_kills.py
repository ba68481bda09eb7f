"""Killed at any moment, reading gives each page once and no record twice."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from api.bootstrap import make_deps, open_service
from api.ports import PageRequest, ScanFileState
from api.usecases.scanning import looking
from docgen.qr.slip_code import SlipCode
from scanning.readings import PageKind
from tests.api.builders import ORG
from tests.api.pipeline import runs, scan_nursery
from tests.api.pipeline.test_pipeline_kills import program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.ports import Record
    from api.usecases.deps import Deps

LIMIT_S = 240.0
FEWEST_DEATHS = 3
NOBODY = scan_nursery.NOBODY


def killed_often(folder: Path, seed: int, pages: int) -> int:
    """Lives of workers that all end early, until the file is read; how many of them had read something."""
    chance = random.Random(seed)  # noqa: S311 - moments of killing
    deaths, longest_ms, state, there = 0, 400.0, "", 0
    with program(scan_nursery, str(folder), str(pages)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        end = time.monotonic() + LIMIT_S
        while state != ScanFileState.READ:
            assert time.monotonic() < end, (state, there)
            last = there + chance.randint(1, pages // 6)
            process.stdin.write(f"{int(chance.uniform(20, longest_ms))} {last}\n")
            process.stdin.flush()
            before = there
            state, there = _answer(process.stdout.readline())
            deaths += there > before and state != ScanFileState.READ
            longest_ms *= 1.1
    return deaths


def _answer(line: str) -> tuple[str, int]:
    state, there = line.split()
    return state, int(there)


def check(folder: Path, pages: int) -> None:
    """Each page once, as what it is; each answer once."""
    service = open_service(runs.settings_of(folder))
    try:
        deps = make_deps(service)
        ((_, balance),) = looking.list_batches(deps, ORG, PageRequest())[0]
        found = [scan_nursery.one_page(number) for number in range(1, pages + 1)]
        kinds = Counter(page.number for page in looking.list_pages(deps, ORG, PageRequest(1000)).items)
        codes = [slip.code for page in found for slip in page.slips if isinstance(slip.code, SlipCode)]
        unknown = sum(code.piece_id == NOBODY for code in codes)
        blanks = sum(page.kind is PageKind.BLANK for page in found)
        assert kinds == dict.fromkeys(range(1, pages + 1), 1)
        assert balance.adds_up
        assert (balance.pages, balance.blanks, balance.exceptions) == (pages, blanks, unknown)
        expected = {code.piece_id for code in codes} - {NOBODY}
        records = Counter((record.piece_id, record.field) for record in _records(deps))
        assert records == {(piece, "number"): 1 for piece in expected}
        assert all(record.revision == 1 for record in _records(deps))
    finally:
        service.close()


def _records(deps: Deps) -> Sequence[Record]:
    with deps.database.read() as uow:
        return uow.records.list(ORG, PageRequest(1000)).items


@pytest.mark.slow
def test_workers_killed_while_they_read_give_each_page_once(tmp_path: Path) -> None:
    assert killed_often(tmp_path, 1, 30) >= FEWEST_DEATHS
    check(tmp_path, 30)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [2, 3])
def test_a_large_file_killed_many_times_gives_each_page_once(tmp_path: Path, seed: int) -> None:
    assert killed_often(tmp_path, seed, 500) >= FEWEST_DEATHS
    check(tmp_path, 500)
