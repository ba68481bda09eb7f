"""A small template and the records that fit it."""

from __future__ import annotations

import pytest

from docgen.templates.model import Field, FieldKind, Template, Text


@pytest.fixture
def template() -> Template:
    rows = Field(
        "rows",
        FieldKind.LIST,
        max_items=50,
        items=(Field("text", FieldKind.TEXT), Field("amount", FieldKind.AMOUNT, required=False)),
    )
    fields = (
        Field("total", FieldKind.AMOUNT),
        Field("day", FieldKind.DATE, required=False),
        Field("count", FieldKind.INTEGER, required=False),
        Field("rate", FieldKind.DECIMAL, required=False),
        Field("paid", FieldKind.BOOLEAN, required=False),
        Field("note", FieldKind.TEXT, required=False, max_length=20),
        rows,
    )
    return Template("t", "1", {}, ("nl", "en"), fields, {"nl": Text("", "", "body.nl.md")}, "nl-dl-right")
