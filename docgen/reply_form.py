"""What is asked of a recipient, said once: printed as a slip, served as a page, asked by message, typed by staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_A4_HEIGHT_MM = 297.0


class SlipSize(StrEnum):
    """Sizes of the paper that a form is printed on: the bottom third of a letter's last page, or a page of its own."""

    THIRD = "third"
    PAGE = "page"

    @property
    def height_mm(self) -> float:
        """Height of the slip."""
        return _A4_HEIGHT_MM if self is SlipSize.PAGE else _A4_HEIGHT_MM / 3


class ReplyKind(StrEnum):
    """Kinds of fields of a reply form."""

    DIGITS = "digits"
    METER_READING = "meter_reading"
    PHONE = "phone"
    EMAIL = "email"
    DATE = "date"
    CHOICE = "choice"
    TICK = "tick"
    TEXT = "text"
    SIGNATURE = "signature"


class Known(StrEnum):
    """What the sender may know beforehand of an answer; each names a declared field of the template."""

    PREVIOUS_READING = "previous_reading"
    PREVIOUS_DATE = "previous_date"
    EXPECTED_PER_DAY = "expected_per_day"
    METER_NUMBER = "meter_number"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers of a choice: the value that is stored, and its words per language."""

    value: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReplyField:
    """One question.

    ``length`` is how many boxes it has: dials of a meter, decimals included, digits of a number, characters of text;
    0 is a line to write on. ``known`` says which fields of the template hold what is known beforehand. ``purpose`` is
    what the recipient is told the answer is for, ``hint`` a few words on how to answer. ``purpose_of`` names the fields
    whose answers a tick lets be used for what it says.
    """

    name: str
    kind: ReplyKind
    label: Mapping[str, str]
    required: bool = True
    length: int = 0
    decimals: int = 0
    choices: tuple[Choice, ...] = ()
    known: Mapping[Known, str] = field(default_factory=dict)
    purpose: Mapping[str, str] = field(default_factory=dict)
    hint: Mapping[str, str] = field(default_factory=dict)
    purpose_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """All that is asked at once, in the order in which it is asked."""

    id: str
    title: Mapping[str, str]
    fields: tuple[ReplyField, ...]

    def field(self, name: str) -> ReplyField | None:
        """The field of that name."""
        return next((one for one in self.fields if one.name == name), None)

    def switches(self, name: str) -> tuple[str, ...]:
        """The ticks that say for what the answer to a field may be used."""
        return tuple([one.name for one in self.fields if name in one.purpose_of])
