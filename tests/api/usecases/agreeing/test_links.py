from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.usecases.agreeing.links import (
    SHOWN_FOR,
    Offer,
    may_be_token,
    open_offer,
    seal_offer,
    sms_code,
    token_digest,
)
from api.usecases.messaging.tokens import token_of

SECRET = b"0123456789abcdef"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OFFER = Offer("agr_1", "sha256:a", "nl", "sha256:b", ("Ja", "Nee"), NOW)


def test_a_token_is_the_same_in_small_letters() -> None:
    token = token_of(SECRET, "agr_1")
    assert may_be_token(token)
    assert may_be_token(token.lower())
    assert token_digest(token) == token_digest(token.lower())
    assert token != token_of(SECRET, "agr_2")


def test_what_was_offered_comes_back_as_it_was() -> None:
    assert open_offer(SECRET, seal_offer(SECRET, OFFER), NOW + timedelta(hours=1)) == OFFER


@given(st.integers(0, 400), st.integers(1, 255))
def test_a_changed_offer_is_none(place: int, change: int) -> None:
    sealed = bytearray(seal_offer(SECRET, OFFER).encode())
    at = place % len(sealed)
    other = bytes(sealed[:at]) + bytes([sealed[at] ^ change]) + bytes(sealed[at + 1 :])
    found = open_offer(SECRET, other.decode("latin-1"), NOW)
    # the last signs of base64 have bits that say nothing
    assert found in {None, OFFER}


def test_an_offer_of_yesterday_or_of_another_secret_is_none() -> None:
    sealed = seal_offer(SECRET, OFFER)
    assert open_offer(SECRET, sealed, NOW + SHOWN_FOR + timedelta(seconds=1)) is None
    assert open_offer(SECRET, seal_offer(SECRET, replace(OFFER, at=NOW + timedelta(hours=1))), NOW) is None
    assert open_offer(b"another secret 16", sealed, NOW) is None


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 5000, "ey"])
def test_nonsense_is_no_offer(text: str) -> None:
    assert open_offer(SECRET, text, NOW) is None


def test_codes_to_one_number_differ() -> None:
    taken: set[str] = set()
    for number in range(200):
        code = sms_code(SECRET, f"agr_{number}", taken)
        assert len(code) == 4
        assert code not in taken
        taken.add(code)


def test_no_code_is_left_when_all_are_taken() -> None:
    assert sms_code(SECRET, "agr_1", {str(number) for number in range(1000, 10000)}) == ""
