"""The manifest: one row per piece, what is needed to print, insert, reconcile and reprint - and no name.

Written as CSV (RFC 4180, UTF-8) or JSON (manifest.schema.json), both as a stream of bytes.
"""

from __future__ import annotations

import csv
import json
from base64 import b64encode
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from importlib import resources
from io import StringIO
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from docgen.postal.cells import as_text
from docgen.postal.envelopes import places_in_envelopes
from docgen.postal.weights import weight_class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from docgen.postal.batch import Batch, MailPiece
    from docgen.postal.envelopes import InEnvelope
    from docgen.postal.profiles import WeightClass

FORMAT = "manifest/2"
TOO_HEAVY = "over"
_ROWS_AT_ONCE = 200
_NEXT = ",\n"
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Checked(StrEnum):
    """Whether the finished page was read back: with all others, as part of a sample, or not."""

    FULL = "full"
    SAMPLE = "sample"
    NONE = "none"


class Control(NamedTuple):
    """What the inserter's marks say of a piece (``code``, twelve characters), and whether it was read back."""

    code: str = ""
    checked: Checked = Checked.NONE


_NO_CONTROL = Control()


@dataclass(frozen=True, slots=True)
class PrintFile:
    """A print file and the pieces in it, as a range of ``Batch.pieces``."""

    name: str
    pieces: range


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One piece. ``sequence`` is its place in the batch and ``first_page`` its page in ``file``, both from 1.

    A stopped piece has a ``stop_reason``, no file and first page 0. ``set_id`` is the first piece in its envelope,
    ``set_position`` its place there (0 when stopped) and ``set_size`` how many are in it. ``weight_mg`` is what it adds
    to the envelope, which the first one brings; ``weight_class`` is that of the whole. ``postal_2d`` is in base64.
    """

    batch_id: str
    sequence: int
    piece_id: str
    record_id: str
    file: str
    first_page: int
    pages: int
    sheets: int
    weight_mg: int
    weight_class: str
    postcode: str
    house_number: str
    country: str
    kix: str
    language: str
    brand: str
    template: str
    template_version: str
    page_digests: tuple[str, ...]
    stop_reason: str
    set_id: str
    set_position: int
    set_size: int
    bundle: int
    tray: int
    control_code: str
    postal_line: str
    postal_2d: str
    checked: str

    @property
    def stopped(self) -> bool:
        """True when the piece is not printed."""
        return bool(self.stop_reason)


@dataclass(slots=True)
class Totals:
    """Sums over the pieces that are printed; grows row by row. Weight classes count envelopes."""

    letters: int = 0
    envelopes: int = 0
    pages: int = 0
    sheets: int = 0
    weight_mg: int = 0
    stopped: int = 0
    weight_classes: Counter[str] = field(default_factory=Counter)

    def add(self, row: ManifestRow) -> None:
        """Count one row."""
        if row.stopped:
            self.stopped += 1
            return
        self.letters += 1
        self.pages += row.pages
        self.sheets += row.sheets
        self.weight_mg += row.weight_mg
        if row.set_position == 1:
            self.envelopes += 1
            self.weight_classes[row.weight_class] += 1


COLUMNS = tuple(entry.name for entry in fields(ManifestRow))
_cells = attrgetter(*COLUMNS)


def totals_of(rows: Iterable[ManifestRow]) -> Totals:
    """The sums over ``rows``."""
    totals = Totals()
    for row in rows:
        totals.add(row)
    return totals


def manifest_rows(
    batch_id: str,
    batch: Batch,
    files: Sequence[PrintFile],
    classes: Sequence[WeightClass],
    stops: Mapping[str, str] | None = None,
    controls: Mapping[str, Control] | None = None,
) -> Iterator[ManifestRow]:
    """A row for each piece of the batch, in its order.

    ``files`` cover every piece that is not stopped; ``stops`` gives the reason, ``controls`` the rest, by piece id.

    Raises:
        ValueError: when a piece that is not stopped is in no file.
    """
    reasons, known = stops or {}, controls or {}
    file_of = {index: file for file in files for index in file.pieces}
    next_page = {file.name: 1 for file in files}
    places = places_in_envelopes(batch.pieces, reasons)
    for index, (piece, place) in enumerate(zip(batch.pieces, places, strict=True)):
        name, first_page = "", 0
        if place.position:
            if index not in file_of:
                raise ValueError(f"Piece {piece.piece_id} is in no print file.")
            name = file_of[index].name
            first_page = next_page[name]
            next_page[name] += piece.file_pages
        heavy = weight_class(place.weight_mg if place.position else piece.weight_mg, classes)
        control = known.get(piece.piece_id, _NO_CONTROL)
        yield _row(
            piece,
            place,
            batch_id=batch_id,
            sequence=index + 1,
            file=name,
            first_page=first_page,
            weight_class=heavy.name if heavy else TOO_HEAVY,
            stop_reason=reasons.get(piece.piece_id, ""),
            control_code=control.code,
            checked=str(control.checked),
        )


def _row(piece: MailPiece, place: InEnvelope, **placed: Any) -> ManifestRow:  # noqa: ANN401 - the remaining fields of the row, by name
    return ManifestRow(
        piece_id=piece.piece_id,
        record_id=piece.record_id,
        pages=piece.pages,
        sheets=piece.sheets,
        weight_mg=place.own_mg if place.position else piece.weight_mg,
        postcode=piece.postcode,
        house_number=piece.house,
        country=piece.country,
        kix=piece.kix or "",
        language=piece.language,
        brand=piece.brand,
        template=piece.template,
        template_version=piece.template_version,
        page_digests=piece.page_digests,
        set_id=place.set_id,
        set_position=place.position,
        set_size=place.size,
        bundle=piece.bundle,
        tray=piece.tray,
        postal_line=piece.postal_line,
        postal_2d=b64encode(piece.postal_2d).decode() if piece.postal_2d else "",
        **placed,
    )


def write_csv(rows: Iterable[ManifestRow]) -> Iterator[bytes]:
    """The manifest as CSV: a header, then a line per row; digests are put together with spaces.

    A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    yield _drain(buffer)
    for block in _blocks(rows):
        writer.writerows([[_cell(value) for value in _cells(row)] for row in block])
        yield _drain(buffer)


