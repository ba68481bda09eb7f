"""One entry for every field, and a message for every code."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.reply_form import Choice, Known, ReplyField, ReplyKind
from scanning.validators.answer import SIGNED, AnswerContext, check_answer, reading_context
from scanning.validators.messages import MESSAGES, message
from scanning.validators.verdict import Checked, Verdict

TODAY = date(2026, 12, 1)
LABEL = {"nl": "Vraag", "en": "Question"}
ROOT = Path(__file__).parents[3]
CHOICES = (Choice("yes", {"nl": "Ja", "en": "Yes"}), Choice("no", {"nl": "Nee", "en": "No"}))
LENGTHS = {ReplyKind.METER_READING: 5, ReplyKind.DIGITS: 6}


def field(kind: ReplyKind, *, required: bool = True) -> ReplyField:
    length = LENGTHS.get(kind, 0)
    choices = CHOICES if kind is ReplyKind.CHOICE else ()
    return ReplyField("q", kind, LABEL, required=required, length=length, choices=choices)


@pytest.mark.parametrize(
    ("kind", "answer", "value"),
    [
        (ReplyKind.DIGITS, "123 456", "123456"),
        (ReplyKind.METER_READING, "02281", "2281"),
        (ReplyKind.PHONE, "06-12345678", "+31612345678"),
        (ReplyKind.EMAIL, "jan@example.nl", "jan@example.nl"),
        (ReplyKind.DATE, "1-11-2026", "2026-11-01"),
        (ReplyKind.CHOICE, "Ja", "yes"),
        (ReplyKind.TICK, "x", "yes"),
        (ReplyKind.TEXT, " lekt  al weken ", "lekt al weken"),
        (ReplyKind.SIGNATURE, "ink", SIGNED),
    ],
)
def test_every_kind_has_its_check(kind: ReplyKind, answer: str, value: str) -> None:
    found = check_answer(field(kind), answer, AnswerContext(TODAY))
    assert (found.verdict, found.value) == (Verdict.ACCEPT, value)


@pytest.mark.parametrize("kind", [kind for kind in ReplyKind if kind is not ReplyKind.TICK])
def test_a_blank_is_asked_only_where_an_answer_is_needed(kind: ReplyKind) -> None:
    context = AnswerContext(TODAY)
    for blank in ("", " \u200b", ()):
        assert check_answer(field(kind, required=False), blank, context) == Checked(Verdict.ACCEPT, "")
        assert check_answer(field(kind), blank, context).code == "answer-missing"
    assert check_answer(field(kind), "", AnswerContext(TODAY, insists=True)).accepted


def test_a_tick_left_blank_is_no() -> None:
    assert check_answer(field(ReplyKind.TICK), "", AnswerContext(TODAY)).value == "no"


def test_all_marks_of_a_choice_are_looked_at() -> None:
    assert check_answer(field(ReplyKind.CHOICE), ("yes", "no"), AnswerContext(TODAY)).code == "choice-several"


KNOWN = {
    Known.PREVIOUS_READING: "2181",
    Known.PREVIOUS_DATE: "2025-12-01",
    Known.EXPECTED_PER_DAY: "0.274",
    Known.METER_NUMBER: "123",
}


def test_what_the_sender_knows_is_used() -> None:
    asked = field(ReplyKind.METER_READING)
    reading = reading_context(asked, KNOWN, TODAY)
    assert reading.previous is not None
    assert (reading.previous.value, reading.expected_per_day) == (Decimal(2181), Decimal("0.274"))
    assert check_answer(asked, "9281", AnswerContext(TODAY, reading=reading)).code == "very-high"
    assert reading_context(asked, {**KNOWN, Known.PREVIOUS_READING: ""}, TODAY).previous is None


@pytest.mark.parametrize("wrong", ["NaN", "1e9", "-1", "1,5", "x"])
def test_what_the_sender_misspells_is_an_error_of_the_caller(wrong: str) -> None:
    with pytest.raises(ValueError, match="spelled"):
        reading_context(field(ReplyKind.METER_READING), {**KNOWN, Known.PREVIOUS_READING: wrong}, TODAY)


@given(st.sampled_from(ReplyKind), st.text(max_size=30), st.booleans())
def test_no_text_makes_any_kind_fail_and_every_code_has_its_message(
    kind: ReplyKind,
    text: str,
    insists: bool,  # noqa: FBT001 (given by Hypothesis)
) -> None:
    context = AnswerContext(TODAY, insists, reading_context(field(ReplyKind.METER_READING), KNOWN, TODAY))
    found = check_answer(field(kind), text, context)
    for language in ("nl", "en", "fr"):
        told = message(found, language)
        assert (told is None) == (found.code is None)
    assert not (insists and found.verdict is Verdict.ASK_AGAIN)
    if found.accepted and found.code is None and found.value:
        assert check_answer(field(kind), found.value, context).value == found.value


_SAID = re.compile(r"\b(?:ask|review|note|refusal)\(\s*\"([a-z-]+)\"")
_OTHER = {
    "zero-use", "low", "high", "very-high",
    "phone-too-short", "phone-too-long", "phone-invalid",
    "date-not-existing", "date-invalid",
    "complex-more-than-main", "complex-less-than-main", "complex-incomplete",
}  # fmt: skip


def test_every_code_has_one_message_and_one_row_in_the_documentation() -> None:
    sources = (ROOT / "scanning" / "validators").glob("*.py")
    said = {code for source in sources for code in _SAID.findall(source.read_text(encoding="utf-8"))} | _OTHER
    assert said == set(MESSAGES)
    rows = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "docs" / "answers.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(MESSAGES)


@pytest.mark.parametrize("code", MESSAGES)
def test_messages_are_short_and_plain(code: str) -> None:
    for text in MESSAGES[code]:
        sentences = re.split(r"(?<=[.?])\s", text)
        assert all(len(sentence.split()) <= 15 for sentence in sentences)
        assert len(sentences) <= 4
        assert text[-1] in ".?"
    assert set(re.findall(r"{\w+}", MESSAGES[code].nl)) == set(re.findall(r"{\w+}", MESSAGES[code].en))


def test_messages_show_dates_and_numbers_as_people_write_them() -> None:
    facts = {"previous": "2181.5", "previous_date": "2025-12-01"}
    found = Checked(Verdict.ASK_AGAIN, "1", "lower-than-previous", facts=facts)
    assert "Op 1-12-2025 was de stand 2181,5." in (message(found) or "")
    assert "2181.5" in (message(found, "en") or "")
    dots = Checked(Verdict.ASK_AGAIN, None, "email-unclear", ("jan.p@example.nl",))
    assert "jan.p@example.nl" in (message(dots) or "")


@pytest.mark.parametrize("kind", ReplyKind)
def test_absurdly_long_answers_are_refused_at_once(kind: ReplyKind) -> None:
    found = check_answer(field(kind), " a" * 1_000_000, AnswerContext(TODAY))
    assert (found.verdict, found.code) == (Verdict.REFUSE, "text-too-long")
