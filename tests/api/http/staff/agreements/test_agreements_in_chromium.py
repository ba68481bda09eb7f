"""A question in a real browser: written as it is shown, asked and settled by keys; axe, a narrow phone, no script."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from agreements.lifecycle.deciding import RequestState, Said
from api.http.staff.agreements import question
from api.ports import PageRequest, Role
from api.usecases.agreeing import questions
from tests.api.http.looking import WIDE, look
from tests.api.http.serving import serving
from tests.api.http.staff.agreements.ask_desk import FORM, HOME
from tests.api.http.staff.browser import PASSWORD
from tests.api.http.staff.test_in_chromium import HARMLESS
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.api.http.staff.agreements.ask_desk import AskDesk
    from tests.api.http.staff.browser import Staff

pytestmark = pytest.mark.slow

PHONE: Final = (320, 640)
LIST: Final = b"record_id,name,email,phone\nT1,Een,een@example.org,\nT2,Twee,,0612345678\nT3,Drie,geen,\n"
# frames of mails run no script and are of no origin, which the tool that looks into frames tries all the same
NO_SCRIPT: Final = ("Blocked script execution", "Failed to execute 'postMessage'")


@pytest.fixture
def window(chromium: Browser, staff: Staff, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Logged in; whatever a page complains about fails the test."""
    staff.add("fay", Role.SUBMITTER)
    monkeypatch.setattr(question, "LIVE_S", 0.2)
    with serving(staff.service.app) as (host, port), shown_in(chromium, f"http://{host}:{port}") as shown:
        yield shown


@contextmanager
def shown_in(chromium: Browser, address: str, *, scripts: bool = True) -> Iterator[Page]:
    said: list[str] = []
    size = {"width": WIDE[0], "height": WIDE[1]}
    with chromium.new_context(base_url=address, viewport=size, java_script_enabled=scripts) as context:  # type: ignore[arg-type] # a mapping will do
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
    assert [line for line in said if not line.startswith((*HARMLESS, *NO_SCRIPT))] == []


def says(shown: Page, text: str) -> None:
    shown.locator("main").filter(has_text=text).wait_for()


def press(shown: Page, what: str) -> None:
    """By the keyboard."""
    shown.focus(what)
    shown.keyboard.press("Enter")


def test_a_question_is_written_while_it_is_shown_asked_and_followed_without_a_mouse(
    window: Page, world: AskDesk
) -> None:
    window.goto(f"{HOME}/new")
    for name in ("name", "question-key", "controller-name", "controller-contact"):
        window.fill(f"#{name}", FORM[name])
    window.fill("#nl-title", "Geïnde huur")
    window.check("#road-sms-link")
    window.focus("#nl-question")
    window.keyboard.type("Wilt u betalen met een link?")
    window.wait_for_selector(".bubble >> text=betalen met een link?")
    window.keyboard.type(" Per m³.")
    window.wait_for_selector(".bubble mark >> text=³")
    mail = window.frame_locator("iframe[title^='The mail']")
    mail.get_by_text("Wilt u betalen met een link? Per m³.").wait_for()
    window.frame_locator("iframe[title^='The page']").get_by_role("button", name="Nee").wait_for()
    window.check("#transliterate")
    window.wait_for_selector(".bubble >> text=Per m3.")
    window.keyboard.press("Enter")
    says(window, "kept as a draft")
    (asked,) = questions.list_questions(world.deps, ORG, PageRequest()).items
    press(window, "a.go")
    window.wait_for_url("**/people")
    window.set_input_files("#file", {"name": "huurders.csv", "mimeType": "text/csv", "buffer": LIST})
    press(window, "form.drop .go")
    says(window, "See what it is")
    look(window, "check")
    window.check("#sure")
    press(window, "#ask .go")
    says(window, "people are being asked")
    world.run()
    says(window, "3 of 3 taken up")
    request = world.request(asked, "T1")
    assert request is not None
    world.press(request, Said.YES)
    # the page follows by itself
    window.wait_for_selector("section[aria-label='How it stands now'] .roads >> text=1 agreed")


def test_unclear_answers_are_settled_by_keys_and_a_key_held_down_settles_nothing_twice(
    window: Page, world: AskDesk
) -> None:
    request = world.texted()
    world.text("Ja maar wat kost het?")
    world.text("Wie bent u?")
    window.goto(f"{HOME}/queue")
    says(window, "2 left")
    window.wait_for_timeout(300)
    window.keyboard.press("y")
    window.wait_for_selector("#desk[data-confirms]:not(.busy)")
    look(window, "confirm")
    window.wait_for_timeout(300)
    for _ in range(3):
        window.keyboard.down("Enter")
    window.keyboard.up("Enter")
    says(window, "1 left")
    assert world.now(request).state is RequestState.AGREED
    window.wait_for_timeout(300)
    window.keyboard.press("0")
    says(window, "Every answer is settled")


def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(window: Page, world: AskDesk) -> None:
    asked = world.several()
    request = world.request(asked, "T1")
    assert request is not None
    world.press(request, Said.YES)
    world.texted()
    world.text("Ja maar wat kost het?")
    draft = world.make(key="draft")
    urls = (
        *(HOME, f"{HOME}/new", f"{HOME}/{draft.id}/change", f"{HOME}/{draft.id}", f"{HOME}/{asked.id}"),
        *(f"{HOME}/{asked.id}/people", f"{HOME}/requests/{request.id}", f"{HOME}/queue"),
    )
    for url in urls:
        window.goto(url)
        window.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        look(window, url, (WIDE, PHONE))


def test_a_preview_without_script_has_the_same_mail_and_message(chromium: Browser, staff: Staff) -> None:
    staff.add("fay", Role.SUBMITTER)
    with (
        serving(staff.service.app) as (host, port),
        shown_in(chromium, f"http://{host}:{port}", scripts=False) as shown,
    ):
        shown.goto(f"{HOME}/new")
        shown.fill("#nl-title", "Geïnde huur")
        shown.fill("#nl-question", "Wilt u betalen per m³?")
        shown.check("#road-sms-link")
        shown.click("text=Preview >> nth=0")
        shown.wait_for_selector(".bubble mark >> nth=0")
        assert shown.locator(".bubble mark").all_text_contents() == ["³"]
        shown.frame_locator("iframe[title^='The mail']").get_by_text("Wilt u betalen per m³?").wait_for()
        assert shown.input_value("#nl-title") == "Geïnde huur"
