"""One of the declared answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanning.validators.spelling import plain
from scanning.validators.verdict import Checked, ask, conclude, refusal, review

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def check(marked: Sequence[str], options: Mapping[str, Sequence[str]], *, insists: bool = False) -> Checked:
    """What to do with the marked answers; ``options`` has for each value the words that also mean it.

    No mark is a blank, accepted as ``""``; whether it may be blank is the field's to say. More than one goes to review,
    with the marked values as candidates.
    """
    given = tuple(dict.fromkeys(one for text in marked if (one := _folded(text))))
    meant = tuple(dict.fromkeys(value for text in given for value in _values(text, options)))
    if not given:
        return conclude("", [])
    if len(meant) == len(given) == 1:
        return conclude(meant[0], [], insists=insists)
    if not meant:
        return refusal("choice-unknown", *options)
    if len(given) == 1:
        return conclude(None, [ask("choice-unclear", *meant)], insists=insists)
    return conclude(None, [review("choice-several", *meant)], insists=insists)


def _folded(text: str) -> str:
    return plain(plain(text).casefold())


def _values(text: str, options: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The value itself goes before words, so that a value of one answer may be a word of another."""
    exact = tuple(value for value in options if _folded(value) == text)
    return exact or tuple(value for value, words in options.items() if any(_folded(word) == text for word in words))
