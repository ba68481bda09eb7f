"""Plan batches: mail pieces that print and insert the same way, each batch in postal order, and its print files.

The unit is the envelope, with one letter or a set of them: neither a batch nor a print file ever cuts one.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from docgen.postal.countries import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")
PostalOrder: TypeAlias = tuple[str, int, str]
"""Sort key of the address, place in the job, piece id."""


@dataclass(frozen=True, slots=True)
class MailPiece:
    """One physical letter. ``sequence`` is the place of its record in the job; nothing here names a person.

    ``sort_key`` is that of its address and ``house`` number, letter and addition as printed; ``page_digests`` are of
    the composed pages, in order. ``set_id`` is the piece id of the first letter in its envelope, its own when it is
    alone. ``weight_mg`` is as if it were alone; ``envelope_mg`` of that is what an envelope has once, inserts included.
    ``household_key`` says who may share it. ``bundle`` and ``tray`` count from 1 in the batch; 0 when it is not
    sorted. ``postal_line`` and ``postal_2d`` are what the carrier gave to print with the address.
    """

    piece_id: str
    record_id: str
    sequence: int
    pages: int
    sheets: int
    weight_mg: int
    sort_key: str
    envelope: str
    stock: str
    duplex: bool
    template: str
    template_version: str
    brand: str
    language: str
    postcode: str = ""
    house: str = ""
    country: str = HOME
    kix: str | None = None
    page_digests: tuple[str, ...] = ()
    set_id: str = ""
    envelope_mg: int = 0
    household_key: str = ""
    bundle: int = 0
    tray: int = 0
    postal_line: str = ""
    postal_2d: bytes = b""

    def __post_init__(self) -> None:
        """Alone, unless said otherwise."""
        if not self.set_id:
            object.__setattr__(self, "set_id", self.piece_id)

    @property
    def file_pages(self) -> int:
        """Pages it takes in a print file: with duplex each piece starts on a front, so an empty back may follow it."""
        return self.sheets * 2 if self.duplex else self.pages


class BatchKey(NamedTuple):
    """What pieces of one batch have in common; ``max_sheets`` is the bound of their sheet class, 0 for the open one."""

    abroad: bool
    envelope: str
    stock: str
    duplex: bool
    max_sheets: int

    @property
    def slug(self) -> str:
        """The key as one word, for rows and file names: 'nl.nl-dl-right.a4-80.duplex.3'."""
        sides, sheets = "duplex" if self.duplex else "simplex", self.max_sheets or "more"
        return f"{'abroad' if self.abroad else 'nl'}.{self.envelope}.{self.stock}.{sides}.{sheets}"

    @property
    def alike(self) -> BatchKey:
        """The key without its sheet class: what letters must have in common to share an envelope."""
        return self._replace(max_sheets=0)

    def for_sheets(self, sheets: int, limits: BatchLimits) -> BatchKey:
        """The key of an envelope with ``sheets`` sheets in all."""
        place = bisect_left(limits.sheet_classes, sheets)
        return self._replace(max_sheets=limits.sheet_classes[place] if place < len(limits.sheet_classes) else 0)


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """``max_pieces`` counts envelopes.

    ``sheet_classes`` are ascending bounds: with (1, 3) envelopes of 1, of 2-3 and of more sheets go apart.
    """

    max_pieces: int = 5000
    sheet_classes: tuple[int, ...] = (1, 3, 6)


DEFAULT_LIMITS = BatchLimits()


@dataclass(frozen=True, slots=True)
class Batch:
    """Pieces in postal order of their envelopes, letters of one together; ``number`` counts from 1 in a plan."""

    number: int
    key: BatchKey
    pieces: tuple[MailPiece, ...]


def batch_key(piece: MailPiece, limits: BatchLimits = DEFAULT_LIMITS) -> BatchKey:
    """What decides with which pieces this one, alone in its envelope, can be printed and inserted."""
    return _alike(piece).for_sheets(piece.sheets, limits)


def batch_key_of_set(letters: Sequence[MailPiece], limits: BatchLimits = DEFAULT_LIMITS) -> BatchKey:
    """What decides with which envelopes this one, with one or more letters, can be printed and inserted.

    Raises:
        ValueError: when the letters cannot be in one envelope.
    """
    first = letters[0]
    key = _alike(first)
    if any(_alike(letter) != key or letter.household_key != first.household_key for letter in letters[1:]):
        raise ValueError(f"The letters of {first.set_id} cannot be in one envelope.")
    return key.for_sheets(sum([letter.sheets for letter in letters]), limits)


def plan_batches(pieces: Iterable[MailPiece], limits: BatchLimits = DEFAULT_LIMITS) -> tuple[Batch, ...]:
    """Put each envelope in exactly one batch; the same pieces in any order give the same plan.

    Raises:
        ValueError: when two pieces have the same id, or pieces of one set cannot be in one envelope.
    """
    groups: dict[BatchKey, list[tuple[MailPiece, ...]]] = {}
    for letters in _sets(pieces):
        groups.setdefault(batch_key_of_set(letters, limits), []).append(letters)
    cut = cut_batches(groups, _order_of_set, limits.max_pieces)
    return tuple([Batch(number, key, tuple(chain.from_iterable(sets))) for number, (key, sets) in enumerate(cut, 1)])


def cut_batches(
    groups: Mapping[BatchKey, Iterable[T]],
    order: Callable[[T], PostalOrder],
    max_pieces: int = DEFAULT_LIMITS.max_pieces,
) -> Iterator[tuple[BatchKey, tuple[T, ...]]]:
    """The batches of groups in their order, each with its envelopes in postal order, which `postal_order` gives."""
    for key in sorted(groups, key=_open_class_last):
        pieces = sorted(groups[key], key=order)
        for start in range(0, len(pieces), max_pieces):
            yield key, tuple(pieces[start : start + max_pieces])


def envelope_ranges(pieces: Sequence[MailPiece]) -> Iterator[range]:
    """The places of each envelope's letters in ``pieces``, where they stand together."""
    start = 0
    for place in range(1, len(pieces) + 1):
        if place == len(pieces) or pieces[place].set_id != pieces[start].set_id:
            yield range(start, place)
            start = place


