"""Words of the pages: short sentences, the same in every language, and faults found at the start."""

from __future__ import annotations

import re

import pytest

from api.http.recipient.words import FOLDER, languages, local, read_languages
from docgen.findings import Refusal
from tests.api.builders import NOW

LONGEST_SENTENCE = 15
SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")}


def test_dutch_comes_first_and_english_is_complete() -> None:
    assert list(languages())[:2] == ["nl", "en"]
    assert languages()["nl"].texts.keys() == languages()["en"].texts.keys()


def test_no_sentence_is_longer_than_people_read_easily() -> None:
    for words in languages().values():
        for key, text in words.texts.items():
            for sentence in re.split(r"(?<=[.?!:])\s+", text):
                assert len(sentence.split()) <= LONGEST_SENTENCE, (words.code, key)


def test_no_word_is_there_for_nothing() -> None:
    sources = [path.read_text(encoding="utf-8") for path in FOLDER.parent.glob("*.html")]
    sources += [path.read_text(encoding="utf-8") for path in (FOLDER.parents[2] / "recipient").glob("*.py")]
    text = "\n".join(sources)
    # the rest of these names is put together
    made = re.compile(r".*_(title|text|missing|day|time)|(asks|reason|photo|paused|meter|purpose|ticks|code|help).*")
    unused = [key for key in languages()["nl"].texts if f'"{key}"' not in text and f"'{key}'" not in text]
    assert [key for key in unused if not made.fullmatch(key)] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('skip = "To the content"\n', "", "words.skip` is missing"),
        ('skip = "To the content"', 'skip = "x"\nskipp = "x"', "words.skipp` is not known"),
        ('help_phone = "Call {phone}."', 'help_phone = "Call {number}."', "words.help_phone` must have the same"),
        ('direction = "ltr"', 'direction = "up"', "`direction` is ltr or rtl"),
        ('"January", ', "", "`months` has twelve"),
        ('name = "English"\n', "", "`name` is missing"),
        ('time = "{hour}:{minute}"', 'time = "{hour}"', "`time` must have the same"),
        ('name = "English"', "name = English", "This is not TOML"),
    ],
)
def test_a_fault_in_a_language_is_found_before_anybody_reads_it(old: str, new: str, said: str) -> None:
    assert old in SOURCES["en"]
    with pytest.raises(Refusal, match="page-words-invalid") as refused:
        read_languages(SOURCES | {"en": SOURCES["en"].replace(old, new, 1)})
    assert said in " ".join(finding.message for finding in refused.value.findings)


def test_another_language_is_one_more_file() -> None:
    found = read_languages(SOURCES | {"ar": SOURCES["en"].replace('direction = "ltr"', 'direction = "rtl"')})
    assert [(words.code, words.direction) for words in found.values()] == [("nl", "ltr"), ("ar", "rtl"), ("en", "ltr")]


def test_days_and_times_are_those_of_the_wall() -> None:
    nl, en = languages()["nl"], languages()["en"]
    moment = local(NOW.replace(year=2026, month=7, day=31, hour=22, minute=5))
    assert (nl.day(moment), nl.time(moment)) == ("1 augustus 2026", "0.05 uur")
    assert (en.day(moment), en.time(moment)) == ("1 August 2026", "0:05")
