"""A letter as canonical JSON and back, without loss: what a validated record said, kept until it is composed.

Texts carry a sign for their kind (``s`` text, ``c`` cents, ``n`` decimal number, ``d`` day), because JSON has no
kinds for them; whole numbers, booleans, null, lists and objects are JSON's own. Keys are sorted and blanks left out,
so the same letter is always the same bytes. The way in (`docgen.letters.EntryAccess`) is not kept: it is a secret that
is made again from the piece id.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from docgen.letters import Cents, Letter
from docgen.postal.address import PostalAddress

if TYPE_CHECKING:
    from collections.abc import Callable

_ADDRESS: Final = attrgetter(
    *("name_lines", "street", "house_number", "house_letter", "addition", "postcode", "town", "country")
)
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def write_letter(letter: Letter) -> bytes:
    """The letter as UTF-8 JSON.

    Raises:
        TypeError: a value of a kind that no template can declare.
    """
    parts = {
        "address": _ADDRESS(letter.address),
        "language": letter.language,
        "record_id": letter.record_id,
        "values": {name: _written(value) for name, value in letter.values.items()},
    }
    return _ENCODE(parts).encode()


def read_letter(data: bytes) -> Letter:
    """The letter that `write_letter` wrote, without a way in."""
    parts = json.loads(data)
    values = {name: _read(value) for name, value in parts["values"].items()}
    return Letter(parts["record_id"], parts["language"], _address(parts["address"]), values)


def _address(parts: list[Any]) -> PostalAddress:
    return PostalAddress(tuple(parts[0]), *parts[1:])


def _written(value: object) -> object:
    kind = type(value)
    # texts and whole numbers are most of all values, so they do not wait for the table
    if kind is str:
        return f"s{value}"
    if kind is int:
        return value
    if kind is dict:
        return {name: _written(item) for name, item in value.items()}  # type: ignore[attr-defined] # it is a dict
    write = _WRITERS.get(kind)
    if write is not None:
        return write(value)
    if isinstance(value, Mapping):
        return {name: _written(item) for name, item in value.items()}
    raise TypeError(f"a letter cannot hold a {type(value).__name__}")


def _read(value: Any) -> object:  # noqa: ANN401 -- JSON values have no common type
    kind = type(value)
    if kind is str:
        return value[1:] if value[0] == _TEXT else _READERS[value[0]](value[1:])
    if kind is list:
        return tuple([_read(item) for item in value])
    if kind is dict:
        return {name: _read(item) for name, item in value.items()}
    return value


def _itself(value: object) -> object:
    return value


_TEXT: Final = "s"
_WRITERS: Final[dict[type, Callable[[Any], object]]] = {
    Cents: lambda cents: f"c{cents:d}",
    Decimal: lambda number: f"n{number}",
    dt.date: lambda day: f"d{day.isoformat()}",
    bool: _itself,
    type(None): _itself,
    tuple: lambda items: [_written(item) for item in items],
}
_READERS: Final[dict[str, Callable[[str], object]]] = {
    "c": Cents,
    "n": Decimal,
    "d": dt.date.fromisoformat,
}
