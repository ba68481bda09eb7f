"""Read the ``[blocks.*]`` and ``[[reference]]`` tables of a template and check them against its fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from docgen.templates.model import (
    Column,
    ColumnKind,
    EntryBlock,
    Field,
    FieldKind,
    PaymentBlock,
    ReferenceItem,
    SpecificationBlock,
    VatMode,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docgen.templates.toml_source import TomlTable

_NUMBERS: Final = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL})
_AMOUNTS: Final = frozenset({FieldKind.AMOUNT})
_TEXTS: Final = frozenset(FieldKind) - {
    FieldKind.LIST,
    FieldKind.AMOUNT,
    FieldKind.DATE,
    FieldKind.BOOLEAN,
    FieldKind.DECIMAL,
}
_COLUMN_TAKES: Final = {
    ColumnKind.TEXT: _TEXTS,
    ColumnKind.QUANTITY: _NUMBERS,
    ColumnKind.AMOUNT: _AMOUNTS,
    ColumnKind.PERCENT: _NUMBERS,
    ColumnKind.DATE: frozenset({FieldKind.DATE}),
}
TEXT_WIDTH_MM: Final = 160.0
"""How wide text is on an A4 page; the layout puts it in the middle."""
LEAST_FLEXIBLE_MM: Final = 25.0
"""What a column without a width must keep."""
_REFERENCES: Final = frozenset({FieldKind.REFERENCE, FieldKind.TEXT})


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a template."""

    specification: SpecificationBlock | None = None
    payment: PaymentBlock | None = None
    entry: EntryBlock | None = None


def read_blocks(root: TomlTable, fields: tuple[Field, ...], languages: tuple[str, ...]) -> Blocks:
    """The declared blocks; faults are kept at the table's source."""
    table = root.table("blocks")
    if table is None:
        return Blocks()
    table.allow("specification", "payment", "entry")
    by_name = {field.name: field for field in fields}
    specification, payment = table.table("specification"), table.table("payment")
    entry = table.table("entry")
    return Blocks(
        specification=_specification(specification, by_name, languages) if specification else None,
        payment=_payment(payment, by_name) if payment else None,
        entry=_entry(entry, languages) if entry else None,
    )


def read_reference(root: TomlTable, languages: tuple[str, ...]) -> tuple[ReferenceItem, ...]:
    """The items of the reference block."""
    items = []
    for table in root.tables("reference"):
        table.allow("label", "value")
        table.need("value")
        items.append(ReferenceItem(table.per_language("label", languages, required=True), table.text("value")))
    return tuple(items)


def declared_field(
    table: TomlTable, key: str, fields: Mapping[str, Field], kinds: frozenset[FieldKind], *, required: bool = False
) -> str | None:
    """The name of a declared field of one of the kinds."""
    if required:
        table.need(key)
    name = table.optional_text(key)
    if name is None:
        return None
    declared = fields.get(name)
    if declared is None:
        table.say("field-undeclared", f"`{name}` is not declared; declare it or correct `{table.name_of(key)}`.", key)
        return None
    if declared.kind not in kinds:
        wanted = ", ".join(sorted(kinds))
        table.say("field-kind", f"`{name}` is of kind {declared.kind}; `{table.name_of(key)}` needs {wanted}.", key)
        return None
    return name


def _specification(
    table: TomlTable, fields: Mapping[str, Field], languages: tuple[str, ...]
) -> SpecificationBlock | None:
    table.allow(
        *("source", "columns", "amount_field", "group_by", "vat", "vat_rate_field"),
        *("total_label", "total_field", "carry_over", "zebra"),
    )
    source = declared_field(table, "source", fields, frozenset({FieldKind.LIST}), required=True)
    if source is None:
        return None
    items = {item.name: item for item in fields[source].items}
    amount = declared_field(table, "amount_field", items, _AMOUNTS, required=True)
    vat = _vat(table)
    rate = declared_field(table, "vat_rate_field", items, _NUMBERS, required=vat is not VatMode.NONE)
    columns = _columns(table, items, languages)
    _check_places(table, columns, amount)
    return SpecificationBlock(
        source=source,
        columns=columns,
        amount_field=amount or "",
        group_by=declared_field(table, "group_by", items, _TEXTS),
        vat=vat,
        vat_rate_field=rate,
        total_label=table.per_language("total_label", languages),
        total_field=declared_field(table, "total_field", fields, _AMOUNTS),
        carry_over=table.flag("carry_over", default=True),
        zebra=table.flag("zebra", default=True),
    )


