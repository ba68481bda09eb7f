"""Read the ``[fields.*]`` tables of a template: what each record must bring."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from docgen.templates.model import Field, FieldKind
from docgen.templates.names import name_problem

if TYPE_CHECKING:
    from docgen.templates.toml_source import TomlTable

_KEYS: Final = ("kind", "label", "required", "example", "max_length", "choices")
_LIST_KEYS: Final = ("kind", "label", "required", "example", "min_items", "max_items", "items")
_MOST_ITEMS: Final = 1_000
_MOST_CHARACTERS: Final = 10_000


def read_fields(root: TomlTable, languages: tuple[str, ...]) -> tuple[Field, ...]:
    """The declared fields in the order of the file; faults are kept at the table's source."""
    table = root.table("fields")
    if table is None:
        return ()
    return _read_all(table, languages, inside_list=False)


def _read_all(table: TomlTable, languages: tuple[str, ...], *, inside_list: bool) -> tuple[Field, ...]:
    fields = []
    for name in table.data:
        problem = name_problem(name)
        if problem:
            table.say("field-name", f"`{name}` cannot be the name of a field: {problem}.", name)
        one = table.table(name)
        if one is not None and not problem:
            fields.append(_read_one(one, name, languages, inside_list=inside_list))
    return tuple(field for field in fields if field is not None)


def _read_one(table: TomlTable, name: str, languages: tuple[str, ...], *, inside_list: bool) -> Field | None:
    kind = _kind(table, inside_list=inside_list)
    if kind is None:
        return None
    label = table.per_language("label", languages)
    required = table.flag("required", default=True)
    example = plain(table.data.get("example"))
    if kind is FieldKind.LIST:
        return _read_list(table, Field(name, kind, label, required=required, example=example), languages)
    table.allow(*_KEYS)
    choices = table.texts("choices")
    if choices and kind is not FieldKind.TEXT:
        table.say("key-unknown", "Only a field of kind text can have choices; remove them.", "choices")
    if required and example is None:
        table.say("example-missing", f"Give `{name}` an example; the preview shows it.", "example")
    length = table.whole("max_length", 0, 1, _MOST_CHARACTERS)
    return Field(name, kind, label, required=required, max_length=length or None, choices=choices, example=example)


def _kind(table: TomlTable, *, inside_list: bool) -> FieldKind | None:
    table.need("kind")
    text = table.text("kind")
    kinds = [kind for kind in FieldKind if not (inside_list and kind is FieldKind.LIST)]
    if text in kinds:
        return FieldKind(text)
    if text:
        table.say("field-kind", f"`{text}` is no kind of field here; choose one of {', '.join(kinds)}.", "kind")
    return None


def _read_list(table: TomlTable, field: Field, languages: tuple[str, ...]) -> Field:
    table.allow(*_LIST_KEYS)
    table.need("items")
    most = table.whole("max_items", 500, 1, _MOST_ITEMS)
    least = table.whole("min_items", 0, 0, most)
    table.need("items")
    items = table.table("items")
    columns = _read_all(items, languages, inside_list=True) if items is not None else ()
    example = field.example
    if example is None:
        example = [{item.name: item.example for item in columns if item.example is not None}]
    return Field(
        field.name,
        field.kind,
        field.label,
        required=field.required,
        min_items=least,
        max_items=most,
        example=example,
        items=columns,
    )


def plain(value: Any) -> Any:  # noqa: ANN401 -- TOML values have no common type
    """A TOML value as JSON has it: days as text, numbers with a point as decimals."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
