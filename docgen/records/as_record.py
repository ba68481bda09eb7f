"""A letter as the record that it could have come from, to write to somebody again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from docgen.letters import Cents
from docgen.postal.address import NAME_KEYS

if TYPE_CHECKING:
    from docgen.letters import Letter
    from docgen.postal.address import PostalAddress
    from docgen.templates.model import Template


def as_record(letter: Letter, template: Template, changes: Mapping[str, object]) -> dict[str, Any]:
    """The record as JSON, with only what the template declares; ``changes`` take the place of its values."""
    names = [field.name for field in template.fields]
    values = {name: _plain(letter.values.get(name)) for name in names} | {
        name: value for name, value in changes.items() if name in names
    }
    language = letter.language if letter.language in template.languages else template.default_language
    return {
        "record_id": letter.record_id,
        "language": language,
        "recipient": _recipient(letter.address),
        **{name: value for name, value in values.items() if value is not None},
    }


def _recipient(address: PostalAddress) -> dict[str, str]:
    """The keys of `docgen.postal.address.read_address`."""
    parts = {
        **dict(zip(NAME_KEYS, address.name_lines, strict=False)),
        "street": address.street,
        "house_number": address.house_number,
        "house_letter": address.house_letter,
        "addition": address.addition,
        "postcode": address.postcode,
        "town": address.town,
        "country": address.country,
    }
    return {key: text for key, text in parts.items() if text}


def _plain(value: object) -> object:
    match value:
        case Cents():
            sign, cents = ("-", -value) if value < 0 else ("", value)
            return f"{sign}{cents // 100}.{cents % 100:02d}"
        case bool() | int() | str() | None:
            return value
        case Decimal():
            return format(value, "f")
        case dt.date():
            return value.isoformat()
        case tuple() | list():
            return [_plain(item) for item in value]
        case Mapping():
            return {name: _plain(item) for name, item in value.items() if item is not None}
        case _:
            raise TypeError(f"a letter cannot hold a {type(value).__name__}")
