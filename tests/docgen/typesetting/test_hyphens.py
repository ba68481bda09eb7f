from __future__ import annotations

import pytest

from docgen.typesetting.hyphens import divisions


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("servicekosten", "nl", {"ser-vicekosten", "service-kosten", "servicekos-ten"}),
        ("huurachterstand", "nl", {"huur-achterstand", "huurach-terstand", "huurachter-stand"}),
        ("information", "en", {"inform-ation", "informa-tion"}),
        ("Wohnungsgesellschaft", "de", {"Woh-nungsgesellschaft", "Wohnungs-gesellschaft", "Wohnungsge-sellschaft"}),
        ("renseignement", "fr", {"ren-seignement", "renseigne-ment"}),
    ],
)
def test_words_are_divided_as_their_language_does(word: str, language: str, expected: set[str]) -> None:
    found = {left + right for left, right in divisions(word, language)}
    assert expected <= found
    assert all((left.removesuffix("-") + right) == word for left, right in divisions(word, language))


def test_the_longest_first_part_comes_first() -> None:
    lengths = [len(left) for left, _ in divisions("verhuurdersvereniging", "nl")]
    assert lengths == sorted(lengths, reverse=True)
    assert len(lengths) > 2


def test_at_least_three_letters_stay_on_either_side() -> None:
    for word in ("afrekening", "openstaande", "uitgebreide", "onmiddellijke"):
        for left, right in divisions(word, "nl"):
            assert len(left) >= 4
            assert len(right) >= 3


@pytest.mark.parametrize(
    "word",
    ["huur", "INGB0001234567", "McDonalds", "2026", "NL91ABNA0417164300", "€\u00a01.234,50", "", "...", "\u00a0", "-"],
)
def test_short_words_and_names_of_things_stay_whole(word: str) -> None:
    assert divisions(word, "nl") == ()


@pytest.mark.parametrize(
    "word", ["€\u00a0-12,50", "-5", "01-02-2026", "010-1234567", "12-2", "2025/2026", "-a", "https://"]
)
def test_a_minus_and_numbers_are_no_place_to_divide(word: str) -> None:
    assert divisions(word, "nl") == ()


def test_own_hyphens_and_slashes_are_places_to_divide_without_another_hyphen() -> None:
    assert ("huur-", "en") in divisions("huur-en", "nl")
    assert ("en/", "of") in divisions("en/of", "nl")
    assert ("post@", "zandeland.example.nl") in divisions("post@zandeland.example.nl", "nl")


def test_punctuation_around_a_word_goes_with_its_end() -> None:
    assert ("(service-", "kosten),") in divisions("(servicekosten),", "nl")


def test_a_language_without_patterns_is_not_divided() -> None:
    assert divisions("information", "xx") == ()