def write_json(batch_id: str, batch: Batch, rows: Iterable[ManifestRow]) -> Iterator[bytes]:
    """The manifest as JSON, in the form of manifest.schema.json: batch, rows, and the totals behind them."""
    head = {"id": batch_id, "number": batch.number, **batch.key._asdict()}
    totals = Totals()
    yield f'{{"format":{_ENCODE(FORMAT)},"batch":{_ENCODE(head)},"rows":['.encode()
    separator = "\n"
    for block in _blocks(rows):
        for row in block:
            totals.add(row)
        lines = [_ENCODE(dict(zip(COLUMNS, _cells(row), strict=True))) for row in block]
        yield f"{separator}{_NEXT.join(lines)}".encode()
        separator = _NEXT
    sums = asdict(totals) | {"weight_classes": dict(sorted(totals.weight_classes.items()))}
    yield f'\n],"totals":{_ENCODE(sums)}}}\n'.encode()


def schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of the JSON manifest."""
    text = resources.files("docgen.postal").joinpath("manifest.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _blocks(rows: Iterable[ManifestRow]) -> Iterator[list[ManifestRow]]:
    """Rows by the hundred: a stream of single lines costs more than what is in them."""
    left = iter(rows)
    while block := list(islice(left, _ROWS_AT_ONCE)):
        yield block


def _cell(value: object) -> object:
    if type(value) is tuple:
        value = " ".join(value)
    return as_text(value) if type(value) is str else value


def _drain(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
