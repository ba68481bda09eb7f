"""Householding: which letters share an envelope, how they are gathered, and the check that nobody else's is in it.

Two letters may share one when their keys are the same. A key is a digest: nothing of the name or address can be read in
it, but who knows both can make it again, so it is personal data all the same. Where it is not sure that two people are
one, they are two.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from docgen.findings import Finding, Place
from docgen.postal.countries import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from docgen.postal.address import PostalAddress
    from docgen.postal.batch import PostalOrder

T = TypeVar("T")

_DIGEST_BYTES = 16
_END_OF_PART = "\x1f"
_NOT_WORD = re.compile(r"[\W_]+")
_LATIN = "\u0250"
# One way of writing each form of address. With and without it are not the same: a couple can share its initials.
_FORMS = {
    ("de", "heer"): "heer",
    ("heer",): "heer",
    ("dhr",): "heer",
    ("mevrouw",): "mevrouw",
    ("mevr",): "mevrouw",
    ("mw",): "mevrouw",
    ("de", "familie"): "familie",
    ("familie",): "familie",
    ("fam",): "familie",
    ("en",): "en",
}


class Together(StrEnum):
    """With whom a letter may share its envelope."""

    NEVER = "never"
    RECIPIENT = "recipient"
    HOUSEHOLD = "household"


class ToGather(NamedTuple):
    """What gathering looks at. Letters share an envelope when key and ``group`` are the same; '' is for alone.

    ``group`` is what prints and inserts alike; ``max_sheets`` is the most that may be in the envelope of this letter.
    """

    order: PostalOrder
    household_key: str
    group: Hashable
    sheets: int
    max_sheets: int


class Member(NamedTuple):
    """A letter in an envelope, as the check sees it."""

    piece_id: str
    organisation_id: str
    household_key: str
    sheets: int = 0


def household_key(address: PostalAddress, together: Together = Together.RECIPIENT) -> str:
    """The key of those who may share an envelope with ``address``: 32 hexadecimal digits, '' for nobody.

    Keys for recipients and for households are never the same.
    """
    if together is Together.NEVER:
        return ""
    parts = [str(together), *_place_parts(address)]
    if together is Together.RECIPIENT:
        # the lines apart: 'A' and 'B C' are not 'A B' and 'C'
        parts += [_folded_name(line, leading=number == 0) for number, line in enumerate(address.name_lines)]
    return blake2b(_END_OF_PART.join(parts).encode(), digest_size=_DIGEST_BYTES).hexdigest()


def gather_sets(pieces: Iterable[T], look: Callable[[T], ToGather]) -> list[tuple[T, ...]]:
    """Put each piece in exactly one set; sets come in postal order of their first letter, letters in theirs.

    A letter that does not fit any more starts another set. One that is alone too long is alone.
    """
    seen = sorted([(look(piece), piece) for piece in pieces], key=_order_of)
    sets: list[list[T]] = []
    # by key and group: place of the set that is being filled, its sheets, and the most it may have
    filling: dict[tuple[str, Hashable], tuple[int, int, int]] = {}
    for facts, piece in seen:
        _, key, group, sheets, most = facts
        if not key:
            sets.append([piece])
            continue
        place, filled, bound = filling.get((key, group), (-1, 0, 0))
        if place >= 0 and filled + sheets <= min(bound, most):
            sets[place].append(piece)
            filling[key, group] = (place, filled + sheets, min(bound, most))
        else:
            filling[key, group] = (len(sets), sheets, most)
            sets.append([piece])
    return [tuple(letters) for letters in sets]


def check_set(members: Sequence[Member], max_sheets: int = 0) -> tuple[Finding, ...]:
    """Prove that one envelope holds letters of one organisation to one recipient or household; else why not.

    ``max_sheets`` is what the envelope holds; 0 when that is not asked. A letter that is alone may be of any length.
    """
    return tuple(_faults(members, max_sheets)) if len(members) > 1 else ()


def _faults(members: Sequence[Member], max_sheets: int) -> Iterator[Finding]:
    first = members[0]
    for member in members[1:]:
        place = Place(record=member.piece_id)
        if member.organisation_id != first.organisation_id:
            message = f"It shares an envelope with {first.piece_id} of another organisation. Plan the batch again."
            yield Finding("set-mixes-organisations", message, place)
        if not member.household_key or member.household_key != first.household_key:
            message = f"It shares an envelope with {first.piece_id} of another recipient. Plan the batch again."
            yield Finding("set-mixes-recipients", message, place)
    sheets = sum(member.sheets for member in members)
    if max_sheets and sheets > max_sheets:
        message = f"The envelope has {sheets} sheets and holds {max_sheets}. Plan the batch again."
        yield Finding("set-too-thick", message, Place(record=first.piece_id))
    if len({member.piece_id for member in members}) < len(members):
        yield Finding(
            "set-piece-twice", "A letter is twice in the envelope. Plan the batch again.", Place(record=first.piece_id)
        )


def _order_of(seen: tuple[ToGather, object]) -> PostalOrder:
    return seen[0].order


def _place_parts(address: PostalAddress) -> tuple[str, ...]:
    """Where it is: at home by postcode, street and number, abroad by all of it, since the forms differ.

    The street is there too, so that a wrong postcode in one record does not bring two addresses together.
    """
    if address.country == HOME:
        extra = _folded_addition(f"{address.house_letter} {address.addition}")
        return (HOME, address.postcode.replace(" ", ""), _joined(address.street), address.house_number, extra)
    # the number may stand in the street, and where it is between words matters
    street = _folded(f"{address.street} {address.house}")
    return (address.country, _joined(address.postcode), street, _folded(address.town))


def _folded_addition(text: str) -> str:
    """'2 hoog' and '2hoog' are one door, '1-1' and '11' are two: only between digits, or letters, a break counts."""
    folded = _folded(text)
    return " ".join(["".join(run.split()) for run in _breaks(folded)])


def _breaks(folded: str) -> Iterator[str]:
    start = 0
    for place, character in enumerate(folded):
        if character == " " and folded[place - 1].isdigit() == folded[place + 1].isdigit():
            yield folded[start:place]
            start = place
    yield folded[start:]


def _folded_name(line: str, *, leading: bool) -> str:
    words = _folded(line).split(" ")
    # nothing but signs: they are all there is to tell people apart
    return " ".join(_one_form(words) if leading else words) or line


def _one_form(words: list[str]) -> list[str]:
    """Forms of address at the beginning, each written in its one way."""
    forms: list[str] = []
    left = words
    while len(left) > 1:
        size = next((size for size in (2, 1) if tuple(left[:size]) in _FORMS), 0)
        if not size or (left[0] == "en" and not forms):
            break
        forms.append(_FORMS[tuple(left[:size])])
        left = left[size:]
    return [*forms, *left]


@lru_cache(maxsize=4096)
def _joined(text: str) -> str:
    return _folded(text).replace(" ", "")


def _folded(text: str) -> str:
    """Without case, signs and the accents of Latin letters; words with one space between them."""
    plain = text if text.isascii() else "".join(_plain(text))
    return _NOT_WORD.sub(" ", plain.casefold()).strip() if plain.isascii() else " ".join(plain.casefold().split())


def _plain(text: str) -> Iterator[str]:
    """Characters with signs as spaces; a mark on another than a Latin letter makes another letter, and stays."""
    latin = False
    for character in unicodedata.normalize("NFKD", text):
        kind = unicodedata.category(character)[0]
        if kind != "M":
            latin = character < _LATIN
            yield character if kind in "LN" else " "
        elif not latin:
            yield character
