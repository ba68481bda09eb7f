"""Divide uploads into letters: where each begins, what it is called, and the address that a data file gives it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from api.usecases.ready_made.wishes import SplitBy
from docgen.findings import Finding, Place, has_errors
from docgen.readymade import safely
from docgen.readymade.data_file import read_data_file
from docgen.readymade.split import (
    Split,
    split_at_bookmarks,
    split_at_text,
    split_by_rows,
    split_every,
    split_whole,
)
from docgen.records.record_ids import record_id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from api.ports import BlobRef
    from api.usecases.deps import Deps
    from api.usecases.ready_made.wishes import Wishes
    from docgen.readymade.answers import Inspection
    from docgen.readymade.data_file import DataRow
    from docgen.readymade.letters import LetterPages


class Rows(NamedTuple):
    """What the data file says; None without one."""

    rows: tuple[DataRow, ...] | None
    findings: tuple[Finding, ...] = ()


def rows_of(deps: Deps, organisation_id: str, data: BlobRef | None) -> Rows:
    """Read the data file."""
    if data is None:
        return Rows(None)
    with deps.blobs.open(organisation_id, data) as stream:
        rows, findings = read_data_file(stream.read())
    findings = (*findings, *_repeated([(row.reference, Place(row=row.row)) for row in rows]))
    return Rows(rows, findings)


def divide(pdf: Path, inspection: Inspection, wishes: Wishes, rows: Sequence[DataRow] | None) -> Split:
    """The letters of one PDF with references that differ; with errors among the findings there are none."""
    split = _split(pdf, inspection, wishes, rows or ())
    if has_errors(split.findings):
        return Split((), split.findings)
    letters = (
        _with_rows(split.letters, rows) if rows is not None and wishes.split is not SplitBy.DATA else split.letters
    )
    if isinstance(letters, Finding):
        return Split((), (*split.findings, letters))
    return Split(tuple(_named(letters)), split.findings)


def _split(pdf: Path, inspection: Inspection, wishes: Wishes, rows: Sequence[DataRow]) -> Split:
    match wishes.split:
        case SplitBy.WHOLE:
            return split_whole(inspection.pages, "1")
        case SplitBy.PAGES:
            return split_every(inspection.pages, wishes.pages)
        case SplitBy.BOOKMARKS:
            return split_at_bookmarks(inspection.pages, inspection.bookmarks)
        case SplitBy.DATA:
            return split_by_rows(inspection.pages, rows)
        case SplitBy.TEXT:
            hits = safely.find_text(pdf, wishes.mark)
            return Split((), hits.findings) if hits.findings else split_at_text(inspection.pages, hits.pages)


def _with_rows(letters: Sequence[LetterPages], rows: Sequence[DataRow]) -> list[LetterPages] | Finding:
    """The letters with reference and address of the rows, in this order."""
    if len(letters) != len(rows):
        message = f"The PDF has {len(letters)} letters and the data file {len(rows)} rows. Is a page or row missing?"
        return Finding("readymade-data-count", message)
    pairs = zip(letters, rows, strict=True)
    return [replace(letter, reference=row.reference, address=row.address) for letter, row in pairs]


def by_name(names: Sequence[str], rows: Sequence[DataRow]) -> tuple[dict[str, DataRow], list[Finding]]:
    """Rows by the name of a PDF in a zip; and those that have none."""
    found = {row.reference: row for row in rows}
    known = set(names)
    lost = [row for row in rows if row.reference not in known]
    message = "There is no PDF of this name in the zip. Its reference must be the file's name without '.pdf'."
    return found, [Finding("readymade-data-no-file", message, Place(row=row.row, record=row.reference)) for row in lost]


def reference_of(text: str, otherwise: str) -> str:
    """A text as the reference of a letter; it is shown in lists and printed nowhere."""
    plain = " ".join("".join([sign if sign.isprintable() else " " for sign in text]).split())
    return record_id_of(plain) or otherwise


def _named(letters: Iterable[LetterPages]) -> Iterable[LetterPages]:
    """Bookmarks may be called alike: the second and later ones get their number."""
    seen: set[str] = set()
    for number, letter in enumerate(letters, 1):
        name = reference_of(letter.reference, str(number))
        while name in seen:
            name = f"{name[:50]} ({number})"
        seen.add(name)
        yield replace(letter, reference=name)


def _repeated(names: Sequence[tuple[str, Place]]) -> Iterable[Finding]:
    seen: set[str] = set()
    for name, place in names:
        if name in seen:
            message = f"An earlier row has the reference '{name[:50]}' too. Give each letter its own."
            yield Finding("readymade-data-repeated", message, place)
        seen.add(name)
