"""Text messages say who asks, what, how to answer and how to make it stop, in two parts at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.keywords import Said, read_reply
from agreements.messages import Ask, Decided, Look, MessageKind, names_in, render_sms, spelled_sms
from agreements.questions.model import AskRoad, Wording
from agreements.sms import Encoding, segments, transliterate
from tests.agreements.messages.asks import LINK, LOOK, QUESTION, ask, every_ask

_KEYWORD_ONLY = replace(QUESTION, roads=(AskRoad.SMS_KEYWORD,))
_LINK_ONLY = replace(QUESTION, roads=(AskRoad.SMS_LINK,))


def test_a_request_reads_like_this() -> None:
    assert render_sms(ask(), LOOK) == (
        "Woonstichting Grachtstad: Wilt u uw huur voortaan met een betaallink betalen?\n"
        "Lees en kies: https://mijn.grachtstad.example.nl/a/ABCDEFGHIJKLMNOPQRSTUVWXYZ\n"
        "Antwoord JA of NEE.\n"
        "Dat kan tot en met 1 december 2026.\n"
        "Geen sms meer? Stuur STOP."
    )


def test_with_more_questions_the_code_stands_beside_the_words() -> None:
    text = render_sms(ask(code="4711", question=_KEYWORD_ONLY), LOOK)

    assert "Antwoord JA 4711 of NEE 4711." in text
    assert f"Lees eerst: {LINK}\n" in text


def test_what_a_text_asks_people_to_send_is_read_as_they_mean_it() -> None:
    assert read_reply("JA 4711").said is Said.YES
    for language, yes, no in (("nl", "JA", "NEE"), ("en", "YES", "NO")):
        text = render_sms(ask(language=language, code="4711"), LOOK)
        assert f"{yes} 4711" in text
        assert f"{no} 4711" in text
        assert "STOP" in text
        assert (read_reply(yes).said, read_reply(no).said) == (Said.YES, Said.NO)


def test_only_a_link_asks_for_no_word() -> None:
    text = render_sms(ask(question=_LINK_ONLY), LOOK)

    assert "Lees en kies" in text
    assert "Antwoord" not in text


def test_a_sender_that_takes_no_replies_asks_for_none() -> None:
    for each in every_ask(replies=False):
        text = render_sms(each, LOOK)
        assert not any(word in text for word in ("JA of", "NEE.", "STOP", "START", "Antwoord JA", "Stuur"))
    assert "Geen sms meer? bel 088 000 00 10" in render_sms(ask(replies=False), LOOK)


def test_without_a_link_the_text_holds_all_that_is_agreed_to() -> None:
    text = render_sms(ask(question=_KEYWORD_ONLY, link=""), LOOK)

    assert "U krijgt dan elke maand een e-mail met een link. U betaalt met uw eigen bank." in text
    assert "Lees" not in text


@pytest.mark.parametrize(
    ("decided", "way_back"),
    [
        (Decided.YES, "Toch niet meer? Antwoord NEE."),
        (Decided.NO, "Toch wel? Antwoord JA, tot en met 1 december 2026."),
        (Decided.WITHDRAWN, "Vragen? bel 088 000 00 10"),
    ],
)
def test_a_confirmation_says_what_was_chosen_and_the_way_back(decided: Decided, way_back: str) -> None:
    text = render_sms(ask(MessageKind.CONFIRMATION, decided=decided), LOOK)

    assert "24 november 2026: Uw huur digitaal betalen" in text
    assert way_back in text


def test_a_confirmation_without_keywords_has_the_link_to_withdraw() -> None:
    assert LINK in render_sms(ask(MessageKind.CONFIRMATION, question=_LINK_ONLY), LOOK)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_kind_fits_in_two_parts_of_the_cheap_alphabet(language: str) -> None:
    for each in every_ask(language=language, code="4711"):
        found = segments(render_sms(each, LOOK))
        assert (found.encoding, found.dear) == (Encoding.GSM_7, ()), each.kind
        assert found.parts <= 2, each.kind


def test_nobody_reads_the_name_or_reference_of_another_on_their_lock_screen() -> None:
    for each in every_ask():
        assert "De Vries" not in render_sms(each, LOOK)
        assert "4711.1" not in render_sms(each, LOOK)


def test_the_name_of_the_sender_stays_when_the_text_is_made_cheap() -> None:
    look = replace(LOOK, organisation="Stichting Oriënt")
    question = replace(QUESTION, wordings={"nl": Wording("Geïnd", "Is het geïnd?", "", "Ja", "Nee")})
    dear = ask(question=question)

    assert transliterate(render_sms(dear, look), names_in(dear, look)) == render_sms(dear, look)
    assert "geind" in transliterate(render_sms(dear, LOOK), names_in(dear, LOOK))


def test_signs_are_spelled_in_another_way_only_when_the_author_agreed_and_never_in_the_name_of_who_asks() -> None:
    question = replace(QUESTION, wordings={"nl": Wording("Geïnd", "Is het geïnd van Oriënt?", "", "Ja", "Nee")})
    agreed = replace(question, transliterate=True)

    assert spelled_sms(ask(question=question), LOOK) == render_sms(ask(question=question), LOOK)
    assert "Is het geind van Orient?" in spelled_sms(ask(question=agreed), LOOK)
    # cheap is not worth another name
    named = spelled_sms(ask(question=agreed), replace(LOOK, organisation="Oriënt"))
    assert "geïnd van Oriënt" in named


_NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(question=_NASTY, title=_NASTY, organisation=_NASTY, contact=_NASTY, kind=st.sampled_from(MessageKind))
def test_no_text_of_others_breaks_a_message_or_its_link(
    question: str, title: str, organisation: str, contact: str, kind: MessageKind
) -> None:
    asked = replace(QUESTION, wordings={"nl": Wording(title, question, "", "Ja", "Nee")})
    decided = Decided.NO if kind is MessageKind.CONFIRMATION else Decided.NOTHING
    each = Ask(kind, asked, "nl", LINK, "", "", date(2026, 12, 1), "", decided, date(2026, 11, 24), contact)

    text = render_sms(each, Look(organisation))

    assert text.count("\n") <= 5
    if kind in {MessageKind.REQUEST, MessageKind.REMINDER, MessageKind.LINK, MessageKind.HELP}:
        assert f"Lees en kies: {LINK}" in text.splitlines()
