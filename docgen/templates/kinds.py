"""One value of a declared kind: from JSON to what a letter holds, or why not.

A reader takes any JSON value (or a date) and returns the value or raises `BadValueError`, never anything else.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from docgen.letters import Cents
from docgen.qr.references import ReferenceKind, compact, group_ogm, is_iban, kind_of_reference
from docgen.templates.model import FieldKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from docgen.templates.model import Field

DEFAULT_MAX_LENGTH: Final = 2_000
MAX_CENTS: Final = 99_999_999_999
_MAX_NUMBER: Final = 10**12
_MAX_DECIMALS: Final = 6
_YEARS: Final = range(1900, 2200)

_AMOUNT: Final = re.compile(r"(-?)([0-9]{1,10})(?:\.([0-9]{1,2}))?")
_AMOUNT_TOO_FINE: Final = re.compile(r"-?[0-9]{1,10}\.[0-9]{3,20}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL: Final = re.compile(r"[^\s@<>\"(),:;]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()/.-]{4,22}[0-9]")
_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?#][!-~]*)?", re.IGNORECASE)

# C0 and C1 controls, line and paragraph separators, surrogates, private use, noncharacters, zero-width marks
_BAD_CHARACTER: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u2060-\u2064\ufeff\ufff9-\uffff\ud800-\udfff\ue000-\uf8ff"
    "\ufdd0-\ufdef\U000e0000-\U0010ffff]"
)
# Hebrew to Arabic Extended, presentation forms, the right-to-left planes, and the bidi controls
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class BadValueError(ValueError):
    """Why a value cannot be used: ``code`` of the finding, and a message that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code
        self.message = message


def clean_text(value: str, *, lines: bool = False) -> str:
    """Text without blanks around it, composed (NFC); line breaks only when ``lines``.

    Raises BadValueError: text-control-character, text-direction-unsupported.
    """
    text = value.strip(" \t\r\n")
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    bad = _BAD_CHARACTER.search(text)
    if bad is not None or ("\n" in text and not lines):
        code = f"U+{ord(bad[0]):04X}" if bad else "a line break"
        raise BadValueError("text-control-character", f"The text holds {code}, which cannot be printed. Take it out.")
    if _RIGHT_TO_LEFT.search(text):
        message = "Text from right to left (Arabic, Hebrew) cannot be printed. Give it in Latin letters."
        raise BadValueError("text-direction-unsupported", message)
    return unicodedata.normalize("NFC", text)


def _wrong_type(words: str) -> BadValueError:
    return BadValueError("field-type", f"Give {words}.")


def _text(max_length: int, choices: tuple[str, ...], *, lines: bool) -> Callable[[object], object]:
    allowed = frozenset(choices)

    def read(value: object) -> object:
        if not isinstance(value, str):
            raise _wrong_type("a text (in JSON between quotes)")
        if len(value) > max_length:
            raise BadValueError(
                "field-too-long", f"The text has {len(value)} characters; at most {max_length} are allowed."
            )
        text = clean_text(value, lines=lines)
        if allowed and text not in allowed:
            raise BadValueError("field-choice", f"Choose one of: {', '.join(choices)}.")
        return text

    return read


def _is_small(value: Decimal | float) -> bool:
    """Finite and below 10^12; a signalling NaN cannot even be compared."""
    return math.isfinite(value) and -_MAX_NUMBER < value < _MAX_NUMBER


