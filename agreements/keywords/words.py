"""The words of `words.toml`, by what they say."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def keywords() -> Mapping[str, frozenset[str]]:
    """Words in lower case by the heading they stand under, all languages together."""
    source = resources.files("agreements.keywords").joinpath("words.toml").read_text(encoding="utf-8")
    tables: dict[str, dict[str, list[str]]] = tomllib.loads(source)
    return {
        heading: frozenset(word for words in by_language.values() for word in words)
        for heading, by_language in tables.items()
    }
