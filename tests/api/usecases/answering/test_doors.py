"""Ways in: links and codes are found by their digest, and only with the address the letter went to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.usecases.answering.doors import entry_of_code, entry_of_token, is_theirs
from docgen.qr.entry_code import derive_code, derive_token, format_code
from tests.api.builders import ORG, OTHER
from tests.api.usecases.slips import piece_id
from tests.api.usecases.world import SECRET

if TYPE_CHECKING:
    from tests.api.usecases.answer_world import AnswerWorld

TOKEN, CODE = derive_token(SECRET, piece_id(3)), derive_code(SECRET, piece_id(3))


@pytest.mark.parametrize("token", [TOKEN, TOKEN.lower()])
def test_a_link_leads_to_its_letter_in_capitals_or_not(answers: AnswerWorld, token: str) -> None:
    entry = entry_of_token(answers.deps, ORG, token)
    assert entry is not None
    assert entry.recipient == "record-3"


@pytest.mark.parametrize("token", ["", TOKEN[:-1], TOKEN[:-1] + "!", "0" * 26])
def test_what_is_no_link_leads_nowhere(answers: AnswerWorld, token: str) -> None:
    assert entry_of_token(answers.deps, ORG, token) is None


def test_a_link_leads_nowhere_in_another_organisation(answers: AnswerWorld) -> None:
    assert entry_of_token(answers.deps, OTHER, TOKEN) is None
    assert entry_of_code(answers.deps, OTHER, CODE, "1234AB", "12-A") is None


@pytest.mark.parametrize(
    ("typed", "postcode", "house"),
    [
        (CODE, "1234AB", "12-A"),
        (format_code(CODE).lower(), "1234 ab", "12a"),
        (f" {CODE[:5]} {CODE[5:]} ", "1234ab", "12 A"),
    ],
)
def test_a_code_and_the_address_lead_in_however_they_are_spelled(
    answers: AnswerWorld, typed: str, postcode: str, house: str
) -> None:
    entry = entry_of_code(answers.deps, ORG, typed, postcode, house)
    assert entry is not None
    assert entry.recipient == "record-3"
    assert is_theirs(entry, postcode, house)


@pytest.mark.parametrize(
    ("typed", "postcode", "house"),
    [
        (CODE, "1234AC", "12-A"),
        (CODE, "1234AB", "12"),
        (CODE, "", ""),
        (CODE[::-1], "1234AB", "12-A"),
        ("", "1234AB", "12-A"),
    ],
)
def test_one_wrong_of_the_three_leads_nowhere(answers: AnswerWorld, typed: str, postcode: str, house: str) -> None:
    assert entry_of_code(answers.deps, ORG, typed, postcode, house) is None


def test_nobody_gets_in_by_an_address_that_is_not_known(answers: AnswerWorld) -> None:
    assert not is_theirs(answers.entry(0)._replace(postcode="", house=""), "", "")
