"""What a slip says of itself: which piece, which version of the form, which page. Nothing personal.

Printed twice as a QR code and once as a line of digits. ``RS1/`` tells it from payment and other codes on the sheet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from docgen.crockford import ALPHABET, check_character
from docgen.qr.token import PREFIX as PIECE_PREFIX
from docgen.qr.token import is_piece_id

SLIP_PREFIX: Final = "RS1/"
DIGITS: Final = 30
"""Length of the line of digits."""
PIECE_START: Final = 11
"""How many characters of a piece id the line of digits tells; the rest is found by looking the piece up."""
MOST_PAGES: Final = 9
SPECIMEN_PIECE_ID: Final = PIECE_PREFIX + "0" * 20
"""Stands on slips that are of no piece, such as those of previews; it has the form of an id, and nothing has it."""
_FORM = 6
_PIECE = 20
_PIECE_DIGITS, _FORM_DIGITS = 17, 10
_FORM_NAME = re.compile(rf"[{ALPHABET}]{{{_FORM}}}")
_NUMERALS = str.maketrans(ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUV")  # to those of `int`
_CODE = re.compile(rf"RS1/([{ALPHABET}]{{{_PIECE}}})([{ALPHABET}]{{{_FORM}}})([1-9])([{ALPHABET}])([{ALPHABET}])")


@dataclass(frozen=True, slots=True)
class SlipCode:
    """Piece, form version (six characters) and page of the slip, from 1."""

    piece_id: str
    form: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class SlipNumber:
    """What the line of digits tells: the start of the piece id with its prefix, form version and page."""

    piece_start: str
    form: str
    page: int


def encode(code: SlipCode) -> str:
    """The text of the QR code: 33 characters of the alphanumeric mode.

    Raises:
        ValueError: when a part does not have its form.
    """
    if not _is_sound(code):
        raise ValueError(f"{code} cannot be printed on a slip.")
    body = f"{code.piece_id.removeprefix(PIECE_PREFIX).upper()}{code.form}{code.page}"
    # the second one is over the body reversed, so that two wrong characters seldom pass both
    return f"{SLIP_PREFIX}{body}{check_character(body)}{check_character(body[::-1])}"


def decode(text: str) -> SlipCode | None:
    """The code of a slip; None for any other text, and for one whose check characters do not fit."""
    found = _CODE.fullmatch(text)
    if found is None:
        return None
    piece, form, page, *checks = found.groups()
    body = f"{piece}{form}{page}"
    if checks != [check_character(body), check_character(body[::-1])]:
        return None
    return SlipCode(PIECE_PREFIX + piece.lower(), form, int(page))


def number_line(code: SlipCode) -> str:
    """The line of digits: 17 for the start of the piece, 10 for the form, 1 for the page, 2 check digits (ISO 7064).

    Raises:
        ValueError: when a part does not have its form.
    """
    if not _is_sound(code):
        raise ValueError(f"{code} cannot be printed on a slip.")
    start = code.piece_id.removeprefix(PIECE_PREFIX)[:PIECE_START]
    piece, form = _number(start.upper()), _number(code.form)
    body = f"{piece:0{_PIECE_DIGITS}}{form:0{_FORM_DIGITS}}{code.page}"
    return f"{body}{_mod_97(body):02}"


def read_number_line(digits: str) -> SlipNumber | None:
    """What a line of digits says; None when it is no such line or its check digits do not fit."""
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    body, check = digits[:-2], int(digits[-2:])
    piece, form, page = int(body[:_PIECE_DIGITS]), int(body[_PIECE_DIGITS:-1]), int(body[-1])
    if check != _mod_97(body) or piece >= 32**PIECE_START or form >= 32**_FORM or not page:
        return None
    return SlipNumber(PIECE_PREFIX + _text(piece, PIECE_START).lower(), _text(form, _FORM), page)


def _mod_97(body: str) -> int:
    """Check digits of ISO/IEC 7064, MOD 97-10."""
    return 98 - int(body) * 100 % 97


def _is_sound(code: SlipCode) -> bool:
    return is_piece_id(code.piece_id) and _FORM_NAME.fullmatch(code.form) is not None and 1 <= code.page <= MOST_PAGES


def _number(text: str) -> int:
    return int(text.translate(_NUMERALS), 32)


def _text(number: int, length: int) -> str:
    return "".join([ALPHABET[number >> 5 * place & 31] for place in reversed(range(length))])
