"""Answers of all roads to one question of one recipient, settled to one: which is in force, or who has to look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Road(StrEnum):
    """By which road an answer came: the link in the QR, the typed code, a slip, staff, or a file."""

    PAGE = "page"
    CODE = "code"
    SLIP = "slip"
    STAFF = "staff"
    IMPORT = "import"


class Standing(StrEnum):
    """What may be done with an answer: use it, look at it first, or nothing, because nobody can read it.

    Of one that is ``contested`` another slip of the same letter says otherwise, and a person is asked.
    """

    READY = "ready"
    REVIEW = "review"
    UNREADABLE = "unreadable"
    CONTESTED = "contested"


class RecordState(StrEnum):
    """Whether an answer may be used.

    Of one in dispute something else says otherwise, one for review was strange, and one withdrawn was taken back.
    """

    SETTLED = "settled"
    DISPUTED = "disputed"
    REVIEW = "review"
    UNREADABLE = "unreadable"
    WITHDRAWN = "withdrawn"


FOR_A_PERSON: Final = (RecordState.DISPUTED, RecordState.REVIEW)
"""Records that wait until somebody looks at them, in the order in which they are looked at."""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer. ``number`` names it and grows with the time it came; an empty ``value`` takes back what was said."""

    number: int
    road: Road
    value: str
    standing: Standing = Standing.READY


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of answers: nothing, or a state with the ``number`` of the one in force.

    ``rivals`` are later ones that say otherwise. ``confirmed`` counts later ones that said the same by another road.
    """

    state: RecordState | None = None
    number: int | None = None
    rivals: tuple[int, ...] = ()
    confirmed: int = 0


# people who answer now know what they said before; what comes on paper or in a file may be older than it looks
_LIVE = frozenset({Road.PAGE, Road.CODE, Road.STAFF})


def settle(answers: Iterable[Given]) -> Settlement:
    """Settle answers in the order in which they came.

    A person on the page or on the phone corrects whatever was there. A later slip or file takes the place of one that
    came by the same road, confirms what is equal, and is a dispute where another road said otherwise: both are kept.
    """
    so_far, in_force = Settlement(), None
    for given in answers:
        so_far, in_force = _after(so_far, in_force, given)
    return so_far


def _after(so_far: Settlement, in_force: Given | None, given: Given) -> tuple[Settlement, Given | None]:
    if in_force is None or in_force.value == "" or given.road in _LIVE or _same_road(in_force, given):
        return _put(so_far, in_force, given)
    if given.standing is Standing.READY and given.value == in_force.value:
        return replace(so_far, confirmed=so_far.confirmed + 1), in_force
    if given.standing is Standing.UNREADABLE or (given.standing is Standing.READY and not given.value):
        # nothing to set against what was said
        return so_far, in_force
    return replace(so_far, state=RecordState.DISPUTED, rivals=(*so_far.rivals, given.number)), in_force


def _same_road(one: Given, other: Given) -> bool:
    return one.road is other.road


def _put(so_far: Settlement, before: Given | None, given: Given) -> tuple[Settlement, Given | None]:
    if given.standing is Standing.READY and not given.value:
        return (so_far, None) if before is None else (Settlement(RecordState.WITHDRAWN, given.number), given)
    same = before is not None and before.value == given.value and before.road is not given.road
    confirmed = so_far.confirmed + 1 if same else 0
    state = {
        Standing.READY: RecordState.SETTLED,
        Standing.REVIEW: RecordState.REVIEW,
        Standing.UNREADABLE: RecordState.UNREADABLE,
        Standing.CONTESTED: RecordState.DISPUTED,
    }[given.standing]
    return Settlement(state, given.number, (), confirmed), given
