"""The letters of the benchmark as a caller would send them: JSON records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.letters import letter
from docgen.letters import Cents

if TYPE_CHECKING:
    from pathlib import Path


def write_records(path: Path, count: int) -> None:
    """Letters 0 up to ``count`` as one JSON document, one record per line."""
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            out.write('{"records":[\n' if not number else ",\n")
            json.dump(record(number), out, ensure_ascii=False, default=str)
        out.write("\n]}\n")


def record(number: int) -> dict[str, object]:
    """Letter ``number`` before it was validated: amounts and dates are texts."""
    made = letter(number)
    address = made.address
    recipient = {
        "name": address.name_lines[0],
        "street": address.street,
        "house_number": address.house_number,
        "postcode": address.postcode,
        "town": address.town,
    }
    fields = {name: _plain(value) for name, value in made.values.items()}
    return {"record_id": made.record_id, "language": made.language, "recipient": recipient, **fields}


def _plain(value: object) -> object:
    if isinstance(value, Cents):
        return f"{value // 100}.{value % 100:02}"
    if isinstance(value, tuple):
        return [{name: _plain(inner) for name, inner in row.items()} for row in value]
    return value
