"""Raw records as lines of JSON and back, so that the reading of one input can be shared out.

A record that came as JSON keeps its own text: ``["/records/3",false,{…}]`` with its pointer, whether its id is
repeated, and itself. Any other record is an object with every part of `RawRecord`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from docgen.findings import Finding, Place, Severity
from docgen.records.raw import RawRecord
from docgen.records.read_json import decode_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OWN_TEXT: Final = ord("[")
_LINE_END: Final = "\n"


def write_line(raw: RawRecord) -> bytes:
    """One line, with its end."""
    if raw.source is not None and not raw.findings:
        head = json.dumps([raw.place.pointer, raw.repeats_id])[:-1]
        # inside a JSON string no line can end, so what goes here are only blanks between values
        return f"{head},{raw.source.replace(_LINE_END, ' ')}]\n".encode()
    parts = {
        "place": asdict(raw.place),
        "values": raw.values,
        "item_rows": raw.item_rows,
        "findings": [asdict(finding) for finding in raw.findings],
        "repeats_id": raw.repeats_id,
    }
    return json.dumps(parts, default=_of_no_kind).encode() + b"\n"


def read_lines(lines: Iterable[bytes]) -> Iterator[RawRecord]:
    """The records that `write_line` wrote, without their text."""
    for line in lines:
        if line[0] == _OWN_TEXT:
            pointer, repeats_id, values = decode_record(line.decode())
            yield RawRecord(Place(pointer=pointer), values, repeats_id=repeats_id)
        else:
            yield _read(json.loads(line))


def _read(parts: dict[str, Any]) -> RawRecord:
    return RawRecord(
        place=Place(**parts["place"]),
        values=parts["values"],
        item_rows={name: tuple(rows) for name, rows in parts["item_rows"].items()},
        findings=tuple([_finding(**each) for each in parts["findings"]]),
        repeats_id=parts["repeats_id"],
    )


def _finding(code: str, message: str, place: dict[str, Any], severity: str) -> Finding:
    return Finding(code, message, Place(**place), Severity(severity))


def _of_no_kind(value: object) -> object:
    """A workbook's time of day and the like: no field takes it, and no field takes an object either."""
    del value
    return {}
