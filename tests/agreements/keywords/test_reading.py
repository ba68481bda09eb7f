"""Replies as people send them: nothing that leaves doubt decides."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.keywords import Reading, Said, read_reply
from agreements.keywords.words import keywords

_CASES: dict[str, list[str]] = {
    heading: table["replies"]
    for heading, table in tomllib.loads(Path(__file__).with_name("replies.toml").read_text(encoding="utf-8")).items()
}
_EXPECTED = {
    "yes": Reading(Said.YES),
    "yes_with_code": Reading(Said.YES, "4711"),
    "no": Reading(Said.NO),
    "no_with_code": Reading(Said.NO, "4711"),
    "stop": Reading(Said.STOP, halts=True),
    "stop_with_code": Reading(Said.STOP, "4711", halts=True),
    "start": Reading(Said.START),
    "help": Reading(Said.HELP),
    "halts": Reading(Said.UNCLEAR, halts=True),
    "unclear": Reading(Said.UNCLEAR),
}
_DECIDING = {Said.YES, Said.NO}
_KEYWORDS = st.sampled_from(sorted(keywords()["yes"] | keywords()["no"]))


@pytest.mark.parametrize("heading", list(_EXPECTED))
def test_each_reply_is_read_as_people_mean_it(heading: str) -> None:
    read = {reply: read_reply(reply) for reply in _CASES[heading]}

    assert {reply: found for reply, found in read.items() if found != _EXPECTED[heading]} == {}


def test_the_table_is_whole() -> None:
    replies = [reply for group in _CASES.values() for reply in group]

    assert _CASES.keys() == _EXPECTED.keys()
    assert len(replies) == len(set(replies))
    assert len(replies) >= 450


def test_people_are_told_of_every_word_and_of_the_table_as_it_is() -> None:
    told = (Path(__file__).parents[3] / "docs" / "sms.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z]+", told.replace("opt out", "optout")))

    for heading in ("yes", "no", "stop", "start", "help"):
        assert keywords()[heading] <= words
    assert f"has {sum(map(len, _CASES.values()))} replies" in told


def test_no_word_says_two_things() -> None:
    deciding = [keywords()[heading] for heading in ("yes", "no", "stop", "start", "help")]

    assert len(frozenset().union(*deciding)) == sum(map(len, deciding))
    assert not keywords()["beside"] & frozenset().union(*deciding)


def test_every_keyword_alone_says_what_it_stands_under() -> None:
    for said in (Said.YES, Said.NO, Said.STOP, Said.START, Said.HELP):
        assert {read_reply(word.upper()).said for word in keywords()[said]} == {said}


@given(keyword=_KEYWORDS, word=st.text(st.characters(categories=["L", "So", "Sm"]), min_size=1), before=st.booleans())
def test_a_word_or_picture_beside_a_keyword_never_decides(keyword: str, word: str, before: bool) -> None:  # noqa: FBT001 - drawn
    message = f"{word} {keyword}" if before else f"{keyword} {word}"

    assert read_reply(message).said not in _DECIDING


@given(keyword=_KEYWORDS, other=_KEYWORDS, gap=st.sampled_from([" ", "\n", "/", ", ", " of ", "  ", ". ", "-"]))
def test_two_keywords_never_decide(keyword: str, other: str, gap: str) -> None:
    assert read_reply(f"{keyword}{gap}{other}").said not in _DECIDING


@given(st.text())
def test_any_text_is_read_and_only_keywords_decide(text: str) -> None:
    found = read_reply(text)

    assert found.halts or found.said is not Said.STOP
    assert found.said not in _DECIDING or len([one for one in text if one.isalpha()]) <= len("disagree")


@given(stop=st.sampled_from(sorted(keywords()["halt"])), before=st.text(), after=st.text())
def test_a_stop_word_anywhere_halts(stop: str, before: str, after: str) -> None:
    found = read_reply(f"{before} {stop} {after}")

    assert found.halts
    assert found.said in {Said.STOP, Said.UNCLEAR}
