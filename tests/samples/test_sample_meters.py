"""The sample register fits the sample letters."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_the_generator_makes_the_same_file_again() -> None:
    spec = importlib.util.spec_from_file_location("make_meters", SAMPLES / "make_meters.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.make_file() == (SAMPLES / "meters" / "water-meters.csv").read_bytes()


def test_every_letter_asks_a_meter_of_the_register() -> None:
    letters = {row["record_id"]: row for row in rows(SAMPLES / "records" / "water-meter-reading.csv")}
    homes = {row["record_key"]: row for row in rows(SAMPLES / "meters" / "water-meters.csv") if row["dwelling"]}
    assert homes.keys() == letters.keys()
    for key, home in homes.items():
        letter = letters[key]
        assert (home["meter_number"], home["last_reading"]) == (letter["meter_number"], letter["previous_reading"])
