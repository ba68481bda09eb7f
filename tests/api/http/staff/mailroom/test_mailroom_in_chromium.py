"""The mailroom's morning in a real browser: files read, fields keyed by keyboard, then axe and two widths."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from api.ports import Role, Stage, WayOut
from api.usecases.scanning import exceptions, intake, looking, policies
from docgen.qr.slip_code import SlipCode, number_line
from tests.api.http.looking import look
from tests.api.http.serving import serving
from tests.api.http.staff.browser import PASSWORD
from tests.api.http.staff.mailroom.paper import BothReaders, scanned, send_paper
from tests.api.http.staff.test_in_chromium import HARMLESS, WIDE
from tests.api.usecases.slips import FORM, ORG, SlipWorld, page, piece_id, slip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.api.http.staff.browser import Staff

pytestmark = pytest.mark.slow

HOME: Final = "/staff/mailroom"
READINGS: Final = ("11111", "22222", "33333", "44444", "55555")


@pytest.fixture
def address(staff: Staff) -> Iterator[str]:
    """Where the service listens; Mia and Bas are of the mailroom."""
    staff.add("mia", Role.MAILROOM)
    staff.add("bas", Role.MAILROOM)
    with serving(staff.service.app) as (host, port):
        yield f"http://{host}:{port}"


@contextmanager
def window(chromium: Browser, address: str, login: str = "mia", *, script: bool = True) -> Iterator[Page]:
    """Logged in; whatever a page complains about, or a picture that fails, fails the test."""
    said: list[str] = []
    size = {"width": WIDE[0], "height": WIDE[1]}
    with chromium.new_context(base_url=address, viewport=size, java_script_enabled=script) as context:  # type: ignore[arg-type] # a size
        shown = context.new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.set_default_timeout(10_000)
        shown.goto("/staff/login")
        shown.fill("#login", login)
        shown.fill("#password", PASSWORD)
        shown.keyboard.press("Enter")
        shown.wait_for_url(f"**{HOME}")
        yield shown
    assert [line for line in said if not line.startswith(HARMLESS)] == []


def says(shown: Page, text: str) -> None:
    shown.wait_for_function(
        "text => document.querySelector('main').innerText.replace(/\\s+/g, ' ').includes(text)", arg=text
    )


def doubtful(world: SlipWorld, confidence: float = 0.4) -> None:
    for number, value in enumerate(READINGS):
        world.scan(page(1, slip(number, {"reading": value}, confidence=confidence), looks=f"look-{number}"))


def field_on(shown: Page) -> str:
    return str(shown.locator("#desk").get_attribute("data-field"))


def key(shown: Page, text: str = "", press: str = "Enter") -> None:
    """Type and press; then another field is there, with the focus where the answer goes."""
    before = field_on(shown)
    shown.keyboard.type(text)
    shown.keyboard.press(press)
    shown.wait_for_function("was => document.getElementById('desk').dataset.field !== was", arg=before)


def focus(shown: Page) -> None:
    shown.wait_for_selector("#value:focus")


def test_a_file_is_dropped_and_read_and_its_pages_add_up(
    chromium: Browser, address: str, world: SlipWorld, tmp_path: Path
) -> None:
    send_paper(world, [1])
    world.reader = BothReaders(world)  # type: ignore[assignment] # also reads real files
    file = tmp_path / "monday.jpg"
    file.write_bytes(scanned(1, (("reading", "04817"), ("moved", "x"), ("read_on", "01102025"), ("signature", "x"))))
    with window(chromium, address) as shown:
        shown.set_input_files("#files", file)
        shown.click("text=Take in")
        says(shown, "1 file taken in.")
        says(shown, "monday.jpg waits for its turn")
        world.run()
        # the page follows by itself
        says(shown, "1 page = 1 slip + 0 blanks + 0 exceptions adds up")
        shown.click("ul.thumbs a")
        says(shown, "01-10-2025")
        assert shown.locator("svg polygon").count() == 5


def test_five_fields_are_keyed_without_a_hand_leaving_the_keys(
    chromium: Browser, address: str, world: SlipWorld
) -> None:
    doubtful(world)
    with window(chromium, address) as shown:
        loaded: list[str] = []
        shown.on("request", lambda request: loaded.append(request.url))
        shown.keyboard.press("Alt+k")
        shown.goto(f"{HOME}/review")
        focus(shown)
        says(shown, "5 left")
        first = field_on(shown)
        # the pictures of the next field are there before it is
        shown.wait_for_load_state("networkidle")
        assert {url for url in loaded if url.endswith("picture.png")} - {url for url in loaded if first in url}
        key(shown, READINGS[0])
        focus(shown)
        key(shown, press="Escape")
        focus(shown)
        key(shown, "99999")
        # the last answer comes back, and its field with it
        focus(shown)
        key(shown, press="F9")
        says(shown, "Your last answer is taken back")
        assert world.field_named("reading", 2).stage is Stage.KEY
        focus(shown)
        shown.keyboard.type("123456")
        shown.keyboard.press("Enter")
        says(shown, "press Enter once more")
        shown.wait_for_selector("#value:focus")
        key(shown, READINGS[2])
        focus(shown)
        key(shown, press="F4")
        focus(shown)
        shown.keyboard.press("F2")
        says(shown, "Only what you skipped is left")
    with window(chromium, address, "bas") as shown:
        shown.goto(f"{HOME}/review")
        focus(shown)
        key(shown, READINGS[1])
        says(shown, "You are the second person")
        key(shown, READINGS[3])
        shown.keyboard.type(READINGS[4])
        shown.keyboard.press("Enter")
        says(shown, "That was the last one")
    assert {each.stage for each in world.fields() if each.name == "reading"} == {Stage.SETTLED}


def test_a_key_held_down_accepts_nothing_that_nobody_has_seen(
    chromium: Browser, address: str, world: SlipWorld
) -> None:
    doubtful(world, 0.9)
    with window(chromium, address) as shown:
        shown.goto(f"{HOME}/review")
        focus(shown)
        shown.wait_for_timeout(300)
        for _ in range(6):
            # without letting go: all but the first are repeats
            shown.keyboard.down("Enter")
        says(shown, "4 left")
        shown.wait_for_timeout(300)
        says(shown, "4 left")
    assert [each.stage for each in world.fields() if each.name == "reading"].count(Stage.SETTLED) == 1


def test_an_exception_is_given_to_its_letter_without_script(chromium: Browser, address: str, world: SlipWorld) -> None:
    world.scan(page(1, slip("pce_0000000000000000000a", {"reading": "11111"})))
    (lost,) = [each for each in world.pages() if each.waits]
    with window(chromium, address, script=False) as shown:
        shown.goto(f"{HOME}/exceptions")
        shown.wait_for_selector("#q:focus")
        shown.keyboard.type(number_line(SlipCode(piece_id(3), FORM)))
        shown.keyboard.press("Enter")
        shown.wait_for_selector(".candidates button:focus")
        shown.keyboard.press("Enter")
        shown.wait_for_selector("text=No page waits")
    assert looking.get_page(world.deps, ORG, lost.id).way_out is WayOut.ASSIGNED
    assert exceptions.count_exceptions(world.deps, ORG) == 0


def test_axe_finds_nothing_and_nothing_is_wider_than_a_tablet(
    chromium: Browser, address: str, world: SlipWorld
) -> None:
    urls = every_page(world)
    with window(chromium, address) as shown:
        for url in urls:
            shown.goto(url)
            look(shown, url)


def every_page(world: SlipWorld) -> list[str]:
    """Each kind of page, with something of everything on it."""
    doubtful(world, 0.9)
    policies.put_policy(world.deps, ORG, FORM, {"checked_share": 1.0}, "usr_1")
    for number, value in enumerate(("11111", "22222")):
        world.scan(page(1, slip(6, {"reading": value}), looks=f"sheet-{number}"))
    world.scan(page(1, slip("pce_0000000000000000000a", {"reading": "11111"})), page(2))
    intake.add_file(
        world.deps, ORG, world.batch.id, "a-file-with-a-long-name-from-the-scanner-0001.pdf", [b"x"], "usr_1"
    )
    (lost,) = [each for each in world.pages() if each.waits]
    sheet = f"{HOME}/sheet?form={FORM}&field=reading&digits=95&try=1"
    one = world.field_named("reading")
    ends = ("", f"/batch/{world.batch.id}", "/review", "/differences", f"/exceptions/{lost.id}?turn=1", "/sheet")
    return [*[f"{HOME}{end}" for end in ends], sheet, f"{HOME}/quality", f"{HOME}/slip/{one.slip_id}"]
