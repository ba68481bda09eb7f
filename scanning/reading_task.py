"""A whole file read in a process of its own, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docgen.findings import Finding, Severity
from scanning.digits.reader import DigitReader
from scanning.forms import KnownForms
from scanning.intake import troubles
from scanning.intake.isolated import run_isolated
from scanning.intake.limits import ReadingLimits
from scanning.intake.pages import pages_of
from scanning.intake.parcels import Parcel
from scanning.parcelled import NoReadingError, packed, unpacked
from scanning.read import read_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scanning.readings import PageReading

READING_LIMITS = ReadingLimits(page_cpu_s=1.5)
"""A page is read as well as decoded in the child, and a hostile one must have ended within two seconds."""


def read_file(
    path: Path, geometries: Mapping[str, str], limits: ReadingLimits = READING_LIMITS
) -> Iterator[PageReading | Finding]:
    """Each page of a file, in order, or what is wrong with it or with the file.

    ``geometries`` are the JSON texts of the forms by their version. Whatever the file does, the pages before stay.
    """
    for one in run_isolated(reading_parcels, limits, path, dict(geometries)):
        if isinstance(one, Finding):
            yield one
            continue
        try:
            yield _finding(one) or unpacked(one)
        except NoReadingError as error:
            yield troubles.failed(str(error), one.page)


def reading_parcels(path: Path, geometries: Mapping[str, str]) -> Iterator[Parcel]:
    """The task: a parcel for each page that was read, and for each finding."""
    forms, network = KnownForms(geometries), DigitReader.shipped()
    for one in pages_of(path):
        if isinstance(one, Finding):
            yield Parcel([one.code, one.message, one.severity.value], page=one.place.page)
        else:
            yield packed(read_page(one, forms, network))


def _finding(parcel: Parcel) -> Finding | None:
    match parcel.value:
        case [str(code), str(message), ("error" | "warning") as severity]:
            return Finding(code, message, troubles.on_page(parcel.page), Severity(severity))
        case _:
            return None
