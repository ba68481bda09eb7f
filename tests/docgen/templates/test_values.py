"""All fields of a record at once: every fault with its path."""

from __future__ import annotations

from docgen.letters import Cents
from docgen.templates.model import Field, FieldKind
from docgen.templates.values import compile_reader

ROWS = Field(
    "rows",
    FieldKind.LIST,
    min_items=1,
    max_items=2,
    items=(Field("text", FieldKind.TEXT), Field("amount", FieldKind.AMOUNT, required=False)),
)
FIELDS = (Field("name", FieldKind.TEXT), Field("note", FieldKind.TEXT, required=False), ROWS)


def read(
    values: dict[str, object], fields: tuple[Field, ...] = FIELDS
) -> tuple[dict[str, object], list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []
    out = compile_reader(fields, frozenset({"record_id"})).read(
        values, (), lambda path, code, _: found.append(("/".join(map(str, path)), code))
    )
    return out, found


def test_good_values_come_out_complete() -> None:
    out, found = read({"record_id": "1", "name": "x", "rows": [{"text": "a", "amount": "1.00"}, {"text": "b"}]})
    assert found == []
    assert out == {
        "name": "x",
        "note": None,
        "rows": ({"text": "a", "amount": Cents(100)}, {"text": "b", "amount": None}),
    }


def test_all_faults_are_reported_with_their_path() -> None:
    _, found = read({"name": " ", "extra": 1, "rows": [{"amount": "x", "more": 1}, 3]})
    assert found == [
        ("name", "field-missing"),
        ("rows/0/text", "field-missing"),
        ("rows/0/amount", "amount-invalid"),
        ("rows/0/more", "field-unknown"),
        ("rows/1", "field-type"),
        ("extra", "field-unknown"),
    ]


def test_lists_have_limits() -> None:
    assert read({"name": "x", "rows": []})[1] == [("rows", "list-too-short")]
    assert read({"name": "x"})[1] == [("rows", "field-missing")]
    assert read({"name": "x", "rows": [{"text": "a"}] * 3})[1] == [("rows", "list-too-long")]
    assert read({"name": "x", "rows": "a"})[1] == [("rows", "field-type")]


def test_an_optional_list_may_be_absent_but_not_half_filled() -> None:
    rows = Field("rows", FieldKind.LIST, required=False, min_items=2, items=(Field("text", FieldKind.TEXT),))
    assert read({}, (rows,)) == ({"rows": ()}, [])
    assert read({"rows": [{"text": "a"}]}, (rows,))[1] == [("rows", "list-too-short")]


def test_only_top_level_texts_have_lines() -> None:
    assert read({"name": "a\nb", "rows": [{"text": "a\nb"}]})[1] == [("rows/0/text", "text-control-character")]
