"""Plan batches: mail pieces that print and insert the same way, each batch in postal order, and its print files."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from docgen.postal.countries import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

T = TypeVar("T")
PostalOrder: TypeAlias = tuple[str, int, str]
"""Sort key of the address, place in the job, piece id."""


@dataclass(frozen=True, slots=True)
class MailPiece:
    """One physical letter. ``sequence`` is the place of its record in the job; nothing here names a person.

    ``sort_key`` is that of its address and ``house`` number, letter and addition as printed; ``page_digests`` are of
    the composed pages, in order.
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


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """``sheet_classes`` are ascending bounds: with (1, 3) pieces of 1, of 2-3 and of more sheets go apart."""

    max_pieces: int = 5000
    sheet_classes: tuple[int, ...] = (1, 3, 6)


DEFAULT_LIMITS = BatchLimits()


@dataclass(frozen=True, slots=True)
class Batch:
    """Pieces in postal order; ``number`` counts the batches of a plan from 1."""

    number: int
    key: BatchKey
    pieces: tuple[MailPiece, ...]


def batch_key(piece: MailPiece, limits: BatchLimits = DEFAULT_LIMITS) -> BatchKey:
    """What decides with which pieces this one can be printed and inserted."""
    place = bisect_left(limits.sheet_classes, piece.sheets)
    bound = limits.sheet_classes[place] if place < len(limits.sheet_classes) else 0
    return BatchKey(piece.country != HOME, piece.envelope, piece.stock, piece.duplex, bound)


def plan_batches(pieces: Iterable[MailPiece], limits: BatchLimits = DEFAULT_LIMITS) -> tuple[Batch, ...]:
    """Put each piece in exactly one batch; the same pieces in any order give the same plan.

    Raises:
        ValueError: when two pieces have the same id.
    """
    groups: dict[BatchKey, list[MailPiece]] = {}
    seen: set[str] = set()
    for piece in pieces:
        if piece.piece_id in seen:
            raise ValueError(f"Two pieces have the id {piece.piece_id}.")
        seen.add(piece.piece_id)
        groups.setdefault(batch_key(piece, limits), []).append(piece)
    cut = cut_batches(groups, postal_order, limits.max_pieces)
    return tuple([Batch(number, key, chunk) for number, (key, chunk) in enumerate(cut, 1)])


def cut_batches(
    groups: Mapping[BatchKey, Iterable[T]],
    order: Callable[[T], PostalOrder],
    max_pieces: int = DEFAULT_LIMITS.max_pieces,
) -> Iterator[tuple[BatchKey, tuple[T, ...]]]:
    """The batches of groups in their order, each with its pieces in postal order, which `postal_order` gives."""
    for key in sorted(groups, key=_open_class_last):
        pieces = sorted(groups[key], key=order)
        for start in range(0, len(pieces), max_pieces):
            yield key, tuple(pieces[start : start + max_pieces])


def split_files(batch: Batch, max_pages: int, max_pieces: int, stopped: Collection[str] = ()) -> tuple[range, ...]:
    """Ranges of ``batch.pieces`` that go in one print file each; a piece is never cut, stopped ones take no page.

    A piece longer than ``max_pages`` has a file of its own.
    """
    ranges: list[range] = []
    start = pages = count = 0
    for index, piece in enumerate(batch.pieces):
        more = 0 if piece.piece_id in stopped else piece.file_pages
        if more and count and (pages + more > max_pages or count == max_pieces):
            ranges.append(range(start, index))
            start, pages, count = index, 0, 0
        pages += more
        count += bool(more)
    return (*ranges, range(start, len(batch.pieces))) if count else tuple(ranges)


def _open_class_last(key: BatchKey) -> tuple[bool, str, str, bool, bool, int]:
    return (key.abroad, key.envelope, key.stock, key.duplex, key.max_sheets == 0, key.max_sheets)


def postal_order(piece: MailPiece) -> PostalOrder:
    """By address, then as they were given."""
    return (piece.sort_key, piece.sequence, piece.piece_id)
