"""What tests with a real browser share: windows that complain, the keyboard, and what axe says."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tests.api.http.recipient import ask_scene, scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    f"--host-resolver-rules=MAP {scene.HOST} 127.0.0.1, MAP {ask_scene.HOST} 127.0.0.1",
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


@contextmanager
def window(chromium: Browser, address: str, size: tuple[int, int], *, script: bool = True) -> Iterator[Page]:
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


def tab_to(page: Page, selector: str) -> None:
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


def enter(page: Page) -> None:
    """Press Enter, which leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def look_at(page: Page, name: str) -> None:
    """Nothing is wider than the window or too small to touch, and axe finds nothing."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide == 0, name
    small = page.evaluate(
        "least => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, nav a')]"
        ".filter(each => each.getBoundingClientRect().height < least).map(each => each.outerHTML)",
        LEAST_TARGET_PX,
    )
    assert small == [], name
    from tests.api.http.looking import look  # noqa: PLC0415 - most tests here need no browser

    look(page, name, ())
