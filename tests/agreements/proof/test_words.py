"""Both languages say the same things."""

from __future__ import annotations

import re
from typing import Any

from agreements.evidence.kinds import EventKind, Method
from agreements.proof.values import Standing
from agreements.proof.words import LANGUAGES, speech
from agreements.questions.model import AskRoad, Verb


def _flat(words: dict[str, Any], before: str = "") -> dict[str, list[str]]:
    """Values in braces by name."""
    found: dict[str, list[str]] = {}
    for name, value in words.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[before + name] = sorted(set(re.findall(r"{(\w+)}", str(value))))
    return found


def test_both_languages_have_the_same_words_and_values() -> None:
    first, second = (_flat(dict(speech(language).words)) for language in LANGUAGES)
    assert first == second


def test_everything_that_can_happen_has_words() -> None:
    for language in LANGUAGES:
        words = speech(language).words
        assert {str(kind) for kind in EventKind} - {"answered"} <= set(words["timeline"])
        assert {str(verb) for verb in Verb} <= set(words["said"])
        assert {str(verb) for verb in Verb} <= set(words["verb"])
        assert {str(method) for method in Method} <= set(words["method"])
        assert {str(road) for road in AskRoad} <= set(words["road"])
        assert {f"now-{standing}" for standing in Standing} <= set(words["page1"])
