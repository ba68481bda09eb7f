"""A letter as a record gives the same letter again."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docgen.findings import Place
from docgen.letters import Cents, Letter
from docgen.postal.address import PostalAddress, read_address
from docgen.records.as_record import as_record
from docgen.records.read_csv import read_csv
from docgen.records.read_json import read_json
from docgen.records.validate import RecordValidator
from docgen.templates.load import load_template

if TYPE_CHECKING:
    from docgen.templates.model import Template

SAMPLES = Path(__file__).parents[3] / "samples"
NAMES = sorted(
    path.name
    for path in (SAMPLES / "records").iterdir()
    if (SAMPLES / "templates" / path.stem).is_dir() and path.suffix != ".xlsx"
)


def template_of(name: str) -> Template:
    folder = SAMPLES / "templates" / name
    return load_template({path.name: path.read_bytes() for path in folder.iterdir()})


def letters_of(name: str, template: Template) -> list[Letter]:
    path = SAMPLES / "records" / name
    read = read_json if path.suffix == ".json" else lambda stream: read_csv(stream, template)
    validator = RecordValidator(template)
    with path.open("rb") as stream:
        made = [validator.validate(raw) for raw in read(stream)]
    found = [letter for letter in made if isinstance(letter, Letter)]
    assert found
    return found[:200]


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_letter_comes_back_from_its_record(name: str) -> None:
    template = template_of(Path(name).stem)
    letters = letters_of(name, template)
    records = [as_record(letter, template, {}) for letter in letters]
    validator = RecordValidator(template)
    stream = io.BytesIO(json.dumps(records).encode())
    assert [validator.validate(raw) for raw in read_json(stream)] == letters


def test_only_what_the_other_template_declares_is_taken_and_changes_go_first() -> None:
    letters = letters_of("water-meter-reading.csv", template_of("water-meter-reading"))
    other = template_of("contact-data-request")
    made = as_record(letters[0], other, {"letter_date": "2026-12-01", "colour": "red"})
    assert made["letter_date"] == "2026-12-01"
    assert set(made) <= {"record_id", "language", "recipient", *(field.name for field in other.fields)}


@pytest.mark.parametrize(
    "address",
    [
        {"name": "A", "street": "Postbus 250", "postcode": "1234 AB", "town": "Dorp"},
        {
            "name": "A",
            "name_2": "B",
            "street_and_number": "Dorpsstraat 12 a-2",
            "postcode": "1234AB",
            "town": "'s-Graveland",
        },
        {"name": "A", "street_and_number": "Hauptstraße 5", "postcode": "10115", "town": "Berlin", "country": "DE"},
        {"name": "A", "street_and_number": "12 rue Haute", "postcode": "1000", "town": "Brussel", "country": "BE"},
        {
            "name": "A",
            "street_and_number": "221B Baker Street",
            "postcode": "NW1 6XE",
            "town": "London",
            "country": "GB",
        },
    ],
)
def test_an_address_comes_back(address: dict[str, str]) -> None:
    before = read_address(address, Place())
    assert isinstance(before, PostalAddress)
    letter = Letter("R", "nl", before, {})
    again = read_address(as_record(letter, template_of("contact-data-request"), {})["recipient"], Place())
    assert again == before


def test_amounts_keep_their_cents() -> None:
    template = template_of("rent-reminder")
    address = read_address({"name": "A", "street": "Postbus 1", "postcode": "1234 AB", "town": "Dorp"}, Place())
    assert isinstance(address, PostalAddress)
    for cents, text in ((5, "0.05"), (-5, "-0.05"), (-1234, "-12.34"), (137780, "1377.80")):
        made = as_record(Letter("R", "nl", address, {"total_due": Cents(cents)}), template, {})
        assert made["total_due"] == text
        assert Decimal(made["total_due"]) * 100 == cents
