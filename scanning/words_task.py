"""Printed words of one page of a file, read in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docgen.findings import Finding, Severity
from scanning.intake import troubles
from scanning.intake.isolated import run_isolated
from scanning.intake.limits import ReadingLimits
from scanning.intake.pages import pages_of
from scanning.intake.parcels import Parcel
from scanning.machine_print import NoLanguageDataError, Words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDS_LIMITS: Final = ReadingLimits(page_cpu_s=15.0, page_wall_s=60.0, file_cpu_s=120)


def read_words(path: Path, number: int) -> Words | Finding:
    """What is printed on page ``number`` of a file, or why that cannot be told."""
    for one in run_isolated(word_parcels, WORDS_LIMITS, path, number):
        if isinstance(one, Finding):
            return one
        match one.value:
            case [list(lines), list(hints)]:
                return Words(tuple(map(str, lines)), tuple(map(str, hints)))
            case {"code": str(code), "message": str(message)}:
                return Finding(code, message, troubles.on_page(one.page))
            case str(why):
                message = f"Printed words cannot be read here: {why}."
                return Finding("words-data-missing", message, troubles.on_page(number), Severity.WARNING)
            case _:
                break
    return troubles.failed("no words came", number)


def word_parcels(path: Path, number: int) -> Iterator[Parcel]:
    """The task: one parcel, for the page that was asked for."""
    for one in pages_of(path):
        if isinstance(one, Finding):
            if one.severity is Severity.ERROR and one.place.page in (None, number):
                yield Parcel({"code": one.code, "message": one.message}, page=one.place.page)
                return
            continue
        if one.number != number:
            continue
        try:
            words = words_of(one)
        except NoLanguageDataError as error:
            yield Parcel(str(error), page=number)
        else:
            yield Parcel([list(words.lines), list(words.hints)], page=number)
        return
