"""A letter: one validated record, ready to be composed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.postal.address import PostalAddress


class Cents(int):
    """Money in integer cents. Templates must print it through a filter; a bare one is refused."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class EntryAccess:
    """What the entry block shows: the whole upper-case URL of the QR, the host in words, the code to type."""

    url: str
    host: str
    code: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Values of one letter.

    ``values`` holds every declared field of the template: str, int, Decimal, Cents, datetime.date, bool,
    None for an empty optional field, and for a list field a tuple of such mappings.
    ``record_id`` is the submitter's own key, unique within a print job. ``piece_id`` is told on a reply slip; a letter
    of no job has none, and its slip is a specimen.
    """

    record_id: str
    language: str
    address: PostalAddress
    values: Mapping[str, object] = field(default_factory=dict)
    entry: EntryAccess | None = None
    piece_id: str = ""
