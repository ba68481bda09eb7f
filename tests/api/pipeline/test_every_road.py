"""The same answers give the same records and verdicts by page, slip and file, field for field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.api.pipeline.every_road import CONTACT, METER, OPTIONS, EveryRoad, chromium_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import MemoryBlobs, SeededIds

FEW, MANY = 4, 250


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(OPTIONS))
        yield browser
        browser.close()


def check(roads: EveryRoad, chromium: Browser, folder: Path) -> None:
    roads.by_page(chromium)
    roads.by_slip(folder)
    roads.by_file()
    roads.look()
    page, slip, file = (roads.records(road) for road in ("page", "slip", "file"))
    assert page == file
    assert page == slip
    answered = {(one.recipient, name) for one in roads.said for name, text in one.page.items() if text}
    assert set(page) == answered


@pytest.mark.slow
@pytest.mark.parametrize("template", [METER, CONTACT])
def test_the_same_answers_give_the_same_records_by_every_road(
    template: str,
    sqlite_database: SqlDatabase,
    memory_blobs: MemoryBlobs,
    ids: SeededIds,
    chromium: Browser,
    tmp_path: Path,
) -> None:
    check(EveryRoad(template, FEW, sqlite_database, memory_blobs, ids), chromium, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("template", [METER, CONTACT])
def test_five_hundred_answers_give_the_same_records_by_every_road(
    template: str,
    sqlite_database: SqlDatabase,
    memory_blobs: MemoryBlobs,
    ids: SeededIds,
    chromium: Browser,
    tmp_path: Path,
) -> None:
    check(EveryRoad(template, MANY, sqlite_database, memory_blobs, ids), chromium, tmp_path)
