"""Rules of householding: the most specific one holds, and what is wrong in a file is told."""

from __future__ import annotations

import pytest

from docgen.findings import Refusal
from docgen.postal.household import Together
from docgen.postal.household_rules import ALONE, builtin_rules, read_rules
from docgen.postal.profiles import builtin

RULES = read_rules("""
[[rule]]
together = "recipient"
[[rule]]
together = "household"
country = "NL"
brand = "b"
max_sheets = 5
[[rule]]
together = "never"
template = "summons"
[[rule]]
together = "recipient"
template = "summons"
language = "en"
max_sheets = 2
[[rule]]
together = "never"
country = "NL"
""")


@pytest.mark.parametrize(
    ("facts", "together", "max_sheets"),
    [
        ({"template": "rent", "brand": "a", "country": "BE"}, Together.RECIPIENT, 0),
        ({"template": "rent", "brand": "a", "country": "NL"}, Together.NEVER, 0),
        ({"template": "rent", "brand": "b", "country": "NL"}, Together.HOUSEHOLD, 5),
        # as many conditions: the template tells more than the brand, and than the country
        ({"template": "summons", "brand": "b", "country": "NL", "language": "en"}, Together.RECIPIENT, 2),
        ({"template": "summons", "brand": "a", "country": "BE", "language": "nl"}, Together.NEVER, 0),
        ({}, Together.RECIPIENT, 0),
    ],
)
def test_the_most_specific_rule_holds(facts: dict[str, str], together: Together, max_sheets: int) -> None:
    rule = RULES.rule_for(facts)
    assert (rule.together, rule.max_sheets) == (together, max_sheets)


def test_nobody_shares_until_somebody_says_so() -> None:
    assert builtin_rules().rule_for({"template": "rent"}).together is Together.NEVER
    assert read_rules("").rule_for({"template": "rent"}) is ALONE


def test_the_envelope_is_the_ceiling() -> None:
    envelope = builtin().envelopes["nl-dl-right"]
    sheets = [read_rules(f'[[rule]]\ntogether = "recipient"\nmax_sheets = {n}').rule_for({}) for n in (0, 3, 99)]
    assert [rule.sheets_in(envelope) for rule in sheets] == [8, 3, 8]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[rule", "wrong"),
        ("rule = 3", "wrong"),
        ("rule = " + "[" * 30_000, "too deep"),
        ('[[rule]]\ncountry = "NL"', "'together'"),
        ('[[rule]]\ntogether = "sometimes"', "sometimes"),
        ('[[rule]]\ntogether = "never"\nplanet = "Mars"', "planet"),
        ('[[rule]]\ntogether = "never"\nmax_sheets = -1', "max_sheets"),
        ('[[rule]]\ntogether = "never"\nmax_sheets = true', "max_sheets"),
        ('[[rule]]\ntogether = "never"\ncountry = 3', "condition"),
        ('[[rule]]\ntogether = "never"\n[[rule]]\ntogether = "never"', "every letter"),
        ('[[rule]]\ntogether = "never"\nbrand = "b"\n[[rule]]\ntogether = "never"\nbrand = "b"', "brand b"),
    ],
)
def test_broken_rules_are_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Refusal, match="household-rules-invalid") as refusal:
        read_rules(text)
    assert why in refusal.value.detail
