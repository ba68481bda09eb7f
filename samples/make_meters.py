#!/usr/bin/env python3
"""Make ``meters/water-meters.csv``: the register of the homes in ``records/water-meter-reading.csv``.

Each street is a complex with one main meter, each home has a meter under it, and the key of its letter is the record_id
of its record. Run it after ``make_records.py``; the same file every time.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final

COLUMNS: Final = (
    *("complex", "complex_name", "dwelling", "address", "postcode", "house_number", "meter", "meter_number", "kind"),
    *("dials", "main_meter", "last_reading", "last_reading_on", "expected_per_day"),
    *("record_key", "field", "date_field"),
)
_HERE: Final = Path(__file__).parent
_RECORDS: Final = _HERE / "records" / "water-meter-reading.csv"
_LAST_YEAR: Final = "2025-12-12"
_PER_HOME: Final = 0.25  # m3 a day
_QUESTIONS: Final = {"field": "reading", "date_field": "reading_date"}


def make_file() -> bytes:
    """The register as CSV with semicolons, in UTF-8 with the mark that spreadsheets like."""
    with _RECORDS.open(encoding="utf-8-sig", newline="") as stream:
        records = list(csv.DictReader(stream, delimiter=";"))
    streets: dict[str, list[dict[str, str]]] = defaultdict(list)
    for record in records:
        streets[record["recipient.street"]].append(record)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";", restval="")
    writer.writeheader()
    for number, (street, homes) in enumerate(sorted(streets.items()), 1):
        key = f"ZA-C{number:02}"
        writer.writerow(_main(key, street, homes))
        writer.writerows(_home(key, home) for home in homes)
    return out.getvalue().encode("utf-8-sig")


def _main(key: str, street: str, homes: list[dict[str, str]]) -> dict[str, object]:
    counted = sum(int(home["previous_reading"] or 0) for home in homes)
    return {
        "complex": key,
        "complex_name": street,
        "meter": f"{key}-W",
        "meter_number": f"HW {key[-2:]}-2015",
        "kind": "water",
        "dials": 7,
        "last_reading": counted,
        "last_reading_on": _LAST_YEAR,
        "expected_per_day": len(homes) * _PER_HOME,
    }


def _home(key: str, record: dict[str, str]) -> dict[str, object]:
    house = " ".join(filter(None, (record["recipient.house_number"], record["recipient.addition"])))
    return {
        "complex": key,
        "dwelling": f"W-{record['record_id'][-5:]}",
        "address": f"{record['recipient.street']} {house}".strip(),
        "postcode": record["recipient.postcode"],
        "house_number": house,
        "meter": record["meter_number"],
        "meter_number": record["meter_number"],
        "kind": "water",
        "dials": 5,
        "main_meter": f"{key}-W",
        "last_reading": record["previous_reading"],
        "last_reading_on": record["previous_date"],
        "expected_per_day": _PER_HOME,
        "record_key": record["record_id"],
        **_QUESTIONS,
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _HERE / "meters"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "water-meters.csv").write_bytes(make_file())
