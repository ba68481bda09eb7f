"""What a recipient goes through, page by page, without a browser."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.ports import MomentKind, PageRequest, Road
from api.usecases.answering import pages
from tests.api.http.recipient.scene import GOOD, HOUSE, POSTCODE
from tests.api.usecases.world import ORG

if TYPE_CHECKING:
    from api.adapters.fakes import FakeClock
    from tests.api.http.recipient.conftest import Visitor
    from tests.api.http.recipient.scene import Letters

NAMES = {name.replace("f-", "f_"): value for name, value in GOOD.items()}


def test_a_scanned_link_asks_the_address_takes_the_answers_and_gives_a_receipt(
    visitor: Visitor, letters: Letters
) -> None:
    visitor.get(f"/{letters.token(1).lower()}")
    assert "Watermeter opnemen" in visitor.text
    assert "tot en met 30 januari 2026" in visitor.text
    assert not visitor.client.cookies
    visitor.send(f"/{letters.token(1)}", postcode="9876zz", house="14-a")
    assert visitor.answer.url.path == "/form"
    assert "eindigt op 4417" in visitor.text
    visitor.send("/form", **NAMES)
    assert (visitor.answer.url.path, visitor.title) == ("/done", "Wij hebben uw antwoord")
    assert letters.answers(1) == {
        "reading": "1402",
        "day": "2025-12-31",
        "phone": "+31612345678",
        "emergency": "yes",
        "email": "anna@example.nl",
        "place": "cellar",
    }
    assert "In de kelder" in visitor.text
    with letters.world.deps.database.read() as uow:
        (kept,) = uow.submissions.list(ORG, PageRequest()).items
        moments = [each.kind for each in uow.contact_moments.of_recipient(ORG, "R1", PageRequest()).items]
    assert (kept.road, kept.language) == (Road.PAGE, "nl")
    assert kept.receipt in visitor.text
    assert moments[:2] == [MomentKind.PAGE_OPENED, MomentKind.ANSWERED]


def test_a_typed_code_opens_the_same_page_and_answers_say_so(visitor: Visitor, letters: Letters) -> None:
    visitor.get("/").send("/", code=letters.code(1).lower().replace("-", " "), postcode=POSTCODE, house=HOUSE)
    assert visitor.answer.url.path == "/form"
    visitor.send("/form", **NAMES)
    with letters.world.deps.database.read() as uow:
        (kept,) = uow.submissions.list(ORG, PageRequest()).items
    assert kept.road is Road.CODE


def test_mistakes_are_told_above_the_form_and_at_the_field_and_nothing_typed_is_lost(
    visitor: Visitor, letters: Letters
) -> None:
    visitor.get(f"/{letters.token(1)}").send(f"/{letters.token(1)}", postcode="9876 ZZ")
    assert visitor.answer.status_code == 422
    assert "Vul uw huisnummer in" in visitor.text
    visitor.send(f"/{letters.token(1)}", house="15")
    assert "Dit adres hoort niet bij deze brief" in visitor.text
    assert visitor.page.get_element_by_id("house").value == "15"
    visitor.send(f"/{letters.token(1)}", house="14a")
    visitor.send("/form", **NAMES | {"f_reading": "1402 liter?", "f_email": "anna"})
    assert visitor.answer.status_code == 422
    (summary,) = visitor.page.find_class("problems")
    assert summary.get("autofocus") is not None
    assert [link.get("href") for link in summary.iter("a")] == ["#f-reading", "#f-email"]
    reading = visitor.page.get_element_by_id("f-reading")
    assert (reading.value, reading.get("aria-invalid")) == ("1402 liter?", "true")
    assert "f-reading-error" in reading.get("aria-describedby")
    assert visitor.page.findtext(".//title").startswith("Fout: ")
    assert letters.answers(1) == {}


def test_what_seems_wrong_is_asked_again_and_who_keeps_to_it_is_believed(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1)).send("/form", **NAMES | {"f_reading": "5402", "f_email": "anna@gmial.com"})
    assert "Klopt dit?" in visitor.text
    assert "Weet u hoe dit komt?" in visitor.text
    # not saying asks again
    visitor.send("/form")
    assert "Klopt dit?" in visitor.text
    answers = {"sure-reading": "yes", "reason-reading": "leak", "sure-email": "candidate:anna@gmail.com"}
    visitor.send("/form", **answers)
    assert visitor.title == "Wij hebben uw antwoord"
    assert (letters.answers(1)["reading"], letters.answers(1)["email"]) == ("5402", "anna@gmail.com")
    with letters.world.deps.database.read() as uow:
        (kept,) = uow.submissions.list(ORG, PageRequest()).items
        (reading,) = [one for one in uow.submissions.answers(ORG, [kept.id])[kept.id] if one.field == "reading"]
    assert (kept.note, reading.insisted, reading.code) == ("Er was een lek", True, "very-high")


def test_who_changes_what_was_asked_about_is_checked_anew(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1)).send("/form", **NAMES | {"f_reading": "5402"})
    visitor.send("/form", **{"f_reading": "6402", "sure-reading": "yes"})
    assert "Klopt dit?" in visitor.text
    visitor.send("/form", **{"f_reading": "1402", "sure-reading": "yes"})
    assert letters.answers(1)["reading"] == "1402"


def test_answers_can_be_corrected_until_the_deadline_then_only_read_and_then_are_gone(
    visitor: Visitor, letters: Letters, clock: FakeClock
) -> None:
    visitor.enter(letters.token(1)).send("/form", **NAMES)
    visitor.get("/form")
    assert "U heeft al geantwoord" in visitor.text
    assert visitor.page.get_element_by_id("f-day").value == "31-12-2025"
    assert visitor.page.get_element_by_id("f-phone").value == "0612345678"
    assert visitor.page.get_element_by_id("f-emergency").checked
    visitor.send("/form", f_reading="1403")
    assert letters.answers(1)["reading"] == "1403"
    clock.advance(30 * 86_400)
    visitor.get(f"/{letters.token(1)}")
    assert "U kunt nog wel zien wat u heeft ingevuld" in visitor.text
    visitor.enter(letters.token(1))
    assert (visitor.title, visitor.page.findall(".//main//form")) == ("U kunt niet meer antwoorden", [])
    assert "1403" in visitor.text
    clock.advance(30 * 86_400)
    visitor.get(f"/{letters.token(1)}")
    assert (visitor.title, visitor.answer.status_code) == ("Deze vraag is afgesloten", 410)


def test_an_answer_on_its_way_when_the_deadline_passes_is_told_kindly(
    visitor: Visitor, letters: Letters, clock: FakeClock
) -> None:
    clock.advance(30 * 86_400 - 3600 - 60)
    visitor.enter(letters.token(1))
    clock.advance(120)
    visitor.send("/form", **NAMES)
    assert (visitor.title, visitor.answer.status_code) == ("U kunt niet meer antwoorden", 200)
    assert "Wij hebben geen antwoord van u" in visitor.text


@pytest.mark.parametrize(
    ("why", "title"), [("replaced", "Er is een nieuwere brief"), ("lost", "Deze link werkt niet meer")]
)
def test_links_that_were_stopped_say_so_at_both_doors(visitor: Visitor, letters: Letters, why: str, title: str) -> None:
    letters.revoke(1, why)
    visitor.get(f"/{letters.token(1)}")
    assert (visitor.title, visitor.answer.status_code) == (title, 410)
    visitor.get("/").send("/", code=letters.code(1), postcode=POSTCODE, house=HOUSE)
    assert visitor.title == title
    assert not visitor.client.cookies


def test_a_letter_that_was_stopped_needs_no_answer_and_its_reason_is_not_told(
    visitor: Visitor, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_why_stopped", lambda *_: "betaald")
    visitor.get(f"/{letters.token(1)}")
    assert (visitor.title, visitor.answer.status_code) == ("U hoeft niet te antwoorden", 200)
    assert "betaald" not in visitor.answer.text


def test_who_is_too_early_is_told_from_when(visitor: Visitor, letters: Letters) -> None:
    letters.change(opens_at=letters.world.deps.clock.now() + timedelta(days=2))
    visitor.get(f"/{letters.token(1)}")
    assert visitor.title == "U bent nog te vroeg"
    assert "3 januari 2026" in visitor.text


def test_after_half_an_hour_the_address_is_asked_and_nothing_is_lost(
    visitor: Visitor, letters: Letters, clock: FakeClock
) -> None:
    visitor.enter(letters.token(1))
    clock.advance(31 * 60)
    visitor.send("/form", **NAMES)
    assert "U was 30 minuten weg" in visitor.text
    assert letters.answers(1) == {}
    visitor.send("/again", postcode="1111 AA", house="1")
    assert "Dit adres hoort niet bij deze brief" in visitor.text
    visitor.send("/again", postcode=POSTCODE, house=HOUSE)
    assert visitor.page.get_element_by_id("f-reading").value == "01402"
    assert visitor.page.get_element_by_id("f-place-2").checked
    visitor.send("/form")
    assert letters.answers(1)["reading"] == "1402"


def test_the_same_form_twice_is_one_answer_with_one_receipt(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1))
    (form,) = [one for one in visitor.page.forms if one.action == "/form"]
    data = dict(form.form_values()) | GOOD
    data.pop("photo", None)
    receipts = {" ".join(visitor.post("/form", data).page.find_class("receipt")[0].text.split()) for _ in range(2)}
    with letters.world.deps.database.read() as uow:
        assert len(uow.submissions.list(ORG, PageRequest()).items) == 1
    assert len(receipts) == 1


def test_a_character_that_no_database_keeps_is_marked(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1)).send("/form", **NAMES | {"f_words": "a\0b"})
    assert visitor.answer.url.path == "/done"
    assert letters.answers(1)["words"] == "a\ufffdb"


def test_closing_the_page_ends_the_session(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1)).send("/leave")
    assert visitor.title == "De pagina is gesloten"
    visitor.get("/form")
    assert (visitor.title, visitor.answer.status_code) == ("Open de pagina opnieuw", 403)


def test_a_letter_in_english_has_an_english_page_and_either_can_be_read_in_the_other(
    visitor: Visitor, letters: Letters
) -> None:
    visitor.get(f"/{letters.token(2)}")
    assert visitor.title == "Fill in your details"
    visitor.get(f"/{letters.token(2)}?taal=nl")
    assert visitor.title == "Vul uw gegevens in"
    visitor.enter(letters.token(1)).get("/form?lang=en")
    assert "until the end of 30 January 2026" in visitor.text
    visitor.send("/form", **NAMES)
    assert visitor.title == "We have your answer"


def test_a_form_for_one_letter_never_answers_another(visitor: Visitor, letters: Letters) -> None:
    visitor.enter(letters.token(1))
    (form,) = [one for one in visitor.page.forms if one.action == "/form"]
    stolen = dict(form.form_values())["form"]
    visitor.enter(letters.token(3))
    visitor.post("/form", GOOD | {"form": stolen})
    assert "U was 30 minuten weg" in visitor.text
    visitor.post("/form", GOOD | {"form": "nonsense"})
    assert visitor.answer.status_code == 403
    assert letters.answers(1) == letters.answers(3) == {}


def test_what_another_site_sends_is_not_read(visitor: Visitor, letters: Letters) -> None:
    data = {"postcode": POSTCODE, "house": HOUSE}
    answer = visitor.client.post(f"/{letters.token(1)}", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.cookies) == (403, {})
