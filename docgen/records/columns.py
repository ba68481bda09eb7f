"""The columns of a table of records: which a template has, and which of them a header names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from docgen.findings import Finding, Place, Refusal
from docgen.postal.address import KEYS
from docgen.records.cells import reader_of
from docgen.templates.model import FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docgen.templates.model import Field, Template

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


class Target(NamedTuple):
    """The column ``at`` (from 0) of the file goes where ``rule`` says."""

    at: int
    rule: ColumnRule


@dataclass(frozen=True, slots=True)
class Header:
    """How many cells a row has, and which of them are read."""

    width: int
    targets: tuple[Target, ...]


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


def plain_rules(fields: Sequence[Field], *, decimal_comma: bool) -> dict[str, ColumnRule]:
    """A column for each of these fields, none of which is a list: the table of a register, where a row is an item."""
    rules = [
        ColumnRule(
            *(field.name, "", field.name),
            is_item=False,
            required=field.required,
            read=reader_of(field.kind, decimal_comma=decimal_comma),
        )
        for field in fields
    ]
    return {rule.name.casefold(): rule for rule in rules}


def header_names(header: Sequence[object]) -> tuple[str, ...]:
    """The names in a first row, without spaces around them and without empty cells at the end."""
    names = [str(cell).strip() if cell is not None else "" for cell in header]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def match_header(
    header: Sequence[object], rules: Mapping[str, ColumnRule], chosen: Mapping[str, str] | None = None
) -> Header:
    """Where the cells of each row go.

    ``chosen`` names for fields of the template the column of the file that they are read from; one column may serve
    several, and columns that nothing names are passed over. Without it the file has the template's own names.
    Raises Refusal: records-column-unknown, -duplicate or -missing, with a finding for every column that is wrong.
    """
    names = header_names(header)
    if chosen:
        return _match_chosen(names, rules, chosen)
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
    return Header(len(names), tuple(Target(at, rules[key]) for at, key in enumerate(keys)))


def _match_chosen(names: Sequence[str], rules: Mapping[str, ColumnRule], chosen: Mapping[str, str]) -> Header:
    wanted = {field.casefold(): column.strip() for field, column in chosen.items()}
    foreign = [(len(names), field) for field in wanted if field not in rules]
    if foreign:
        raise _refusal("unknown", "The template has no such field. Choose the columns again.", foreign)
    twice = [(i, name) for i, name in enumerate(names) if name in wanted.values() and names.count(name) > 1]
    if twice:
        raise _refusal("duplicate", "The column is there twice. Rename one of them.", twice)
    gone = [(len(names), column) for column in wanted.values() if column not in names]
    if gone:
        raise _refusal("missing", "The file has no such column. Choose the columns again.", gone)
    missing = [(len(names), rule.name) for key, rule in rules.items() if rule.required and key not in wanted]
    if missing:
        raise _refusal("missing", "No column is chosen for it. Choose one, or add it to the file.", missing)
    targets = [Target(names.index(wanted[key]), rule) for key, rule in rules.items() if key in wanted]
    return Header(len(names), tuple(targets))


def _refusal(what: str, message: str, columns: Sequence[tuple[int, str]]) -> Refusal:
    code = f"records-column-{what}"
    named = [(f"column {i + 1}, without a name" if not name else name[:60]) for i, name in columns]
    findings = tuple(Finding(code, message, Place(row=1, column=name)) for name in named)
    return Refusal(code, f"{message} ({', '.join(named[:10])})", findings)
