"""In which form records come: a media type with parameters, kept with the job as one text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from typing import Final

from docgen.findings import Refusal
from docgen.records.read_csv import ENCODINGS


class RecordsType(StrEnum):
    """Media types of records."""

    JSON = "application/json"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_NAMES: Final = {sign: name for name, sign in _DELIMITERS.items()}
_YES: Final = frozenset({"true", "1", "yes"})


@dataclass(frozen=True, slots=True)
class RecordsFormat:
    """How records are written; the last three are for tables. ``delimiter`` None: told from the header."""

    type: RecordsType
    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal_comma: bool = False

    def __str__(self) -> str:
        """As a media type; `read_format` gives the same value back."""
        text = str(self.type)
        if self.encoding != "utf-8":
            text += f"; charset={self.encoding}"
        if self.delimiter is not None:
            text += f"; delimiter={_NAMES[self.delimiter]}"
        return text + ("; decimal-comma=true" if self.decimal_comma else "")


def read_format(media_type: str) -> RecordsFormat:
    """The format that a ``Content-Type`` names; parameters ``charset``, ``delimiter`` and ``decimal-comma`` count.

    ``delimiter`` is comma, semicolon, tab or bar. Other parameters are left aside.
    Raises Refusal: ``media-type-unsupported``, ``records-csv-encoding``, ``records-csv-delimiter``.
    """
    header = Message()
    header["Content-Type"] = media_type
    parameters = {name.lower(): value.strip().lower() for name, value in header.get_params(failobj=[])[1:]}
    try:
        kind = RecordsType(header.get_content_type())
    except ValueError:
        known = ", ".join(RecordsType)
        raise Refusal("media-type-unsupported", f"Send records as one of: {known}.") from None
    return RecordsFormat(
        kind,
        _encoding(parameters.get("charset", "utf-8"), kind),
        _delimiter(parameters.get("delimiter")),
        parameters.get("decimal-comma", "") in _YES,
    )


def _encoding(name: str, kind: RecordsType) -> str:
    """The name that the reader knows; JSON is always UTF-8 (RFC 8259, 8.1)."""
    try:
        wanted = codecs.lookup(name)
    except (LookupError, ValueError):
        wanted = None
    allowed = ENCODINGS if kind is RecordsType.CSV else ("utf-8",)
    for known in allowed:
        if wanted is not None and wanted.name == codecs.lookup(known).name:
            return known
    raise Refusal("records-csv-encoding", f"Name one of these encodings: {', '.join(allowed)}.")


def _delimiter(name: str | None) -> str | None:
    if name is None:
        return None
    if name not in _DELIMITERS:
        raise Refusal("records-csv-delimiter", f"Name one of these delimiters: {', '.join(_DELIMITERS)}.")
    return _DELIMITERS[name]
