"""The doors: what somebody who guesses, scans links or stands beside the host gets to see."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

from api.http.recipient import app
from api.ports import EntryHost
from api.usecases.answering import guarding
from docgen.crockford import check_character
from tests.api.http.recipient.conftest import SAME_SITE, Visitor
from tests.api.http.recipient.scene import GOOD, HOST, HOUSE, POSTCODE
from tests.api.http.service import InProcess
from tests.api.usecases.world import ORG, OTHER

if TYPE_CHECKING:
    import pytest

    from api.adapters.fakes import FakeClock
    from tests.api.http.recipient.scene import Letters
    from tests.api.http.service import Service

UNKNOWN = "ABCDEFGHJ" + check_character("ABCDEFGHJ")


def typed(code: str, postcode: str = POSTCODE, house: str = HOUSE) -> dict[str, str]:
    return {"code": code, "postcode": postcode, "house": house}


def counted(letters: Letters) -> int:
    return sum(rows(letters)["door_tries"])


def rows(letters: Letters) -> dict[str, list[int]]:
    """How many rows there are, table by table; of counts what they are."""
    with letters.world.deps.database.read() as uow:
        run = uow.events._connection.exec_driver_sql  # type: ignore[attr-defined] # of SQLite
        tables = [name for (name,) in run("select name from sqlite_master where type = 'table'")]
        found = {name: [run(f'select count(*) from "{name}"').scalar_one()] for name in tables}  # noqa: S608 - our tables
        return found | {"door_tries": [count for (count,) in run("select count from door_tries")]}


def test_every_failure_with_a_code_looks_the_same_but_a_typing_error_which_costs_nothing(
    visitor: Visitor, letters: Letters
) -> None:
    code = letters.code(1)
    wrong = [typed(UNKNOWN), typed(code, "1111 AA"), typed(code, house="1"), typed(UNKNOWN, "1111 AA", "1")]
    pages = []
    for data in wrong:
        answer = visitor.client.post("/", data=data, headers=SAME_SITE)
        text = answer.text
        for value in data.values():
            text = text.replace(f'value="{value}"', "")
        pages.append((answer.status_code, sorted(set(answer.headers) - {"content-length"}), text))
    assert len({str(page) for page in pages}) == 1
    before = counted(letters)
    for slip in (code[:-1] + ("0" if code[-1] != "0" else "1"), "123", "", code[:4]):
        visitor.post("/", typed(slip))
        assert visitor.answer.status_code == 422
    assert "typefout" in visitor.text
    assert counted(letters) == before


def test_answers_to_codes_take_as_long_whatever_comes_of_them(
    visitor: Visitor, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.get("/")
    monkeypatch.setattr(app, "SAME_TIME_S", 0.25)
    began = time.monotonic()
    visitor.post("/", typed(letters.code(1), "1111 AA"))
    assert time.monotonic() - began >= 0.25


def test_five_wrong_addresses_pause_a_code_and_even_the_right_one_is_not_looked_at(
    visitor: Visitor, letters: Letters, clock: FakeClock
) -> None:
    for number in range(5):
        visitor.post("/", typed(letters.code(1), house=f"{number}"))
    visitor.post("/", typed(letters.code(1)))
    assert (visitor.title, visitor.answer.status_code) == ("Dit is te vaak geprobeerd", 429)
    assert "na 2.00 uur" in visitor.text
    visitor.post("/", typed(letters.code(3)))
    assert visitor.answer.url.path == "/form"
    clock.advance(3600)
    visitor.post("/", typed(letters.code(1)))
    assert visitor.answer.url.path == "/form"


def test_under_attack_typing_is_paused_with_other_ways_told_and_links_stay_up(
    visitor: Visitor, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "CODES_OF_ALL", guarding.CODES_OF_ALL._replace(most=20))
    for number in range(guarding.CODES_OF_ALL.most):
        guarding.try_code(letters.world.deps, ORG, f"C{number}", f"10.0.{number >> 8}.{number & 255}", lambda: None)
    visitor.get("/")
    assert (visitor.answer.status_code, visitor.page.findall(".//main//form")) == (200, [])
    assert "Scannen werkt wel" in visitor.text
    assert "antwoordstrook" in visitor.text
    visitor.post("/", typed(letters.code(1)))
    assert visitor.answer.status_code == 429
    assert visitor.enter(letters.token(1)).answer.url.path == "/form"


def test_a_link_with_ten_wrong_addresses_is_paused_and_another_is_not(visitor: Visitor, letters: Letters) -> None:
    for number in range(10):
        visitor.post(f"/{letters.token(1)}", {"postcode": POSTCODE, "house": f"{number}"})
    visitor.post(f"/{letters.token(1)}", {"postcode": POSTCODE, "house": HOUSE})
    assert (visitor.title, visitor.answer.status_code) == ("Dit is te vaak geprobeerd", 429)
    assert visitor.enter(letters.token(3)).answer.url.path == "/form"


def test_an_address_abroad_may_have_no_house_number_of_its_own_and_a_dutch_one_always_has(
    visitor: Visitor, letters: Letters
) -> None:
    token = letters.abroad()
    assert visitor.post(f"/{token}", {"postcode": "10115", "house": ""}).answer.url.path == "/form"
    assert visitor.post(f"/{letters.token(1)}", {"postcode": POSTCODE, "house": ""}).answer.status_code == 422


def test_before_the_address_nothing_personal_is_shown(visitor: Visitor, letters: Letters) -> None:
    visitor.get(f"/{letters.token(1)}")
    for secret in (POSTCODE, "9876", HOUSE, "4417", "1284", "R1", "ent_1", "Brinkweg 14"):
        assert secret not in visitor.answer.text, secret


def test_whoever_follows_every_link_with_get_and_head_changes_nothing(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1))
    before = rows(letters)
    urls = {f"/{letters.token(number)}" for number in range(1, 4)} | {"/", "/form", "/done", "/bye", "/leave", "/again"}
    seen: set[str] = set()
    # as a scanner of links: with the session of a person and without
    with httpx.Client(transport=visitor.client._transport, base_url=f"http://{HOST}") as scanner:
        while urls - seen:
            url = min(urls - seen)
            seen.add(url)
            for client in (visitor.client, scanner):
                head = client.head(url)
                page = client.get(url)
                assert head.status_code == page.status_code, url
                assert head.content == b""
                if "text/html" in page.headers.get("content-type", ""):
                    visitor.answer = page
                    urls |= {each for _, _, each, _ in visitor.page.iterlinks() if each.startswith("/")}
        assert not scanner.cookies
    assert len(seen) > 15
    assert rows(letters) == before


def test_nothing_of_the_service_is_on_the_host_of_a_brand(visitor: Visitor) -> None:
    with httpx.Client(transport=visitor.client._transport, base_url="http://testserver") as elsewhere:
        for path in ("/staff/login", "/v1/print-jobs", "/docs", "/openapi.json", "/metrics", "/healthz"):
            visitor.get(path)
            assert (visitor.answer.status_code, visitor.page.get("lang")) == (404, "nl")
            if path != "/openapi.json":
                assert "Wonen Zandeland" not in elsewhere.get(path).text


def test_what_cannot_be_done_is_told_on_a_page_of_the_brand(visitor: Visitor, letters: Letters) -> None:
    for method, path, status in (
        ("PUT", "/", 405),
        ("DELETE", f"/{letters.token(1)}", 405),
        ("GET", "/no-such-page", 404),
        ("GET", "/a/b/c", 404),
        ("POST", "/nothing-here", 404),
    ):
        visitor.answer = visitor.client.request(method, path)
        assert visitor.answer.status_code == status, path
        assert "Wonen Zandeland" in visitor.answer.text
        assert visitor.title
    assert visitor.client.put("/").headers["allow"]
    visitor.post("/", {"code": "x" * 100_000})
    assert (visitor.answer.status_code, visitor.title) == (413, "Dit is te groot")


def test_trouble_of_the_service_is_a_kind_page_that_says_nothing_of_it(
    visitor: Visitor, letters: Letters, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("what somebody typed")

    visitor.get("/")
    monkeypatch.setattr(app.doors.pages, "what_to_ask", broken)
    visitor.get(f"/{letters.token(1)}")
    assert (visitor.title, visitor.answer.status_code) == ("Er gaat iets mis bij ons", 500)
    assert "RuntimeError" not in visitor.answer.text
    logged = capsys.readouterr().out
    assert "internal-error" in logged
    assert "somebody typed" not in logged
    assert letters.token(1) not in logged


def test_the_short_path_of_a_host_and_its_brand_are_kept_in_every_link(service: Service, letters: Letters) -> None:
    with letters.world.deps.database.write() as uow:
        uow.entry_hosts.put(EntryHost("www.example.nl/w", ORG, "zandeland", letters.world.deps.clock.now()))
    with httpx.Client(transport=InProcess(service.app), base_url="http://WWW.EXAMPLE.NL:8443") as client:
        visitor = Visitor(client).get(f"/W/{letters.token(1)}/")
        links = [each for _, _, each, _ in visitor.page.iterlinks() if not each.startswith("#")]
        assert {each[:3] for each in links} == {"/w/"}
        visitor.answer = client.get("/elsewhere")
        assert visitor.answer.status_code == 404
        visitor.answer = client.post(f"/w/{letters.token(1)}", data={"postcode": POSTCODE, "house": HOUSE})
        assert visitor.answer.headers["location"] == "/w/form"


def test_a_link_opens_only_on_a_host_of_its_own_organisation(service: Service, letters: Letters) -> None:
    with letters.world.deps.database.write() as uow:
        uow.entry_hosts.put(EntryHost("mijn.ander.nl", OTHER, "zandeland", letters.world.deps.clock.now()))
    with httpx.Client(transport=InProcess(service.app), base_url="http://mijn.ander.nl") as client:
        # this organisation has no such brand, so the page is plain
        visitor = Visitor(client).get(f"/{letters.token(1)}")
        assert (visitor.answer.status_code, visitor.title) == (404, "Deze link kennen wij niet")
        assert "mijn.ander.nl" in visitor.answer.text
        assert "Zandeland" not in visitor.answer.text


def test_redirects_and_pages_never_repeat_the_host_that_was_asked_for(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1))
    headers = {**SAME_SITE, "Host": f"{HOST}:81", "X-Forwarded-Host": "evil.example"}
    visitor.get("/form")
    (form,) = [one for one in visitor.page.forms if one.action == "/form"]
    token = dict(form.form_values())["form"]
    answer = visitor.client.post("/form", data=GOOD | {"form": token}, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/done")
    for path in ("/", "/form", "/done", "/robots.txt"):
        assert "evil.example" not in visitor.client.get(path, headers=headers).text
