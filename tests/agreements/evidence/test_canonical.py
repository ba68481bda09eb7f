from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from agreements import verify
from agreements.evidence.canonical import NotCanonicalError, canonical, digest, raw_digest

if TYPE_CHECKING:
    from agreements.evidence.canonical import Json

_VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=5),
    max_leaves=20,
)


@given(_VALUES)
def test_three_implementations_agree_on_every_byte(value: Json) -> None:
    assert canonical(value) == rfc8785.dumps(value) == verify.canon(value).encode()  # type: ignore[arg-type] # its own alias


@given(_VALUES)
def test_what_was_canonical_reads_back_and_is_canonical_again(value: Json) -> None:
    read = json.loads(canonical(value))
    assert read == value
    assert canonical(read) == canonical(value)


def test_keys_sort_by_utf_16_units_as_in_the_example_of_the_standard() -> None:  # RFC 8785 section 3.2.3
    given = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical(dict(given)))) == ordered
    assert list(json.loads(verify.canon(given))) == ordered


def test_texts_are_escaped_as_in_the_example_of_the_standard() -> None:  # RFC 8785 section 3.2.2
    given: Json = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/", "literals": [None, True, False]}
    expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical(given).decode() == expected == verify.canon(given)


@pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, -(2**53), b"x", {1: "x"}, {"a": [{"b": 0.5}]}, "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical(value)  # type: ignore[arg-type] # that is the point


def test_a_wide_key_does_not_hide_what_is_refused() -> None:
    with pytest.raises(NotCanonicalError):
        canonical({"\U0001f600": 1, "b": 0.5})  # type: ignore[dict-item] # that is the point


@pytest.mark.parametrize(
    "text", ["", "sha256:", "sha256:" + "0" * 63, "md5:" + "0" * 64, "sha256:" + "G" * 64, "0" * 64]
)
def test_a_written_digest_has_one_form(text: str) -> None:
    with pytest.raises(NotCanonicalError):
        raw_digest(text)


def test_a_digest_reads_back() -> None:
    assert raw_digest(digest({})).hex() == digest({})[7:]
