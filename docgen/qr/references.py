"""Account numbers and payment references: IBAN, RF (ISO 11649), Dutch betalingskenmerk, Belgian OGM.

Each has a check, a display form in groups and, for references, a maker. IBAN, RF and OGM are checked by python-stdnum;
the betalingskenmerk follows the specification of Betaalvereniging Nederland.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from stdnum import iban as stdnum_iban
from stdnum import iso11649
from stdnum.be import ogm_vcs
from stdnum.iso7064 import mod_97_10

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_RF = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_OGM = re.compile(r"(\+{3}|\*{3}|)([0-9]{3})/?([0-9]{4})/?([0-9]{5})\1")
_DIGITS = re.compile(r"[0-9]+")

_KENMERK_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)  # from the right, repeated
_PLAIN_LENGTH = 7
_COUNTED_LENGTHS = range(9, 15)
_FULL_LENGTH = 16


class ReferenceKind(StrEnum):
    """What a payment reference is; anything else is free text."""

    RF = "rf"
    KENMERK = "betalingskenmerk"
    OGM = "ogm"


def compact(text: str) -> str:
    """Without spaces and in capitals."""
    return "".join(text.split()).upper()


@lru_cache(maxsize=4096)
def is_iban(text: str) -> bool:
    """True for a good IBAN: form and length of its country, check digits; spaces are allowed."""
    number = compact(text)
    return bool(_IBAN.fullmatch(number)) and bool(stdnum_iban.is_valid(number))


def is_rf(text: str) -> bool:
    """True for a good ISO 11649 creditor reference."""
    number = compact(text)
    return bool(_RF.fullmatch(number)) and bool(iso11649.is_valid(number))


def make_rf(reference: str) -> str:
    """The creditor reference around 1 to 21 letters and digits.

    Raises:
        ValueError: another length or other characters.
    """
    body = compact(reference)
    made = f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}" if _RF.fullmatch(f"RF00{body}") else ""
    if not made:
        raise ValueError("An RF reference is made from 1 to 21 letters and digits.")
    return made


def is_kenmerk(text: str) -> bool:
    """True for a betalingskenmerk: 7 digits (unchecked), 9-14 with check and length digit, or 16 with check digit.

    Some single wrong digits pass, since a remainder of 10 folds to 1: never use it as a secret or a key alone.
    """
    number = compact(text)
    if not _DIGITS.fullmatch(number):
        return False
    if len(number) == _PLAIN_LENGTH:
        return True
    if len(number) in _COUNTED_LENGTHS:
        return int(number[1]) == (len(number) - 2) % 10 and number[0] == _kenmerk_check(number[1:])
    return len(number) == _FULL_LENGTH and number[0] == _kenmerk_check(number[1:])


def make_kenmerk(payload: str) -> str:
    """The betalingskenmerk of 7 to 12 digits (check and length digit in front) or of 15 (check digit in front).

    Raises:
        ValueError: another length, or anything but digits.
    """
    counted = len(payload) in range(7, 13)
    if not _DIGITS.fullmatch(payload) or not (counted or len(payload) == _FULL_LENGTH - 1):
        raise ValueError("A betalingskenmerk is made from 7 to 12 digits, or from 15.")
    rest = f"{len(payload) % 10}{payload}" if counted else payload
    return _kenmerk_check(rest) + rest


def _kenmerk_check(rest: str) -> str:
    total = sum(int(digit) * _KENMERK_WEIGHTS[i % 10] for i, digit in enumerate(reversed(rest)))
    check = 11 - total % 11
    return str({10: 1, 11: 0}.get(check, check))


def is_ogm(text: str) -> bool:
    """True for a good Belgian structured message, with or without its plus signs and slashes."""
    return bool(_OGM.fullmatch(compact(text))) and bool(ogm_vcs.is_valid(compact(text).strip("*")))


def make_ogm(base: str) -> str:
    """The 12 digits of a structured message from its first 10.

    Raises:
        ValueError: not 10 digits, or all zero.
    """
    if not re.fullmatch(r"[0-9]{10}", base) or not int(base):
        raise ValueError("A structured message is made from 10 digits that are not all zero.")
    return f"{base}{ogm_vcs.calc_check_digits(base)}"


def kind_of_reference(text: str) -> ReferenceKind | None:
    """What ``text`` is; bare digits that could be both are a betalingskenmerk; None is free text."""
    if is_rf(text):
        return ReferenceKind.RF
    if is_kenmerk(text):
        return ReferenceKind.KENMERK
    return ReferenceKind.OGM if is_ogm(text) else None


def _in_fours(number: str) -> str:
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def group_iban(text: str) -> str:
    """NL91 ABNA 0417 1643 00."""
    return _in_fours(compact(text))


def group_rf(text: str) -> str:
    """RF18 5390 0754 7034."""
    return _in_fours(compact(text))


def group_kenmerk(text: str) -> str:
    """5000 0567 8901 2345."""
    return _in_fours(compact(text))


def group_ogm(text: str) -> str:
    """+++010/8068/17183+++."""
    digits = "".join(c for c in text if c in "0123456789")
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def group_reference(text: str) -> str:
    """``text`` in the display form of its kind; free text as it is."""
    kind = kind_of_reference(text)
    if kind is None:
        return text
    return {
        ReferenceKind.RF: group_rf,
        ReferenceKind.KENMERK: group_kenmerk,
        ReferenceKind.OGM: group_ogm,
    }[kind](text)
