"""Mails in a real browser: at two widths, light and dark, with and without styles, and what axe says of them."""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from agreements.messages import MessageKind, look_of, render_mail
from docgen.layouts.brand_file import load_brand
from tests.agreements.messages.asks import CONSENT, ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

BRAND = Path(__file__).parents[3] / "samples" / "brands" / "grachtstad"
LEAST_TARGET_PX = 24


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def mails() -> list[str]:
    """A request and a confirmation, which have every part; with the logo where a mail program would put it."""
    look = look_of(load_brand({path.name: path.read_bytes() for path in BRAND.iterdir()}), "nl")
    made = [render_mail(ask(kind, CONSENT), look) for kind in (MessageKind.REQUEST, MessageKind.CONFIRMATION)]
    logo = base64.b64encode(made[0].inline[0].data).decode()
    return [re.sub(r"cid:[^\"]+", f"data:image/png;base64,{logo}", mail.html) for mail in made]


def _shown(chromium: Browser, width: int, scheme: Literal["light", "dark"]) -> Page:
    page = chromium.new_context(viewport={"width": width, "height": 700}, color_scheme=scheme).new_page()
    page.on("request", lambda request: pytest.fail(request.url) if not request.url.startswith("data:") else None)
    return page


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (320, "dark"), (600, "light"), (600, "dark")])
def test_mails_fit_and_can_be_read(
    chromium: Browser, mails: list[str], width: int, scheme: Literal["light", "dark"]
) -> None:
    page = _shown(chromium, width, scheme)
    for html in mails:
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert [violation["id"] for violation in found.response["violations"]] == []
        button = page.locator(".button a")
        if button.count():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= LEAST_TARGET_PX
            assert box["x"] + box["width"] <= width


def test_without_styles_a_mail_is_read_in_the_same_order(chromium: Browser, mails: list[str]) -> None:
    page = _shown(chromium, 320, "light")
    page.set_content(mails[0])
    styled = page.inner_text("body").split()
    page.set_content(re.sub(r' style="[^"]*"', "", re.sub(r"<style>.*?</style>", "", mails[0], flags=re.DOTALL)))

    assert page.inner_text("body").split() == styled
    assert page.locator("h1").inner_text() == ask().question.wordings["nl"].title
    assert page.get_by_role("link", name="Lees en kies").is_visible()
