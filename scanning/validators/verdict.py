"""What a check of an answer says, and how a person who insists is taken at their word."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Fact: TypeAlias = str | int | bool


class Verdict(StrEnum):
    """What to do with an answer."""

    ACCEPT = "accept"
    ASK_AGAIN = "ask_again"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about an answer. ``ACCEPT`` is a note, ``REFUSE`` is only for what cannot be an answer at all."""

    verdict: Verdict
    code: str
    candidates: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer and what was found.

    ``value`` is the answer in its one normal spelling, empty for a blank, None when no single value can be made of it;
    the caller keeps what was typed. ``code`` is the most important finding and the key of its message; ``also`` has the
    codes of the others. ``candidates`` are for a person to choose from, and are never applied. ``insisted`` tells that
    a person was asked again and kept to the answer.
    """

    verdict: Verdict
    value: str | None
    code: str | None = None
    candidates: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)
    also: tuple[str, ...] = ()
    insisted: bool = False

    @property
    def accepted(self) -> bool:
        """True when the value may be stored as it is."""
        return self.verdict is Verdict.ACCEPT


def note(code: str, **facts: Fact) -> Problem:
    """Worth keeping with the value, no reason to ask."""
    return Problem(Verdict.ACCEPT, code, (), facts)


def ask(code: str, *candidates: str, **facts: Fact) -> Problem:
    """Ask the person; a person who insists is believed."""
    return Problem(Verdict.ASK_AGAIN, code, candidates, facts)


def review(code: str, *candidates: str, **facts: Fact) -> Problem:
    """Somebody else must look, whoever insists."""
    return Problem(Verdict.REVIEW, code, candidates, facts)


def refusal(code: str, *candidates: str, **facts: Fact) -> Checked:
    """What cannot be an answer of this kind."""
    return Checked(Verdict.REFUSE, None, code, candidates, facts)


def conclude(
    value: str | None, problems: Iterable[Problem], facts: Mapping[str, Fact] | None = None, *, insists: bool = False
) -> Checked:
    """One verdict on ``value``.

    Asking comes first, since the person may then put everything right. For a person who insists what was asked becomes
    a flag on the accepted value; where there is no value to accept, or something is to be reviewed, it goes to review.
    """
    found = tuple(problems)
    asked = [one for one in found if one.verdict is Verdict.ASK_AGAIN]
    reviewed = [one for one in found if one.verdict is Verdict.REVIEW]
    ordered = (*reviewed, *asked) if insists else (*asked, *reviewed)
    ordered = (*ordered, *(one for one in found if one.verdict is Verdict.ACCEPT))
    if not ordered:
        return Checked(Verdict.ACCEPT, value, facts=facts or {})
    first = ordered[0]
    verdict = first.verdict
    if insists and verdict is Verdict.ASK_AGAIN:
        verdict = Verdict.REVIEW if value is None else Verdict.ACCEPT
    every = {**(facts or {}), **first.facts}
    also = tuple(dict.fromkeys(one.code for one in ordered if one.code != first.code))
    return Checked(verdict, value, first.code, first.candidates, every, also, insisted=insists and bool(asked))
