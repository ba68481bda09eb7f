"""The page behind a link to agree: looking decides nothing, a button decides once, and every state is said plainly."""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from structlog.testing import capture_logs

from agreements import verify
from agreements.lifecycle.deciding import RequestState
from agreements.proof.reading import read_evidence
from agreements.questions.frozen import text_digest
from agreements.questions.model import AskRoad, Verb, Wording
from api.http.recipient import agreeing
from api.http.recipient.agreeing import Fetches
from api.ports import Mode, Retryable
from api.usecases.agreeing import pages, staffing
from api.usecases.agreeing.keeping import chain_of
from api.usecases.evidence.exporting import chain_file, request_proof
from api.usecases.messaging.tokens import token_of
from tests.api.http.recipient.ask_scene import (
    HOST,
    PHONE_BROWSER,
    RICH,
    SAME_SITE,
    WORDINGS,
    Asked,
    ask_world,
    on_paper,
    path_of,
    settled,
)
from tests.api.http.recipient.outward import NAMES, SAFE
from tests.api.http.service import InProcess
from tests.api.http.serving import serving
from tests.api.usecases.agreeing.agree_world import person, question
from tests.api.usecases.world import ORG, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.adapters.database import SqlDatabase
    from api.adapters.fakes import FakeClock, MemoryBlobs, SeededIds
    from api.ports import AgreementRequest
    from tests.api.http.service import Service
    from tests.api.usecases.agreeing.agree_world import AgreeWorld

TOKEN_OF_NOBODY = token_of(SECRET, "agr_nobody")


@pytest.fixture
def world(sqlite_database: SqlDatabase, memory_blobs: MemoryBlobs, clock: FakeClock, ids: SeededIds) -> AgreeWorld:
    return ask_world(sqlite_database, memory_blobs, clock, ids)


@pytest.fixture
def request_(world: AgreeWorld) -> AgreementRequest:
    request = world.one(**RICH)
    world.wait(minutes=10)
    return request


@pytest.fixture
def asked(world: AgreeWorld, service: Service) -> Iterator[Asked]:
    del world
    headers = {"User-Agent": PHONE_BROWSER}
    with httpx.Client(transport=InProcess(service.app), base_url=f"http://{HOST}", headers=headers) as client:
        yield Asked(client)


def kinds(world: AgreeWorld, request: AgreementRequest) -> list[str]:
    return [one.kind for one in world.evidence(request.id)]


def test_the_page_shows_who_asks_what_and_until_when_with_two_buttons_of_equal_weight(
    asked: Asked, request_: AgreementRequest
) -> None:
    asked.get(path_of(request_))
    words = WORDINGS["nl"]
    assert asked.title == words.title
    assert asked.buttons == [("yes", words.yes), ("no", words.no)]
    for said in (
        "Deze vraag is van Grachtstad. Wij vragen u om toestemming.",
        *words.explanation.splitlines(),
        "Waarvoor: om u elke maand een betaallink te mailen",
        words.question,
        "U kunt antwoorden tot en met 31 januari 2026.",
        "U kunt uw antwoord later weer intrekken.",
        "088 123 45 67",
        "t***@example.org",
        "grachtstad.example.nl/privacy",
        "Ons kenmerkT1",
    ):
        assert said in asked.text, said
    page = asked.page
    looks = {(one.get("class"), one.get("style"), one.get("type")) for one in page.findall(".//main//button")}
    assert looks == {(None, None, None)}
    assert not page.xpath("//*[@checked or @selected or @disabled] | //script")
    assert "Mevrouw" not in asked.answer.text
    assert "set-cookie" not in asked.answer.headers


@pytest.mark.parametrize("mode", Mode)
def test_a_page_of_a_test_says_that_it_is_one(asked: Asked, world: AgreeWorld, mode: Mode) -> None:
    (request,) = world.ask(world.make(mode=mode, **RICH), person("T1"))
    assert ("Dit is een proef." in asked.get(path_of(request)).text) is (mode is Mode.TEST)


