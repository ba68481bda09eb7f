"""The page of a request in a real browser: a mail program that decides nothing, a keyboard, axe and two widths."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Final

import lxml.html
import pytest

from agreements.lifecycle.deciding import RequestState, Said
from api.usecases.agreeing import staffing
from tests.api.http.recipient.ask_scene import HOST, RICH, WORDINGS, ask_world, mail_of, on_paper, path_of, settled
from tests.api.http.recipient.browsing import NARROW, WIDE, enter, look_at, tab_to, window
from tests.api.http.serving import serving
from tests.api.usecases.agreeing.agree_world import person
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from tests.api.http.service import Service
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

    Views = tuple[tuple[str, tuple[int, int]], ...]

pytestmark = pytest.mark.slow

IN_TURN: Final[Sequence[Views]] = ((("nl", NARROW),), (("en", WIDE),))
ALL: Final[Sequence[Views]] = (tuple((language, size) for language in ("nl", "en") for size in (NARROW, WIDE)),)


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    return ask_world(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    with serving(service.app) as (_, port):
        yield f"http://{HOST}:{port}"


def test_a_mail_program_that_opens_all_there_is_with_script_decides_nothing(
    chromium: Browser, address: str, world: AgreeWorld
) -> None:
    request = world.one(**RICH)
    before = settled(world, request)
    mail = lxml.html.fromstring(mail_of(world, request).replace(f"https://{HOST}", address))
    follow, seen = {link for _, _, link, _ in mail.iterlinks() if link.startswith(address)}, set[str]()
    with window(chromium, address, WIDE) as page:
        assert f"{address}{path_of(request)}" in follow
        while follow - seen:
            link = (follow - seen).pop()
            seen.add(link)
            if "/look/" in link:
                continue
            page.goto(link)
            page.mouse.move(200, 300)
            page.evaluate(
                "for (const each of document.querySelectorAll('*')) for (const kind of ['mouseover', 'focus', 'load'])"
                " each.dispatchEvent(new Event(kind, {bubbles: true}))"
            )
            page.wait_for_timeout(100)
            follow |= set(_links(page, address))
        page.goto(path_of(request))
        assert page.locator("main button").count() == 2
        assert page.context.cookies() == []
    assert settled(world, request) == before
    assert world.now(request).fetches > 1


def _links(page: Page, address: str) -> list[str]:
    """All that a page refers to, and where its forms go."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href], link[href]')].map(each => each.href)"
        ".concat([...document.forms].map(each => each.action))"
    )
    return [one.partition("#")[0] for one in found if one.startswith(address)]


def test_a_person_says_yes_and_takes_it_back_by_keyboard_without_script(
    chromium: Browser, address: str, world: AgreeWorld
) -> None:
    request = world.one(**RICH)
    with window(chromium, address, NARROW, script=False) as page:
        page.goto(path_of(request))
        tab_to(page, "main button")
        assert page.inner_text(":focus") == WORDINGS["nl"].yes
        enter(page)
        page.wait_for_selector(".done:focus >> text=Wij hebben uw antwoord")
        assert world.now(request).state is RequestState.AGREED
        page.keyboard.press("Tab")
        assert page.inner_text(":focus") == "Trek mijn antwoord in"
        enter(page)
        page.wait_for_selector(".done:focus >> text=U heeft uw antwoord ingetrokken")
        assert world.now(request).state is RequestState.WITHDRAWN
        page.reload()
        page.go_back()
    assert [one.kind for one in world.evidence(request.id)].count("withdrawn") == 1


@pytest.mark.parametrize("views", [IN_TURN, pytest.param(ALL, marks=pytest.mark.long)], ids=["in-turn", "all"])
def test_axe_finds_nothing_on_any_kind_of_page_in_either_language_and_width(
    chromium: Browser, address: str, world: AgreeWorld, views: Sequence[Views]
) -> None:
    asked = world.make(**RICH)
    people = world.ask(asked, *(person(f"T{number}") for number in range(1, 6)))
    opened, agreed, declined, withdrawn, cancelled = people
    world.press(agreed, Said.YES)
    world.press(declined, Said.NO)
    world.press(withdrawn, Said.YES)
    world.press(withdrawn, Said.WITHDRAW)
    staffing.cancel_agreement(world.deps, ORG, cancelled.id, "usr_1")
    paper = world.ask(world.make(**{**RICH, "key": "paper"}), person("T6"))[0]
    on_paper(world, paper)
    kinds = {path_of(one): "h1" for one in (*people, paper)}
    kinds |= {"/a/none": "h1", f"{path_of(opened)}?s=again": ".note"}
    over = {path_of(opened): "text=/Wij hebben geen antwoord|We have no answer/"}
    over |= {f"{path_of(opened)}?s=late": "text=/kwam daarna|came later/"}
    turns = cycle(views)
    with window(chromium, address, WIDE) as page:
        for path, wanted in kinds.items():
            _look(page, path, wanted, next(turns))
        world.wait(days=40)
        for path, wanted in over.items():
            _look(page, path, wanted, next(turns))


def _look(page: Page, path: str, wanted: str, views: Views) -> None:
    for language, (width, height) in views:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{path}{'&' if '?' in path else '?'}taal={language}")
        assert page.get_attribute("html", "lang") == language
        page.wait_for_selector(wanted)
        look_at(page, f"{path} {language} {width}")
