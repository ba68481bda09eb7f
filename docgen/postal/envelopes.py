"""Envelopes: one or more letters that are inserted together. Its first letter carries the address and is its id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from docgen.postal.batch import envelope_ranges

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from docgen.postal.batch import MailPiece


class Envelope(NamedTuple):
    """A whole mail piece as sorting sees it; the first three fields are its `PostalOrder`."""

    sort_key: str
    sequence: int
    set_id: str
    country: str
    postcode: str
    letters: int
    sheets: int
    weight_mg: int


class InEnvelope(NamedTuple):
    """Where a letter is. ``position`` and ``first_sheet`` count from 1; a stopped letter is in none: both are 0.

    ``set_id`` is the first letter that is in the envelope, ``size`` how many there are, ``sheets`` and ``weight_mg``
    are of the whole, and ``own_mg`` is what this letter adds to it: the first one brings the envelope and its inserts.
    """

    set_id: str
    position: int
    size: int
    first_sheet: int
    sheets: int
    weight_mg: int
    own_mg: int


def without_stopped(letters: Sequence[MailPiece], stopped: Collection[str]) -> tuple[MailPiece, ...]:
    """What is left of one envelope; its first letter that is left leads it from now on. Empty when none is."""
    left = [letter for letter in letters if letter.piece_id not in stopped]
    return tuple([replace(letter, set_id=left[0].piece_id) for letter in left])


def envelope_of(letters: Sequence[MailPiece]) -> Envelope:
    """One envelope of its letters, of which there is at least one."""
    first = letters[0]
    return Envelope(
        sort_key=first.sort_key,
        sequence=first.sequence,
        set_id=first.piece_id,
        country=first.country,
        postcode=first.postcode,
        letters=len(letters),
        sheets=sum([letter.sheets for letter in letters]),
        weight_mg=_weight_mg(letters),
    )


def envelopes_of(pieces: Sequence[MailPiece], stopped: Collection[str] = ()) -> dict[str, Envelope]:
    """The envelopes of a batch in its order, by the ``set_id`` of their letters; those with a letter that goes out."""
    made: dict[str, Envelope] = {}
    for places in envelope_ranges(pieces):
        left = [piece for piece in pieces[places.start : places.stop] if piece.piece_id not in stopped]
        if left:
            made[left[0].set_id] = envelope_of(left)
    return made


def places_in_envelopes(pieces: Sequence[MailPiece], stopped: Collection[str] = ()) -> tuple[InEnvelope, ...]:
    """Where each of ``pieces`` is when the stopped ones are left out, in the same order."""
    found: list[InEnvelope] = []
    for places in envelope_ranges(pieces):
        found += _places_in_one(pieces[places.start : places.stop], stopped)
    return tuple(found)


def _places_in_one(letters: Sequence[MailPiece], stopped: Collection[str]) -> Iterator[InEnvelope]:
    left = [letter for letter in letters if letter.piece_id not in stopped]
    sheets, weight_mg = sum([letter.sheets for letter in left]), _weight_mg(left)
    set_id = left[0].piece_id if left else letters[0].piece_id
    position, first_sheet = 0, 1
    for letter in letters:
        if letter.piece_id in stopped:
            yield InEnvelope(set_id, 0, len(left), 0, sheets, weight_mg, letter.weight_mg - letter.envelope_mg)
            continue
        position += 1
        own_mg = letter.weight_mg - (letter.envelope_mg if position > 1 else 0)
        yield InEnvelope(set_id, position, len(left), first_sheet, sheets, weight_mg, own_mg)
        first_sheet += letter.sheets


def _weight_mg(letters: Sequence[MailPiece]) -> int:
    """The sheets of all, and one envelope with its inserts."""
    return sum([letter.weight_mg for letter in letters]) - sum([letter.envelope_mg for letter in letters[1:]])
