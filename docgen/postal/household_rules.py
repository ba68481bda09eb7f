"""Rules of householding as data: household.toml is a seed, an organisation or a template brings its own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from docgen.findings import Refusal
from docgen.postal.household import Together
from docgen.postal.toml_file import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.postal.profiles import EnvelopeProfile

CONDITIONS = ("template", "brand", "envelope", "country", "language")
"""What a rule may ask of a letter, the most telling first."""
_KEYS = frozenset({*CONDITIONS, "together", "max_sheets"})


@dataclass(frozen=True, slots=True)
class HouseholdRule:
    """With whom a letter shares its envelope ``when`` all conditions hold.

    ``max_sheets`` is the most in a shared envelope, 0: what it holds.
    """

    together: Together = Together.NEVER
    max_sheets: int = 0
    when: Mapping[str, str] = field(default_factory=dict)

    def sheets_in(self, envelope: EnvelopeProfile) -> int:
        """Most sheets of a shared envelope; its own bound is never passed."""
        return min(self.max_sheets or envelope.max_sheets, envelope.max_sheets)


ALONE = HouseholdRule()
"""What holds when no rule does: each letter in its own envelope."""


@dataclass(frozen=True, slots=True)
class HouseholdRules:
    """Rules, the most specific first."""

    rules: tuple[HouseholdRule, ...] = ()

    def rule_for(self, facts: Mapping[str, str]) -> HouseholdRule:
        """The most specific rule whose conditions all hold; ``facts`` has the keys of `CONDITIONS`."""
        return next((rule for rule in self.rules if all(facts.get(k) == v for k, v in rule.when.items())), ALONE)


@cache
def builtin_rules() -> HouseholdRules:
    """The seed that comes with the package: nobody shares an envelope until somebody says so."""
    return read_rules(resources.files("docgen.postal").joinpath("household.toml").read_text("utf-8"))


def read_rules(text: str) -> HouseholdRules:
    """Read rules in the form of household.toml.

    Raises:
        Refusal: ``household-rules-invalid``, with what is wrong.
    """
    with refused("household-rules-invalid"):
        rules = [_rule(entry) for entry in tomllib.loads(text).get("rule", [])]
    conditions = [tuple(sorted(rule.when.items())) for rule in rules]
    twice = next((when for when in conditions if conditions.count(when) > 1), None)
    if twice is not None:
        said = ", ".join(f"{key} {value}" for key, value in twice) or "every letter"
        raise Refusal("household-rules-invalid", f"There are two rules for {said}. Leave one.")
    return HouseholdRules(tuple(sorted(rules, key=_specificity)))


def _rule(entry: Mapping[str, Any]) -> HouseholdRule:
    unknown = entry.keys() - _KEYS
    if unknown:
        raise ValueError(f"'{min(unknown)}' is no key of a rule")
    if "together" not in entry:
        raise ValueError("a rule has no 'together'")
    max_sheets = entry.get("max_sheets", 0)
    if type(max_sheets) is not int or max_sheets < 0:
        raise ValueError("max_sheets is a whole number from 0")
    when = {key: entry[key] for key in CONDITIONS if key in entry}
    if not all(isinstance(value, str) and value for value in when.values()):
        raise ValueError("a condition is a text")
    return HouseholdRule(Together(entry["together"]), max_sheets, when)


def _specificity(rule: HouseholdRule) -> tuple[int, tuple[bool, ...]]:
    return (-len(rule.when), tuple([condition not in rule.when for condition in CONDITIONS]))
