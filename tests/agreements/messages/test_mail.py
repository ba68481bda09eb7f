"""Mails: both forms say the same, in the brand, with nothing from elsewhere and nothing of others as code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from agreements.messages import Ask, Decided, Look, Mail, MessageKind, look_of, render_mail, render_sms
from agreements.questions.model import Controller, Policy, Verb, Wording
from docgen.layouts.brand_file import load_brand
from docgen.layouts.theme import WHITE, Colours
from tests.agreements.messages.asks import CONSENT, LINK, LOOK, QUESTION, ask, every_ask

if TYPE_CHECKING:
    from docgen.layouts.theme import Brand

BRAND = Path(__file__).parents[3] / "samples" / "brands" / "grachtstad"
HTTP = re.compile(r"https?:[^\s\"'<>]+")


def _seen(mail: Mail) -> str:
    """All text of the HTML, words with single spaces."""
    body = lxml_html.document_fromstring(mail.html).find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


def test_the_text_says_all_that_the_html_says() -> None:
    for each in every_ask(code="4711"):
        mail = render_mail(each, LOOK)
        seen = _seen(mail).replace("Werkt de knop niet? Typ dan dit adres over: ", "")
        said = re.sub(r"={3,}", " ", mail.text)
        assert {*said.replace(":", " ").split()} == {*seen.replace(":", " ").split()}, each.kind


def test_a_request_shows_the_whole_question_and_one_button() -> None:
    mail = render_mail(ask(), LOOK)
    wording = QUESTION.wordings["nl"]

    for said in (mail.text, _seen(mail)):
        assert wording.question in said
        assert all(line in said for line in wording.explanation.splitlines())
        assert "1 december 2026" in said
        assert "088 000 00 10" in said
        assert "4711.1" in said
    links = lxml_html.document_fromstring(mail.html).xpath("//a/@href")
    assert links == [LINK, LINK, "https://www.grachtstad.example.nl/privacy"]
    assert mail.text.count(LINK) == 1
    assert f"\n{LINK}\n" in mail.text


def test_a_request_does_not_answer_itself() -> None:
    for each in every_ask():
        if each.kind is not MessageKind.CONFIRMATION:
            assert QUESTION.wordings["nl"].yes not in render_mail(each, LOOK).text
        assert not lxml_html.document_fromstring(render_mail(each, LOOK).html).xpath("//form|//input|//button|//script")


def test_a_consent_says_what_for() -> None:
    assert "Waarvoor: bellen bij een calamiteit" in render_mail(ask(question=CONSENT), LOOK).text
    assert "What it is for: calling in an emergency" in render_mail(ask(question=CONSENT, language="en"), LOOK).text


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_is_asked_in_its_own_words(verb: Verb) -> None:
    assert "vragen u" in render_mail(ask(question=replace(CONSENT, verb=verb)), LOOK).text


@pytest.mark.parametrize(
    ("decided", "subject", "way_back"),
    [
        (Decided.YES, "Wij hebben uw antwoord: Ja, stuur mij een betaallink", "U kunt uw antwoord altijd intrekken."),
        (Decided.NO, "Wij hebben uw antwoord: Nee, ik blijf op papier betalen", "Wilt u toch ja kiezen?"),
        (Decided.WITHDRAWN, "U heeft uw antwoord ingetrokken", "Uw eerdere antwoord telt niet meer."),
    ],
)
def test_a_confirmation_says_what_was_chosen_and_the_way_back(decided: Decided, subject: str, way_back: str) -> None:
    mail = render_mail(ask(MessageKind.CONFIRMATION, decided=decided), LOOK)

    assert mail.subject == subject
    assert way_back in " ".join(mail.text.split())
    assert "24 november 2026" in mail.text
    assert LINK in mail.text


def test_what_cannot_be_withdrawn_is_not_offered() -> None:
    declared = replace(QUESTION, verb=Verb.DECLARE)
    assert "intrekken" not in render_mail(ask(MessageKind.CONFIRMATION, question=declared), LOOK).text


def test_nothing_comes_from_elsewhere() -> None:
    look = replace(LOOK, logo=look_of(_brand(), "nl").logo)
    for each in every_ask():
        mail = render_mail(each, look)
        tree = lxml_html.document_fromstring(mail.html)
        assert tree.xpath("//img/@src") == [f"cid:{mail.inline[0].cid}"]
        assert not tree.xpath("//link|//iframe|//object|//embed|//base|//script|//video|//audio")
        assert "url(" not in mail.html
        assert "@import" not in mail.html
        # every address of the web is one that can be read and clicked
        assert {*HTTP.findall(mail.html)} == {*tree.xpath("//a/@href")}


def test_nothing_names_who_carries_it() -> None:
    look = look_of(_brand(), "nl")
    for each in every_ask(code="4711"):
        mail = render_mail(each, look)
        sent = [mail.subject, mail.text, mail.html, render_sms(each, look), *(part.cid for part in mail.inline)]
        assert "posthoorn" not in " ".join(sent).lower()
        assert all(b"osthoorn" not in part.data for part in mail.inline)


def test_the_logo_travels_with_the_mail() -> None:
    look = look_of(_brand(), "nl")
    mail = render_mail(ask(), look)

    (picture,) = mail.inline
    assert picture.media_type == "image/png"
    assert picture.data.startswith(b"\x89PNG")
    assert look_of(_brand(), "nl") == look
    image = lxml_html.document_fromstring(mail.html).xpath("//img")[0]
    assert image.get("alt") == "Woonstichting Grachtstad"
    assert (int(image.get("width")), int(image.get("height"))) == (160, 80)
    assert "KvK 12345678" in mail.text


def test_colours_that_nobody_can_read_are_not_used() -> None:
    html = render_mail(ask(), replace(LOOK, colours=Colours(text=WHITE, accent=WHITE))).html

    assert "background-color:#000000" in html
    assert re.findall(r'<a [^>]*style="[^"]*;color:([^;]+)', html) == ["#ffffff"]
    assert 'class="said" style="margin:0 0 16px;font-size:16px;line-height:1.5;color:#000000"' in html


def test_the_same_values_give_the_same_mail() -> None:
    assert render_mail(ask(), LOOK) == render_mail(ask(), LOOK)


def test_who_has_no_name_is_greeted_too() -> None:
    assert "Goedendag,\n" in render_mail(ask(name=" "), LOOK).text


def test_without_a_link_there_is_no_button() -> None:
    assert lxml_html.document_fromstring(render_mail(ask(link=""), LOOK).html).xpath("//td[@class='button']") == []


def test_another_language_of_a_question_has_words_around_it() -> None:
    words = Wording("Kira", "Kabul ediyor musunuz?", "", "Evet", "Yok")
    question = replace(QUESTION, wordings={"tr": words, **QUESTION.wordings})

    mail = render_mail(ask(question=question, language="tr"), LOOK)

    assert 'lang="tr"' in mail.html
    assert "Kabul ediyor musunuz?" in mail.text
    assert "Dear mevrouw De Vries," in mail.text


HOSTILE = "</p><script>alert(1)</script><img src=x onerror=a()>\"'{{ 7*7 }}{organisation}\r\nBcc: all@example.nl\u202e"


def test_hostile_texts_stay_texts() -> None:
    words = Wording(*[HOSTILE] * 7)
    question = replace(
        CONSENT,
        wordings={"nl": words},
        controller=Controller(HOSTILE, HOSTILE, HOSTILE),
        policy=Policy("javascript:alert(1)"),
        purposes=(replace(CONSENT.purposes[0], label={"nl": HOSTILE}),),
    )
    look = Look(HOSTILE, logo=look_of(_brand(), "nl").logo, footer=(HOSTILE,))
    for each in every_ask(question=question, name=HOSTILE, reference=HOSTILE, contact=HOSTILE):
        mail = render_mail(each, look)
        tree = lxml_html.document_fromstring(mail.html)
        assert not tree.xpath("//script|//p/img|//@onerror|//@onload")
        assert {*tree.xpath("//a/@href")} <= {LINK}
        assert "{{ 7*7 }}{organisation}" in _seen(mail)
        assert "\u202e" not in mail.html + mail.text + mail.subject
        assert not set("\r\n") & set(mail.subject)


_NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(words=st.lists(_NASTY, min_size=5, max_size=5), name=_NASTY, kind=st.sampled_from(MessageKind))
def test_no_text_of_others_adds_an_element_to_a_mail(words: list[str], name: str, kind: MessageKind) -> None:
    question = replace(QUESTION, wordings={"nl": Wording(*words)})
    decided = Decided.NO if kind is MessageKind.CONFIRMATION else Decided.NOTHING
    each = Ask(kind, question, "nl", LINK, name, "1", date(2026, 12, 1), "", decided, date(2026, 11, 24))

    mail = render_mail(each, LOOK)

    tags = {one.tag for one in lxml_html.document_fromstring(mail.html).iter()}
    assert tags <= {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "h1", "p", "a", "br"}
    assert len(mail.subject.splitlines()) <= 1


def _brand() -> Brand:
    return load_brand({path.name: path.read_bytes() for path in BRAND.iterdir()})
