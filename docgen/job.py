"""A whole run without a service: records in, one print file in postal order out, read back to the last symbol."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from docgen.drawing.output_intent import fogra39
from docgen.drawing.print_file import FileInfo, PrintFileWriter
from docgen.findings import Finding, Refusal
from docgen.letters import EntryAccess, Letter
from docgen.qr import entry_link
from docgen.qr.entry_code import derive_code, derive_token
from docgen.qr.token import derive_piece_id
from docgen.readback import ExpectedLetter, InFile, expected_letter
from docgen.records.read_csv import read_csv
from docgen.records.read_json import read_json
from docgen.records.read_xlsx import read_xlsx
from docgen.records.validate import RecordValidator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from docgen.compose import Composer
    from docgen.drawing.print_file import Written
    from docgen.layouts.laid_out import LaidOutLetter
    from docgen.layouts.theme import Brand
    from docgen.records.raw import RawRecord
    from docgen.templates.model import Template

# Codes of a run without a service open nothing, so their secret need not be one.
_NO_SECRET = b"letters composed without a service"


@dataclass(frozen=True, slots=True)
class Piece:
    """A letter with its id."""

    id: str
    letter: Letter


@dataclass(frozen=True, slots=True)
class Run:
    """What a run made: the finished file and what a reader must find in it."""

    written: Written
    expected: tuple[ExpectedLetter, ...]


def raw_records(path: Path, stream: BinaryIO, template: Template) -> Iterator[RawRecord]:
    """Records of a JSON, CSV or XLSX file, told apart by its ending.

    Raises:
        Refusal: ``records-kind-unknown``, or what the readers refuse.
    """
    match path.suffix.lower():
        case ".json":
            return read_json(stream)
        case ".csv":
            return read_csv(stream, template)
        case ".xlsx":
            return read_xlsx(stream, template)
    raise Refusal("records-kind-unknown", f"Records come as .json, .csv or .xlsx, not as '{path.suffix}'.")


def valid_pieces(template: Template, brand: Brand, raws: Iterable[RawRecord], run: str) -> list[Piece]:
    """Letters of valid records with ids derived from ``run``.

    Raises:
        Refusal: ``records-invalid`` with the findings of every record that has any.
    """
    validator = RecordValidator(template)
    pieces, findings = list[Piece](), list[Finding]()
    for index, raw in enumerate(raws):
        made = validator.validate(raw)
        if isinstance(made, Letter):
            piece_id = derive_piece_id(run, index)
            pieces.append(Piece(piece_id, as_piece(made, template, brand, piece_id)))
        else:
            findings += made
    if findings:
        raise Refusal("records-invalid", "Some records have faults; nothing was composed.", tuple(findings))
    return pieces


def as_piece(letter: Letter, template: Template, brand: Brand, piece_id: str) -> Letter:
    """The letter with its piece id, and with a way in that opens nothing when its template shows one."""
    if template.entry is None or brand.entry_host is None:
        return replace(letter, piece_id=piece_id)
    url = entry_link.encode(f"https://{brand.entry_host}", derive_token(_NO_SECRET, piece_id))
    entry = EntryAccess(url, brand.entry_host, derive_code(_NO_SECRET, piece_id))
    return replace(letter, entry=entry, piece_id=piece_id)


def compose_run(composer: Composer, pieces: Iterable[Piece], out: BinaryIO, day: dt.date) -> Run:
    """One print file of all pieces in postal order.

    Raises:
        Refusal: ``letters-invalid`` with the errors of every letter that may not be printed; nothing is finished then.
    """
    title = composer.template.title.get(composer.template.default_language, composer.template.id)
    info = FileInfo(title, dt.datetime.combine(day, dt.time(), dt.UTC))
    writer = PrintFileWriter(out, composer.resources, info, fogra39(), duplex=composer.template.duplex)
    expected, findings = list[ExpectedLetter](), list[Finding]()
    in_order = sorted(pieces, key=lambda p: (p.letter.address.sort_key, p.id))
    ids = {piece.letter.record_id: piece.id for piece in in_order}
    for made in composer.draw_all(_printable(composer.lay_out_all([piece.letter for piece in in_order]), findings)):
        laid, drawn = made.laid_out, made.drawn
        placed = InFile(ids[laid.record_id], writer.add(drawn), drawn.digests, duplex=composer.template.duplex)
        expected.append(expected_letter(laid, composer.plan(laid.language), placed))
    if findings:
        raise Refusal("letters-invalid", "Some letters may not be printed.", tuple(findings))
    return Run(writer.close(), tuple(expected))


def _printable(letters: Iterable[LaidOutLetter], findings: list[Finding]) -> Iterator[LaidOutLetter]:
    """Those that may be printed; what is wrong with the others is added to ``findings``."""
    for laid in letters:
        if laid.may_be_printed:
            yield laid
        else:
            findings += laid.findings
