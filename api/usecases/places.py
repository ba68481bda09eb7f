"""Findings of docgen as rows of a job: each with its place in what was sent."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from api.ports import JobFinding

if TYPE_CHECKING:
    from docgen.findings import Finding, Place
    from docgen.records.raw import RawRecord


def in_record(finding: Finding, raw: RawRecord) -> Finding:
    """A finding of a letter's layout, with its place inside the letter turned into one inside the input."""
    return replace(finding, place=_place(finding.place, raw))


def as_row(finding: Finding, number: int, record_index: int | None) -> JobFinding:
    """The row of a finding."""
    place = {name: value for name, value in asdict(finding.place).items() if value is not None}
    return JobFinding(number, record_index, finding.severity, finding.code, finding.message, place)


def _place(inside: Place, raw: RawRecord) -> Place:
    path = _path(inside.pointer or "")
    record = raw.place
    if record.row is None:
        pointer = (record.pointer or "") + "".join(f"/{part}" for part in path)
        return replace(inside, pointer=pointer)
    row = record.row
    if len(path) > 1 and path[1].isdigit():
        rows = raw.item_rows.get(path[0], ())
        row = rows[int(path[1])] if int(path[1]) < len(rows) else row
    column = ".".join(part for part in path if not part.isdigit()) or None
    return replace(inside, pointer=None, row=row, column=column)


def _path(pointer: str) -> list[str]:
    """The parts of a pointer inside the record; an address line has no pointer of its own in the input."""
    path = pointer.split("/")[1:]
    return path[:1] if path[:1] == ["recipient"] and path[1:2] and path[1].isdigit() else path