def test_a_button_decides_what_is_shown_then_and_a_yes_is_taken_back_by_one_button(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    asked.get(path_of(request_)).press("yes")
    assert [one.status_code for one in asked.answer.history] == [303]
    assert asked.title == "Wij hebben uw antwoord"
    assert "koos u: Ja, stuur mij een betaallink U krijgt de eerste link op 25 januari 2027." in asked.text
    assert world.now(request_).state is RequestState.AGREED
    asked.get(path_of(request_))
    assert asked.buttons == [("withdraw", "Trek mijn antwoord in")]
    asked.press("withdraw")
    assert asked.title == "U heeft uw antwoord ingetrokken"
    assert asked.buttons == []
    assert world.now(request_).state is RequestState.WITHDRAWN
    assert kinds(world, request_).count("withdrawn") == 1
    assert "set-cookie" not in asked.answer.headers


def test_the_evidence_has_the_digest_of_the_page_as_it_was_but_for_the_offer(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    page = hashlib.sha256(asked.get(path_of(request_)).emptied()).hexdigest()
    asked.press("no")
    act = next(one.body for one in world.evidence(request_.id) if one.kind == "answered")
    assert act["page_digest"] == f"sha256:{page}"
    assert act["buttons"] == [WORDINGS["nl"].yes, WORDINGS["nl"].no]
    assert (act["question_digest"], act["language"]) == (request_.words, "nl")


def test_who_reads_another_language_agrees_to_the_text_of_that(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    asked.get(f"{path_of(request_)}?taal=en")
    assert (asked.title, asked.page.get("lang")) == (WORDINGS["en"].title, "en")
    asked.press("yes")
    assert asked.title == "We have your answer"
    act = next(one.body for one in world.evidence(request_.id) if one.kind == "answered")
    english = text_digest(question(**RICH), "en")
    assert (act["question_digest"], act["language"], act["decided"]) == (english, "en", True)
    assert world.now(request_).state is RequestState.AGREED


def test_strangers_find_that_the_evidence_of_the_page_holds_and_the_proof_shows_what_was_read(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    asked.get(path_of(request_)).press("no")
    asked.get(f"{path_of(request_)}?taal=en").press("yes")
    report = verify.check(b"".join(chain_file(world.deps, chain_of(request_))))
    assert (report.findings, [one["state"] for one in report.decisions]) == ([], ["agreed"])
    proof = read_evidence(request_proof(world.deps, ORG, request_.id).document())
    assert (proof.asked.language, proof.asked.digest) == ("en", text_digest(question(**RICH), "en"))
    assert WORDINGS["en"].question in proof.asked.text
    asked.press("withdraw")
    assert verify.check(b"".join(chain_file(world.deps, chain_of(request_)))).findings == []


def test_a_language_of_the_question_that_pages_have_no_words_in_stands_among_english(
    asked: Asked, world: AgreeWorld
) -> None:
    polish = Wording("Płatność linkiem", "Czy chcesz płacić linkiem?", "Co miesiąc.", "Tak", "Nie")
    (request,) = world.ask(world.make(wordings={"pl": polish}), person("T1", language="pl"))
    asked.get(f"{path_of(request)}?taal=nl")
    assert asked.page.get("lang") == "en"
    assert {one.get("lang") for one in asked.page.findall(".//main//button")} == {"pl"}
    assert [one.text_content() for one in asked.page.findall(".//nav//a")] == []
    asked.press("yes")
    assert world.now(request).state is RequestState.AGREED


@pytest.mark.parametrize("path", ["?taal=de", "?taal=%00", "?s=late", "?s=x&s=again&s=person"])
def test_whatever_an_address_asks_for_the_page_is_the_page(asked: Asked, request_: AgreementRequest, path: str) -> None:
    asked.get(f"{path_of(request_)}{path}")
    assert (asked.answer.status_code, asked.title) == (200, WORDINGS["nl"].title)
    assert "te laat" not in asked.text


def test_the_same_button_twice_decides_once(asked: Asked, world: AgreeWorld, request_: AgreementRequest) -> None:
    data = {"offer": asked.get(path_of(request_)).offer, "say": "yes"}
    for _ in range(3):
        asked.send(path_of(request_), data)
        assert asked.title == "Wij hebben uw antwoord"
    assert world.kinds(request_).count("confirmation email") == 1


def test_who_said_no_may_still_say_yes_and_reads_the_question_again(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    asked.get(path_of(request_)).press("no")
    assert "koos u: Nee, ik wil het zo houden Alles blijft zoals het is." in asked.text
    assert WORDINGS["nl"].question in asked.text
    assert asked.buttons == [("yes", WORDINGS["nl"].yes)]
    asked.press("yes")
    assert world.now(request_).state is RequestState.AGREED


def test_a_page_that_was_open_for_too_long_is_shown_again_and_nothing_is_lost(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    asked.get(path_of(request_))
    world.wait(hours=25)
    asked.press("yes")
    assert "Deze pagina stond te lang open." in asked.text
    assert world.now(request_).state is RequestState.OPEN
    asked.press("yes")
    assert world.now(request_).state is RequestState.AGREED


@pytest.mark.parametrize(
    "data", [{}, {"offer": "x", "say": "yes"}, {"say": "perhaps"}, {"offer": "é" * 5000, "say": "no"}]
)
def test_a_form_that_is_not_ours_decides_nothing(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest, data: dict[str, str]
) -> None:
    asked.send(path_of(request_), data)
    assert "Kies nog een keer." in asked.text
    assert world.now(request_).state is RequestState.OPEN
    assert kinds(world, request_).count("answered") == 0


def test_an_offer_of_somebody_else_decides_nothing(asked: Asked, world: AgreeWorld) -> None:
    mine, theirs = world.ask(world.make(**RICH), person("T1"), person("T2"))
    offer = asked.get(path_of(theirs)).offer
    asked.send(path_of(mine), {"offer": offer, "say": "yes"})
    assert {world.now(one).state for one in (mine, theirs)} == {RequestState.OPEN}


def test_a_form_from_another_site_or_too_large_decides_nothing(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    data = {"offer": asked.get(path_of(request_)).offer, "say": "yes"}
    asked.answer = asked.client.post(path_of(request_), data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert (asked.answer.status_code, asked.title) == (403, "Open de pagina opnieuw")
    asked.answer = asked.client.post(path_of(request_), data=data | {"x": "x" * 70_000}, headers=SAME_SITE)
    assert (asked.answer.status_code, asked.title) == (413, "Open de pagina opnieuw")
    assert world.now(request_).state is RequestState.OPEN


def test_an_answer_after_the_end_is_said_to_be_late(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    world.wait(days=30, hours=9)
    asked.get(path_of(request_))
    world.wait(hours=20)
    asked.press("yes")
    assert asked.title == "U kunt niet meer antwoorden"
    assert "Uw antwoord kwam daarna. Daarom telt het niet." in asked.text
    assert "088 123 45 67" in asked.text
    asked.get(path_of(request_))
    assert "Wij hebben geen antwoord van u." in asked.text
    assert asked.buttons == []
    assert world.kinds(request_)[-1] == "late email"


def test_what_was_taken_back_by_the_corporation_is_said_so(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    staffing.cancel_agreement(world.deps, ORG, request_.id, "usr_1")
    asked.get(path_of(request_))
    assert (asked.answer.status_code, asked.title) == (200, "U hoeft niet meer te antwoorden")
    assert asked.buttons == []


def test_what_somebody_stated_has_no_button_and_another_choice_goes_to_a_person(
    asked: Asked, world: AgreeWorld
) -> None:
    request = world.one(verb=Verb.DECLARE)
    data = {"offer": asked.get(path_of(request)).offer, "say": "no"}
    asked.press("yes")
    assert asked.buttons == []
    assert "Neem contact met ons op:088 123 45 67" in asked.text
    asked.send(path_of(request), data)
    assert "Een medewerker kijkt ernaar." in asked.text
    assert len(world.unclear()) == 1


def test_a_question_for_a_signature_says_that_it_is_answered_on_paper(asked: Asked, world: AgreeWorld) -> None:
    request = world.one()
    on_paper(world, request)
    asked.get(path_of(request))
    assert "U antwoordt op papier." in asked.text
    assert asked.buttons == []


def test_a_question_by_keyword_alone_says_where_to_answer(asked: Asked, world: AgreeWorld) -> None:
    asked.get(path_of(world.one(roads=(AskRoad.SMS_KEYWORD,))))
    assert "U antwoordt niet op deze pagina." in asked.text
    assert asked.buttons == []


@pytest.mark.parametrize("path", [f"/a/{TOKEN_OF_NOBODY}", "/a/none", "/a/x/y", f"/a/{TOKEN_OF_NOBODY}?taal=en"])
def test_a_link_that_nobody_made_has_a_kind_page_and_costs_no_write(
    asked: Asked, world: AgreeWorld, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise AssertionError("nothing is written")

    monkeypatch.setattr(world.deps.database, "write", fails)
    asked.get(path)
    assert asked.answer.status_code == 404
    assert asked.title in {"Deze link kennen wij niet", "We do not know this link"}
    assert "brief" not in asked.text
    asked.send(path, {"offer": "x", "say": "yes"})
    assert asked.answer.status_code == 404


def test_small_letters_a_capital_path_and_a_slash_lead_to_the_same_page(
    asked: Asked, request_: AgreementRequest
) -> None:
    path = path_of(request_)
    for each in (path.lower(), path.upper(), f"{path}/"):
        assert asked.get(each).title == WORDINGS["nl"].title


def test_no_other_organisation_and_no_other_host_has_the_page(asked: Asked, request_: AgreementRequest) -> None:
    answer = asked.client.get(path_of(request_), headers={"Host": "testserver"})
    assert answer.status_code == 404
    assert WORDINGS["nl"].title not in answer.text


def test_fetches_are_noted_some_times_with_what_they_seem_to_be(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    asked.client.head(path_of(request_))
    for _ in range(pages.MOST_FETCHES + 5):
        asked.get(path_of(request_))
    noted = [one.body["guess"] for one in world.evidence(request_.id) if one.kind == "link-fetched"]
    assert noted == ["scanner", *["person"] * (pages.MOST_FETCHES - 1)]


def test_a_busy_database_keeps_the_page_from_nobody(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise Retryable("database-busy", "somebody else is writing")

    monkeypatch.setattr(world.deps.database, "write", busy)
    with capture_logs() as lines:
        asked.get(path_of(request_))
    assert (asked.answer.status_code, asked.title) == (200, WORDINGS["nl"].title)
    assert [one["why"] for one in lines if one["event"] == "fetch-not-noted"] == ["database-busy"]


def test_nobody_waits_until_their_fetch_is_noted(
    service: Service, request_: AgreementRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, goes_on = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        goes_on.wait(5)
        noted.set()

    monkeypatch.setattr(pages, "note_fetch", slow)
    with serving(service.app) as (host, port):
        answers = [
            httpx.get(f"http://{host}:{port}{path_of(request_)}", headers={"Host": HOST}, timeout=4) for _ in range(4)
        ]
        assert [one.status_code for one in answers] == [200] * 4
        assert not noted.is_set()
        goes_on.set()
        assert noted.wait(4)


def test_the_log_says_how_long_people_waited_and_not_what_was_noted_after(
    asked: Asked, request_: AgreementRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.get(path_of(request_))
    monkeypatch.setattr(pages, "note_fetch", lambda *_: time.sleep(1))
    with capture_logs() as lines:
        asked.get(path_of(request_))
    assert [one["ms"] < 1000 for one in lines if one["event"] == "request"] == [True]


def test_so_many_wait_to_be_noted_and_no_more(
    world: AgreeWorld, request_: AgreementRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreeing, "_MOST_WAITING", 0)
    shown = pages.page_of(world.deps, ORG, token_of(SECRET, request_.id))
    assert shown is not None
    with capture_logs() as lines:
        asyncio.run(Fetches().note(world.deps, shown, pages.Visitor()))
    assert [one["why"] for one in lines] == ["too-many"]
    assert world.now(request_).fetches == 0


def test_no_log_has_a_link(asked: Asked, request_: AgreementRequest) -> None:
    token = token_of(SECRET, request_.id)
    with capture_logs() as lines:
        asked.get(path_of(request_)).press("yes").press("withdraw")
        asked.get(f"/a/{token}/x")
        asked.client.put(f"/a/{token}")
        asked.client.post(f"/a/{token}", headers={"Sec-Fetch-Site": "cross-site"})
    routes = {(one["method"], one["route"]) for one in lines if one["event"] == "request"}
    assert {("GET", "/a/{token}"), ("POST", "/a/{token}")} <= routes
    assert token.lower() not in str(lines).lower()


def test_whoever_fetches_all_there_is_and_posts_nothing_of_the_form_decides_nothing(
    asked: Asked, world: AgreeWorld, request_: AgreementRequest
) -> None:
    before = settled(world, request_)
    mail = world.messages(request_)[0]
    follow, seen = {path_of(request_)}, set[str]()
    assert mail.kind == "request"
    while follow:
        path = follow.pop()
        seen.add(path)
        asked.client.head(path)
        asked.get(path)
        if "html" in asked.answer.headers["content-type"]:
            page = asked.page
            found = {link for _, _, link, _ in page.iterlinks() if link.startswith("/")}
            follow |= {one.partition("#")[0] for one in found} - seen
            for form in page.forms:
                asked.client.get(form.action, params=dict(form.form_values()))
                asked.client.get(form.action, params={"say": "yes", "offer": asked.offer} if asked.buttons else {})
        assert len(seen) < 40
    assert settled(world, request_) == before
    assert {one.kind for one in world.evidence(request_.id)} >= {"requested", "link-fetched"}
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert asked.client.request(method, path_of(request_)).status_code == 405
    assert settled(world, request_) == before


def test_no_byte_of_any_page_names_the_service_and_all_keep_to_themselves(
    service: Service, world: AgreeWorld, request_: AgreementRequest
) -> None:
    path, paper = path_of(request_), world.one(**{**RICH, "key": "paper"})
    on_paper(world, paper)
    headers = {"Host": HOST, "User-Agent": PHONE_BROWSER}
    with (
        serving(service.app) as (host, port),
        httpx.Client(base_url=f"http://{host}:{port}", headers=headers) as client,
    ):
        asked = Asked(client)
        answers = [asked.get(each).answer for each in (path_of(paper), "/a/none", "/a/x/y", f"{path}?taal=en", path)]
        data = {"offer": asked.offer, "say": "yes"}
        answers += [client.head(path), client.put(path), client.post(path, data={"x": "x" * 70_000})]
        answers.append(client.post(path, data=data, headers={"Sec-Fetch-Site": "cross-site"}))
        answers.append(client.post(path, content=b"--", headers={"Content-Type": "multipart/form-data"}))
        answers.append(client.post(path, data=data, headers=SAME_SITE))
        answers += [asked.get(path).answer, asked.press("withdraw").answer]
        world.wait(days=40)
        answers += [asked.get(f"{path_of(paper)}?s=late").answer, client.post(path, data=data, headers=SAME_SITE)]
    for answer in answers:
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
        assert not NAMES.search(answer.content + head.encode()), answer.url
        assert not {"server", "set-cookie"} & set(answer.headers)
        assert {name: answer.headers.get(name) for name in SAFE} == SAFE, answer.url
        assert "<script" not in answer.text
        assert set(re.findall(r"https?://[^\"<]*", answer.text)) <= {"https://grachtstad.example.nl/privacy"}
    assert {one.status_code for one in answers} >= {200, 303, 403, 404, 405, 413}
