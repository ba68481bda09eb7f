"""Words around a question: short, alike in every language, and cheap to send."""

from __future__ import annotations

import re
import string

import pytest

from agreements.messages.words import languages, words_of
from agreements.sms import fits_gsm7

LONGEST_SENTENCE = 15


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_words_with_the_same_values() -> None:
    first, *others = languages().values()

    assert len(others) >= 1
    for other in others:
        for one, two in ((first.of_mail, other.of_mail), (first.of_sms, other.of_sms)):
            assert one.keys() == two.keys()
            assert [key for key in one if _values(one[key]) != _values(two[key])] == []


@pytest.mark.parametrize("language", languages())
def test_no_sentence_is_longer_than_people_read_easily(language: str) -> None:
    words = words_of(language)
    for text in (*words.of_mail.values(), *words.of_sms.values()):
        assert all(len(sentence.split()) <= LONGEST_SENTENCE for sentence in re.split(r"(?<=[.?!:])\s+", text)), text


@pytest.mark.parametrize("language", languages())
def test_no_sign_of_a_text_message_is_dear(language: str) -> None:
    assert [text for text in words_of(language).of_sms.values() if not fits_gsm7(text)] == []


def test_a_language_without_words_gets_english_around_its_question() -> None:
    assert words_of("tr") is words_of("en")
    assert words_of("nl") is not words_of("en")
