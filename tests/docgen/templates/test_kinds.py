"""Readers of single values: what each kind takes, what it refuses, and that nothing breaks them."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.letters import Cents
from docgen.templates.kinds import BadValueError, clean_text, reader_of
from docgen.templates.model import Field, FieldKind

SCALARS = [kind for kind in FieldKind if kind is not FieldKind.LIST]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals(allow_nan=True)
    | st.dates()
    | st.from_regex(r"-?[0-9]{1,12}[.,][0-9]{1,8}", fullmatch=True)
    | st.sampled_from(["NL91ABNA0417164300", "\ud800", "2026-02-30", "a@b.nl", Decimal("1e999999"), Decimal("-0")]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def read(kind: FieldKind, value: object, **options: Any) -> object:  # noqa: ANN401 -- the options of a field
    return reader_of(Field("f", kind, **options), lines=False)(value)


def code(kind: FieldKind, value: object, **options: Any) -> str:  # noqa: ANN401 -- the options of a field
    with pytest.raises(BadValueError) as bad:
        read(kind, value, **options)
    assert bad.value.message.endswith(".")
    return bad.value.code


@given(st.sampled_from(SCALARS), JSON)
def test_any_json_value_is_read_or_refused_and_nothing_else(kind: FieldKind, value: object) -> None:
    with contextlib.suppress(BadValueError):
        assert read(kind, value) is not None


@pytest.mark.parametrize(
    ("kind", "given_value", "value"),
    [
        (FieldKind.TEXT, "  Zoe\u0308 ", "Zoë"),
        (FieldKind.INTEGER, 12, 12),
        (FieldKind.INTEGER, 12.0, 12),
        (FieldKind.INTEGER, Decimal(12), 12),
        (FieldKind.DECIMAL, "12.50", Decimal("12.50")),
        (FieldKind.DECIMAL, 21, Decimal(21)),
        (FieldKind.DECIMAL, 1.5, Decimal("1.5")),
        (FieldKind.AMOUNT, "1234567.89", Cents(123456789)),
        (FieldKind.AMOUNT, "-0.05", Cents(-5)),
        (FieldKind.AMOUNT, "12.5", Cents(1250)),
        (FieldKind.AMOUNT, "0", Cents(0)),
        (FieldKind.DATE, "2026-11-22", dt.date(2026, 11, 22)),
        (FieldKind.DATE, dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC), dt.date(2026, 11, 22)),
        (FieldKind.BOOLEAN, False, False),
        (FieldKind.IBAN, "nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
        (FieldKind.REFERENCE, "5000 0567 8901 2345", "5000056789012345"),
        (FieldKind.REFERENCE, "rf18 5390 0754 7034", "RF18539007547034"),
        (FieldKind.REFERENCE, "010/8068/17183", "+++010/8068/17183+++"),
        (FieldKind.EMAIL, " a.b@example.nl ", "a.b@example.nl"),
        (FieldKind.PHONE, "+31 20 123 45 67", "+31 20 123 45 67"),
        (FieldKind.URL, "HTTPS://Q.EXAMPLE.NL/7F3K", "HTTPS://Q.EXAMPLE.NL/7F3K"),
    ],
)
def test_good_values(kind: FieldKind, given_value: object, value: object) -> None:
    result = read(kind, given_value)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (FieldKind.TEXT, 3, "field-type"),
        (FieldKind.TEXT, "x" * 2001, "field-too-long"),
        (FieldKind.TEXT, "a\tb", "text-control-character"),
        (FieldKind.TEXT, "a\nb", "text-control-character"),
        (FieldKind.TEXT, "a\u200bb", "text-control-character"),
        (FieldKind.TEXT, "a\ue001b", "text-control-character"),
        (FieldKind.TEXT, "a\ud800b", "text-control-character"),
        (FieldKind.TEXT, "שלום", "text-direction-unsupported"),
        (FieldKind.TEXT, "مرحبا", "text-direction-unsupported"),
        (FieldKind.TEXT, "a\u202eb", "text-direction-unsupported"),
        (FieldKind.INTEGER, "12", "field-type"),
        (FieldKind.INTEGER, True, "field-type"),
        (FieldKind.INTEGER, 1.5, "field-type"),
        (FieldKind.INTEGER, float("nan"), "field-type"),
        (FieldKind.INTEGER, 10**12, "field-type"),
        (FieldKind.DECIMAL, "1,5", "field-type"),
        (FieldKind.DECIMAL, Decimal("1e999999"), "field-type"),
        (FieldKind.DECIMAL, Decimal("1e-9"), "field-type"),
        (FieldKind.DECIMAL, float("inf"), "field-type"),
        (FieldKind.AMOUNT, "1.234,56", "amount-invalid"),
        (FieldKind.AMOUNT, "1,234.56", "amount-invalid"),
        (FieldKind.AMOUNT, "€ 12", "amount-invalid"),
        (FieldKind.AMOUNT, 12.5, "amount-invalid"),
        (FieldKind.AMOUNT, 12, "amount-invalid"),
        (FieldKind.AMOUNT, "12.345", "amount-precision"),
        (FieldKind.AMOUNT, "1000000000.00", "amount-invalid"),
        (FieldKind.DATE, "22-11-2026", "date-invalid"),
        (FieldKind.DATE, "2026-02-30", "date-invalid"),
        (FieldKind.DATE, "1899-12-31", "date-invalid"),
        (FieldKind.DATE, "20261122", "date-invalid"),
        (FieldKind.DATE, 20261122, "date-invalid"),
        (FieldKind.BOOLEAN, "true", "field-type"),
        (FieldKind.BOOLEAN, 1, "field-type"),
        (FieldKind.IBAN, "NL92ABNA0417164300", "iban-invalid"),
        (FieldKind.IBAN, 91, "iban-invalid"),
        (FieldKind.IBAN, "9" * 99, "iban-invalid"),
        (FieldKind.REFERENCE, "6000056789012345", "reference-invalid"),
        (FieldKind.REFERENCE, 5000056789012345, "reference-invalid"),
        (FieldKind.REFERENCE, "9" * 99, "reference-invalid"),
        (FieldKind.EMAIL, "a@b", "email-invalid"),
        (FieldKind.EMAIL, 3, "email-invalid"),
        (FieldKind.PHONE, "bel ons", "phone-invalid"),
        (FieldKind.URL, "ftp://x.nl", "url-invalid"),
        (FieldKind.URL, "https://x.nl/a b", "url-invalid"),
        (FieldKind.URL, "https://x.nl/" + "a" * 2000, "field-too-long"),
    ],
)
def test_bad_values_have_their_code(kind: FieldKind, value: object, expected: str) -> None:
    assert code(kind, value) == expected


def test_choices_and_length_of_a_field_hold() -> None:
    assert read(FieldKind.TEXT, "b", choices=("a", "b")) == "b"
    assert code(FieldKind.TEXT, "c", choices=("a", "b")) == "field-choice"
    assert code(FieldKind.TEXT, "abcd", max_length=3) == "field-too-long"


def test_line_breaks_stay_where_they_are_allowed() -> None:
    assert clean_text("a\r\nb", lines=True) == "a\nb"


@given(st.integers(-(10**11) + 1, 10**11 - 1))
def test_every_amount_can_be_sent_as_text(cents: int) -> None:
    text = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
    assert read(FieldKind.AMOUNT, json.loads(json.dumps(text))) == cents
