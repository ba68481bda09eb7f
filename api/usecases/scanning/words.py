"""What is printed on a page that no code names, and what of it may say whose it is."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from api.usecases.ready_made.uploads import copy_blob
from docgen.findings import Finding, Refusal
from scanning.words_task import read_words

if TYPE_CHECKING:
    from api.usecases.deps import Deps
    from scanning.machine_print import Words


def words_on(deps: Deps, organisation_id: str, page_id: str) -> Words:
    """Read a page's printed words, in a process of their own; a second or so.

    Raises Refusal: ``scan-page-not-found``, ``words-data-missing``, or why the page cannot be read.
    """
    with deps.database.read() as uow:
        page = uow.scan_pages.get(organisation_id, page_id)
        file = uow.scans.file(organisation_id, page.file_id)
    with TemporaryDirectory(prefix="posthoorn-") as name:
        path = Path(name) / f"scan{Path(file.name).suffix}"
        copy_blob(deps, organisation_id, file.blob, path)
        words = read_words(path, page.number)
    if isinstance(words, Finding):
        raise Refusal(words.code, words.message, (words,))
    return words
