"""The personal page in a real browser: by keyboard alone and without script, and what axe and two widths say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.api.http.recipient.browsing import NARROW, WIDE, enter, look_at, tab_to, window
from tests.api.http.recipient.scene import HOST, HOUSE, POSTCODE, Letters
from tests.api.http.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.api.http.service import Service

pytestmark = pytest.mark.slow

RICH: Final = ("asked again", "link with")
LETTER: Final = {"nl": 1, "en": 2}


@pytest.fixture
def address(letters: Letters, service: Service) -> Iterator[str]:
    del letters
    with serving(service.app) as (_, port):
        yield f"http://{HOST}:{port}"


def _fill(page: Page, selector: str, text: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_the_whole_walk_by_keyboard_without_script_on_a_small_phone(
    chromium: Browser, address: str, letters: Letters
) -> None:
    with window(chromium, address, NARROW, script=False) as page:
        page.goto(f"/{letters.token(1)}")
        _fill(page, "#postcode", "9876zz")
        enter(page)
        # the summary has the focus, and its link leads to the field
        page.wait_for_selector(".problems:focus")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#house:focus")
        page.keyboard.type("14-a")
        enter(page)
        _fill(page, "#f-reading", "5402")
        _fill(page, "#f-day", "31 12 2025")
        _fill(page, "#f-phone", "0612345678")
        tab_to(page, "#f-emergency")
        page.keyboard.press("Space")
        tab_to(page, "#f-place-1")
        page.keyboard.press("Space")
        tab_to(page, "main button")
        enter(page)
        page.wait_for_selector(".problems:focus")
        assert "Klopt dit?" in page.inner_text("main")
        tab_to(page, "#sure-reading-1")
        page.keyboard.press("Space")
        tab_to(page, "#reason-reading")
        page.keyboard.press("ArrowDown")
        tab_to(page, "main button")
        enter(page)
        page.wait_for_selector("text=Wij hebben uw antwoord")
        tab_to(page, "main a")
        enter(page)
        assert page.input_value("#f-reading") == "5402"
        tab_to(page, "footer button")
        enter(page)
        page.wait_for_selector("text=De pagina is gesloten")
        assert page.context.cookies() == []
    given = letters.answers(1)
    assert (given["reading"], given["day"], given["emergency"]) == ("5402", "2025-12-31", "yes")
    assert (given["phone"], given["place"]) == ("+31612345678", "cupboard")


def test_axe_finds_nothing_and_nothing_is_wider_than_the_window_in_either_language(
    chromium: Browser, address: str, letters: Letters
) -> None:
    for language, number in LETTER.items():
        with window(chromium, address, WIDE) as page:
            for name in _walk(page, letters, language, number):
                _look(page, f"{name} {language}")
    letters.change(closes_at=letters.world.deps.clock.now())
    for language, number in LETTER.items():
        with window(chromium, address, WIDE) as page:
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
        look_at(page, f"{name} {width}")
