"""The personal page in a real browser: by keyboard alone and without script, and what axe and two widths say."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.api.http.recipient.scene import HOST, HOUSE, POSTCODE, Letters
from tests.api.http.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.api.http.service import Service

pytestmark = pytest.mark.slow

OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
)
NARROW: Final = (320, 640)  # also 1280 px at 400 % zoom
WIDE: Final = (1280, 900)
MOST_TABS: Final = 40
LEAST_TARGET_PX: Final = 24
# a refused form has a status of its own, and over http, as here, browsers leave this header aside
HARMLESS: Final = (
    "Failed to load resource: the server responded with a status of 4",
    "The Cross-Origin-Opener-Policy header has been ignored, because the URL's origin was untrustworthy",
)
RICH: Final = ("asked again", "link with")
LETTER: Final = {"nl": 1, "en": 2}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's where it is, else the one that Playwright brought."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def address(letters: Letters, service: Service) -> Iterator[str]:
    del letters
    with serving(service.app) as (_, port):
        yield f"http://{HOST}:{port}"


@contextmanager
def _page(chromium: Browser, address: str, size: tuple[int, int], *, script: bool = True) -> Iterator[Page]:
    """A window of its own; whatever a page complains about fails the test, and so does a request to elsewhere."""
    said: list[str] = []
    with chromium.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, java_script_enabled=script
    ) as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("request", lambda request: None if request.url.startswith(address) else said.append(request.url))
        page.set_default_timeout(10_000)
        yield page
    assert [line for line in said if not line.startswith(HARMLESS)] == []


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is wanted has the focus, and look that it can be seen there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        found = page.locator(f":focus:is({selector})")
        if found.count():
            box = found.bounding_box()
            assert box is not None
            assert box["y"] >= 0
            return
    raise AssertionError(f"Tab does not reach {selector}")


def _fill(page: Page, selector: str, text: str) -> None:
    _tab_to(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def _enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_whole_walk_by_keyboard_without_script_on_a_small_phone(
    chromium: Browser, address: str, letters: Letters
) -> None:
    with _page(chromium, address, NARROW, script=False) as page:
        page.goto(f"/{letters.token(1)}")
        _fill(page, "#postcode", "9876zz")
        _enter(page)
        # the summary has the focus, and its link leads to the field
        page.wait_for_selector(".problems:focus")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#house:focus")
        page.keyboard.type("14-a")
        _enter(page)
        _fill(page, "#f-reading", "5402")
        _fill(page, "#f-day", "31 12 2025")
        _fill(page, "#f-phone", "0612345678")
        _tab_to(page, "#f-emergency")
        page.keyboard.press("Space")
        _tab_to(page, "#f-place-1")
        page.keyboard.press("Space")
        _tab_to(page, "main button")
        _enter(page)
        page.wait_for_selector(".problems:focus")
        assert "Klopt dit?" in page.inner_text("main")
        _tab_to(page, "#sure-reading-1")
        page.keyboard.press("Space")
        _tab_to(page, "#reason-reading")
        page.keyboard.press("ArrowDown")
        _tab_to(page, "main button")
        _enter(page)
        page.wait_for_selector("text=Wij hebben uw antwoord")
        _tab_to(page, "main a")
        _enter(page)
        assert page.input_value("#f-reading") == "5402"
        _tab_to(page, "footer button")
        _enter(page)
        page.wait_for_selector("text=De pagina is gesloten")
        assert page.context.cookies() == []
    given = letters.answers(1)
    assert (given["reading"], given["day"], given["emergency"]) == ("5402", "2025-12-31", "yes")
    assert (given["phone"], given["place"]) == ("+31612345678", "cupboard")


def test_axe_finds_nothing_and_nothing_is_wider_than_the_window_in_either_language(
    chromium: Browser, address: str, letters: Letters
) -> None:
    for language, number in LETTER.items():
        with _page(chromium, address, WIDE) as page:
            for name in _walk(page, letters, language, number):
                _look(page, f"{name} {language}")
    letters.change(closes_at=letters.world.deps.clock.now())
    for language, number in LETTER.items():
        with _page(chromium, address, WIDE) as page:
            page.goto(f"/{letters.token(number)}")
            _come_in(page)
            _look(page, f"closed {language}")


def _walk(page: Page, letters: Letters, language: str, number: int) -> Iterator[str]:
    """Each kind of page, one after the other."""
    page.goto(f"/?taal={language}")
    yield "code"
    page.fill("#code", letters.code(number))
    page.fill("#postcode", "1111 AA")
    page.fill("#house", "1")
    page.click("main button")
    yield "code that does not fit"
    page.goto("/none")
    yield "unknown"
    page.goto(f"/{letters.token(number)}")
    yield "link"
    page.click("main button")
    yield "link with mistakes"
    _come_in(page)
    yield "form"
    page.fill("#f-reading", "5402")
    page.fill("#f-email", "anna@gmial.com")
    page.fill("#f-day", "x")
    page.click("main button")
    yield "asked again"
    page.check("#sure-reading-1")
    page.check("#sure-email-1")
    page.fill("#f-day", "31-12-2025")
    page.check("#f-place-2")
    page.click("main button")
    page.wait_for_selector(".receipt")
    yield "done"
    page.click("footer button")
    yield "closed page"


def _come_in(page: Page) -> None:
    page.fill("#postcode", POSTCODE)
    page.fill("#house", HOUSE)
    with page.expect_navigation():
        page.click("main button")


def _look(page: Page, name: str) -> None:
    """Both widths in both languages where there is much on a page; of the others one width in each."""
    usual = NARROW if name.endswith(" nl") else WIDE
    for width, height in (NARROW, WIDE) if name.startswith(RICH) else (usual,):
        page.set_viewport_size({"width": width, "height": height})
        _look_at(page, f"{name} {width}")


def _look_at(page: Page, name: str) -> None:
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, name
    small = page.evaluate(
        "least => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, nav a')]"
        ".filter(each => each.getBoundingClientRect().height < least).map(each => each.outerHTML)",
        LEAST_TARGET_PX,
    )
    assert small == [], name
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert found == [], (name, [(each["id"], [node["html"] for node in each["nodes"]]) for each in found])
