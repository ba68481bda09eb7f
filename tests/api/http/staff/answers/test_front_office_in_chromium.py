"""A call in a real browser: found and answered by keys while the page follows, answers settled, axe and two widths."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from api.http.staff.answers import front
from api.ports import RecordState, Role
from api.usecases import letters
from api.usecases.answering.pages import note_visit
from tests.api.http.looking import look
from tests.api.http.serving import serving
from tests.api.http.staff.browser import PASSWORD
from tests.api.http.staff.test_in_chromium import HARMLESS, WIDE
from tests.api.usecases.answer_world import CAMPAIGN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.api.http.staff.answers.desk_world import DeskWorld
    from tests.api.http.staff.browser import Staff

pytestmark = pytest.mark.slow

FRONT: Final = "/staff/front-office"
SETTLE: Final = "/staff/settle"


@pytest.fixture
def window(chromium: Browser, staff: Staff, world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Logged in; whatever a page complains about fails the test."""
    del world
    staff.add("fay", Role.SUBMITTER)
    picture = io.BytesIO()
    Image.new("L", (40, 56), 230).save(picture, "PNG")
    # the letters of these tests have no template
    monkeypatch.setattr(letters, "letter_png", lambda *_: picture.getvalue())
    monkeypatch.setattr(front, "LIVE_S", 0.2)
    with serving(staff.service.app) as (host, port), _shown(chromium, f"http://{host}:{port}") as shown:
        yield shown


@contextmanager
def _shown(chromium: Browser, address: str) -> Iterator[Page]:
    said: list[str] = []
    with chromium.new_context(base_url=address, viewport={"width": WIDE[0], "height": WIDE[1]}) as context:
        shown = context.new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.set_default_timeout(10_000)
        shown.goto("/staff/login")
        shown.fill("#login", "fay")
        shown.fill("#password", PASSWORD)
        shown.keyboard.press("Enter")
        shown.wait_for_url(lambda url: "login" not in url)
        yield shown
    assert [line for line in said if not line.startswith(HARMLESS)] == []


def says(shown: Page, text: str) -> None:
    shown.wait_for_function(
        "text => document.querySelector('main').innerText.replace(/\\s+/g, ' ').includes(text)", arg=text
    )


def test_a_call_needs_no_mouse_and_the_page_follows_what_they_do_meanwhile(window: Page, world: DeskWorld) -> None:
    window.goto(FRONT)
    window.wait_for_selector("#postcode:focus")
    for _ in range(2):
        window.keyboard.press("Tab")
    window.keyboard.type("record-0")
    window.keyboard.press("Enter")
    window.wait_for_selector("#f-reading:focus")
    note_visit(world.deps, world.entry(0))
    says(window, "Opened their page")
    world.give(0, {"number": "1234"})
    says(window, "Answered (page, by QR)")
    # what is typed meanwhile stays
    window.keyboard.type("19000")
    window.keyboard.press("Enter")
    says(window, "press Enter once more")
    window.wait_for_selector("#f-reading:focus")
    window.keyboard.press("Enter")
    says(window, "Entered: Stand.")
    says(window, "kept to it")
    record = world.record(0, "reading")
    assert record is not None
    assert (record.value, record.source) == ("19000", "staff")


def test_answers_are_settled_by_one_key_each_and_a_key_held_down_settles_one(window: Page, world: DeskWorld) -> None:
    for number in range(4):
        world.dispute(number)
    window.goto(SETTLE)
    says(window, "4 left")
    window.wait_for_timeout(300)
    for _ in range(5):
        # without letting go: all but the first are repeats
        window.keyboard.down("2")
    says(window, "3 left")
    window.keyboard.up("2")
    window.wait_for_timeout(300)
    window.keyboard.press("1")
    says(window, "2 left")
    window.keyboard.press("Tab")
    window.focus("#value")
    # digits that are typed choose nothing
    window.keyboard.type("12210")
    window.keyboard.press("Enter")
    says(window, "1 left")
    window.keyboard.press("Escape")
    says(window, "Only what you left for later is left")
    found = [world.record(number, "reading") for number in range(4)]
    assert [record.value for record in found if record] == ["12250", "12150", "12210", "12150"]
    assert [record.state for record in found if record][3] is RecordState.DISPUTED
    window.keyboard.press("F9")
    says(window, "counts now")


def test_axe_finds_nothing_and_nothing_is_wider_than_a_tablet(window: Page, world: DeskWorld) -> None:
    note_visit(world.deps, world.entry(0))
    world.give(0, {"reading": "12150", "road": "mail", "digital": "yes"})
    record = world.dispute(1)
    home = f"/staff/campaigns/{CAMPAIGN}"
    one = f"{FRONT}/ent_0"
    urls = (home, "/staff/campaigns/new", f"{home}/missing", f"{FRONT}?postcode=1234AB", one, f"{SETTLE}/{record}")
    for url in urls:
        window.goto(url)
        # the page of the person is looked at below, with a question and with a link
        if url != one:
            look(window, url)
    window.goto(one)
    window.fill("#f-reading", "121500")
    window.keyboard.press("Enter")
    window.wait_for_selector("#question")
    look(window, "asked")
    window.click("#link button")
    window.wait_for_selector(".symbol")
    look(window, "link")
