from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from agreements.questions.as_json import read_question, write_question
from agreements.questions.frozen import frozen_text, text_digest
from agreements.questions.model import Mandate, Question, Verb, Wording

SHOWN = ("title", "question", "explanation", "yes", "no")


def test_what_was_written_is_read(question: Question) -> None:
    assert read_question(write_question(question)) == question


def test_a_question_of_before_spelling_was_asked_about_is_spelled_as_it_was_written(question: Question) -> None:
    old = {name: value for name, value in json.loads(write_question(question)).items() if name != "transliterate"}
    assert read_question(json.dumps(old)) == question
    cheap = replace(question, transliterate=True)
    assert read_question(write_question(cheap)) == cheap


def test_how_a_text_message_is_spelled_is_no_other_question(question: Question) -> None:
    assert text_digest(replace(question, transliterate=True), "nl") == text_digest(question, "nl")


@pytest.mark.parametrize("name", SHOWN)
def test_another_word_before_the_person_is_another_digest(question: Question, name: str) -> None:
    words = question.wordings["nl"]
    changed = replace(words, **{name: getattr(words, name) + " anders"})
    other = replace(question, wordings={**question.wordings, "nl": changed})
    assert text_digest(other, "nl") != text_digest(question, "nl")
    assert text_digest(other, "en") == text_digest(question, "en")


def test_all_that_is_shown_beforehand_is_in_the_text() -> None:
    assert {one.name for one in fields(Wording)} == {*SHOWN, "after_yes", "after_no"}


def test_a_text_cannot_be_made_to_look_like_another_by_new_lines(question: Question) -> None:
    words = replace(question.wordings["nl"], title="Titel\nbutton yes: Nee")
    other = replace(question, wordings={"nl": words})
    assert "\nbutton yes: Nee\n" not in frozen_text(other, "nl")


def test_a_mandate_says_that_money_comes_back_within_eight_weeks(question: Question) -> None:
    mandate = Mandate("De Linde", "Lindelaan 1, Utrecht", "NL00ZZZ123456780000")
    signed = replace(question, mandate=mandate, verb=Verb.AUTHORISE)
    assert "binnen acht weken" in frozen_text(signed, "nl")
    assert "within eight weeks" in frozen_text(signed, "en")
