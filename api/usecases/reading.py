"""Read the records of a job: the one way in, for whoever checks them and whoever looks at one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.usecases.formats import RecordsType, read_format
from docgen.records.read_csv import TableOptions, read_csv
from docgen.records.read_json import read_json
from docgen.records.read_xlsx import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from api.ports import PrintJob
    from api.usecases.deps import Deps
    from docgen.records.raw import RawRecord
    from docgen.templates.model import Template


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
