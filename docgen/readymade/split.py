"""One PDF becomes letters: by a number of pages, at bookmarks, at a text, or as a data file says.

Whenever no finding is an error, every page is in exactly one letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from docgen.findings import Finding, Place
from docgen.readymade.letters import LetterPages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from docgen.readymade.answers import Bookmark
    from docgen.readymade.data_file import DataRow


@dataclass(frozen=True, slots=True)
class Split:
    """The letters in the order of their pages; with errors among the findings they must not be printed."""

    letters: tuple[LetterPages, ...]
    findings: tuple[Finding, ...] = ()


def split_whole(pages: int, reference: str) -> Split:
    """The whole file is one letter."""
    return Split((LetterPages(reference, 1, pages),))


def split_every(pages: int, each: int) -> Split:
    """Letters of ``each`` pages.

    Raises:
        ValueError: ``each`` is less than 1.
    """
    if each < 1:
        raise ValueError("A letter has at least one page.")
    letters = [
        LetterPages(str(i), first, min(first + each - 1, pages)) for i, first in enumerate(range(1, pages + 1, each), 1)
    ]
    left = pages % each
    if not left:
        return Split(tuple(letters))
    message = f"{pages} pages cannot be divided by {each}: {left} left at the end. Is a page missing or too many?"
    return Split(tuple(letters), (Finding("readymade-split-remainder", message, Place(page=pages - left + 1)),))


def split_at_bookmarks(pages: int, bookmarks: Sequence[Bookmark]) -> Split:
    """A letter begins at each top-level bookmark, and is called after it."""
    if not bookmarks:
        message = "The PDF has no bookmarks to split at. Split it in another way."
        return Split((), (Finding("readymade-split-no-match", message),))
    return _split_at(pages, [(mark.page, mark.title) for mark in bookmarks])


def split_at_text(pages: int, hits: Sequence[tuple[int, str]]) -> Split:
    """A letter begins at each page of ``hits`` (see ``safely.find_text``)."""
    if not hits:
        message = "The text to split at is on no page. Look how it is written on a first page, or split in another way."
        return Split((), (Finding("readymade-split-no-match", message),))
    return _split_at(pages, [(page, str(number)) for number, (page, _) in enumerate(hits, 1)])


def split_by_rows(pages: int, rows: Sequence[DataRow]) -> Split:
    """The letters as a data file lists them: by first page, by number of pages in this order, or by both."""
    if not rows:
        return Split((), (Finding("readymade-split-no-match", "The data file has no rows."),))
    letters, findings = _ranges(pages, rows)
    if findings:
        return Split((), tuple(findings))
    letters.sort(key=lambda letter: letter.first)
    return Split(tuple(letters), tuple(_cover_findings(pages, letters)))


def _split_at(pages: int, starts: Sequence[tuple[int, str]]) -> Split:
    ordered = sorted(starts, key=lambda start: start[0])
    findings = []
    for (page, name), (next_page, next_name) in pairwise(ordered):
        if page == next_page:
            message = f"Two letters begin on this page: '{name}' and '{next_name}'. Take one of the marks out."
            findings.append(Finding("readymade-split-overlap", message, Place(page=page)))
    lasts = [next_page - 1 for _, (next_page, _) in pairwise(ordered)] + [pages]
    letters = [LetterPages(name, page, last) for (page, name), last in zip(ordered, lasts, strict=True)]
    whole = [letter for letter in letters if letter.pages > 0]
    return Split(tuple(whole), (*findings, *_cover_findings(pages, whole)))


def _ranges(pages: int, rows: Sequence[DataRow]) -> tuple[list[LetterPages], list[Finding]]:
    """The pages of each row; rows without a first page follow on the row before."""
    letters, findings, follows = list[LetterPages](), list[Finding](), 1
    starts = sorted({row.first for row in rows if row.first is not None})
    for row in rows:
        if row.first is None and row.pages is None:
            message = "The row tells neither its first page nor how many pages it has. Give one of them."
            findings.append(Finding("readymade-split-unknown", message, Place(row=row.row)))
            continue
        first = row.first or follows
        last = first + row.pages - 1 if row.pages else next((start for start in starts if start > first), pages + 1) - 1
        follows = last + 1
        if max(first, last) > pages:
            message = f"The row asks for pages from {first} to {max(first, last)}, but the PDF has {pages}."
            place = Place(row=row.row)
            findings.append(Finding("readymade-split-outside", f"{message} Is a page missing?", place))
            continue
        letters.append(LetterPages(row.reference, first, last, row.address))
    return letters, findings


def _cover_findings(pages: int, letters: Sequence[LetterPages]) -> Iterable[Finding]:
    """Pages that are in no letter, or in more than one; letters are in order of their first page."""
    reached = 0
    for letter in letters:
        if letter.first > reached + 1:
            yield _gap(reached + 1, letter.first - 1)
        if letter.first <= reached:
            message = (
                f"Pages {letter.first}-{min(reached, letter.last)} are in more than one letter. Correct the pages."
            )
            yield Finding("readymade-split-overlap", message, Place(page=letter.first))
        reached = max(reached, letter.last)
    if reached < pages:
        yield _gap(reached + 1, pages)


def _gap(first: int, last: int) -> Finding:
    message = f"Pages {first}-{last} are in no letter. Correct where letters begin, or take the pages out."
    return Finding("readymade-split-gap", message, Place(page=first))
