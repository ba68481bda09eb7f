"""A first look at a table with column names of its own: what is in it, and which fields its columns seem to hold."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from docgen.records.columns import column_rules, header_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from docgen.templates.model import Field, Template

SHOWN_ROWS: Final = 200
"""Rows in which an example of each column is looked for."""

_MOST_EXAMPLE_CHARACTERS: Final = 80
# what corporations call the columns that every template has, without spaces, signs and case
_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "record_id": (
        *("recordid", "id", "kenmerk", "nummer", "briefnummer", "uniekid", "relatienummer", "klantnummer"),
        *("huurdernummer", "debiteurnummer", "contractnummer", "customernumber", "reference"),
    ),
    "language": ("taal", "taalcode", "lang"),
    "recipient.name": (
        *("naam", "naamhuurder", "naambewoner", "huurder", "bewoner", "geadresseerde", "tenaamstelling"),
        *("volledigenaam", "ontvanger", "fullname", "addressee", "tenant", "resident"),
    ),
    "recipient.name_2": ("naam2", "tweedenaam", "medehuurder", "tav", "naamregel2"),
    "recipient.name_3": ("naam3", "naamregel3"),
    "recipient.street": ("straat", "straatnaam", "adresstraat", "streetname"),
    "recipient.house_number": ("huisnummer", "huisnr", "nr", "hnr", "housenumber", "housenr"),
    "recipient.house_letter": ("huisletter", "letter"),
    "recipient.addition": ("toevoeging", "huisnummertoevoeging", "huisnrtoevoeging", "toev", "suffix"),
    "recipient.street_and_number": ("adres", "adresregel", "straatenhuisnummer", "address", "addressline"),
    "recipient.postcode": ("pc", "postcodecijfersletters", "zip", "zipcode", "postalcode"),
    "recipient.town": ("plaats", "woonplaats", "plaatsnaam", "stad", "city"),
    "recipient.country": ("land", "landcode", "countrycode"),
}
_COMMA_AMOUNT: Final = re.compile(r"-?[0-9.]+,[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field that a template takes from a table: its column name, and what it is called in words."""

    name: str
    label: str
    required: bool
    kind: str


@dataclass(frozen=True, slots=True)
class TableLook:
    """``names`` are the columns as they are called, ``examples`` the first value of each, ``rows`` how many were read.

    ``delimiter`` is that of a CSV file.
    """

    names: tuple[str, ...]
    examples: tuple[str, ...]
    rows: int
    delimiter: str | None = None


def look_at(
    header: Sequence[object], rows: Iterable[tuple[int, Sequence[object]]], delimiter: str | None = None
) -> TableLook:
    """Read all rows; the first of them that fills a column gives its example."""
    names = header_names(header)
    examples = [""] * len(names)
    count = 0
    for _, cells in rows:
        if not any(_shown(cell) for cell in cells):
            continue
        count += 1
        if count > SHOWN_ROWS:
            continue
        for at, cell in enumerate(cells[: len(names)]):
            examples[at] = examples[at] or _shown(cell)
    return TableLook(names, tuple(examples), count, delimiter)


def wanted_of(template: Template) -> tuple[Wanted, ...]:
    """Every field that records of the template may bring in a table, in its order."""
    labels = dict(_labels(template.fields, template.default_language))
    return tuple(
        Wanted(rule.name, labels.get(rule.name, ("", "text"))[0], rule.required, labels.get(rule.name, ("", "text"))[1])
        for rule in column_rules(template, decimal_comma=False).values()
    )


def guess_columns(look: TableLook, template: Template, known: Mapping[str, str]) -> dict[str, str]:
    """The column for each field, as far as names tell: as in ``known``, of the same name, or by what it is called."""
    usable = [name for name in look.names if name and look.names.count(name) == 1]
    plain = {_plain(name): name for name in reversed(usable)}
    found = {field: column for field, column in known.items() if column in usable}
    taken = set(found.values())
    for wanted in wanted_of(template):
        if wanted.name in found:
            continue
        for said in _said(wanted):
            column = plain.get(said)
            if column is not None and column not in taken:
                found[wanted.name] = column
                taken.add(column)
                break
    return found


def has_decimal_commas(look: TableLook, columns: Mapping[str, str], template: Template) -> bool:
    """True when the example of a column with amounts or decimal numbers has a comma before its decimals."""
    examples = dict(zip(look.names, look.examples, strict=True))
    numbers = {wanted.name for wanted in wanted_of(template) if wanted.kind in {"amount", "decimal"}}
    return any(
        _COMMA_AMOUNT.fullmatch(examples.get(column, "")) for field, column in columns.items() if field in numbers
    )


def _labels(fields: Iterable[Field], language: str) -> Iterator[tuple[str, tuple[str, str]]]:
    for field in fields:
        yield field.name, (field.label.get(language, ""), str(field.kind))
        for item in field.items:
            yield f"{field.name}.{item.name}", (item.label.get(language, ""), str(item.kind))


def _said(wanted: Wanted) -> Iterator[str]:
    """What a column with this field may be called, the surest first."""
    yield _plain(wanted.name)
    yield _plain(wanted.name.rpartition(".")[2])
    if wanted.label:
        yield _plain(wanted.label)
    yield from _SYNONYMS.get(wanted.name, ())


def _plain(text: str) -> str:
    """Letters and digits only, without case and accents."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parted if character.isalnum() and not unicodedata.combining(character))


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    text = str(cell).strip()
    if len(text) > _MOST_EXAMPLE_CHARACTERS:
        text = f"{text[:_MOST_EXAMPLE_CHARACTERS]}…"
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
