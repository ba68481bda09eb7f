"""People are asked from a list that is looked at first, and how it goes is on the page of the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agreements.lifecycle.deciding import RequestState, Said
from agreements.questions.model import AskRoad
from api.http.staff.agreements.chart import WIDTH, shares_of
from api.http.staff.agreements.words import money
from api.ports import AgreementCounts, AskingState, PageRequest, QuestionState, Role
from api.usecases.agreeing import questions, staffing
from api.usecases.sheets import Sheet, workbook
from tests.api.http.staff.agreements.ask_desk import HOME
from tests.api.usecases.agreeing.agree_world import person
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.ports import AskedQuestion
    from tests.api.http.staff.agreements.ask_desk import AskDesk
    from tests.api.http.staff.browser import Browser, Staff

LIST = (
    "record_id;name;email;phone\n"
    "T1;Mevrouw Een;een@example.org;\n"
    "T2;De heer Twee;;06 12345678\n"
    "T3;Fam. Geïnd;;0687654321\n"
    "T2;Nog eens;drie@example.org;\n"
)


def numbers(browser: Browser) -> dict[str, str]:
    return {
        each.find("dt").text_content(): each.find("dd").text_content().split()[0]
        for each in browser.page.xpath("//dl[@class='numbers']/div")
    }


def sent(browser: Browser, asked: AskedQuestion, content: bytes, name: str = "huurders.csv") -> Browser:
    url = f"{HOME}/{asked.id}/people"
    browser.get(url)
    return browser.send(url, {"file": (name, content, "text/csv")})


def asked_by(browser: Browser, **fields: str) -> Browser:
    (action,) = [action for action in browser.actions() if "/people/check" in action]
    return browser.send(action, **fields)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_list_is_looked_at_with_its_price_before_anybody_is_asked(
    world: AskDesk, fay: Browser, encoding: str
) -> None:
    asked = world.make()
    sent(fay, asked, LIST.encode(encoding))
    found = numbers(fay)
    assert (found["rows"], found["can be asked"], found["by mail"], found["by text message"]) == ("4", "3", "1", "2")
    assert found["rows that are wrong"] == "1"
    assert "2 parts = 4 parts" in fay.text
    assert "€ 0.075 = € 0.30" in fay.text
    assert "8 parts more, € 0.60" in fay.text
    assert "first time that anybody is asked" in fay.text
    (row,) = fay.page.xpath("//tr[@class='wrong']")
    assert row[0].text_content() == "5"
    assert questions.get_question(world.deps, ORG, asked.id).asked.state is QuestionState.DRAFT


def test_asking_needs_to_be_sure_and_says_what_is_left_out(world: AskDesk, fay: Browser) -> None:
    asked = world.make()
    sent(fay, asked, LIST.encode())
    asked_by(fay)
    assert "Tick the box" in fay.text
    asked_by(fay, sure="yes")
    assert "nobody was asked" in fay.text
    asked_by(fay, **{"sure": "yes", "leave-out": "yes"})
    assert "3 people are being asked. 1 row was left out." in fay.text
    world.run()
    assert world.request(asked, "T2") is not None
    assert numbers(fay.get(f"{HOME}/{asked.id}"))["asked"] == "3"


def test_asking_can_wait_for_a_moment_that_is_still_to_come(world: AskDesk, fay: Browser) -> None:
    asked = world.make()
    sent(fay, asked, LIST.encode())
    later = {"sure": "yes", "leave-out": "yes", "when": "later"}
    asked_by(fay, **later, not_before="2025-01-01T10:00")
    assert "still to come" in fay.text
    asked_by(fay, **later, not_before="2026-01-05T10:00")
    assert "messages go from Mon 5 Jan 10:00" in fay.text


@pytest.mark.parametrize("name", ["people.json", "people.xlsx"])
def test_lists_come_as_json_and_workbooks_too(world: AskDesk, fay: Browser, name: str) -> None:
    if name.endswith("json"):
        content = b'{"records": [{"record_id": "T1", "email": "een@example.org"}]}'
    else:
        rows = [("T1", "een@example.org")]
        content = b"".join(workbook([Sheet("people", ("record_id", "email"), rows)]))
    sent(fay, world.make(), content, name)
    assert numbers(fay)["can be asked"] == "1"


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"%PDF-1.7"), ("a.csv", b"")])
def test_what_is_no_list_is_refused_at_once(world: AskDesk, fay: Browser, name: str, content: bytes) -> None:
    sent(fay, world.make(), content, name)
    assert fay.answer.status_code in {415, 422}
    assert fay.page.xpath("//input[@id='file'][@aria-invalid]")


def test_a_list_with_nobody_in_it_cannot_be_asked(world: AskDesk, fay: Browser) -> None:
    sent(fay, world.make(roads=(AskRoad.EMAIL,)), b"record_id,email\nT1,geen adres\n")
    assert "Nobody in this list can be asked" in fay.text
    assert not fay.page.xpath("//form[@id='ask']")


def test_how_far_a_list_is_can_be_seen_and_stopped(world: AskDesk, fay: Browser) -> None:
    asked = world.make()
    sent(fay, asked, LIST.encode())
    asked_by(fay, **{"sure": "yes", "leave-out": "yes"})
    assert fay.page.xpath("//progress[@max='3'][@value='0']")
    (stop,) = [action for action in fay.actions() if action.endswith("/stop")]
    fay.send(stop)
    assert "Stopped after 0 of 3 people" in fay.text
    (one,) = questions.get_question(world.deps, ORG, asked.id).askings
    assert one.state is AskingState.STOPPED
    world.run()
    assert world.request(asked, "T1") is None


def test_the_page_shows_where_all_are_and_first_whom_nobody_reached(world: AskDesk, fay: Browser) -> None:
    asked = world.several()
    requests = [world.request(asked, f"T{number}") for number in range(1, 6)]
    for said, request in zip((Said.YES, Said.NO), requests, strict=False):
        assert request is not None
        world.press(request, said)
    assert requests[4] is not None
    world.happen(world.messages(requests[4])[0], "message-bounced")
    home = f"{HOME}/{asked.id}"
    fay.get(home)
    found = numbers(fay)
    assert (found["asked"], found["agreed"], found["declined"], found["unreachable"]) == ("5", "1", "1", "1")
    assert "Unreachable: 1" in fay.text
    assert [each.text for each in fay.page.xpath("//section[@id='list']//th/a")] == ["T5"]
    assert [each.text for each in fay.get(home, show="agreed").page.xpath("//section[@id='list']//th/a")] == ["T1"]
    (row,) = fay.page.xpath("//figure[@class='per-day']//tbody/tr")
    assert [cell.text_content() for cell in row] == ["Thu 1 Jan 2026", "1", "1", "2"]


def test_lists_are_files_for_a_spreadsheet(world: AskDesk, fay: Browser) -> None:
    asked = world.several()
    answer = fay.client.get(f"{HOME}/{asked.id}/requests.csv", params={"show": "open"})
    assert answer.headers["content-disposition"] == 'attachment; filename="digital-payment-1-open.csv"'
    assert answer.text.count("@example.org") == 5
    whole = fay.client.get(f"{HOME}/{asked.id}/requests.xlsx", params={"show": "no such list"})
    assert whole.headers["content-disposition"].endswith('digital-payment-1-all.xlsx"')
    assert whole.content.startswith(b"PK")


def test_a_closed_question_is_asked_of_nobody_new(world: AskDesk, fay: Browser) -> None:
    asked = world.several()
    home = f"{HOME}/{asked.id}"
    fay.get(home).send(f"{home}/close")
    assert "Tick the box" in fay.text
    fay.send(f"{home}/close", sure="yes")
    assert "closed" in fay.text
    assert "question-closed" in fay.get(f"{home}/people").answer.text


def test_who_may_not_ask_sees_no_way_to(world: AskDesk, staff: Staff) -> None:
    asked = world.several()
    with staff.browser("abe", Role.APPROVER) as abe:
        assert not abe.get(f"{HOME}/{asked.id}").actions() - {"/staff/logout"}
        assert "role-missing" in abe.get(f"{HOME}/{asked.id}/people").answer.text


def test_every_request_is_in_the_bar_once() -> None:
    counts = AgreementCounts(asked=10, open=4, agreed=3, declined=1, withdrawn=1, expired=1, unreachable=2)
    shares = shares_of(counts)
    assert sum(one.count for one in shares) == 10
    assert sum(one.width for one in shares) == pytest.approx(WIDTH)
    assert shares_of(AgreementCounts()) == ()


def test_money_is_exact_to_a_tenth_of_a_cent() -> None:
    assert [money(tenths) for tenths in (None, 75, 300, 1_234_560)] == [
        "price unknown",
        "€ 0.075",
        "€ 0.30",
        "€ 1,234.56",
    ]


def test_requests_of_one_list_come_a_page_at_a_time(world: AskDesk, fay: Browser) -> None:
    asked = world.make()
    world.ask(asked, *(person(f"T{number}") for number in range(60)))
    fay.get(f"{HOME}/{asked.id}", show="open")
    assert len(fay.page.xpath("//section[@id='list']//tbody/tr")) == 50
    fay.get(fay.page.xpath("//a[@rel='next']/@href")[0])
    assert len(fay.page.xpath("//section[@id='list']//tbody/tr")) == 10
    found = staffing.list_agreements(world.deps, ORG, staffing.AgreementFilter(asked.id), PageRequest(1)).items
    assert found[0].state is RequestState.OPEN
