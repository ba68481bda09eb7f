"""Files that somebody chose together: which are the letters, and which says whose they are."""

from __future__ import annotations

import shutil
import zipfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from api.usecases.ready_made.uploads import MOST_FILES
from api.usecases.ready_made.wishes import PDF, ZIP
from docgen.findings import Refusal
from docgen.records.xlsx_to_csv import csv_of_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TABLE: Final = "table"
WORKBOOK: Final = "workbook"
_BLOCK: Final = 1 << 20
_HEAD: Final = 1024  # readers of PDF look so far for its beginning
_ZIP_HEAD: Final = b"PK\x03\x04"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_KINDS: Final = {".pdf": PDF, ".zip": ZIP, ".xlsx": WORKBOOK, ".csv": TABLE, ".txt": TABLE, ".tsv": TABLE}


class NamedFile(NamedTuple):
    """A file at its start, with the name that it has where it came from."""

    name: str
    file: BinaryIO


class SentLetters(NamedTuple):
    """PDFs to be printed: what they are called, their media type, and the data file beside them as CSV."""

    name: str
    media_type: str
    body: BinaryIO
    data: BinaryIO | None


@contextmanager
def sorted_files(files: Sequence[NamedFile]) -> Iterator[SentLetters]:
    """The letters among ``files``; several PDFs become one zip, as if they had been sent so.

    Raises Refusal: ``file-missing``, ``files-unclear``, ``media-type-unsupported``, ``readymade-zip-duplicate``,
    ``readymade-zip-bomb``, and what `csv_of_workbook` refuses.
    """
    by_kind: dict[str, list[NamedFile]] = {PDF: [], ZIP: [], TABLE: [], WORKBOOK: []}
    for sent in files:
        by_kind[_kind(sent)].append(sent)
    pdfs, zips, tables = by_kind[PDF], by_kind[ZIP], [*by_kind[TABLE], *by_kind[WORKBOOK]]
    if not pdfs and not zips:
        raise Refusal("file-missing", "Choose the PDF, or a zip with a PDF for each letter.")
    if len(zips) > 1 or (pdfs and zips) or len(tables) > 1:
        message = "Choose PDFs, or one zip of them and no PDF beside it; and at most one data file."
        raise Refusal("files-unclear", message)
    data = _as_csv(tables[0]) if tables else None
    if len(pdfs) <= 1:
        (sent,) = pdfs or zips
        yield SentLetters(_stem(sent.name), PDF if pdfs else ZIP, sent.file, data)
        return
    with TemporaryFile() as archive:
        _zip(pdfs, archive)
        yield SentLetters(f"{len(pdfs)} PDFs", ZIP, archive, data)


def _kind(sent: NamedFile) -> str:
    """What it is, by its beginning; else by its name. Raises Refusal: ``media-type-unsupported``."""
    head = sent.file.read(_HEAD)
    sent.file.seek(0)
    by_name = _KINDS.get(PurePosixPath(sent.name.replace("\\", "/")).suffix.lower())
    # in this order: a zip may hold a PDF as it is
    if head.startswith(_ZIP_HEAD):
        return WORKBOOK if by_name == WORKBOOK else ZIP
    if b"%PDF" in head:
        return PDF
    # what is damaged is said when it is looked at; a text that is called otherwise is a table
    if by_name is not None or b"\0" not in head or head.startswith(_UTF_16):
        return by_name or TABLE
    message = f"'{sent.name[-100:]}' is no PDF, zip, CSV or XLSX file. Leave it out."
    raise Refusal("media-type-unsupported", message)


def _as_csv(sent: NamedFile) -> BinaryIO:
    return BytesIO(csv_of_workbook(sent.file)) if _kind(sent) == WORKBOOK else sent.file


def _zip(pdfs: Sequence[NamedFile], archive: BinaryIO) -> None:
    """The same bytes for the same files; PDFs are packed already."""
    if len(pdfs) > MOST_FILES:
        raise Refusal("readymade-zip-bomb", f"Choose at most {MOST_FILES} PDFs. Divide them over several times.")
    seen: set[str] = set()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        for sent in sorted(pdfs, key=lambda each: each.name):
            stem = _stem(sent.name)
            if stem.casefold() in seen:
                message = f"Two PDFs are called '{stem[:100]}'. Each name is the reference of a letter."
                raise Refusal("readymade-zip-duplicate", message)
            seen.add(stem.casefold())
            with out.open(zipfile.ZipInfo(f"{stem}.pdf"), "w") as member:
                shutil.copyfileobj(sent.file, member, _BLOCK)
    archive.seek(0)


def _stem(name: str) -> str:
    """The name without folders and ending; signs that cannot be shown are left out."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    return "".join(sign if sign.isprintable() else "_" for sign in stem).strip() or "PDF"