def _vat(table: TomlTable) -> VatMode:
    text = table.text("vat", VatMode.NONE)
    if text in list(VatMode):
        return VatMode(text)
    table.say("key-choice", f"`vat` must be one of {', '.join(VatMode)}.", "vat")
    return VatMode.NONE


def _columns(table: TomlTable, items: Mapping[str, Field], languages: tuple[str, ...]) -> tuple[Column, ...]:
    columns = []
    for one in table.tables("columns"):
        one.allow("field", "kind", "label", "width_mm")
        one.need("field")
        kind = _column_kind(one)
        name = declared_field(one, "field", items, _COLUMN_TAKES[kind])
        if name is not None:
            label = one.per_language("label", languages, required=True)
            columns.append(Column(name, kind, label, one.length_mm("width_mm")))
    if not columns:
        table.say("key-missing", "A specification needs at least one column under `columns`.", "columns")
    if sum(column.width_mm is None for column in columns) > 1:
        table.say("column-width", "Only one column may be without `width_mm`; give the others a width.", "columns")
    return tuple(columns)


def _check_places(table: TomlTable, columns: tuple[Column, ...], amount: str | None) -> None:
    """Totals stand in the column of amounts with their label to the left, and all must fit the text's width."""
    places = [place for place, column in enumerate(columns) if column.field == amount]
    if amount and not any(columns[place].kind is ColumnKind.AMOUNT for place in places):
        table.say("column-amount", f"Give `{amount}` a column of kind amount; totals stand in it.", "amount_field")
    elif places == [0]:
        table.say("column-amount", "Put a column of text before the amounts; labels of totals stand in it.", "columns")
    fixed_mm = sum(column.width_mm or 0.0 for column in columns)
    room_mm = TEXT_WIDTH_MM - (LEAST_FLEXIBLE_MM if any(c.width_mm is None for c in columns) else 0.0)
    if fixed_mm > room_mm:
        message = f"The columns are {fixed_mm:g} mm wide together; at most {room_mm:g} mm is there. Make them narrower."
        table.say("column-width", message, "columns")


def _column_kind(table: TomlTable) -> ColumnKind:
    text = table.text("kind", ColumnKind.TEXT)
    if text in list(ColumnKind):
        return ColumnKind(text)
    table.say("key-choice", f"A column's `kind` must be one of {', '.join(ColumnKind)}.", "kind")
    return ColumnKind.TEXT


def _payment(table: TomlTable, fields: Mapping[str, Field]) -> PaymentBlock:
    table.allow("amount_field", "reference_field", "text_field", "due_date_field", "iban_field", "link_field")
    block = PaymentBlock(
        amount_field=declared_field(table, "amount_field", fields, _AMOUNTS),
        reference_field=declared_field(table, "reference_field", fields, _REFERENCES),
        text_field=declared_field(table, "text_field", fields, frozenset({FieldKind.TEXT})),
        due_date_field=declared_field(table, "due_date_field", fields, frozenset({FieldKind.DATE})),
        iban_field=declared_field(table, "iban_field", fields, frozenset({FieldKind.IBAN})),
        link_field=declared_field(table, "link_field", fields, frozenset({FieldKind.URL})),
    )
    # EPC069-12: remittance information is either structured or unstructured
    if block.reference_field and block.text_field:
        table.say("payment-text", "A payment has a reference or a text, never both; remove one.", "text_field")
    return block


def _entry(table: TomlTable, languages: tuple[str, ...]) -> EntryBlock:
    table.allow("text")
    return EntryBlock(table.per_language("text", languages))
