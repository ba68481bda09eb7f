"""A table's cell as the JSON value it stands for; what cannot be read stays as it is, for the validator to refuse."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from docgen.templates.model import FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable

_TRUE: Final = frozenset({"true", "ja", "yes", "waar", "1"})
_FALSE: Final = frozenset({"false", "nee", "no", "onwaar", "0"})
_DUTCH_DATE: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_WHOLE: Final = re.compile(r"-?[0-9]{1,13}(?:\.0+)?")
_COMMA_NUMBER: Final = re.compile(r"(-?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]+))?")
_PLAIN_NUMBER: Final = re.compile(r"[-+]?[0-9][0-9.,]*")
_FORMULA_STARTS: Final = ("=", "@", "+", "-", "\t", "\r")
_PHONE: Final = re.compile(r"\+[0-9 ()/.-]+")


def is_formula(text: str) -> bool:
    """True for a text that a spreadsheet would run as a formula: it starts with = + - @ and is no number or phone."""
    if not text.startswith(_FORMULA_STARTS):
        return False
    return not (_PLAIN_NUMBER.fullmatch(text) or _PHONE.fullmatch(text) or text == "-" or text.startswith("- "))


def reader_of(kind: FieldKind, *, decimal_comma: bool) -> Callable[[object], object]:
    """The reading of cells of a kind; a cell is a text, or from a workbook also a number, bool or date."""
    if kind in {FieldKind.AMOUNT, FieldKind.DECIMAL}:
        return _with_comma if decimal_comma else _number_text
    return _READERS.get(kind, _text)


def _text(cell: object) -> object:
    """Text; a number typed in a text column (a house number, a meter number) as it shows."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return cell
    return str(_shown(cell)) if isinstance(cell, int | float) else _date(cell)


def _shown(number: float) -> int | str:
    """A workbook's number without the noise after its fifteenth digit."""
    if isinstance(number, int) or number.is_integer():
        return int(number)
    return format(Decimal(format(number, ".15g")), "f")


def _number_text(cell: object) -> object:
    if isinstance(cell, bool):
        return cell
    return str(_shown(cell)) if isinstance(cell, int | float) else _stripped(cell)


def _with_comma(cell: object) -> object:
    """``1.234,56`` as ``1234.56``; a text that is not surely one (``1.23``) stays, and is refused later."""
    found = _COMMA_NUMBER.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if found is None:
        return f"{cell} (?)" if isinstance(cell, str) and "." in cell else _number_text(cell)
    sign, whole, decimals = found.groups()
    return f"{sign}{whole.replace('.', '')}" + (f".{decimals}" if decimals else "")


def _integer(cell: object) -> object:
    if isinstance(cell, str) and _WHOLE.fullmatch(cell.strip()):
        return int(cell.strip().partition(".")[0])
    return cell


def _date(cell: object) -> object:
    """Days as ``2026-11-22``; ``22-11-2026`` is read as day, month, year."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    found = _DUTCH_DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if found is None:
        return _stripped(cell)
    day, month, year = found.groups()
    return f"{year}-{int(month):02}-{int(day):02}"


def _boolean(cell: object) -> object:
    word = str(cell).strip().casefold()
    if word in _TRUE:
        return True
    return False if word in _FALSE else cell


def _stripped(cell: object) -> object:
    return cell.strip() if isinstance(cell, str) else cell


_READERS: Final = {FieldKind.INTEGER: _integer, FieldKind.DATE: _date, FieldKind.BOOLEAN: _boolean}
