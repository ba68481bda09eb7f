"""Choices, ticks, text and digits."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.validators import choice, digits, text, tick
from scanning.validators.digits import DigitCheck
from scanning.validators.verdict import Verdict

OPTIONS = {"yes": ("Ja", "Yes"), "no": ("Nee", "No"), "later": ("Weet ik nog niet", "I do not know yet")}


@pytest.mark.parametrize(
    ("marked", "value"),
    [(["yes"], "yes"), (["JA "], "yes"), (["nee"], "no"), (["weet ik  nog niet"], "later"), ([], ""), (["", " "], "")],
)
def test_one_choice_or_none_is_accepted(marked: list[str], value: str) -> None:
    found = choice.check(marked, OPTIONS)
    assert (found.verdict, found.value) == (Verdict.ACCEPT, value)


def test_two_choices_go_to_review_whoever_insists() -> None:
    for insists in (False, True):
        found = choice.check(["yes", "no"], OPTIONS, insists=insists)
        assert (found.verdict, found.value, found.candidates) == (Verdict.REVIEW, None, ("yes", "no"))


def test_a_choice_that_is_not_there_is_refused_with_those_that_are() -> None:
    found = choice.check(["misschien"], OPTIONS)
    assert (found.verdict, found.candidates) == (Verdict.REFUSE, tuple(OPTIONS))


def test_one_mark_twice_is_one_and_a_word_of_two_answers_is_asked() -> None:
    assert choice.check(["yes", "yes"], OPTIONS).value == "yes"
    assert choice.check(["x"], {"a": ("x",), "b": ("x",)}).code == "choice-unclear"
    assert choice.check(["a"], {"a": ("x",), "b": ("a",)}).value == "a"


def test_a_known_and_an_unknown_mark_together_go_to_review() -> None:
    assert choice.check(["yes", "misschien"], OPTIONS).verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("typed", "value"),
    [("ja", "yes"), ("X", "yes"), ("on", "yes"), ("✓", "yes"), ("", "no"), ("nee", "no"), ("0", "no")],
)
def test_ticks_are_yes_or_no(typed: str, value: str) -> None:
    assert tick.check(typed).value == value


def test_a_tick_that_says_neither_is_refused() -> None:
    assert tick.check("misschien").code == "tick-unclear"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("  veel   te\tlang\n", "veel te lang"),
        ("e\u0301", "é"),
        ("\u202egeheim\u202c", "geheim"),
        ("a\x00b", "ab"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("\ud800x", "x"),
    ],
)
def test_text_holds_only_what_people_see(typed: str, value: str) -> None:
    assert text.check(typed).value == value


def test_left_out_characters_are_counted() -> None:
    assert text.check("a\x00\u202eb").facts == {"left_out": 2}
    assert text.check("a b").facts == {}


def test_long_text_is_asked_kept_when_insisted_and_refused_when_absurd() -> None:
    assert text.check("x" * 11, longest=10).verdict is Verdict.ASK_AGAIN
    assert text.check("x" * 11, longest=10, insists=True).value == "x" * 11
    assert text.check("x" * 10_001).verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    ("rule", "right"),
    [(DigitCheck.ELEVEN, "123456789"), (DigitCheck.LUHN, "79927398713"), (DigitCheck.MOD_97, "79444")],
)
def test_check_digits_catch_any_other_last_digit(rule: DigitCheck, right: str) -> None:
    found = {last: digits.check(right[:-1] + last, rule=rule).code for last in "0123456789"}
    assert {last for last, code in found.items() if code is None} == {right[-1]}


def test_digits_are_counted_and_nothing_else_is_taken() -> None:
    assert digits.check("12 34-56", 6).value == "123456"
    assert digits.check("12345", 6).code == "digits-count"
    assert digits.check("12a456", 6).verdict is Verdict.REFUSE
    assert digits.check("", 6).verdict is Verdict.REFUSE
    assert digits.check("00123").value == "00123"


@given(st.text(max_size=40))
def test_no_text_makes_them_fail_and_values_stay_as_they_are(given_text: str) -> None:
    assert text.normal(text.normal(given_text)) == text.normal(given_text)
    assert unicodedata.is_normalized("NFC", text.normal(given_text))
    tick.check(given_text)
    choice.check([given_text], OPTIONS)
    found = digits.check(given_text)
    if found.value is not None:
        assert digits.check(found.value).value == found.value
