"""A raw record becomes a letter, or all its findings with their places."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.findings import Finding, Place
from docgen.letters import Cents, Letter
from docgen.records.raw import RawRecord
from docgen.records.validate import RecordValidator, validate_record
from docgen.templates.model import Field, FieldKind, Template, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

RECIPIENT = {
    "name": "Mevrouw A. Jansen",
    "street": "Brinkweg",
    "house_number": "14",
    "postcode": "9876 AB",
    "town": "Zandelo",
}
GOOD: dict[str, Any] = {"record_id": "1", "recipient": RECIPIENT, "total": "12.50", "rows": [{"text": "a"}]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats() | st.decimals(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["name", "text", "town"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def in_json(values: Mapping[str, object]) -> RawRecord:
    return RawRecord(Place(pointer="/records/0"), values)


def codes(template: Template, values: Mapping[str, object]) -> list[str]:
    result = validate_record(template, in_json(values))
    assert not isinstance(result, Letter)
    return [finding.code for finding in result]


def test_a_good_record_becomes_a_letter(template: Template) -> None:
    letter = validate_record(
        template,
        in_json(GOOD | {"language": "en", "day": "2026-11-22", "count": 3, "rate": Decimal("1.5"), "paid": True}),
    )
    assert isinstance(letter, Letter)
    assert (letter.record_id, letter.language) == ("1", "en")
    assert letter.address.town == "Zandelo"
    assert letter.values == {
        "total": Cents(1250),
        "day": dt.date(2026, 11, 22),
        "count": 3,
        "rate": Decimal("1.5"),
        "paid": True,
        "note": None,
        "rows": ({"text": "a", "amount": None},),
    }


def test_a_record_without_language_gets_the_template_s_first(template: Template) -> None:
    letter = validate_record(template, in_json(GOOD | {"language": None}))
    assert isinstance(letter, Letter)
    assert letter.language == "nl"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"record_id": None}, "record-id-missing"),
        ({"record_id": " "}, "record-id-missing"),
        ({"record_id": 7}, "record-id-missing"),
        ({"record_id": "x" * 65}, "record-id-missing"),
        ({"record_id": "a\nb"}, "record-id-missing"),
        ({"language": "fr"}, "language-unknown"),
        ({"language": 3}, "language-unknown"),
        ({"recipient": None}, "field-missing"),
        ({"recipient": "Jansen"}, "field-type"),
        ({"recipient": RECIPIENT | {"name": "السيدة"}}, "text-direction-unsupported"),
        ({"recipient": RECIPIENT | {"name": "a\tb"}}, "address-control-character"),
        ({"recipient": RECIPIENT | {"postcode": "1234 SS"}}, "address-postcode-invalid"),
        ({"total": None}, "field-missing"),
        ({"total": "1.234,50"}, "amount-invalid"),
        ({"note": "x" * 21}, "field-too-long"),
        ({"rows": [{"text": "a", "x": 1}]}, "field-unknown"),
        ({"colour": "red"}, "field-unknown"),
    ],
)
def test_each_fault_has_its_code(template: Template, change: dict[str, object], code: str) -> None:
    assert codes(template, GOOD | change) == [code]


def test_all_faults_of_a_record_come_at_once_with_pointers(template: Template) -> None:
    values = {
        "record_id": "7",
        "recipient": RECIPIENT | {"town": ""},
        "total": "x",
        "rows": [{"text": "a"}, {}],
        "a/b~": 1,
    }
    result = validate_record(template, in_json(values))
    assert isinstance(result, tuple)
    assert [(f.code, f.place.pointer) for f in result] == [
        ("address-town-missing", "/records/0/recipient/town"),
        ("amount-invalid", "/records/0/total"),
        ("field-missing", "/records/0/rows/1/text"),
        ("field-unknown", "/records/0/a~1b~0"),
    ]
    assert {f.place.record for f in result} == {"7"}


def test_in_a_table_the_places_are_rows_and_columns(template: Template) -> None:
    values = GOOD | {"recipient": RECIPIENT | {"town": ""}, "total": "x", "rows": [{"text": "a"}, {"amount": "y"}]}
    result = validate_record(template, RawRecord(Place(row=4), values, {"rows": (4, 6)}))
    assert isinstance(result, tuple)
    assert [(f.code, f.place.row, f.place.column) for f in result] == [
        ("address-town-missing", 4, "recipient.town"),
        ("amount-invalid", 4, "total"),
        ("field-missing", 6, "rows.text"),
        ("amount-invalid", 6, "rows.amount"),
    ]


def test_the_reader_s_findings_come_first_and_hide_what_follows_from_them(template: Template) -> None:
    seen = Finding("records-row-ragged", "Add a separator.", Place(row=2))
    result = validate_record(template, RawRecord(Place(row=2), {"total": "x"}, findings=(seen,)))
    assert isinstance(result, tuple)
    assert [f.code for f in result] == ["records-row-ragged", "amount-invalid"]


def test_a_record_id_may_come_once_in_a_run(template: Template) -> None:
    validator = RecordValidator(template)
    assert isinstance(validator.validate(in_json(GOOD)), Letter)
    again = validator.validate(in_json(GOOD))
    assert isinstance(again, tuple)
    assert [f.code for f in again] == ["record-id-duplicate"]
    assert isinstance(validator.validate(in_json(GOOD | {"record_id": "2"})), Letter)


KINDS = tuple(Field(kind.value, kind) for kind in FieldKind if kind is not FieldKind.LIST)
WIDE = Template(
    "t", "1", {}, ("nl",), (*KINDS, Field("rows", FieldKind.LIST, items=KINDS)), {"nl": Text("", "", "")}, "e"
)
KEYS = st.sampled_from(["record_id", "language", "recipient", "rows", *(field.name for field in KINDS)]) | st.text()


@pytest.mark.slow
@given(st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=4), max_size=3), max_size=8))
def test_no_json_breaks_the_validator_and_every_message_can_be_sent(values: dict[str, object]) -> None:
    result = validate_record(WIDE, in_json(values))
    assert isinstance(result, tuple)
    for finding in result:
        str(finding).encode()
        assert finding.code
        assert finding.message.endswith(".")


def test_eight_lines_are_validated_far_faster_than_asked(template: Template) -> None:
    rows = [{"text": f"Regel {i}", "amount": "688.90"} for i in range(8)]
    raws = [in_json(GOOD | {"record_id": str(i), "rows": rows, "day": "2026-11-22"}) for i in range(500)]
    validator = RecordValidator(template)
    started = time.process_time()
    assert all(isinstance(validator.validate(raw), Letter) for raw in raws)
    # 80,000 records in 60 s would be 750 microseconds each
    assert (time.process_time() - started) / len(raws) < 750e-6
