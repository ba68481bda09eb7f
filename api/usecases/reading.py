"""Read records, JSON, CSV or XLSX: those of a job, for whoever checks or looks at them, and rows of other files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.usecases.formats import RecordsType, read_format
from docgen.records.columns import plain_rules
from docgen.records.read_csv import TableOptions, read_csv, read_csv_rows
from docgen.records.read_json import read_json
from docgen.records.read_xlsx import read_xlsx, read_xlsx_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from api.ports import PrintJob
    from api.usecases.deps import Deps
    from docgen.records.raw import RawRecord
    from docgen.templates.model import Field, Template


def records_of(deps: Deps, job: PrintJob, stream: BinaryIO, template: Template) -> Iterator[RawRecord]:
    """The records in ``stream``, the input of ``job``, in their order.

    Raises Refusal: what the readers of `docgen.records` refuse.
    """
    wanted = read_format(job.media_type)
    limit = deps.limits.max_records
    if wanted.type is RecordsType.JSON:
        return read_json(stream, limit)
    options = TableOptions(wanted.encoding, wanted.delimiter, wanted.decimal_comma, limit, job.columns)
    return (read_csv if wanted.type is RecordsType.CSV else read_xlsx)(stream, template, options)


def rows_of(stream: BinaryIO, media_type: str, fields: Sequence[Field], limit: int) -> Iterator[RawRecord]:
    """The rows of a file that is no job, with columns of these fields; at most ``limit``.

    Raises Refusal: ``media-type-unsupported``, and what the readers of `docgen.records` refuse.
    """
    wanted = read_format(media_type)
    if wanted.type is RecordsType.JSON:
        return read_json(stream, limit)
    options = TableOptions(wanted.encoding, wanted.delimiter, wanted.decimal_comma, limit)
    read = read_csv_rows if wanted.type is RecordsType.CSV else read_xlsx_rows
    return read(stream, plain_rules(fields, decimal_comma=wanted.decimal_comma), options)
