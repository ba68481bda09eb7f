"""Phone numbers in every spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.validators.phone import check
from scanning.validators.verdict import Verdict


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0612345678", "+31612345678"),
        ("06-12345678", "+31612345678"),
        ("06 12 34 56 78", "+31612345678"),
        ("06.12.34.56.78", "+31612345678"),
        ("6 12345678", "+31612345678"),
        ("0031 6 12345678", "+31612345678"),
        ("+31612345678", "+31612345678"),
        ("+31 (0)6 1234 5678", "+31612345678"),
        ("31612345678", "+31612345678"),
        ("06\u201312345678", "+31612345678"),
        ("tel: 06 12345678", "+31612345678"),
        ("Tel.nr. 06 12345678", "+31612345678"),
        ("+31 06 12345678", "+31612345678"),
        ("\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "+31612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+31612345678"),
        ("(020) 123 45 67", "+31201234567"),
        ("020-1234567", "+31201234567"),
        ("0881234567", "+31881234567"),
        ("085 1234567", "+31851234567"),
        ("+32 470 12 34 56", "+32470123456"),
        ("0049 151 23456789", "+4915123456789"),
    ],
)
def test_every_clear_spelling_is_stored_the_same(typed: str, value: str) -> None:
    found = check(typed)
    assert (found.verdict, found.value, found.code) == (Verdict.ACCEPT, value, None)


@pytest.mark.parametrize(
    ("typed", "mobile", "country"),
    [
        ("0612345678", True, "NL"),
        ("0201234567", False, "NL"),
        ("+32470123456", True, "BE"),
        ("097012345678", False, "NL"),
    ],
)
def test_it_is_told_whether_a_number_takes_messages(typed: str, mobile: bool, country: str) -> None:  # noqa: FBT001 (a table's column)
    found = check(typed)
    assert (found.facts["mobile"], found.facts["country"]) == (mobile, country)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("097012345678", "phone-machine"),
        ("0970-1234 5678", "phone-machine"),
        ("0900-1234", "phone-premium"),
        ("0906 1234567", "phone-premium"),
        ("0800 1234", "phone-not-of-a-person"),
        ("14020", "phone-not-of-a-person"),
        ("066 1234567", "phone-not-of-a-person"),
        ("0611111111", "phone-unlikely"),
    ],
)
def test_numbers_that_are_hardly_a_persons_are_asked_and_kept_when_insisted(typed: str, code: str) -> None:
    asked, kept = check(typed), check(typed, insists=True)
    assert (asked.verdict, asked.code) == (Verdict.ASK_AGAIN, code)
    assert (kept.verdict, kept.value, kept.code) == (Verdict.ACCEPT, asked.value, code)


@pytest.mark.parametrize(
    ("typed", "code", "given_digits"),
    [
        ("061234567", "phone-too-short", 9),
        ("+31 6 1234567", "phone-too-short", 9),
        ("112", "phone-too-short", 3),
        ("06123456789", "phone-too-long", 11),
        ("0471234567", "phone-invalid", None),
        ("1234567890", "phone-invalid", None),
        ("+49", "phone-invalid", None),
        ("+49 " + "1" * 16, "phone-too-long", 18),
        ("12345678", "phone-too-short", 8),
        ("0600000000", "phone-invalid", None),
    ],
)
def test_numbers_that_do_not_exist_are_asked_and_reviewed_when_insisted(
    typed: str, code: str, given_digits: int | None
) -> None:
    asked = check(typed)
    assert (asked.verdict, asked.code, asked.value) == (Verdict.ASK_AGAIN, code, None)
    assert given_digits is None or asked.facts["given"] == given_digits
    assert check(typed, insists=True).verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("0612345678 (thuis)", ("+31612345678",)),
        ("0612345678 / 0687654321", ("+31612345678", "+31687654321")),
        ("06=12345678", ("+31612345678",)),
        ("32470123456", ("+32470123456",)),
    ],
)
def test_a_number_inside_other_text_is_offered_and_not_taken(typed: str, candidates: tuple[str, ...]) -> None:
    found = check(typed)
    assert (found.verdict, found.value, found.candidates) == (Verdict.ASK_AGAIN, None, candidates)


@pytest.mark.parametrize("typed", ["bel maar", "+", "-", "06-BEL-MIJ", "x" * 500])
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert check(typed).code == "phone-not-a-number"


def test_a_landline_is_asked_where_a_mobile_number_is_needed() -> None:
    assert check("0201234567", mobile_needed=True).code == "phone-not-mobile"
    assert check("0612345678", mobile_needed=True).accepted


@given(st.text(max_size=40) | st.text(alphabet="0123456789+-() /.", max_size=20))
def test_no_text_makes_it_fail_and_values_stay_as_they_are(text: str) -> None:
    found = check(text)
    if found.value is not None:
        again = check(found.value)
        assert (again.value, again.verdict) == (found.value, found.verdict)


@given(st.text(alphabet="0123456789", min_size=10, max_size=10))
def test_ten_boxes_give_a_number_a_question_or_a_refusal_but_never_other_digits(boxes: str) -> None:
    found = check(boxes)
    if found.value is not None:
        assert found.value in {f"+31{boxes[1:]}", f"+{boxes}", f"+31{boxes}", f"+{boxes[2:]}"}
