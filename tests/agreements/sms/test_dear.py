"""Dear signs are named, and replaced only where nobody's name is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.sms import DearSign, Encoding, dear_signs, instead_of, segments, transliterate

_WORD = st.text(min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "cheap"),
    [
        ("geïnd in België", "geind in Belgie"),
        ("12 m³ en 40 m²", "12 m3 en 40 m2"),
        ("één ís én", "één is én"),
        ("\u2018Ja\u2019 \u2013 “zeker” …", "'Ja' - \"zeker\" ..."),
        ("vijf\u00a0euro\u202fen\u2009tien", "vijf euro en tien"),
        ("façade, maître, crème brûlée", "facade, maitre, crème brulée"),
        ("cre\u0301me", "créme"),
        ("ĳs", "ijs"),
        ("½ liter", "1/2 liter"),
        ("19 °C • koud", "19 C - koud"),
        ("€ 5 [nu]", "€ 5 [nu]"),
        ("onzicht\u200bbaar\u00ad", "onzichtbaar"),
        ("a → b", "a -> b"),
        ("ﬁets", "fiets"),
        ("tab\tstop", "tab stop"),
    ],
)
def test_the_dutch_traps_have_a_cheap_spelling(text: str, cheap: str) -> None:
    assert transliterate(text) == cheap


def test_dear_signs_are_named_once_in_order() -> None:
    assert dear_signs("België geïnd, coördinatie 🙂 ë") == (
        DearSign("ë", 2, "e"),
        DearSign("ï", 1, "i"),
        DearSign("🙂", 1, None),
    )
    assert segments("één crème à la").dear == ()


def test_names_are_never_changed() -> None:
    text = "Beste Zoë Brontë, het bedrag is geïnd."

    assert transliterate(text, keep=["Zoë Brontë"]) == text
    assert transliterate("Beste André, het is geïnd.", keep=["André"]) == "Beste André, het is geind."
    assert transliterate("Zoë is geïnd", keep=["Piet", ""]) == "Zoe is geind"


def test_nothing_changes_when_nothing_is_gained() -> None:
    assert transliterate("geïnd 🙂") == "geïnd 🙂"
    assert transliterate("Здравствуйте, geïnd") == "Здравствуйте, geïnd"


def test_a_sign_of_the_alphabet_stays_itself() -> None:
    assert [instead_of(sign) for sign in "é€a"] == ["é", "€", "a"]


@given(st.text())
def test_the_outcome_is_cheap_or_unchanged_and_stays_so(text: str) -> None:
    changed = transliterate(text)

    assert changed == text or segments(changed).encoding is Encoding.GSM_7
    assert transliterate(changed) == changed


@given(st.text(), st.lists(_WORD, min_size=1, max_size=3), st.text())
def test_every_kept_part_is_still_there(before: str, keep: list[str], after: str) -> None:
    text = before + " ".join(keep) + after

    assert all(part in transliterate(text, keep) for part in keep)


@given(st.text())
def test_a_suggestion_always_fits(text: str) -> None:
    assert all(segments(one.instead).encoding is Encoding.GSM_7 for one in dear_signs(text) if one.instead is not None)
