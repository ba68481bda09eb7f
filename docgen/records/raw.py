"""A record as it came in: unchecked values and where they stood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from docgen.findings import Refusal
from docgen.templates.schema import RECORD_ID_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.findings import Finding, Place

DEFAULT_LIMIT: Final = 80_000
"""Records in one print job, unless the caller says otherwise."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record of a file.

    ``place`` has the JSON pointer or the row of its first line. In a table ``item_rows`` gives for each list field
    the row of each item. ``findings`` are faults that the reader saw; such a record is never a letter.
    ``source`` is the record's own JSON text when it came as such. ``repeats_id`` says that an earlier record of the
    input has the same record_id: only whoever has seen all of them can tell (`docgen.records.validate.RecordIds`).
    """

    place: Place
    values: Mapping[str, object]
    item_rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    source: str | None = None
    repeats_id: bool = False


def place_of(place: Place, name: str, record_id: str = "") -> Place:
    """Where the value under ``name`` stands in a record at ``place``: its JSON pointer, or its column in a table."""
    own = replace(place, record=record_id or None)
    if own.row is None:
        return replace(own, pointer=f"{own.pointer or ''}/{escaped(name)}")
    return replace(own, column=printable(name))


def escaped(part: str | int) -> str:
    """A reference token of RFC 6901, fit to be shown."""
    return printable(part).replace("~", "~0").replace("/", "~1")


def printable(part: str | int) -> str:
    """Lone surrogates and controls from a hostile key would break every message that shows them."""
    text = str(part)[:RECORD_ID_LENGTH]
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def too_many(limit: int) -> Refusal:
    """More records than one file may have."""
    return Refusal("records-too-many", f"There are more than {limit:,} records. Divide them over several files.")


def empty(message: str) -> Refusal:
    """A file without any record."""
    return Refusal("records-empty", f"There are no records. {message}")