def split_files(batch: Batch, max_pages: int, max_pieces: int, stopped: Collection[str] = ()) -> tuple[range, ...]:
    """Ranges of ``batch.pieces`` that go in one print file each; an envelope is never cut, stopped ones take no page.

    ``max_pieces`` counts letters. An envelope with more of them, or more pages, than a limit has a file of its own.
    """
    ranges: list[range] = []
    start = pages = count = 0
    for places in envelope_ranges(batch.pieces):
        letters = batch.pieces[places.start : places.stop]
        live = [letter.file_pages for letter in letters if letter.piece_id not in stopped]
        more = sum(live)
        if more and count and (pages + more > max_pages or count + len(live) > max_pieces):
            ranges.append(range(start, places.start))
            start, pages, count = places.start, 0, 0
        pages += more
        count += len(live)
    return (*ranges, range(start, len(batch.pieces))) if count else tuple(ranges)


def _sets(pieces: Iterable[MailPiece]) -> Iterator[tuple[MailPiece, ...]]:
    """The letters of each envelope, in their order."""
    sets: dict[str, list[MailPiece]] = {}
    seen: set[str] = set()
    for piece in pieces:
        if piece.piece_id in seen:
            raise ValueError(f"Two pieces have the id {piece.piece_id}.")
        seen.add(piece.piece_id)
        sets.setdefault(piece.set_id, []).append(piece)
    for letters in sets.values():
        yield tuple(letters) if len(letters) == 1 else tuple(sorted(letters, key=postal_order))


def _alike(piece: MailPiece) -> BatchKey:
    return BatchKey(piece.country != HOME, piece.envelope, piece.stock, piece.duplex, 0)


def _order_of_set(letters: Sequence[MailPiece]) -> PostalOrder:
    return postal_order(letters[0])


def _open_class_last(key: BatchKey) -> tuple[bool, str, str, bool, bool, int]:
    return (key.abroad, key.envelope, key.stock, key.duplex, key.max_sheets == 0, key.max_sheets)


def postal_order(piece: MailPiece) -> PostalOrder:
    """By address, then as they were given."""
    return (piece.sort_key, piece.sequence, piece.piece_id)
