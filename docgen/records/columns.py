"""The columns of a table of records: which a template has, and which of them a header names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from docgen.findings import Finding, Place, Refusal
from docgen.postal.address import KEYS
from docgen.records.cells import reader_of
from docgen.templates.model import FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docgen.templates.model import Template

_MOST_COLUMNS: Final = 500


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """Where the cells of a column go: ``group`` is '' for the record, ``recipient`` or a list field."""

    name: str
    group: str
    key: str
    is_item: bool
    required: bool
    read: Callable[[object], object]


def column_rules(template: Template, *, decimal_comma: bool) -> dict[str, ColumnRule]:
    """Every column that records of the template may have, by its name in small letters."""
    text = reader_of(FieldKind.TEXT, decimal_comma=decimal_comma)
    rules = [
        ColumnRule("record_id", "", "record_id", is_item=False, required=True, read=text),
        ColumnRule("language", "", "language", is_item=False, required=False, read=text),
    ]
    rules += [ColumnRule(f"recipient.{key}", "recipient", key, False, key == "name", text) for key in KEYS]  # noqa: FBT003 -- six columns in a row
    for field in template.fields:
        for item in field.items:
            read = reader_of(item.kind, decimal_comma=decimal_comma)
            required = field.required and item.required
            name = f"{field.name}.{item.name}"
            rules.append(ColumnRule(name, field.name, item.name, is_item=True, required=required, read=read))
        if field.kind is not FieldKind.LIST:
            read = reader_of(field.kind, decimal_comma=decimal_comma)
            rules.append(ColumnRule(field.name, "", field.name, is_item=False, required=field.required, read=read))
    return {rule.name.casefold(): rule for rule in rules}


def match_header(header: Sequence[object], rules: Mapping[str, ColumnRule]) -> tuple[ColumnRule, ...]:
    """The rule of each column.

    Raises Refusal: records-column-unknown, -duplicate or -missing, with a finding for every column that is wrong.
    """
    names = [str(cell).strip() if cell is not None else "" for cell in header]
    while names and not names[-1]:
        names.pop()
    unknown = [(i, name) for i, name in enumerate(names) if name.casefold() not in rules]
    if unknown or len(names) > _MOST_COLUMNS:
        known = ", ".join(rule.name for rule in rules.values())
        raise _refusal("unknown", f"Rename or remove the column. Known are: {known}.", unknown[:_MOST_COLUMNS])
    keys = [name.casefold() for name in names]
    twice = [(i, name) for i, name in enumerate(names) if keys[i] in keys[:i]]
    if twice:
        raise _refusal("duplicate", "The column is there twice. Remove one.", twice)
    missing = [(len(names), rule.name) for key, rule in rules.items() if rule.required and key not in keys]
    if missing:
        raise _refusal("missing", "The column is missing. Add it to the first row.", missing)
    return tuple(rules[key] for key in keys)


def _refusal(what: str, message: str, columns: Sequence[tuple[int, str]]) -> Refusal:
    code = f"records-column-{what}"
    named = [(f"column {i + 1}, without a name" if not name else name[:60]) for i, name in columns]
    findings = tuple(Finding(code, message, Place(row=1, column=name)) for name in named)
    return Refusal(code, f"{message} ({', '.join(named[:10])})", findings)
