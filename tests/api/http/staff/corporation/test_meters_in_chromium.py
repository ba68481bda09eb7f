"""Meters in a real browser without script: a file brought in, an exchange, axe and two widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.ports import Role
from tests.api.http.serving import serving
from tests.api.http.staff.corporation.registering import NOW, TABLE, bring
from tests.api.http.staff.corporation.test_corporation_in_chromium import _look, _says, _window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.api.http.staff.browser import Staff
    from tests.api.usecases.world import World

pytestmark = pytest.mark.slow

PERIOD = "from=2025-11-01&to=2025-12-31"


@pytest.fixture
def address(staff: Staff) -> Iterator[str]:
    """Where the service listens; Sam keeps the register."""
    staff.add("sam", Role.SUBMITTER)
    with serving(staff.service.app) as (host, port):
        yield f"http://{host}:{port}"


def test_a_register_is_brought_in_and_a_meter_exchanged_without_script(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "meters.csv"
    file.write_text(TABLE, encoding="utf-8")
    with _window(chromium, address, "sam") as page:
        page.click("nav >> text=Meters")
        page.set_input_files("#file", file)
        page.click("#bring button")
        _says(page, "5 rows are in the register")
        page.click("text=Haven")
        page.click("tbody >> text=m1")
        page.fill("#removed_on", "2025-10-01")
        page.fill("#end_reading", "700")
        page.fill("#number", "B-17")
        page.click("text=Record the exchange")
        _says(page, "exchange-end-too-low")
        page.fill("#end_reading", "790,5")
        page.click("text=Record the exchange")
        _says(page, "Meter B-17 hangs there now.")


def test_axe_finds_nothing_and_nothing_is_wider_than_a_tablet(chromium: Browser, address: str, world: World) -> None:
    with _window(chromium, address, "sam", script=True) as page:
        page.goto("/staff/meters")
        _look(page)
        bring(world, TABLE, NOW)
        page.goto(f"/staff/meters?{PERIOD}")
        _look(page)
        page.click("text=Haven")
        _look(page)
        page.click("tbody >> text=m1")
        _look(page)
        page.fill("#removed_on", "2025-10-01")
        page.fill("#end_reading", "700")
        page.fill("#number", "B-17")
        page.click("text=Record the exchange")
        page.wait_for_selector(".trouble:focus")
        _look(page)