def read_integer(value: object) -> object:
    """A whole number below 10^12."""
    if isinstance(value, Decimal | float) and _is_small(value) and value == int(value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong_type("a whole number without quotes")
    if abs(value) >= _MAX_NUMBER:
        raise BadValueError("field-type", "The number is too large; at most twelve digits.")
    return value


def read_decimal(value: object) -> object:
    """A decimal number below 10^12 with at most six decimals; as a text with a point, or a JSON number."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _wrong_type('a number such as "12.5"')
    try:
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        raise _wrong_type('a number such as "12.5"') from None
    if not number.is_finite() or number.adjusted() >= len(str(_MAX_NUMBER)) - 1:
        raise BadValueError("field-type", "The number is too large; at most twelve digits.")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_MAX_DECIMALS:
        raise BadValueError("field-type", f"The number has more than {_MAX_DECIMALS} decimals; round it.")
    return number


def read_amount(value: object) -> object:
    """Money as a text with a point and at most two decimals, as `Cents`."""
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        if isinstance(value, str) and _AMOUNT_TOO_FINE.fullmatch(value):
            raise BadValueError("amount-precision", "The amount has more than two decimals. Round it to cents.")
        raise BadValueError(
            "amount-invalid", 'Write the amount as text with a point and no thousands marks: "1234.56".'
        )
    sign, euros, decimals = found.groups()
    cents = int(euros) * 100 + (int(decimals.ljust(2, "0")) if decimals else 0)
    if cents > MAX_CENTS:
        raise BadValueError("amount-invalid", "The amount is over 999,999,999.99. Correct it.")
    return Cents(-cents if sign else cents)


def read_date(value: object) -> object:
    """A day between 1900 and 2199, as ``2026-11-22``."""
    try:
        if isinstance(value, dt.date):
            day = value.date() if isinstance(value, dt.datetime) else value
        elif isinstance(value, str) and _DATE.fullmatch(value):
            day = dt.date.fromisoformat(value)
        else:
            raise BadValueError("date-invalid", "Write the date as year-month-day: 2026-11-22.")
    except ValueError as error:
        if isinstance(error, BadValueError):
            raise
        raise BadValueError("date-invalid", "This day does not exist. Write year-month-day: 2026-11-22.") from None
    if day.year not in _YEARS:
        raise BadValueError("date-invalid", "The year must be from 1900 to 2199.")
    return day


def read_boolean(value: object) -> object:
    """True or false."""
    if not isinstance(value, bool):
        raise _wrong_type("true or false without quotes")
    return value


def read_iban(value: object) -> object:
    """An IBAN with right check digits, packed (ISO 13616)."""
    if not isinstance(value, str) or len(value) > 60 or not value.isascii():  # noqa: PLR2004 -- 34 characters and blanks
        raise BadValueError("iban-invalid", 'Give the IBAN as text: "NL91 ABNA 0417 1643 00".')
    if not is_iban(value):
        message = "This IBAN is not valid; a digit or letter is wrong. Check it with the account holder."
        raise BadValueError("iban-invalid", message)
    return compact(value)


def read_reference(value: object) -> object:
    """A betalingskenmerk or RF reference, packed; an OGM in its printed form, which tells it from a kenmerk."""
    if not isinstance(value, str):
        raise BadValueError("reference-invalid", "Give the payment reference as text between quotes.")
    kind = kind_of_reference(value) if len(value) <= 60 else None  # noqa: PLR2004 -- 25 characters and blanks
    if kind is None:
        message = "This is no betalingskenmerk, RF reference or OGM with right check digits. Correct it at the source."
        raise BadValueError("reference-invalid", message)
    return group_ogm(value) if kind is ReferenceKind.OGM else compact(value)


def _matching(pattern: re.Pattern[str], code: str, words: str, max_length: int) -> Callable[[object], object]:
    def read(value: object) -> object:
        text = value.strip() if isinstance(value, str) else ""
        if len(text) > max_length:
            raise BadValueError(
                "field-too-long", f"The text has {len(text)} characters; at most {max_length} are allowed."
            )
        if not pattern.fullmatch(text):
            raise BadValueError(code, words)
        return text

    return read


def reader_of(field: Field, *, lines: bool) -> Callable[[object], object]:
    """The reader of a field that is no list; ``lines`` lets a text have line breaks."""
    most = field.max_length or DEFAULT_MAX_LENGTH
    match field.kind:
        case FieldKind.TEXT:
            return _text(most, field.choices, lines=lines)
        case FieldKind.EMAIL:
            return _matching(_EMAIL, "email-invalid", "Give an e-mail address such as name@example.nl.", most)
        case FieldKind.PHONE:
            return _matching(_PHONE, "phone-invalid", "Give a phone number such as 020 123 45 67.", most)
        case FieldKind.URL:
            return _matching(_URL, "url-invalid", "Give a web address that begins with https://.", most)
    return _PLAIN[field.kind]


_PLAIN: Final[dict[FieldKind, Callable[[object], object]]] = {
    FieldKind.INTEGER: read_integer,
    FieldKind.DECIMAL: read_decimal,
    FieldKind.AMOUNT: read_amount,
    FieldKind.DATE: read_date,
    FieldKind.BOOLEAN: read_boolean,
    FieldKind.IBAN: read_iban,
    FieldKind.REFERENCE: read_reference,
}
