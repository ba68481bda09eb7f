"""Numbers, money and dates as each language writes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.letters import Cents
from docgen.templates.conventions import CONVENTIONS, amount
from docgen.templates.filters import FILTER_RULES, filters_for

NB = "\u00a0"
DAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("language", "money", "negative", "plain"),
    [
        ("nl", f"€{NB}1.234.567,89", f"€{NB}-12,50", "-0,05"),
        ("en", "€1,234,567.89", "-€12.50", "-0.05"),
        ("de", f"1.234.567,89{NB}€", f"-12,50{NB}€", "-0,05"),
        ("fr", f"1{NB}234{NB}567,89{NB}€", f"-12,50{NB}€", "-0,05"),
    ],
)
def test_money(language: str, money: str, negative: str, plain: str) -> None:
    filters = filters_for(language)
    assert filters["money"](Cents(123456789)) == money
    assert filters["money"](Cents(-1250)) == negative
    assert filters["amount"](Cents(-5)) == plain


@pytest.mark.parametrize(
    ("language", "long", "short", "first"),
    [
        ("nl", "22 november 2026", "22-11-2026", "1 maart 2026"),
        ("en", "22 November 2026", "22/11/2026", "1 March 2026"),
        ("de", "22. November 2026", "22.11.2026", "1. März 2026"),
        ("fr", "22 novembre 2026", "22/11/2026", "1er mars 2026"),
    ],
)
def test_dates(language: str, long: str, short: str, first: str) -> None:
    filters = filters_for(language)
    assert filters["date"](DAY) == long
    assert filters["date_short"](DAY) == short
    assert filters["date"](dt.date(2026, 3, 1)) == first


def test_numbers_keep_their_decimals_and_rates_drop_zeros() -> None:
    filters = filters_for("nl")
    assert filters["number"](1234567) == "1.234.567"
    assert filters["number"](Decimal("1234.50")) == "1.234,50"
    assert filters["percent"](Decimal("21.00")) == "21%"
    assert filters["percent"](Decimal("5.50")) == "5,5%"
    assert filters["percent"](100) == "100%"
    assert filters_for("de")["percent"](9) == f"9{NB}%"


def test_account_and_reference_are_grouped() -> None:
    filters = filters_for("nl")
    assert filters["iban"]("NL91ABNA0417164300") == NB.join(["NL91", "ABNA", "0417", "1643", "00"])
    assert filters["reference"]("5000056789012345") == NB.join(["5000", "0567", "8901", "2345"])
    assert filters["reference"]("+++010/8068/17183+++") == "+++010/8068/17183+++"


def test_texts() -> None:
    filters = filters_for("nl")
    assert filters["upper"]("café") == "CAFÉ"
    assert filters["lower"]("CAFÉ") == "café"
    assert filters["capitalise"]("van Dam") == "Van Dam"
    assert filters["nbsp"]("088 000") == f"088{NB}000"
    assert filters["nbsp"](3) == "3"
    assert [filters["yesno"](paid, "ja", "nee") for paid in (False, True)] == ["nee", "ja"]
    assert filters["default"](None, "-") == "-"
    assert filters["default"]("", "-") == "-"
    assert filters["default"]("x", "-") == "x"


@pytest.mark.parametrize("name", sorted(set(FILTER_RULES) - {"default"}))
def test_an_empty_value_prints_as_nothing(name: str) -> None:
    arguments = ("a",) * FILTER_RULES[name].max_arguments
    assert filters_for("nl")[name](None, *arguments) == ""


def test_every_rule_has_a_filter() -> None:
    assert set(filters_for("en")) == set(FILTER_RULES)


@given(st.integers(-(10**11), 10**11), st.sampled_from(sorted(CONVENTIONS)))
def test_an_amount_can_be_read_back(cents: int, language: str) -> None:
    c = CONVENTIONS[language]
    text = amount(cents, c).replace(c.group, "").replace(c.decimal, "")
    assert int(text) == cents
